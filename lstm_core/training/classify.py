"""A trained classifier tells the labels of texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch

from lstm_core.errors import InvalidOption
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.text.token_file import Sentences
from lstm_core.training.batches import padded
from lstm_core.training.saved import SavedModel

AT_ONCE = 512
"""Texts that are read before the first is answered; within them those of like length go together."""
_SIDE_BY_SIDE = 64


class Classified(NamedTuple):
    """A text, the label it was given as the training file spells it, and the probability (0-1) the model gives that label."""

    text: str
    label: str
    probability: float


def classify(model: SavedModel, texts: Iterable[str]) -> Iterator[Classified]:
    """Yield the likeliest label of each of the normalised ``texts``, in order, in bounded memory.

    Raises :class:`InvalidOption` for a model that was not trained to tell labels.
    """
    if not OBJECTIVES[model.config.objective].labelled:
        raise InvalidOption(name="objective", value=model.config.objective, rule="only a model trained on labels can classify")
    remaining = iter(texts)
    while some := list(islice(remaining, AT_ONCE)):
        chances = label_chances(model, some)
        best = chances.argmax(1)
        for text, label, chance in zip(some, best.tolist(), chances.max(1).tolist(), strict=True):
            yield Classified(text, model.labels[label], chance)


@torch.no_grad()
def label_chances(model: SavedModel, texts: list[str]) -> np.ndarray:
    """Return the probability of each label for each of ``texts``, float64 (N, labels): each row adds up to 1."""
    coded = [model.vocabulary.encode(tokens) for tokens in model.tokenizer.tokenize_batch(texts)]
    offsets = np.cumsum([0, *map(len, coded)], dtype=np.int64)
    sentences = Sentences(np.concatenate([*coded, np.zeros(0, np.int32)]), offsets, len(model.vocabulary))
    order = np.argsort(np.diff(offsets), kind="stable")
    chances = np.empty((len(texts), len(model.labels)))
    for start in range(0, len(order), _SIDE_BY_SIDE):
        some = order[start : start + _SIDE_BY_SIDE]
        ids = torch.from_numpy(padded(sentences, some, longest=model.config.task.max_length))
        chances[some] = model.network(ids).double().softmax(1).numpy()
    return chances
