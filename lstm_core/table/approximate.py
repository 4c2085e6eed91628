"""An approximate index for tables of a million rows and more: used only when asked for, its measured recall beside its answers.

The unit rows are sorted into 2√V lists around k-means centres (faiss, an inverted file of whole rows); a question reads a
tenth of the lists, those nearest to it. What it finds there is ranked again by the table's own cosine: the scores are
exact, only a neighbour in a list that was not read is missed. It takes as much memory as the matrix of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil, sqrt
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, NoDirection, TooFew
from lstm_core.table.batch import nearest_rows
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.scan import Best, Rows, Scan, best, cosine_exact
from lstm_core.table.search import Approximation, Neighbors, check_k, listed
from lstm_core.table.subwords import word_vector

LARGE = 1_000_000
"""Rows from which an approximate index may be asked for; below, the exact answer is a matter of milliseconds."""
SAMPLE = 200  # words whose exact neighbours the recall is measured on
_SEED = 0
_TOP = 10
_READ = 10  # one list in so many is read
_TRAINED = 64  # rows a list that k-means sees
_ROUNDS = 10
_BLOCK = 16_384
_CENTRES = 0.3  # share of the building time that k-means takes, for the bar
_ADDED = 0.9

Progress = Callable[[float], None]


class ApproximateIndex:
    """Lists of rows by their nearest centre; ``measured`` says how many of the true ten neighbours it finds."""

    def __init__(self, table: EmbeddingTable, *, progress: Progress | None = None) -> None:
        report = progress or (lambda _: None)
        self.lists = ceil(2 * sqrt(len(table)))
        self.probes = ceil(self.lists / _READ)
        self._index = _empty_lists(table, self.lists, report)
        for start in range(0, len(table), _BLOCK):
            report(_CENTRES + (_ADDED - _CENTRES) * start / len(table))
            self._index.add(table.unit_rows(slice(start, start + _BLOCK)).astype(np.float32))
        self._sizes = np.array([self._index.invlists.list_size(number) for number in range(self.lists)])
        report(_ADDED)
        self.measured = self._measure(table)
        report(1.0)

    def best(self, table: EmbeddingTable, direction: NDArray[np.float64], k: int, *, left_out: Rows) -> tuple[Best, int]:
        """Return the ``k`` best rows for the unit vector ``direction`` ``(D,)`` among those read, and how many were read.

        More lists are read where these hold fewer than ``k`` rows besides ``left_out``.
        """
        rows, read = self._read(direction.astype(np.float32)[None], 2 * k + _TOP + len(left_out), least=k + len(left_out))
        rows = np.union1d(rows, left_out)
        exact = cosine_exact(table, direction)
        scan = Scan(np.full(len(rows), -1.0), np.full(len(rows), 1.0), lambda places: exact(rows[places]))
        found = best((scan,), k, left_out=np.searchsorted(rows, left_out))
        return replace(found, rows=rows[found.rows]), read

    def _read(self, query: NDArray[np.float32], count: int, *, least: int) -> tuple[Rows, int]:
        import faiss

        reading: Any = faiss.SearchParametersIVF
        probes = self.probes
        while True:
            found = self._index.search(query, count, params=reading(nprobe=probes))[1][0]
            rows = found[found >= 0]
            if len(rows) >= least or probes >= self.lists:
                return rows, int(self._sizes[self._index.quantizer.search(query, probes)[1][0]].sum())
            probes = min(self.lists, 2 * probes)

    def _measure(self, table: EmbeddingTable) -> Approximation:
        """Return the share of the true ten neighbours of a seeded sample of words that is found, equal scores being equal."""
        known = np.flatnonzero(table.lengths > 0)
        if len(known) < 2:
            raise TooFew(what="words", given=len(known), needed=2)
        rows = np.sort(np.random.default_rng(_SEED).permutation(known)[:SAMPLE])
        k = min(_TOP, len(table) - 1)
        floor = nearest_rows(table, table.matrix[rows], k=k, own=rows).scores[:, -1]
        directions = table.unit_rows(rows)
        hits = [
            np.count_nonzero(self.best(table, direction, k, left_out=np.array([row]))[0].scores >= last)
            for row, direction, last in zip(rows, directions, floor, strict=True)
        ]
        return Approximation(recall=float(np.mean(hits) / k), sample=len(rows), seed=_SEED)


def _empty_lists(table: EmbeddingTable, count: int, report: Progress) -> Any:
    """Return faiss's index of ``count`` empty lists around unit centres, by spherical k-means of a sample, round by round."""
    import faiss

    chosen = np.sort(np.random.default_rng(_SEED).permutation(len(table))[: _TRAINED * count])
    sample = table.unit_rows(chosen).astype(np.float32)
    centres = faiss.IndexFlatIP(table.dimension)
    means = faiss.Clustering(table.dimension, count)
    means.seed, means.niter, means.spherical, means.min_points_per_centroid = _SEED, 1, True, 1
    for done in range(_ROUNDS):  # every round goes on from the centres of the last
        report(_CENTRES * done / _ROUNDS)
        means.train(sample, centres)
    return faiss.IndexIVFFlat(centres, table.dimension, count, faiss.METRIC_INNER_PRODUCT)


_ready: WeakKeyDictionary[EmbeddingTable, ApproximateIndex] = WeakKeyDictionary()
_lock = Lock()


def is_huge(table: EmbeddingTable) -> bool:
    """Tell whether an approximate index of ``table`` may be asked for: :data:`LARGE` rows or more."""
    return len(table) >= LARGE


def approximate_index(table: EmbeddingTable, *, progress: Progress | None = None) -> ApproximateIndex:
    """Return the index of ``table``, built once (tens of seconds for a million rows) and gone with the table.

    ``progress`` gets the share done (0-1) and may raise to stop. Raises :class:`InvalidOption` for a table that is not huge.
    """
    if not is_huge(table):
        rule = f"only for tables of {LARGE:,} words and more; this one has {len(table):,} and is searched exactly"
        raise InvalidOption(name="approximate", value="on", rule=rule)
    with _lock:
        if table not in _ready:
            _ready[table] = ApproximateIndex(table, progress=progress)
        return _ready[table]


def nearest_approximate(table: EmbeddingTable, word: str, *, k: int = 10) -> Neighbors:
    """Return about the ``k`` words closest to ``word`` by cosine: their scores are exact, but one of them may be missed.

    The answer's ``approximate`` says how often; its ``candidates`` are the words that were really compared, and so are the
    ranks of what was left out. Raises as :func:`lstm_core.table.search.nearest` and :func:`approximate_index`.
    """
    asked = word_vector(table, word)
    left_out = table.indices(() if asked.inferred else (asked.word,))
    check_k(k, candidates=len(table) - len(left_out))
    target = np.asarray(asked.vector, dtype=np.float64)
    length = float(np.linalg.norm(target))
    if length == 0:
        raise NoDirection(query=asked.word)
    index = approximate_index(table)
    found, read = index.best(table, target / length, k, left_out=left_out)
    answer = listed(table, found, left_out=left_out, query=asked.word, metric="cosine", candidates=read - len(left_out))
    return replace(answer, inferred=asked.inferred, approximate=index.measured)
