"""A small classifier that is given words as ids, as one-hot vectors or as rows of the table, and tested on other words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lstm_core.lesson.contrast import Contrast
from lstm_core.lesson.logistic import fit_logistic
from lstm_core.lesson.small import one_thread
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.intervals import Z95, Interval
from lstm_core.text.vocabulary import SPECIALS

INPUTS = ("ids", "renumbered", "one_hot", "embedding")
SPLITS = 30
TEST_SHARE = 0.3


@dataclass(frozen=True)
class HeldOut:
    """Accuracy (0-1) on words that were held out, the mean of ``SPLITS`` divisions, with its 95 % interval."""

    given: str
    accuracy: float
    interval: Interval


@dataclass(frozen=True)
class Classified:
    """What a logistic regression makes of each input; ``chance`` is the share of the larger group."""

    contrast: Contrast
    results: tuple[HeldOut, ...]
    chance: float
    tested: int
    splits: int
    seed: int


def classify_by_inputs(
    table: EmbeddingTable,
    contrast: Contrast,
    *,
    splits: int = SPLITS,
    seed: int = 0,
    progress: Callable[[float], None] = lambda done: None,
) -> Classified:
    """Return how well a logistic regression tells the groups of ``contrast`` apart on held-out words, by its input.

    30 % of the words (of each group) are held out, ``splits`` times by ``seed``. Ids and rows are scaled to mean 0 and
    variance 1 on the training words. ``ids`` are the vocabulary's own, by falling frequency; ``renumbered`` are dealt anew by
    ``seed``. Of the one-hot vectors only the columns of the words asked about are kept: all others are zero throughout.
    Raises :class:`UnknownWords`.
    """
    rows, wanted = table.indices(contrast.words), contrast.is_high
    random = np.random.default_rng(seed)
    inputs = {
        "ids": _column(rows),
        "renumbered": _column(random.permutation(len(table))[rows]),
        "one_hot": np.eye(len(rows)),  # (n, n)
        "embedding": table.matrix[rows].astype(np.float64),  # (n, D)
    }
    right = np.empty((len(INPUTS), splits))
    for number in range(splits):
        test = held_out(wanted, random)
        with one_thread():
            for place, name in enumerate(INPUTS):
                right[place, number] = _accuracy(inputs[name], wanted, test, scaled=name != "one_hot")
        progress((number + 1) / splits)
    tested = int(test.sum())
    ratio = tested / (len(rows) - tested)
    results = tuple(_held_out(name, right[place], ratio) for place, name in enumerate(INPUTS))
    share = float(wanted.mean())
    return Classified(contrast, results, max(share, 1 - share), tested, splits, seed)


def held_out(is_high: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.bool_]:
    """Return which of the words are held out, ``(n,)``: 30 % of each group, rounded, at least one and never all."""
    test = np.zeros(len(is_high), dtype=bool)
    for group in (np.flatnonzero(~is_high), np.flatnonzero(is_high)):
        count = min(max(1, round(TEST_SHARE * len(group))), len(group) - 1)
        test[random.permutation(group)[:count]] = True
    return test


def _column(ids: NDArray[np.int64]) -> NDArray[np.float64]:
    return (ids[:, None] + len(SPECIALS)).astype(np.float64)  # (n, 1)


def _accuracy(inputs: NDArray[np.float64], wanted: NDArray[np.bool_], test: NDArray[np.bool_], *, scaled: bool) -> float:
    if scaled:
        spread = inputs[~test].std(axis=0)
        inputs = (inputs - inputs[~test].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    told = fit_logistic(inputs[~test], wanted[~test]).says_high(inputs[test])
    return float((told == wanted[test]).mean())


def _held_out(name: str, right: NDArray[np.float64], ratio: float) -> HeldOut:
    mean = float(right.mean())
    half = resampled_error(right, ratio=ratio) * Z95
    return HeldOut(name, mean, (max(0.0, mean - half), min(1.0, mean + half)))


def resampled_error(right: NDArray[np.float64], *, ratio: float) -> float:
    """Return the standard error of the mean of ``right`` ``(J,)`` over J overlapping divisions, ``ratio`` = tested / trained.

    The variance is enlarged because divisions share words: (1/J + ratio) times the sample variance (Nadeau & Bengio 2003).
    """
    if len(right) < 2:
        return 0.0
    return sqrt((1 / len(right) + ratio) * float(right.var(ddof=1)))
