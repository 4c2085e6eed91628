"""How words move while a table is trained, in one fixed plane, so that what moves on the picture moved in the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.projection.alignment import Points, procrustes_rotation, snapshot_rotation
from lstm_core.projection.pca import principal_axes, steady_signs


@dataclass(frozen=True, eq=False)
class Trajectory:
    """``coordinates`` ``(S, N, 2)`` float32, read-only, of ``words`` (N) at the training ``steps`` (S, ascending).

    ``explained_variance_ratio`` is the share (0-1) of the newest snapshot's variance on each of the two axes.
    """

    words: tuple[str, ...]
    coordinates: NDArray[np.float32]
    steps: tuple[int, ...]
    explained_variance_ratio: tuple[float, float]

    def __post_init__(self) -> None:
        coordinates = np.array(self.coordinates, dtype=np.float32)
        if coordinates.shape != (len(self.steps), len(self.words), 2):
            rule = f"{len(self.steps)} steps of {len(self.words)} words in 2 dimensions are needed"
            raise InvalidOption(name="coordinates", value=coordinates.shape, rule=rule)
        coordinates.setflags(write=False)
        object.__setattr__(self, "coordinates", coordinates)

    def path_lengths(self) -> NDArray[np.float64]:
        """Return the length of each word's path on the picture, ``(N,)``."""
        moves = np.diff(self.coordinates.astype(np.float64), axis=0)
        lengths: NDArray[np.float64] = np.linalg.norm(moves, axis=2).sum(axis=0)
        return lengths


def trajectory(
    matrices: Sequence[Points], words: Sequence[str], steps: Sequence[int], *, turns: Sequence[Points] | None = None
) -> Trajectory:
    """Return the paths of ``words`` (N) through the snapshots ``matrices`` (each ``(N, D)``), oldest first, taken at ``steps``.

    From the newest back, each snapshot is turned onto the next one in the full space: by ``turns`` (S - 1 rotations
    ``(D, D)``, found on more words than are shown), else by :func:`snapshot_rotation` of the words shown. All are then
    seen in the plane of the newest one's first two principal components. The plane itself is turned to fit the plane one
    would have drawn without the newest snapshot, and that one to its own predecessor, so that the picture does not flip as
    snapshots arrive. Snapshots that differ by a rotation alone do not move.
    Raises :class:`TooFew` (fewer than 3 words, no snapshot) and :class:`InvalidOption` (shapes or steps that do not fit).
    """
    clouds = [np.asarray(matrix, dtype=np.float64) for matrix in matrices]
    _check(clouds, words, steps)
    if turns is None:
        turns = [snapshot_rotation(older, newer) for older, newer in pairwise(clouds)]
    plane = steady_plane(clouds, turns)
    newest = clouds[-1].mean(axis=0)
    seen = [(clouds[-1] - newest) @ plane]
    turn = np.eye(clouds[-1].shape[1])
    for cloud, rotation in zip(clouds[-2::-1], turns[::-1], strict=True):
        turn = rotation @ turn
        seen.append((cloud @ turn - newest) @ plane)
    coordinates = np.stack(seen[::-1]).astype(np.float32)  # (S, N, 2)
    return Trajectory(tuple(words), coordinates, tuple(map(int, steps)), _shares(clouds[-1], plane))


def steady_plane(clouds: Sequence[NDArray[np.float64]], turns: Sequence[Points]) -> NDArray[np.float64]:
    """Return the plane ``(D, 2)`` of the newest cloud's principal components, turned within itself to keep the picture still.

    ``turns[k]`` takes cloud k onto cloud k + 1. Each cloud's plane is turned so that its predecessor looks as it did before.
    """
    plane = _principal_plane(clouds[0])
    for older, newer, turn in zip(clouds, clouds[1:], turns, strict=False):
        before = (older - older.mean(axis=0)) @ plane  # (N, 2)
        plane = _principal_plane(newer)
        now = older @ turn @ plane
        plane = plane @ procrustes_rotation(now - now.mean(axis=0), before)
    return plane


def _principal_plane(cloud: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the first two principal axes of ``cloud`` ``(N, D)`` as columns ``(D, 2)``."""
    kept = min(2, cloud.shape[1])
    axes, _ = principal_axes(cloud - cloud.mean(axis=0), kept)
    plane = np.zeros((cloud.shape[1], 2))
    plane[:, :kept] = steady_signs(axes)
    return plane


def _shares(cloud: NDArray[np.float64], plane: NDArray[np.float64]) -> tuple[float, float]:
    centred = cloud - cloud.mean(axis=0)
    total = float((centred**2).sum())
    first, second = ((centred @ plane) ** 2).sum(axis=0) / (total or 1.0)
    return float(first), float(second)


def _check(clouds: Sequence[NDArray[np.float64]], words: Sequence[str], steps: Sequence[int]) -> None:
    if not clouds:
        raise TooFew(what="snapshots", given=0, needed=1)
    if len(words) < 3:
        raise TooFew(what="words", given=len(words), needed=3)
    for cloud in clouds:
        if cloud.shape != clouds[0].shape or len(cloud) != len(words) or not np.isfinite(cloud).all():
            rule = f"every snapshot needs {len(words)} rows of {clouds[0].shape[-1]} finite numbers"
            raise InvalidOption(name="matrices", value=cloud.shape, rule=rule)
    if len(steps) != len(clouds) or any(later <= earlier for earlier, later in pairwise(steps)):
        raise InvalidOption(name="steps", value=list(steps), rule=f"{len(clouds)} ascending numbers are needed")
