"""A second copy of a large table in bytes: a question about all rows reads a quarter of the table, or less than half of it.

The unit rows are turned at random, so that no axis stands out, and kept as one byte a number; what the bytes leave over is
kept as a second byte. Cauchy-Schwarz on what is left bounds every cosine, so only the few rows that may be among the best
are worked out. The answers are those of the plain scan to the last rank; only the time differs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.scan import Rows, Scan, Scores, cosine_exact, plain_scans

WORTHWHILE = 8_000_000
"""Numbers in a table (V x D) from which an index is worth its memory and the time of building it."""
BLOCK = 8_192
_SEED = 0
_LEVELS = 127  # of a byte on either side of zero
_ASKED_LEVELS = 8_191  # of a number of a question
_LANES = 64  # rows are padded to this many bytes
_SLOP = 2.0**-19  # more than the roundings of four float32 operations on numbers of at most 1.1, and of the score itself
_UP = 1 + 1e-6
_ROOM = 1_024  # rows noted for a question of a batch


class Asked(NamedTuple):
    """Unit vectors in whole numbers: ``codes`` ``(B, W)`` times ``factor`` ``(B,)`` are off by at most ``spare`` ``(B,)``."""

    codes: NDArray[np.int16]
    factor: NDArray[np.float32]
    spare: NDArray[np.float32]


class Candidates(NamedTuple):
    """Pairs of a question and a row that may be among its best ``(n,)``; ``overfull``: questions with too many of them."""

    query: Rows
    row: Rows
    overfull: Rows


class SearchIndex:
    """Bounds on the cosines of all rows with a direction, in one read of V x D bytes, sharper ones in two.

    It takes half as much memory as the matrix of the table (rows padded to 64 numbers, and 16 bytes a row).
    """

    def __init__(self, table: EmbeddingTable) -> None:
        from lstm_core.table import kernels

        self._kernels = kernels
        self.words, self.dimension = len(table), table.dimension
        self.rotation = np.linalg.qr(np.random.default_rng(_SEED).normal(size=(self.dimension, self.dimension)))[0]
        width = -(-self.dimension // _LANES) * _LANES
        self._levels = min(_ASKED_LEVELS, (2**31 - 1) // (_LEVELS * width))  # sums of products stay within 32 bits
        self._codes = np.zeros((2, self.words, width), dtype=np.int8)
        self._scales = np.zeros((2, self.words), dtype=np.float32)
        self._slacks = np.zeros((2, self.words), dtype=np.float32)
        for start in range(0, self.words, BLOCK):
            self._fill(table, slice(start, start + BLOCK))

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return self._codes.nbytes + self._scales.nbytes + self._slacks.nbytes

    def scans(self, table: EmbeddingTable, direction: NDArray[np.float64]) -> Iterator[Scan]:
        """Yield scans of the cosines with the unit vector ``direction`` ``(D,)``, from the cheapest to the sharpest."""
        asked = self._asked(direction[None])
        exact, rough = cosine_exact(table, direction), np.zeros(self.words, dtype=np.float32)
        for codes, scale, slack in zip(self._codes, self._scales, self._slacks, strict=True):
            low, high = np.empty_like(rough), np.empty_like(rough)
            self._kernels.sweep(asked.codes[0], asked.factor[0], asked.spare[0], codes, scale, slack, rough, low, high)
            yield Scan(low, high, exact)
        yield from plain_scans(table, direction)

    def candidates(self, directions: NDArray[np.float64], k: int) -> Candidates:
        """Return all rows that may be among the ``k`` best by cosine to each of the unit vectors ``directions`` ``(B, D)``."""
        asked, count = self._asked(directions), len(directions)
        found = np.empty((count, max(_ROOM, 8 * k)), dtype=np.int32)
        highs = np.empty(found.shape, dtype=np.float32)
        counts, tops = np.zeros(count, dtype=np.int32), np.full((count, k), -np.inf, dtype=np.float32)

        def share(part: slice) -> None:
            own = (each[part] for each in (*asked, found, highs, counts, tops))
            self._kernels.sift(self._codes[0], self._scales[0], self._slacks[0], *own)

        _shared(count, share)
        overfull = counts > found.shape[1]
        open_ = (np.arange(found.shape[1]) < counts[:, None]) & (highs >= tops[:, :1]) & ~overfull[:, None]
        query, place = np.nonzero(open_)
        return Candidates(query, found[query, place].astype(np.int64), np.flatnonzero(overfull))

    def _asked(self, directions: NDArray[np.float64]) -> Asked:
        turned = directions @ self.rotation
        codes, factor, left = _whole_numbers(turned, self._levels)
        wide = np.zeros((len(turned), self._codes.shape[2]), dtype=np.int16)
        wide[:, : self.dimension] = codes
        # |x q - x' q'| <= |x - x'| |q| + |x'| |q - q'|, and |x'| < 1.1
        return Asked(wide, factor, _bound(1.1 * np.linalg.norm(left, axis=1) + _SLOP))

    def _fill(self, table: EmbeddingTable, rows: slice) -> None:
        left = table.unit_rows(rows) @ self.rotation  # (n, D) float64
        for codes, scales, slacks in zip(self._codes, self._scales, self._slacks, strict=True):
            codes[rows, : self.dimension], scales[rows], left = _whole_numbers(left, _LEVELS)
            slacks[rows] = _bound(np.linalg.norm(left, axis=1))


_ready: WeakKeyDictionary[EmbeddingTable, SearchIndex] = WeakKeyDictionary()
_lock = Lock()


def search_index(table: EmbeddingTable) -> SearchIndex:
    """Return the index of ``table``, built once (seconds for a million rows) and gone with the table.

    From then on every question about the table is answered through it.
    """
    with _lock:
        if table not in _ready:
            _ready[table] = SearchIndex(table)
        return _ready[table]


def ready_index(table: EmbeddingTable) -> SearchIndex | None:
    """Return the index of ``table`` where one was built already."""
    return _ready.get(table) if is_large(table) else None


def is_large(table: EmbeddingTable) -> bool:
    """Tell whether questions about ``table`` gain from :func:`search_index`."""
    return table.matrix.size >= WORTHWHILE


def cosine_scans(table: EmbeddingTable, direction: NDArray[np.float64]) -> Iterator[Scan]:
    """Yield scans of the cosines with the unit vector ``direction`` ``(D,)``: by the index where there is one."""
    index = ready_index(table)
    return plain_scans(table, direction) if index is None else index.scans(table, direction)


def _shared(count: int, work: Callable[[slice], object]) -> None:
    """Do ``work`` on ``count`` things, shared out among threads, one for a processor."""
    threads = max(1, min(os.cpu_count() or 1, count))
    size = -(-count // threads) or 1
    parts = [slice(start, start + size) for start in range(0, count, size)]
    if len(parts) == 1:
        work(parts[0])
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, parts))


def _whole_numbers(rows: NDArray[np.float64], levels: int) -> tuple[NDArray[np.float64], Scores, NDArray[np.float64]]:
    """Return whole numbers of at most ``levels`` ``(n, D)``, the scale of each row ``(n,)``, and what they leave over."""
    scale = (np.abs(rows).max(axis=1) / levels).astype(np.float32)
    wide = np.where(scale > 0, scale, 1.0).astype(np.float64)[:, None]
    codes = np.clip(np.rint(rows / wide), -levels, levels)
    return codes, scale, rows - codes * wide


def _bound(lengths: NDArray[np.float64]) -> Scores:
    """Return ``lengths`` in single precision, none of them smaller than it was."""
    return (lengths * _UP).astype(np.float32)
