"""Exact nearest neighbours of all rows at once, block by block: what t-SNE starts from and what quality is measured by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating]
Rows = NDArray[np.int64]
_BLOCK_VALUES = 4_000_000


def squared_distances(points: Points, *, rows: Rows | None = None) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield blocks of squared Euclidean distances ``(B, N)`` from ``rows`` (None: all) of ``points`` ``(N, D)`` to all points.

    With each block comes the place in ``rows`` of its first one. A point's distance to itself is infinite.
    In float64, so that equal distances come out equal to about 1e-12.
    """
    values = np.asarray(points, dtype=np.float64)
    values = values - values.mean(axis=0)
    norms = np.einsum("nd,nd->n", values, values)
    rows = np.arange(len(values)) if rows is None else rows
    size = max(1, _BLOCK_VALUES // max(1, len(values)))
    for start in range(0, len(rows), size):
        block = rows[start : start + size]
        squares = norms[block, None] + norms - 2.0 * (values[block] @ values.T)  # (B, N)
        np.maximum(squares, 0.0, out=squares)
        squares[np.arange(len(block)), block] = np.inf
        yield start, squares


def nearest_rows(points: Points, *, k: int, rows: Rows | None = None) -> tuple[Rows, NDArray[np.float64]]:
    """Return the ``k`` nearest other rows of each row and their distances, nearest first, both ``(N, k)``; 1 <= k < N.

    With ``rows`` ``(n,)``, those of these rows alone, ``(n, k)``; neighbours are looked for among all points.
    """
    asked = len(points) if rows is None else len(rows)
    indices = np.empty((asked, k), dtype=np.int64)
    distances = np.empty((asked, k))
    for start, squares in squared_distances(points, rows=rows):
        near = _smallest(squares, k)
        lengths = np.take_along_axis(squares, near, axis=1)
        order = np.lexsort((near, lengths), axis=1)
        block = slice(start, start + len(squares))
        indices[block] = np.take_along_axis(near, order, axis=1)
        distances[block] = np.sqrt(np.take_along_axis(lengths, order, axis=1))
    return indices, distances


def _smallest(squares: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Return the columns of the ``k`` smallest of each row ``(B, k)``, in any order; of equal ones the first columns."""
    near = np.argpartition(squares, k - 1, axis=1)[:, :k]
    edge = np.take_along_axis(squares, near, axis=1).max(axis=1, keepdims=True)
    for row in np.flatnonzero(np.count_nonzero(squares <= edge, axis=1) > k):
        near[row] = np.argsort(squares[row], kind="stable")[:k]
    return near
