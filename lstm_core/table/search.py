"""Nearest neighbours and similarities in the true space of the table, never in a picture of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_core.errors import InvalidOption, NoDirection, TooFew
from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.index import cosine_scans
from lstm_core.table.scan import ROUNDING, Best, Scan, best, first_rank
from lstm_core.table.subwords import word_vector

Metric = Literal["cosine", "dot", "euclidean"]
METRICS: tuple[str, ...] = get_args(Metric)
Mask = NDArray[np.bool_]
NOWHERE = 1e-6
"""A sum of unit rows that is shorter than this share of what was summed points nowhere."""


@dataclass(frozen=True)
class Neighbor:
    """One word with its ``score`` (up = closer) and its ``rank`` (1 = best)."""

    word: str
    score: float
    rank: int


@dataclass(frozen=True)
class Approximation:
    """``recall`` (0-1): the share of the true ten neighbours that an approximate search found for ``sample`` seeded words."""

    recall: float
    sample: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {"recall@10": self.recall, "sample": self.sample, "seed": self.seed}


@dataclass(frozen=True)
class Neighbors:
    """Ranked words and the question they answer.

    ``candidates`` words were compared. ``excluded`` words were not let in because the query holds them: their score and the
    rank they would have had over the whole table are kept, so that nobody has to guess what leaving them out changed.
    ``inferred``: the word asked about is not in the table, its vector was composed from pieces of its spelling.
    ``approximate``: not all words were compared, and how well that went when it was measured; None for an exact answer.
    """

    query: str
    metric: str
    method: str | None
    results: tuple[Neighbor, ...]
    excluded: tuple[Neighbor, ...]
    candidates: int
    fingerprint: str
    inferred: bool = False
    approximate: Approximation | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words found, best first."""
        return tuple(neighbor.word for neighbor in self.results)

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line: query, metric, method, excluded words, results."""
        results = [{"word": one.word, "score": one.score, "rank": one.rank} for one in self.results]
        excluded = [one.word for one in self.excluded]
        return {
            "query": self.query,
            "metric": self.metric,
            "method": self.method,
            "excluded": excluded,
            **({"inferred": True} if self.inferred else {}),
            **({} if self.approximate is None else {"approximate": self.approximate.to_json()}),
            "results": results,
        }


def nearest(
    table: EmbeddingTable, word: str, *, k: int = 10, metric: str = "cosine", among: Mask | None = None
) -> Neighbors:
    """Return the ``k`` words closest to ``word``, which is itself left out; only words of the mask ``among`` ``(V,)`` compete.

    A table that can compose rows for words outside (fastText) answers for these too, and says so. Raises
    :class:`UnknownWords`; :class:`InvalidOption` for a wrong ``k`` or ``metric``; :class:`NoDirection` for a zero row under
    cosine.
    """
    asked = word_vector(table, word)
    own = () if asked.inferred else (asked.word,)
    found = nearest_to_vector(table, asked.vector, k=k, exclude=own, query=asked.word, metric=metric, among=among)
    return replace(found, inferred=asked.inferred)


def nearest_to_vector(
    table: EmbeddingTable,
    vector: ArrayLike,
    *,
    k: int = 10,
    exclude: Iterable[str] = (),
    query: str = "",
    metric: str = "cosine",
    among: Mask | None = None,
) -> Neighbors:
    """Return the ``k`` words closest to ``vector`` ``(D,)``, without the words of ``exclude``. Raises as :func:`nearest`."""
    left_out = table.indices(dict.fromkeys(normalize(word) for word in exclude))
    scans = metric_scans(table, vector, metric=metric, query=query)
    return ranked(table, scans, k=k, left_out=left_out, query=query, metric=metric, among=among)


def nearest_to_center(
    table: EmbeddingTable, words: Sequence[str], *, k: int = 10, exclude_query: bool = True, among: Mask | None = None
) -> Neighbors:
    """Return the ``k`` words closest by cosine to the mean direction of ``words`` (unit rows, each word once).

    Raises as :func:`nearest`, :class:`TooFew` without any word, and :class:`NoDirection` where the directions cancel out.
    """
    different = tuple(dict.fromkeys(normalize(word) for word in words))
    if not different:
        raise TooFew(what="words", given=0, needed=1)
    center = table.unit_rows(table.indices(different)).mean(axis=0)
    query = ", ".join(different)
    if np.linalg.norm(center) <= NOWHERE:
        raise NoDirection(query=query)
    return nearest_to_vector(table, center, k=k, exclude=different if exclude_query else (), query=query, among=among)


def similarity(table: EmbeddingTable, a: str, b: str) -> float:
    """Return the cosine of ``a`` and ``b``, -1 to 1. Raises :class:`UnknownWords`, :class:`NoDirection` for a zero row."""
    return float(similarity_matrix(table, (a, b))[0, 1])


def similarity_matrix(table: EmbeddingTable, words: Sequence[str]) -> NDArray[np.float64]:
    """Return the cosines of all pairs of ``words`` ``(n, n)``: symmetric, ones on the diagonal, within [-1, 1].

    Raises :class:`UnknownWords`, and :class:`NoDirection` for a word whose row is zero.
    """
    rows = table.matrix[table.indices(words)].astype(np.float64)  # (n, D)
    norms = np.linalg.norm(rows, axis=1)
    for word, norm in zip(words, norms, strict=True):
        if norm == 0:
            raise NoDirection(query=word)
    unit = rows / norms[:, None] if len(rows) else rows
    cosines = np.clip(unit @ unit.T, -1.0, 1.0)
    np.fill_diagonal(cosines, 1.0)
    return cosines


def rank_of(table: EmbeddingTable, vector: ArrayLike, word: str, *, exclude: Iterable[str] = ()) -> int:
    """Return the rank (1 = best) of ``word`` by cosine to ``vector``, the words of ``exclude`` left out but never ``word``.

    It is the rank at which :func:`nearest_to_vector` would list it. Raises as :func:`nearest`.
    """
    row = table.index(word)
    rivals = np.ones(len(table), dtype=bool)
    rivals[table.indices(exclude)] = False
    scans = metric_scans(table, vector, metric="cosine", query=word)
    return first_rank((scan.only(rivals) for scan in scans), row)


def metric_scans(table: EmbeddingTable, vector: ArrayLike, *, metric: str, query: str = "") -> Iterator[Scan]:
    """Return scans of every row's score against ``vector``, up = closer; Euclidean distances are negated.

    Raises :class:`InvalidOption` for a metric that is none of :data:`METRICS`, a wrong width or numbers that are not finite,
    :class:`NoDirection` for a zero vector under cosine.
    """
    target = np.asarray(vector, dtype=np.float64)
    if target.shape != (table.dimension,) or not np.isfinite(target).all():
        raise InvalidOption(name="vector", value=target.shape, rule=f"{table.dimension} finite numbers are needed")
    if metric not in METRICS:
        raise InvalidOption(name="metric", value=metric, rule=f"the choices are: {', '.join(METRICS)}")
    length = float(np.linalg.norm(target))
    if metric == "cosine" and length == 0:
        raise NoDirection(query=query)
    cosines = cosine_scans(table, target / length if length else target)
    if metric == "cosine":
        return cosines
    measured = _products if metric == "dot" else _negative_distances
    return (measured(table, target, length, scan) for scan in cosines)


def ranked(
    table: EmbeddingTable,
    scans: Iterable[Scan],
    *,
    k: int,
    left_out: NDArray[np.int64],
    query: str,
    metric: str,
    method: str | None = None,
    among: Mask | None = None,
) -> Neighbors:
    """Return the ``k`` best rows by ``scans`` without the rows ``left_out``, only those of the mask ``among`` competing.

    Equal scores keep table order. Raises :class:`InvalidOption` when there are fewer than ``k`` such rows.
    """
    candidates = len(table) - len(left_out)
    if among is not None:
        candidates = int(np.count_nonzero(among)) - int(np.count_nonzero(among[left_out]))
        scans = (scan.only(among) for scan in scans)
    check_k(k, candidates=candidates)
    found = best(scans, k, left_out=left_out)
    return listed(table, found, left_out=left_out, query=query, metric=metric, method=method, candidates=candidates)


def listed(
    table: EmbeddingTable,
    found: Best,
    *,
    left_out: NDArray[np.int64],
    query: str,
    metric: str,
    candidates: int,
    method: str | None = None,
) -> Neighbors:
    """Return the rows ``found``, and those ``left_out``, as words with scores and ranks."""
    excluded = zip(left_out, found.out_scores, found.out_ranks, strict=True)
    results = enumerate(zip(found.rows, found.scores, strict=True), start=1)
    return Neighbors(
        query,
        metric,
        method,
        tuple(Neighbor(table.labels[row], float(score), rank) for rank, (row, score) in results),
        tuple(Neighbor(table.labels[row], float(score), rank) for row, score, rank in excluded),
        candidates,
        table.fingerprint,
    )


def most_neighbors(table: EmbeddingTable, k: int, *, excluded: int) -> int:
    """Return ``k``, or how many words are left when ``excluded`` of them are not let in and these are fewer; at least 1."""
    return max(1, min(k, len(table) - excluded))


def check_k(k: int, *, candidates: int) -> None:
    """Raise :class:`InvalidOption` unless 1 <= ``k`` <= ``candidates``, the number of words that are compared."""
    if k < 1:
        raise InvalidOption(name="k", value=k, rule="at least 1 is needed", least=1, most=candidates)
    if k > candidates:
        raise InvalidOption(name="k", value=k, rule=f"the table has only {candidates} other words", least=1, most=candidates)


def _products(table: EmbeddingTable, target: NDArray[np.float64], length: float, cosines: Scan) -> Scan:
    """Return the scan of the dot products with ``target``."""
    scale = table.lengths * length
    spare = scale * 2.0 * ROUNDING
    return Scan(
        cosines.low * scale - spare, cosines.high * scale + spare, lambda rows: cosines.exact(rows) * scale[rows]
    )


def _negative_distances(table: EmbeddingTable, target: NDArray[np.float64], length: float, cosines: Scan) -> Scan:
    """Return the scan of minus the Euclidean distances to ``target``: |x|^2 + |q|^2 - 2 |x| |q| cos."""
    ends = table.square_norms + length * length
    twice = 2.0 * table.lengths * length
    spare = ends * 4.0 * ROUNDING

    def exact(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        apart = table.matrix[rows].astype(np.float64) - target
        distances: NDArray[np.float64] = np.sqrt(np.einsum("nd,nd->n", apart, apart))
        return -distances

    near = np.sqrt(np.maximum(ends - twice * cosines.high - spare, 0.0)) * (1.0 - 2.0 * ROUNDING)
    far = np.sqrt(np.maximum(ends - twice * cosines.low + spare, 0.0)) * (1.0 + 2.0 * ROUNDING)
    return Scan(-far, -near, exact)
