"""A second copy of a large table, laid out so that one question reads it at the speed of memory, or reads only part of it.

The unit rows are turned to their principal axes and kept by blocks, each block transposed. A product with the leading axes
bounds every cosine (Cauchy-Schwarz on the axes left away), so rows that cannot be among the best are never read in full.
The answers are those of the plain scan to the last rank; only the time differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.scan import Scan, cosine_exact, plain_scans, rounding_error

WORTHWHILE = 8_000_000
"""Numbers in a table (V x D) from which an index is worth its memory and the time of building it."""
BLOCK = 8_192
_SAMPLE = 20_000
_ENERGIES = (0.2, 0.06)  # shares of the squared length that the axes left away may hold for a scan of a head to be tried
_SEED = 0


class SearchIndex:
    """Bounds on the cosines of all rows with a direction, in one read of V x D x 4 bytes or less.

    It takes as much memory as the matrix of the table (and 4 bytes a row for each of at most two heads).
    """

    def __init__(self, table: EmbeddingTable) -> None:
        self.words, self.dimension = len(table), table.dimension
        self.rotation, energy = _principal_axes(table)
        self.heads = _heads(energy)
        count = -(-self.words // BLOCK)
        self._blocks = np.zeros((count, self.dimension, BLOCK), dtype=np.float32)
        self._tails = np.zeros((len(self.heads), count * BLOCK), dtype=np.float32)
        for number in range(count):
            self._fill(table, number)

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return self._blocks.nbytes + self._tails.nbytes

    def scans(self, table: EmbeddingTable, direction: NDArray[np.float64]) -> Iterator[Scan]:
        """Yield scans of the cosines with the unit vector ``direction`` ``(D,)``, from the cheapest to the sharpest."""
        turned = self.rotation.T @ direction
        exact = cosine_exact(table, direction)
        rough = np.zeros(self.words, dtype=np.float32)
        begin, error = 0, np.float32(rounding_error(self.dimension + 1))
        for head, tails in zip((*self.heads, self.dimension), (*self._tails, None), strict=True):
            part = turned[begin:head].astype(np.float32)
            rough = rough + np.matmul(part, self._blocks[:, begin:head]).reshape(-1)[: self.words]
            left = error
            if tails is not None:
                left = tails[: self.words] * np.float32(np.linalg.norm(turned[head:]) * (1 + 1e-6)) + error
            yield Scan(rough - left, rough + left, exact)
            begin = head

    def _fill(self, table: EmbeddingTable, number: int) -> None:
        rows = slice(number * BLOCK, min((number + 1) * BLOCK, self.words))
        turned = self.rotation.T @ table.unit_rows(rows).T  # (D, B) float64
        width = turned.shape[1]
        self._blocks[number, :, :width] = turned
        for head, tails in zip(self.heads, self._tails, strict=True):
            tails[number * BLOCK : number * BLOCK + width] = np.linalg.norm(turned[head:], axis=0) * (1 + 1e-6)


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


def is_large(table: EmbeddingTable) -> bool:
    """Tell whether questions about ``table`` gain from :func:`search_index`."""
    return table.matrix.size >= WORTHWHILE


def cosine_scans(table: EmbeddingTable, direction: NDArray[np.float64]) -> Iterator[Scan]:
    """Yield scans of the cosines with the unit vector ``direction`` ``(D,)``: by the index where there is one."""
    index = _ready.get(table) if is_large(table) else None
    return plain_scans(table, direction) if index is None else index.scans(table, direction)


def _principal_axes(table: EmbeddingTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return orthonormal axes as columns ``(D, D)``, longest first for a sample of unit rows, and the share of each."""
    rows = np.random.default_rng(_SEED).permutation(len(table))[:_SAMPLE]
    sample = table.unit_rows(rows)
    sizes, axes = np.linalg.eigh(sample.T @ sample)
    energy = np.maximum(sizes[::-1], 0.0)
    return np.ascontiguousarray(axes[:, ::-1]), energy / max(float(energy.sum()), 1e-300)


def _heads(energy: NDArray[np.float64]) -> tuple[int, ...]:
    """Return the sizes of heads worth scanning by themselves: most of the length within at most half of the axes."""
    held = np.cumsum(energy)
    sizes = (int(np.searchsorted(held, 1.0 - share)) + 1 for share in _ENERGIES)
    return tuple(sorted({size for size in sizes if size <= len(energy) // 2}))
