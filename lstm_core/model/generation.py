"""Writing on from a prompt, token by token, with what else was possible at each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_core.errors import TooFew
from lstm_core.options import Options, option
from lstm_core.registry import Text
from lstm_core.text.vocabulary import BOS, EOS, PAD, UNK

if TYPE_CHECKING:
    from lstm_core.model.language_model import LSTMLanguageModel

Feed = Callable[[Sequence[int]], NDArray[np.float32]]
"""Reads further token ids and returns the logits (V,) of the token after them; it remembers what it has read."""
SHOWN = 10
"""How many of the possible tokens each step tells."""


class GenerationOptions(Options):
    """How the next token is drawn from the probabilities of the model."""

    temperature: float = option(
        1.0,
        ge=0.0,
        le=10.0,
        label=Text("온도", "Temperature"),
        help=Text(
            "1보다 낮으면 그럴듯한 낱말만, 높으면 뜻밖의 낱말도 고릅니다. 0이면 언제나 가장 그럴듯한 낱말입니다.",
            "Below 1 keeps to likely words, above 1 tries unlikely ones; 0 always takes the likeliest.",
        ),
    )
    top_k: int = option(
        0,
        ge=0,
        le=1_000_000,
        label=Text("상위 k개", "Top k"),
        help=Text("가장 그럴듯한 k개에서만 고릅니다. 0이면 모두.", "Draw from the k likeliest only; 0: from all."),
    )
    top_p: float = option(
        1.0,
        gt=0.0,
        le=1.0,
        label=Text("누적 확률 p", "Top p"),
        help=Text(
            "확률을 큰 것부터 더해 p에 이를 때까지의 낱말에서만 고릅니다.",
            "Draw from the likeliest words whose probabilities add up to p (nucleus sampling).",
        ),
    )
    max_tokens: int = option(
        40,
        ge=1,
        le=10_000,
        label=Text("토큰 수(최대)", "Tokens (maximum)"),
        help=Text("문장이 끝나지 않으면 여기서 멈춥니다.", "Stops here when the sentence does not end before."),
    )


class GenerationStep(NamedTuple):
    """A token that was written (``EOS`` where the sentence ended) and the likeliest ones it was drawn from.

    ``probability`` and those of ``choices``, (token id, probability) from the likeliest down, are after temperature, top-k
    and top-p.
    """

    token_id: int
    probability: float
    choices: tuple[tuple[int, float], ...]


def generate(
    network: LSTMLanguageModel, prompt: Sequence[int], *, options: GenerationOptions, seed: int
) -> tuple[GenerationStep, ...]:
    """Return what ``network`` writes after the token ids of ``prompt``: see :func:`write`."""
    import torch

    state = None

    def feed(ids: Sequence[int]) -> NDArray[np.float32]:
        nonlocal state
        with torch.no_grad():
            logits, state = network(torch.tensor([list(ids)]), state)
        found: NDArray[np.float32] = logits[0, -1].numpy()
        return found

    return write(feed, prompt, options=options, seed=seed)


def write(feed: Feed, prompt: Sequence[int], *, options: GenerationOptions, seed: int) -> tuple[GenerationStep, ...]:
    """Return what follows ``<bos>`` and the token ids of ``prompt``, up to ``<eos>`` or the most tokens.

    ``<pad>``, ``<unk>`` and ``<bos>`` are never written. Raises :class:`TooFew` when the vocabulary has nothing else.
    """
    random = np.random.default_rng(seed)
    steps: list[GenerationStep] = []
    logits = feed([BOS, *prompt])
    while True:
        chances = next_chances(logits, options)
        token = min(int(np.searchsorted(chances.cumsum(), random.random(), side="right")), int(chances.nonzero()[0][-1]))
        best = np.argsort(-chances, kind="stable")[: min(SHOWN, np.count_nonzero(chances))]
        steps.append(GenerationStep(token, float(chances[token]), tuple((int(one), float(chances[one])) for one in best)))
        if token == EOS or len(steps) == options.max_tokens:
            return tuple(steps)
        logits = feed([token])


def next_chances(logits: ArrayLike, options: GenerationOptions) -> NDArray[np.float64]:
    """Return the probabilities (V,) from which the next token is drawn, given its ``logits`` (V,).

    Temperature divides the logits, then all but the ``top_k`` likeliest are struck, then all behind those whose
    probabilities reach ``top_p`` (Holtzman et al. 2020); at least one is left. Raises :class:`TooFew`.
    """
    values = np.asarray(logits).astype(np.float64)
    values[[PAD, UNK, BOS]] = -np.inf
    if not np.isfinite(values).any():
        raise TooFew(what="words", given=0, needed=1)
    if options.temperature == 0.0:
        return np.asarray(np.arange(len(values)) == values.argmax(), dtype=np.float64)
    chances = np.exp((values - values.max()) / options.temperature)
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")
    ranked = chances[order]
    kept = ranked.cumsum() - ranked < options.top_p
    kept[options.top_k or len(kept) :] = False
    kept[0] = True
    chances[order[~kept]] = 0.0
    return np.asarray(chances / chances.sum())
