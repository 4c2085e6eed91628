"""Orthogonal Procrustes: turn one cloud of vectors onto another without bending it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption

Points = NDArray[np.floating]


def procrustes_rotation(source: Points, target: Points) -> NDArray[np.float64]:
    """Return the orthogonal R ``(D, D)`` that makes ``source @ R`` closest to ``target``, both ``(N, D)`` with equal rows.

    Turns and mirrors only, no shift and no scale: cosines and distances inside ``source`` stay (Schönemann 1966).
    Raises :class:`InvalidOption` for different shapes or numbers that are not finite.
    """
    source, target = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if source.shape != target.shape or source.ndim != 2:
        raise InvalidOption(name="source", value=source.shape, rule=f"the same shape as the target, {target.shape}")
    if not (np.isfinite(source).all() and np.isfinite(target).all()):
        raise InvalidOption(name="source", value=source.shape, rule="only finite numbers can be aligned")
    left, _, right = np.linalg.svd(source.T @ target)  # (D, D)
    rotation: NDArray[np.float64] = left @ right
    return rotation


def align(matrix: Points, reference: Points) -> NDArray[np.float64]:
    """Return ``matrix`` ``(N, D)`` turned onto ``reference`` ``(N, D)``. Raises as :func:`procrustes_rotation`."""
    return np.asarray(matrix, dtype=np.float64) @ procrustes_rotation(matrix, reference)
