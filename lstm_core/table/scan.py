"""One pass over a table bounds every row's score; only the rows that the bounds leave open are worked out exactly.

So an answer does not depend on the layout, the number of threads or the blocks of a matrix product: it is the list that scores
worked out in float64 and rounded to float32 would give, to the last rank, equal scores in table order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.embedding_table import EmbeddingTable

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
Bounds = NDArray[Any]
Exact = Callable[[Rows], NDArray[np.float64]]

ROUNDING = 2.0**-24
_SLACK = 16  # roundings besides those of the sum itself
_GROUPED = 65_536  # from so many rows on, leaders are found by the maxima of groups
_GROUP = 64
_LEADERS = 64
_CHUNK = 4_096  # rows in float64 at a time
_TAME = (1e-15, 1e15)  # lengths at which a float32 product neither overflows nor vanishes
_OPEN = 0.02  # a scan that leaves more of the table open than this is not sharp enough, unless it is the last


@dataclass(frozen=True, eq=False)
class Scan:
    """What is known of each row's score after one pass: at least ``low``, at most ``high``, both ``(V,)``.

    ``exact`` gives the scores of a few rows as float64 ``(n,)``, the same for equal rows.
    """

    low: Bounds
    high: Bounds
    exact: Exact

    def score(self, rows: Rows) -> Scores:
        """Return the scores of ``rows``, ``(n,)``, rounded to float32: two rows are equal when these are."""
        parts = [self.exact(rows[start : start + _CHUNK]) for start in range(0, len(rows), _CHUNK)]
        return np.concatenate(parts, dtype=np.float32, casting="same_kind") if parts else np.empty(0, np.float32)

    def only(self, allowed: NDArray[np.bool_]) -> Scan:
        """Return the scan in which only the rows of the mask ``allowed`` ``(V,)`` compete."""
        return Scan(np.where(allowed, self.low, -np.inf), np.where(allowed, self.high, -np.inf), self.exact)


@dataclass(frozen=True, eq=False)
class Best:
    """The best rows, best first, their scores, and the rank that each row left out would have had."""

    rows: Rows
    scores: Scores
    out_scores: Scores
    out_ranks: tuple[int, ...]


def best(scans: Iterable[Scan], k: int, *, left_out: Rows) -> Best:
    """Return the ``k`` best rows without ``left_out`` by the first of ``scans`` that is sharp enough; the last one always is.

    At least ``k`` rows must compete. Equal scores keep table order.
    """
    for scan in scans:
        found = _try(scan, k, left_out, most=max(_LEADERS, int(_OPEN * len(scan.low))))
        if found is not None:
            return found
    found = _try(scan, k, left_out, most=len(scan.low))
    assert found is not None
    return found


def rank(scan: Scan, row: int, *, most: int | None = None) -> int | None:
    """Return the rank (1 = best) of ``row``, or None when more than ``most`` rows would have to be worked out for it."""
    own = scan.score(np.array([row]))[0]
    certain = np.count_nonzero(scan.low > own)
    unsure = np.flatnonzero((scan.high >= own) & (scan.low <= own))
    if most is not None and len(unsure) > most:
        return None
    scores = scan.score(unsure)
    return int(certain + np.count_nonzero((scores > own) | ((scores == own) & (unsure < row)))) + 1


def first_rank(scans: Iterable[Scan], row: int) -> int:
    """Return the rank (1 = best) of ``row`` by the first of ``scans`` that is sharp enough, or by the last."""
    for scan in scans:
        found = rank(scan, row, most=max(_LEADERS, int(_OPEN * len(scan.low))))
        if found is not None:
            return found
    found = rank(scan, row)
    assert found is not None
    return found


def cosine_exact(table: EmbeddingTable, direction: NDArray[np.float64]) -> Exact:
    """Return the function that gives the cosines of some rows with the unit vector ``direction`` ``(D,)``; 0 for a zero row."""

    def exact(rows: Rows) -> NDArray[np.float64]:
        lengths = table.lengths[rows]
        products = np.einsum("nd,d->n", table.matrix[rows].astype(np.float64), direction)
        cosines: NDArray[np.float64] = np.divide(products, lengths, out=np.zeros(len(rows)), where=lengths > 0)
        return np.clip(cosines, -1.0, 1.0, out=cosines)

    return exact


def plain_scans(table: EmbeddingTable, direction: NDArray[np.float64]) -> Iterator[Scan]:
    """Yield the one scan of the cosines with ``direction`` ``(D,)`` that needs nothing but the table."""
    lengths = table.lengths
    with np.errstate(over="ignore", invalid="ignore"):
        products = table.matrix @ direction.astype(np.float32)
        rough = np.divide(products, lengths, out=np.zeros(len(table)), where=lengths > 0)
    error = rounding_error(table.dimension)
    low, high = rough - error, rough + error
    wild = (lengths > 0) & ((lengths < _TAME[0]) | (lengths > _TAME[1]))
    low[wild], high[wild] = -1.0, 1.0
    yield Scan(low, high, cosine_exact(table, direction))


def rounding_error(dimension: int) -> float:
    """Return the most by which a float32 product of two unit vectors of ``dimension`` numbers can be off, in any order of sums.

    Higham, Accuracy and Stability of Numerical Algorithms, section 3.1: D roundings of 2^-24 each.
    """
    return (dimension + _SLACK) * ROUNDING


def _try(scan: Scan, k: int, left_out: Rows, *, most: int) -> Best | None:
    leaders = _without(_leaders(scan.low + scan.high, max(_LEADERS, 2 * k) + len(left_out)), left_out)
    leaders = leaders[scan.high[leaders] > -np.inf]
    floor = np.partition(scan.score(leaders), len(leaders) - k)[len(leaders) - k] if k else np.inf
    rows = _without(np.flatnonzero(scan.high >= floor), left_out)
    if len(rows) > most:
        return None
    ranks = [rank(scan, int(row), most=most) for row in left_out]
    if None in ranks:
        return None
    scores = scan.score(rows)
    order = np.lexsort((rows, -scores))[:k]
    return Best(rows[order], scores[order], scan.score(left_out), tuple(one for one in ranks if one is not None))


def _without(rows: Rows, left_out: Rows) -> Rows:
    return rows[~np.isin(rows, left_out)] if len(left_out) else rows


def _leaders(values: Bounds, count: int) -> Rows:
    """Return ``count`` rows (all, if there are no more) of about the largest of ``values``: surely the largest one."""
    count = min(count, len(values))
    if len(values) < _GROUPED or count * _GROUP > len(values):
        return np.argpartition(values, len(values) - count)[len(values) - count :].astype(np.int64)
    even = len(values) // _GROUP * _GROUP
    tops = np.concatenate((values[:even].reshape(_GROUP, -1).max(axis=0), values[even:]))
    rows = np.flatnonzero(values >= np.partition(tops, len(tops) - count)[len(tops) - count])
    return rows[np.argpartition(values[rows], len(rows) - count)[len(rows) - count :]]
