"""Orthogonal Procrustes: turn one cloud of vectors onto another without bending it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption

Points = NDArray[np.floating]
_RANK = 1e-12  # squared singular values below this share of the largest count as zero


def procrustes_rotation(source: Points, target: Points) -> NDArray[np.float64]:
    """Return the orthogonal R ``(D, D)`` that makes ``source @ R`` closest to ``target``, both ``(N, D)`` with equal rows.

    Turns and mirrors only, no shift and no scale: cosines and distances inside ``source`` stay (Schönemann 1966).
    Raises :class:`InvalidOption` for different shapes or numbers that are not finite.
    """
    source, target = _pair(source, target)
    left, _, right = np.linalg.svd(source.T @ target)  # (D, D)
    rotation: NDArray[np.float64] = left @ right
    return rotation


def align(matrix: Points, reference: Points) -> NDArray[np.float64]:
    """Return ``matrix`` ``(N, D)`` turned onto ``reference`` ``(N, D)``. Raises as :func:`procrustes_rotation`."""
    return np.asarray(matrix, dtype=np.float64) @ procrustes_rotation(matrix, reference)


def snapshot_rotation(older: Points, newer: Points) -> NDArray[np.float64]:
    """Return the orthogonal R ``(D, D)`` closest to taking ``older`` onto ``newer`` that leaves every unchanged row in place.

    A row that is equal to the last bit in both, such as one that was never trained, shows that the space was not turned in
    its direction. Only the directions in which no such row lies are turned, by :func:`procrustes_rotation`; where none is
    left, R is the identity. Raises as :func:`procrustes_rotation`.
    """
    older, newer = _pair(older, newer)
    same = newer[(older == newer).all(axis=1)]
    values, vectors = np.linalg.eigh(same.T @ same)  # (D,), (D, D), ascending
    free = vectors[:, values <= _RANK * values[-1]]  # (D, F)
    if not free.shape[1]:
        return np.eye(len(vectors))
    fixed = vectors[:, free.shape[1] :]
    rotation: NDArray[np.float64] = fixed @ fixed.T + free @ procrustes_rotation(older @ free, newer @ free) @ free.T
    return rotation


def lay_onto(points: Points, reference: Points) -> NDArray[np.float64]:
    """Return ``points`` ``(N, d)`` shifted, turned, mirrored and scaled as a whole to lie closest to ``reference`` ``(N, d)``.

    For pictures, whose position, direction and size mean nothing. Raises as :func:`procrustes_rotation`.
    """
    points, reference = _pair(points, reference)
    center = reference.mean(axis=0)
    from_center, goal = points - points.mean(axis=0), reference - center
    turned = from_center @ procrustes_rotation(from_center, goal)
    size = float((from_center**2).sum())
    scale = float((turned * goal).sum()) / size if size > 0 else 1.0
    laid: NDArray[np.float64] = turned * scale + center
    return laid


def _pair(source: Points, target: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    one: NDArray[np.float64] = np.asarray(source, dtype=np.float64)
    two: NDArray[np.float64] = np.asarray(target, dtype=np.float64)
    if one.shape != two.shape or one.ndim != 2:
        raise InvalidOption(name="source", value=one.shape, rule=f"the same shape as the target, {two.shape}")
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise InvalidOption(name="source", value=one.shape, rule="only finite numbers can be aligned")
    return one, two
