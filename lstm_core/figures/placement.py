"""Which names may stand on a map without covering each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_COLUMNS, _ROWS = 9, 18


def spread_out(
    coordinates: NDArray[np.float32], order: NDArray[np.int64], *, most: int, taken: Sequence[int] = ()
) -> NDArray[np.int64]:
    """Return up to ``most`` point numbers, the first of ``order`` that fall into different cells of a 9 x 18 grid.

    ``coordinates`` ``(N, 2 or 3)``; a third dimension is cut into 9. ``order`` lists points by importance.
    The points ``taken`` keep their cells free of names.
    """
    if most < 1 or not len(order):
        return np.empty(0, dtype=np.int64)
    cells = np.array([_COLUMNS, _ROWS, _COLUMNS])[: coordinates.shape[1]]
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    extent = np.where(high > low, high - low, 1.0)
    cell = np.minimum(((coordinates - low) / extent * cells).astype(np.int64), cells - 1)  # (N, 2 or 3)
    number = np.ravel_multi_index(tuple(cell.T), tuple(cells))
    order = order[~np.isin(number[order], number[np.array(taken, dtype=np.int64)])]
    _, first = np.unique(number[order], return_index=True)
    return order[np.sort(first)[:most]]


def first_of_each(importance: NDArray[np.floating], groups: Sequence[str]) -> NDArray[np.float64]:
    """Return an importance ``(N,)`` that puts the first of every group before the second of any.

    Within a group, and among points of equal place, the given ``importance`` ``(N,)`` decides.
    """
    order = np.argsort(-np.asarray(importance, dtype=np.float64), kind="stable")
    seen: dict[str, int] = {}
    place = np.empty(len(order), dtype=np.float64)
    for position, point in enumerate(order):
        turn = seen[groups[point]] = seen.get(groups[point], -1) + 1
        place[point] = -(turn * len(order) + position)
    return place


def away_from_center(coordinates: NDArray[np.floating]) -> list[str]:
    """Return plotly's ``textposition`` for each of the points ``(N, 2)`` that lets its name stand outside of their middle."""
    offsets = coordinates - (coordinates.max(axis=0) + coordinates.min(axis=0)) / 2.0
    spread = float(np.abs(offsets).max()) or 1.0
    return [_side(x / spread, y / spread) for x, y in offsets]


def _side(x: float, y: float) -> str:
    if abs(y) < 0.25 and abs(x) >= 0.25:
        return "middle right" if x > 0 else "middle left"
    across = "center" if abs(x) < 0.25 else "right" if x > 0 else "left"
    return f"{'bottom' if y < 0 else 'top'} {across}"
