"""What the dimensions hold: a direction and a single dimension, found on half of the words and tested on the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import NoDirection
from lstm_core.lesson.contrast import Contrast
from lstm_core.lesson.small import one_thread
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.intervals import Interval, wilson_interval
from lstm_core.table.search import NOWHERE

SHUFFLES = 500
SHRINKAGE = 0.1
"""Of the mean variance of a dimension, added to every dimension (0.03 to 0.3 told the same on the shipped tables)."""
Rows = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Tested:
    """How many of the ``asked`` held-out words were told right (``accuracy`` 0-1, 95 % ``interval``: Wilson), and the null.

    ``null`` is the mean accuracy when the labels are shuffled and everything is done again, ``null_most`` what 95 % of the
    shuffles stay below or reach; ``p`` the share of shuffles at least as good, the real labels counted as one.
    """

    asked: int
    accuracy: float
    interval: Interval
    null: float
    null_most: float
    p: float


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction for ``contrast`` and the best single dimension (counted from 0), both tested on ``words``.

    ``along`` and ``single_values`` ``(n,)`` are where the tested words stand on each, less the threshold: > 0 is told high.
    ``is_high`` ``(n,)`` is what they are. ``axis`` ``(D,)`` has length 1; ``largest_share`` of its squared length lies in one
    dimension, and it spreads over ``dimensions_used`` (1 to D: 1 / Σ axis⁴) of them.
    """

    contrast: Contrast
    words: tuple[str, ...]
    is_high: Mask
    along: Rows
    single_values: Rows
    single: int
    axis: Rows
    by_direction: Tested
    by_dimension: Tested
    trained: int
    shuffles: int
    seed: int

    @property
    def wrong(self) -> tuple[str, ...]:
        """The tested words that the direction tells wrong."""
        told = self.along > 0
        return tuple(word for word, says, high in zip(self.words, told, self.is_high, strict=True) if says != high)

    @property
    def largest_share(self) -> float:
        """The largest share (0-1) of the direction that lies along one dimension."""
        return float(np.square(self.axis).max())

    @property
    def dimensions_used(self) -> float:
        """Over how many dimensions the direction spreads (participation ratio)."""
        return float(1 / np.power(self.axis, 4).sum())


def find_direction(table: EmbeddingTable, contrast: Contrast, *, shuffles: int = SHUFFLES, seed: int = 0) -> Direction:
    """Return the direction that tells the low words from the high ones best, found on half of the words (unit rows).

    Fisher's linear discriminant, its scatter shrunk by a tenth of the mean variance of a dimension. The threshold lies in the
    middle between the group means; the best single dimension is the one that tells most of the first half right by the same
    rule. ``seed`` decides the halves (of each group) and the shuffles. Raises :class:`UnknownWords`, :class:`NoDirection`
    when both groups have the same mean.
    """
    random = np.random.default_rng(seed)
    rows, high = table.unit_rows(table.indices(contrast.words)), contrast.is_high
    first = _half(high, random)
    train, test = rows[first], rows[~first]
    sharpen = _sharpener(train)
    labels, real = high[first], high[~first]
    gap, middle = _means(train, labels)
    if np.linalg.norm(gap) <= NOWHERE:
        raise NoDirection(query=f"{contrast.low[0]} … ↔ {contrast.high[0]} …")
    null = np.empty((shuffles, 2))
    with one_thread():
        for number in range(shuffles):
            null[number] = _scores(train, random.permutation(labels), test, random.permutation(real), sharpen=sharpen)
    axis, single = gap @ sharpen, _best_dimension(train, labels, gap, middle)
    axis /= np.linalg.norm(axis)
    right = _scores(train, labels, test, real, sharpen=sharpen)
    by_direction, by_dimension = (_tested(right[at], len(real), null[:, at]) for at in (0, 1))
    return Direction(
        contrast,
        tuple(word for word, trained in zip(contrast.words, first, strict=True) if not trained),
        real,
        (test - middle) @ axis,
        (test[:, single] - middle[single]) * np.sign(gap[single]),
        single,
        axis,
        by_direction,
        by_dimension,
        len(labels),
        shuffles,
        seed,
    )


def _half(high: Mask, random: np.random.Generator) -> Mask:
    """Return which words are of the first half: half of each group, the odd one too."""
    first = np.zeros(len(high), dtype=bool)
    for group in (np.flatnonzero(~high), np.flatnonzero(high)):
        first[random.permutation(group)[: -(-len(group) // 2)]] = True
    return first


def _means(rows: Rows, high: Mask) -> tuple[Rows, Rows]:
    """Return the difference of the group means (high less low) and the middle between them, (D,) each."""
    low_mean, high_mean = rows[~high].mean(axis=0), rows[high].mean(axis=0)
    return high_mean - low_mean, (high_mean + low_mean) / 2


def _best_dimension(rows: Rows, high: Mask, gap: Rows, middle: Rows) -> int:
    told = (rows - middle) * np.sign(gap) > 0  # (n, D)
    return int((told == high[:, None]).mean(axis=0).argmax())


def _sharpener(rows: Rows) -> Rows:
    """Return the inverse of the shrunken scatter of ``rows``, (D, D).

    The scatter about the common mean gives the same direction as that within the groups, and does not depend on labels.
    """
    apart = rows - rows.mean(axis=0)
    scatter = apart.T @ apart / len(rows)
    dimension = len(scatter)
    return np.linalg.inv(scatter + (SHRINKAGE * np.trace(scatter) / dimension + 1e-12) * np.eye(dimension))


def _scores(train: Rows, labels: Mask, test: Rows, real: Mask, *, sharpen: Rows) -> tuple[float, float]:
    """Return the accuracies on ``test`` of the direction and of the best dimension of ``train``."""
    gap, middle = _means(train, labels)
    single = _best_dimension(train, labels, gap, middle)
    apart = test - middle
    told = apart @ (gap @ sharpen) > 0, apart[:, single] * np.sign(gap[single]) > 0
    return float((told[0] == real).mean()), float((told[1] == real).mean())


def _tested(accuracy: float, asked: int, null: Rows) -> Tested:
    right = round(accuracy * asked)
    interval = wilson_interval(right, asked)
    p = float((1 + np.count_nonzero(null >= accuracy)) / (1 + len(null)))
    return Tested(asked, accuracy, interval, float(null.mean()), float(np.quantile(null, 0.95, method="higher")), p)
