"""Nearest neighbours and similarities in the true space of the table, never in a picture of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_core.errors import InvalidOption, NoDirection
from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable

Metric = Literal["cosine", "dot", "euclidean"]
METRICS: tuple[str, ...] = get_args(Metric)
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Neighbor:
    """One word with its ``score`` (up = closer) and its ``rank`` (1 = best)."""

    word: str
    score: float
    rank: int


@dataclass(frozen=True)
class Neighbors:
    """Ranked words and the question they answer.

    ``candidates`` words were compared. ``excluded`` words were not let in because the query holds them: their score and the
    rank they would have had over the whole table are kept, so that nobody has to guess what leaving them out changed.
    """

    query: str
    metric: str
    method: str | None
    results: tuple[Neighbor, ...]
    excluded: tuple[Neighbor, ...]
    candidates: int
    fingerprint: str

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
            "results": results,
        }


def nearest(table: EmbeddingTable, word: str, *, k: int = 10, metric: str = "cosine") -> Neighbors:
    """Return the ``k`` words closest to ``word``, which is itself left out.

    Raises :class:`UnknownWords`; :class:`InvalidOption` for a wrong ``k`` or ``metric``; :class:`NoDirection` for a zero row
    under cosine.
    """
    row = table.index(word)
    return nearest_to_vector(table, table.matrix[row], k=k, exclude=(word,), query=table.labels[row], metric=metric)


def nearest_to_vector(
    table: EmbeddingTable,
    vector: ArrayLike,
    *,
    k: int = 10,
    exclude: Iterable[str] = (),
    query: str = "",
    metric: str = "cosine",
) -> Neighbors:
    """Return the ``k`` words closest to ``vector`` ``(D,)``, without the words of ``exclude``. Raises as :func:`nearest`."""
    left_out = table.indices(dict.fromkeys(normalize(word) for word in exclude))
    check_k(table, k, excluded=len(left_out))
    scores = score_rows(table, vector, metric=metric, query=query)
    return ranked(table, scores, k=k, left_out=left_out, query=query, metric=metric)


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
    scores = score_rows(table, vector, metric="cosine", query=word)
    rivals = np.ones(len(table), dtype=bool)
    rivals[table.indices(exclude)] = False
    return int(np.count_nonzero(_beats(scores, row) & rivals)) + 1


def score_rows(table: EmbeddingTable, vector: ArrayLike, *, metric: str, query: str = "") -> Scores:
    """Return the score of every row against ``vector``, ``(V,)`` float32, up = closer; Euclidean distances are negated.

    Raises :class:`InvalidOption` for a metric that is none of :data:`METRICS`, a wrong width or numbers that are not finite,
    :class:`NoDirection` for a zero vector under cosine.
    """
    target = np.asarray(vector, dtype=np.float64)
    if target.shape != (table.dimension,) or not np.isfinite(target).all():
        raise InvalidOption(name="vector", value=target.shape, rule=f"{table.dimension} finite numbers are needed")
    if metric == "cosine":
        return _cosines(table, target, query)
    if metric == "dot":
        return np.asarray(table.matrix @ target.astype(np.float32), dtype=np.float32)
    if metric == "euclidean":
        return _negative_distances(table, target)
    raise InvalidOption(name="metric", value=metric, rule=f"the choices are: {', '.join(METRICS)}")


def ranked(
    table: EmbeddingTable,
    scores: Scores,
    *,
    k: int,
    left_out: NDArray[np.int64],
    query: str,
    metric: str,
    method: str | None = None,
) -> Neighbors:
    """Return the ``k`` best rows by ``scores`` ``(V,)`` without the rows ``left_out``; equal scores keep table order."""
    excluded = tuple(
        Neighbor(table.labels[row], float(scores[row]), int(np.count_nonzero(_beats(scores, row))) + 1) for row in left_out
    )
    best = _top(scores, k, left_out)
    results = tuple(Neighbor(table.labels[row], float(scores[row]), rank) for rank, row in enumerate(best, start=1))
    candidates = len(table) - len(left_out)
    return Neighbors(query, metric, method, results, excluded, candidates, table.fingerprint)


def most_neighbors(table: EmbeddingTable, k: int, *, excluded: int) -> int:
    """Return ``k``, or how many words are left when ``excluded`` of them are not let in and these are fewer; at least 1."""
    return max(1, min(k, len(table) - excluded))


def check_k(table: EmbeddingTable, k: int, *, excluded: int) -> None:
    """Raise :class:`InvalidOption` unless 1 <= ``k`` <= the number of words that are not excluded."""
    if k < 1:
        raise InvalidOption(name="k", value=k, rule="at least 1 is needed", least=1, most=len(table) - excluded)
    if k > len(table) - excluded:
        rule = f"the table has only {len(table) - excluded} other words"
        raise InvalidOption(name="k", value=k, rule=rule, least=1, most=len(table) - excluded)


def _cosines(table: EmbeddingTable, target: NDArray[np.float64], query: str) -> Scores:
    length = np.linalg.norm(target)
    if length == 0:
        raise NoDirection(query=query)
    scores = table.unit @ (target / length).astype(np.float32)  # (V,)
    return np.clip(scores, np.float32(-1), np.float32(1))


def _negative_distances(table: EmbeddingTable, target: NDArray[np.float64]) -> Scores:
    """Return minus the Euclidean distance to each row by one product; the nearest ones, where it cancels, are redone."""
    point = target.astype(np.float32)
    squares = table.square_norms - 2.0 * (table.matrix @ point) + float(target @ target)  # (V,)
    distances = np.sqrt(np.maximum(squares, 0.0))
    close = np.flatnonzero(squares < 1e-3 * (table.square_norms + float(target @ target)))
    distances[close] = np.linalg.norm(table.matrix[close] - target, axis=1)
    return np.asarray(-distances, dtype=np.float32)


def _beats(scores: Scores, row: int) -> NDArray[np.bool_]:
    """Return which rows stand before ``row``: a higher score, or an equal one earlier in the table, ``(V,)``."""
    before: NDArray[np.bool_] = scores > scores[row]
    before[:row] |= scores[:row] == scores[row]
    return before


def _top(scores: Scores, k: int, left_out: NDArray[np.int64]) -> NDArray[np.int64]:
    open_scores = scores.copy()
    open_scores[left_out] = -np.inf
    k = min(k, len(scores) - len(left_out))
    threshold = np.partition(open_scores, len(scores) - k)[len(scores) - k] if k else np.inf
    rows = np.flatnonzero(open_scores >= threshold)
    best: NDArray[np.int64] = rows[np.lexsort((rows, -open_scores[rows]))][:k]
    return best
