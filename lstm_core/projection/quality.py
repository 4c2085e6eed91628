"""What a picture is worth: are neighbours on it true neighbours, and are true neighbours on it? (Venna & Kaski 2001)"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstm_core.errors import TooFew
from lstm_core.projection.methods import unit_rows
from lstm_core.projection.neighbors import Points, Rows, nearest_rows, squared_distances
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable

SAMPLE = 2_000


@dataclass(frozen=True)
class Quality:
    """Three measures (0-1, up = better) of a picture at ``k`` neighbours: means over ``sample`` of ``points`` points.

    The neighbours of the points of the sample are looked for among all ``points``.

    ``trustworthiness``: neighbours on the picture are near in truth; ``continuity``: true neighbours are near on the picture;
    ``neighbor_recall``: share of the k true neighbours among the k on the picture. ``chance`` is the recall of a picture that
    has nothing to do with the table; trustworthiness and continuity of such a picture are about 0.5 for small k.
    """

    trustworthiness: float
    continuity: float
    neighbor_recall: float
    chance: float
    k: int
    sample: int
    points: int
    seed: int


def trustworthiness(high: Points, low: Points, *, k: int = 10) -> float:
    """Return how far the ``k`` neighbours in ``low`` ``(N, d)`` are neighbours in ``high`` ``(N, D)``, 0-1.

    1 - 2 / (N k (2N - 3k - 1)) times the sum of (rank in high - k) over neighbours in low that are none in high: the formula
    of Venna & Kaski (2001), as in scikit-learn. Euclidean distances in both. Raises :class:`TooFew` unless N > 2k.
    """
    _check(high, low, k)
    rows = np.arange(len(high))
    return _intrusion(high, _near(low, k, rows), rows)


def continuity(high: Points, low: Points, *, k: int = 10) -> float:
    """Return how far the ``k`` neighbours in ``high`` stay neighbours in ``low``: trustworthiness with the two exchanged."""
    return trustworthiness(low, high, k=k)


def neighbor_recall(high: Points, low: Points, *, k: int = 10) -> float:
    """Return the mean share (0-1) of each point's ``k`` neighbours in ``high`` among its ``k`` neighbours in ``low``."""
    _check(high, low, k)
    rows = np.arange(len(high))
    return _overlap(_near(high, k, rows), _near(low, k, rows))


def chance_recall(points: int, *, k: int) -> float:
    """Return the neighbour recall to expect of a picture unrelated to the truth: k / (N - 1)."""
    return k / (points - 1)


def quality(high: Points, low: Points, *, k: int = 10, sample: int = SAMPLE, seed: int = 0) -> Quality:
    """Return all measures of the picture ``low`` of ``high``, for a seeded sample of at most ``sample`` points among all.

    Raises :class:`TooFew` unless there are more than 2k points.
    """
    _check(high, low, k)
    points = len(high)
    rows = np.arange(points)
    if points > sample:
        rows = np.sort(np.random.default_rng(seed).choice(points, size=sample, replace=False))
    near_high, near_low = _near(high, k, rows), _near(low, k, rows)
    return Quality(
        trustworthiness=_intrusion(high, near_low, rows),
        continuity=_intrusion(low, near_high, rows),
        neighbor_recall=_overlap(near_high, near_low),
        chance=chance_recall(points, k=k),
        k=k,
        sample=len(rows),
        points=points,
        seed=seed,
    )


def projection_quality(
    table: EmbeddingTable, projection: Projection, *, k: int = 10, sample: int = SAMPLE, seed: int = 0
) -> Quality:
    """Return the quality of ``projection`` against the true space of ``table``, by cosine when its rows were made unit rows.

    Raises :class:`InvalidTable` for a projection of another table, :class:`TooFew` for fewer than 2k + 1 points.
    """
    projection.labels(table)
    rows = table.matrix[projection.indices]
    high = unit_rows(rows) if projection.options.get("unit_rows", True) else rows
    return quality(high, projection.coordinates, k=k, sample=sample, seed=seed)


def _check(high: Points, low: Points, k: int) -> None:
    if len(high) != len(low):
        raise ValueError(f"{len(high)} rows but {len(low)} points")
    if k < 1 or len(high) <= 2 * k:
        raise TooFew(what=f"points to compare {k} neighbours", given=len(high), needed=2 * max(k, 1) + 1)


def _near(points: Points, k: int, rows: Rows) -> Rows:
    """Return the ``k`` nearest points of each of ``rows`` ``(n,)``, nearest first, ``(n, k)``; equal ones in table order."""
    return nearest_rows(points, k=k, rows=rows)[0]


def _intrusion(truth: Points, near: Rows, rows: Rows) -> float:
    """Return 1 minus the normalised excess of the ranks in ``truth`` of ``near`` ``(n, k)``, the neighbours of ``rows``."""
    count, k = len(truth), near.shape[1]
    penalty = 0
    for start, squares in squared_distances(truth, rows=rows):  # (B, N)
        for column in near[start : start + len(squares)].T:
            own = np.take_along_axis(squares, column[:, None], axis=1)
            closer = (squares < own) | ((squares == own) & (np.arange(count) < column[:, None]))
            penalty += int(np.maximum(np.count_nonzero(closer, axis=1) + 1 - k, 0).sum())
    return 1.0 - penalty * 2.0 / float(len(rows) * k * (2.0 * count - 3.0 * k - 1.0))


def _overlap(one: Rows, two: Rows) -> float:
    shared = sum(len(np.intersect1d(a, b, assume_unique=True)) for a, b in zip(one, two, strict=True))
    return shared / one.size
