"""How well a language model foresees a text it has not seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.model.losses import Softmax
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import UNK
from lstm_core.training.data import Layout, Stream
from lstm_core.training.saved import SavedModel

_AT_ONCE = 256  # tokens; the state is carried on, so it decides nothing but speed


@dataclass(frozen=True)
class Perplexity:
    """How a text was foreseen: ``tokens`` predicted (words and the end of each sentence), ``nll`` their mean loss (nats).

    ``perplexity`` is exp(nll). ``unknown_rate`` is the share of tokens outside the vocabulary, which are predicted as <unk>:
    a model with fewer words has an easier task, so compare perplexities of one vocabulary only. ``nll_per_character``, the
    whole loss over the characters of the text, can be compared between tokenizers.
    """

    tokens: int
    nll: float
    perplexity: float
    unknown_rate: float
    nll_per_character: float

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        return asdict(self)


@torch.no_grad()
def perplexity_of(model: SavedModel, sentences: Iterable[str]) -> Perplexity:
    """Return how well ``model`` foresees the normalised ``sentences``, read one after another with the state carried on.

    Raises :class:`InvalidOption` for a model that was not trained to predict the next word (its objective is another
    task, whose numbers would not be comparable), :class:`TooFew` for a text without a token.
    """
    if model.config.objective != "next-word":
        raise InvalidOption(name="objective", value=model.config.objective, rule="perplexity is that of a next-word model")
    read = list(sentences)
    coded = [model.vocabulary.encode(model.tokenizer.tokenize(sentence)) for sentence in read]
    lengths = [len(sentence) for sentence in coded if len(sentence)]
    if not lengths:
        raise TooFew(what="tokens", given=0, needed=1)
    ids = np.concatenate(coded)
    text = Sentences(ids, np.cumsum([0, *lengths]), len(model.vocabulary))
    stream = Stream(text, np.arange(len(text)))
    layout = Layout(rows=1, length=len(stream), bptt=_AT_ONCE)
    measure, total, tokens, state = Softmax.measure(OBJECTIVES["next-word"]), 0.0, 0, None
    for inputs, targets in layout.windows(stream):
        found = measure(model.network, torch.from_numpy(inputs), targets=torch.from_numpy(targets), state=state)
        total, tokens, state = total + found.loss.item() * found.counted, tokens + found.counted, found.state
    unknown = int(np.count_nonzero(ids == UNK))
    nll = total / tokens
    return Perplexity(tokens, nll, math.exp(min(nll, 700.0)), unknown / len(ids), total / sum(map(len, read)))
