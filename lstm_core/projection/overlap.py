"""How much two neighbourhoods of the same point have in common, for all points, told as it goes on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lstm_core.projection.neighbors import Points, Rows, nearest_rows

Progress = Callable[[float], None]
_BLOCK = 1_000  # rows between two calls of ``progress``


def shared(one: Rows, two: Rows) -> NDArray[np.float64]:
    """Return the share (0-1) of the neighbours in ``one`` ``(N, k)`` that are also in ``two`` ``(N, k)``, per row ``(N,)``."""
    both = one[:, :, None] == two[:, None, :]  # (N, k, k)
    shares: NDArray[np.float64] = both.any(axis=2).mean(axis=1)
    return shares


def told_neighbors(points: Points, *, k: int, progress: Progress | None = None) -> tuple[Rows, NDArray[np.float64]]:
    """Return :func:`nearest_rows` of all ``points`` ``(N, D)``, block by block; ``progress`` is called with the share done."""
    parts = []
    for start in range(0, len(points), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(points)))
        parts.append(nearest_rows(points, k=k, rows=rows))
        if progress is not None:
            progress((start + len(rows)) / len(points))
    near, distances = (np.concatenate(each) for each in zip(*parts, strict=True))
    return near, distances
