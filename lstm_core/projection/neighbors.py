"""Exact nearest neighbours of all rows at once, block by block: what t-SNE starts from and what quality is measured by."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

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


def near_graph(points: NDArray[np.float32], *, k: int) -> tuple[Rows, NDArray[np.float32]]:
    """Return the ``k`` nearest other rows of each of ``points`` ``(N, D)`` and their distances, nearest first, ``(N, k)``.

    In float32, for methods that need a graph and not its last digit: by oneDAL where it runs, else by numpy, on all cores.
    Compared with :func:`nearest_rows`, near-equal distances may change places. 1 <= k < N.
    """
    try:
        from daal4py.sklearn.neighbors import NearestNeighbors
    except ImportError:
        return _near_graph_numpy(points, k=k)
    rows = np.ascontiguousarray(points, dtype=np.float32)
    lengths, near = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(rows).kneighbors()
    return near.astype(np.int64), lengths.astype(np.float32)


def nearest_to(points: NDArray[np.float32], queries: NDArray[np.float32], *, k: int) -> tuple[Rows, NDArray[np.float32]]:
    """Return the ``k`` rows of ``points`` ``(N, D)`` with the largest products with ``queries`` ``(n, D)``, and the products.

    Both ``(n, k)``, largest first; 1 <= k <= N.
    """
    scores = queries @ points.T  # (n, N)
    near = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return near, np.take_along_axis(scores, near, axis=1)


def _near_graph_numpy(points: NDArray[np.float32], *, k: int) -> tuple[Rows, NDArray[np.float32]]:
    rows = points.astype(np.float32) - points.mean(axis=0, dtype=np.float32)
    norms = np.einsum("nd,nd->n", rows, rows)
    size = max(1, _BLOCK_VALUES // len(rows))

    def block(start: int) -> tuple[Rows, NDArray[np.float32]]:
        some = np.arange(start, min(start + size, len(rows)))
        squares = norms[some, None] + norms - 2.0 * (rows[some] @ rows.T)  # (B, N)
        squares[np.arange(len(some)), some] = np.inf
        near = np.argpartition(squares, k - 1, axis=1)[:, :k]
        lengths = np.take_along_axis(squares, near, axis=1)
        order = np.lexsort((near, lengths), axis=1)
        sorted_lengths = np.take_along_axis(lengths, order, axis=1)
        return np.take_along_axis(near, order, axis=1), np.sqrt(np.maximum(sorted_lengths, 0.0))

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(block, range(0, len(rows), size)))
    return np.concatenate([near for near, _ in found]), np.concatenate([lengths for _, lengths in found])
