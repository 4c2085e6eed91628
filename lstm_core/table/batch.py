"""Many questions at once: only the rows that may be among the best of a question are worked out exactly.

They are found in the bytes of the table's index where it has one, else by one matrix product for each block of rows.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_core.errors import InvalidOption, NoDirection
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.index import SearchIndex, ready_index
from lstm_core.table.scan import Rows, Scores, rounding_error
from lstm_core.table.search import check_k

_BLOCK = 8_192  # rows of the table at a time
_VALUES = 16_000_000  # products kept at a time
_GROUP = 32
_CHUNK = 8_192


class Ranked(NamedTuple):
    """For each of B questions its best rows, best first, and their cosines: ``rows`` and ``scores``, each ``(B, k)``."""

    rows: Rows
    scores: Scores


class _Open(NamedTuple):
    """Pairs of a question and a row that may be among its best, with the rough cosine of the two, each ``(n,)``."""

    query: Rows
    row: Rows
    rough: NDArray[np.float32]


def nearest_rows(table: EmbeddingTable, vectors: ArrayLike, *, k: int = 10, own: Rows | None = None) -> Ranked:
    """Return the ``k`` rows closest by cosine to each of ``vectors`` ``(B, D)``, without row ``own[i]`` for the i-th of them.

    They are those of ``nearest_to_vector``, to the last rank, ties in table order. Raises :class:`InvalidOption` for a wrong
    ``k`` or shape and :class:`NoDirection` for a zero vector.
    """
    targets = np.asarray(vectors, dtype=np.float64)
    if targets.ndim != 2 or targets.shape[1] != table.dimension or not np.isfinite(targets).all():
        raise InvalidOption(name="vectors", value=targets.shape, rule=f"rows of {table.dimension} finite numbers are needed")
    check_k(k, candidates=len(table) - (own is not None))
    lengths = np.linalg.norm(targets, axis=1)
    if len(lengths) and lengths.min() == 0:
        raise NoDirection(query=f"vector {int(lengths.argmin()) + 1}")
    directions = targets / lengths[:, None]
    wanted = k + (own is not None)
    size = max(1, _VALUES // max(_BLOCK, 8 * wanted))
    index = ready_index(table)
    answer = partial(_answer, table) if index is None else partial(_answer_indexed, index, table)
    parts = [answer(directions[start : start + size], wanted) for start in range(0, len(directions), size)]
    rows = np.concatenate([part.rows for part in parts]) if parts else np.empty((0, wanted), np.int64)
    scores = np.concatenate([part.scores for part in parts]) if parts else np.empty((0, wanted), np.float32)
    return Ranked(rows, scores) if own is None else _without_own(rows, scores, own)


def _without_own(rows: Rows, scores: Scores, own: Rows) -> Ranked:
    """Return the lists ``(B, k + 1)`` without the row that asks, or without the last where that row is not among them."""
    drop = rows == np.asarray(own)[:, None]
    drop[~drop.any(axis=1), -1] = True
    shape = (rows.shape[0], rows.shape[1] - 1)
    return Ranked(rows[~drop].reshape(shape), scores[~drop].reshape(shape))


def _answer_indexed(index: SearchIndex, table: EmbeddingTable, directions: NDArray[np.float64], k: int) -> Ranked:
    query, row, overfull = index.candidates(directions, k)
    clear = np.setdiff1d(np.arange(len(directions)), overfull)
    rows, scores = np.empty((len(directions), k), np.int64), np.empty((len(directions), k), np.float32)
    rows[clear], scores[clear] = _sorted(table, directions[clear], np.searchsorted(clear, query), row, k)
    if len(overfull):
        rows[overfull], scores[overfull] = _answer(table, directions[overfull], k)
    return Ranked(rows, scores)


def _answer(table: EmbeddingTable, directions: NDArray[np.float64], k: int) -> Ranked:
    floor = np.full(len(directions), -np.inf, dtype=np.float32)
    margin = np.float32(2.0 * rounding_error(table.dimension + 1))
    asked = directions.astype(np.float32)
    parts: list[_Open] = []
    step = max(_BLOCK, 8 * k)
    for start in range(0, len(table), step):
        block = table.unit_rows(slice(start, start + step)).astype(np.float32)  # (R, D)
        products = asked @ block.T  # (B, R)
        parts.append(_hits(products, floor, k, margin=margin, start=start))
    found = _Open(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    left = found.rough >= floor[found.query] - margin
    return _sorted(table, directions, found.query[left], found.row[left], k)


def _hits(products: NDArray[np.float32], floor: NDArray[np.float32], k: int, *, margin: Any, start: int) -> _Open:
    """Raise ``floor`` ``(B,)`` to what ``k`` rows of this block reach, and return the pairs that reach it."""
    count, width = products.shape
    group = _GROUP if width % _GROUP == 0 and width // _GROUP >= k else 1
    grouped = products.reshape(count, group, -1)
    tops = grouped.max(axis=1) if group > 1 else products  # (B, G)
    if tops.shape[1] >= k:
        np.maximum(floor, np.partition(tops, tops.shape[1] - k, axis=1)[:, -k], out=floor)
    query, place = np.nonzero(tops >= (floor - margin)[:, None])
    scores = grouped[query, :, place]  # (n, group)
    hit, member = np.nonzero(scores >= (floor - margin)[query][:, None])
    return _Open(query[hit], start + member * grouped.shape[2] + place[hit], scores[hit, member])


def _sorted(table: EmbeddingTable, directions: NDArray[np.float64], query: Rows, row: Rows, k: int) -> Ranked:
    """Return the ``k`` best pairs of each question by the exact cosine."""
    exact = np.empty(len(row), dtype=np.float32)
    for start in range(0, len(exact), _CHUNK):
        part = slice(start, start + _CHUNK)
        products = np.einsum("nd,nd->n", table.matrix[row[part]].astype(np.float64), directions[query[part]])
        lengths = table.lengths[row[part]]
        exact[part] = np.clip(np.divide(products, lengths, out=np.zeros(len(lengths)), where=lengths > 0), -1.0, 1.0)
    order = np.lexsort((row, -exact, query))
    begins = np.searchsorted(query[order], np.arange(len(directions)))
    best = order[begins[:, None] + np.arange(k)]  # (B, k)
    return Ranked(row[best], exact[best])
