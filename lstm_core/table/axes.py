"""Words in order along an axis that a person names by words at its two ends (남자, 소년 … ↔ 여자, 소녀 …)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import NoDirection, TooFew
from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import NOWHERE

SAMPLES = 1_000
_INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class AxisPlace:
    """A ``word`` at ``position`` (-1 to 1, its cosine with the axis) and ``rank`` (1 = closest to the high end).

    ``interval`` holds 95 % of the positions that other choices of the same poles would give; None with one word at each end.
    """

    word: str
    position: float
    interval: tuple[float, float] | None
    rank: int


@dataclass(frozen=True)
class AxisRanking:
    """Words from the high end of an axis to the low one, with the poles, and how the intervals were made."""

    places: tuple[AxisPlace, ...]
    low: tuple[str, ...]
    high: tuple[str, ...]
    samples: int
    seed: int
    fingerprint: str


def rank_along(
    table: EmbeddingTable,
    words: Sequence[str],
    *,
    low: Sequence[str],
    high: Sequence[str],
    samples: int = SAMPLES,
    seed: int = 0,
) -> AxisRanking:
    """Return ``words`` along the axis from the mean unit row of ``low`` to that of ``high``, with bootstrap intervals.

    For an interval the poles of each end are drawn anew with replacement, ``samples`` times (percentile bootstrap; Efron 1979).
    Raises :class:`UnknownWords`, :class:`TooFew` for an empty end or no words, :class:`NoDirection` where both ends are alike.
    """
    asked, low_end, high_end = (tuple(dict.fromkeys(normalize(word) for word in group)) for group in (words, low, high))
    for group in (asked, low_end, high_end):
        if not group:
            raise TooFew(what="words", given=0, needed=1)
    rows, low_rows, high_rows = (table.unit_rows(table.indices(group)) for group in (asked, low_end, high_end))
    axis = high_rows.mean(axis=0) - low_rows.mean(axis=0)
    if np.linalg.norm(axis) <= NOWHERE:
        raise NoDirection(query=f"{', '.join(low_end)} ↔ {', '.join(high_end)}")
    positions = rows @ (axis / np.linalg.norm(axis))  # (n,)
    intervals = _intervals(rows, low_rows, high_rows, samples=samples, seed=seed)
    order = np.argsort(-positions, kind="stable")
    places = (
        AxisPlace(asked[at], float(positions[at]), None if intervals is None else intervals[at], rank)
        for rank, at in enumerate(order.tolist(), start=1)
    )
    return AxisRanking(tuple(places), low_end, high_end, samples, seed, table.fingerprint)


def _intervals(
    rows: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], *, samples: int, seed: int
) -> list[tuple[float, float]] | None:
    if len(low) == 1 and len(high) == 1:
        return None
    random = np.random.default_rng(seed)
    ends = (end[random.integers(len(end), size=(samples, len(end)))].mean(axis=1) for end in (high, low))
    axes = np.subtract(*ends)  # (S, D)
    lengths = np.linalg.norm(axes, axis=1)
    axes = axes[lengths > NOWHERE] / lengths[lengths > NOWHERE, None]
    if not len(axes):
        return None
    bounds = np.quantile(rows @ axes.T, _INTERVAL, axis=1)  # (2, n)
    return [(float(least), float(most)) for least, most in bounds.T]
