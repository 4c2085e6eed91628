"""How far words travel while a table is trained, and when they find their final neighbours: numbers of the full space."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.projection.alignment import Points, snapshot_rotation
from lstm_core.projection.methods import unit_rows
from lstm_core.projection.neighbors import Rows, nearest_rows
from lstm_core.projection.overlap import shared
from lstm_core.projection.trajectory import Trajectory, trajectory

SETTLED = 0.8  # share of the final neighbours a word must have, and keep, to be called settled


@dataclass(frozen=True, eq=False)
class Drift:
    """How ``words`` (N) move over the ``steps`` (S) of a training, measured among all ``candidates`` words of the table.

    ``moves`` ``(S - 1, N)`` are the distances travelled between one snapshot and the next, in the full space, after the older
    one was turned onto the newer; ``turnover`` ``(S - 1, N)`` is the share (0-1) of the ``k`` nearest words, by cosine, that
    were exchanged; ``kept`` ``(S, N)`` the share of the final ``k`` nearest words that are already there.
    ``path`` shows the same words, turned by the same rotations, in one plane.
    """

    words: tuple[str, ...]
    steps: tuple[int, ...]
    moves: NDArray[np.float64]
    turnover: NDArray[np.float64]
    kept: NDArray[np.float64]
    k: int
    candidates: int
    path: Trajectory

    @property
    def path_lengths(self) -> NDArray[np.float64]:
        """The length of each word's way, ``(N,)``."""
        lengths: NDArray[np.float64] = self.moves.sum(axis=0)
        return lengths

    @property
    def mean_turnover(self) -> NDArray[np.float64]:
        """The mean turnover of each word, ``(N,)``, 0-1."""
        means: NDArray[np.float64] = self.turnover.mean(axis=0)
        return means

    @property
    def chance(self) -> float:
        """The share of neighbours that two unrelated tables would have in common."""
        return self.k / (self.candidates - 1)

    def settled(self, *, share: float = SETTLED) -> tuple[int, ...]:
        """Return for each word the first step from which it has, and keeps, at least ``share`` of its final neighbours.

        The last step has them all, so a word that settles there was changing to the end.
        """
        unsettled = np.cumsum(self.kept[::-1] < share, axis=0)[::-1] > 0  # (S, N): now or later below the share
        return tuple(self.steps[int(first)] for first in unsettled.sum(axis=0))

    def records(self) -> list[dict[str, Any]]:
        """Return one record per word, the longest path first: word, path, mean turnover (0-1), step at which it settled."""
        settled = self.settled()
        return [
            {
                "word": self.words[place],
                "path": round(float(self.path_lengths[place]), 6),
                "turnover": round(float(self.mean_turnover[place]), 6),
                "settled": settled[place],
            }
            for place in np.argsort(-self.path_lengths, kind="stable")
        ]


def drift(
    snapshots: Iterable[Points],
    words: Sequence[str],
    steps: Sequence[int],
    *,
    rows: Sequence[int],
    k: int = 10,
    progress: Callable[[float], None] | None = None,
) -> Drift:
    """Return how ``words`` (N), which are ``rows`` of every one of the ``snapshots`` ``(V, D)``, oldest first, have moved.

    Snapshots are read one after the other and not kept. Each is turned onto the next by :func:`snapshot_rotation` of all V
    rows, so that a table that was only rotated has not moved and a row that was never trained stays where it is.
    ``progress`` is called with the share done (0-1); an exception it raises ends the work.
    Raises :class:`TooFew` (fewer than 2 snapshots, 3 words, or k + 1 rows) and :class:`InvalidOption` for what does not fit.
    """
    places = np.array(rows, dtype=np.int64)
    if len(steps) < 2:
        raise TooFew(what="snapshots", given=len(steps), needed=2)
    turns: list[NDArray[np.float64]] = []
    moves: list[NDArray[np.float64]] = []
    seen: list[NDArray[np.float64]] = []
    near: list[Rows] = []
    older: NDArray[np.float64] | None = None
    for number, snapshot in enumerate(snapshots, start=1):
        newer = np.asarray(snapshot, dtype=np.float64)  # (V, D)
        near.append(_neighbors(newer, places, k))
        seen.append(newer[places])
        if older is not None:
            turns.append(snapshot_rotation(older, newer))
            moves.append(np.linalg.norm(seen[-2] @ turns[-1] - seen[-1], axis=1))
        older = newer
        if progress is not None:
            progress(number / len(steps))
    path = trajectory(seen, words, steps, turns=turns)
    return Drift(
        words=path.words,
        steps=path.steps,
        moves=np.stack(moves),
        turnover=np.stack([1.0 - shared(before, after) for before, after in pairwise(near)]),
        kept=np.stack([shared(each, near[-1]) for each in near]),
        k=k,
        candidates=0 if older is None else len(older),
        path=path,
    )


def _neighbors(matrix: NDArray[np.float64], places: Rows, k: int) -> Rows:
    if not 1 <= k < len(matrix):
        raise TooFew(what="words", given=len(matrix), needed=max(k, 1) + 1)
    if len(places) and not (0 <= places.min() and places.max() < len(matrix)):
        raise InvalidOption(name="rows", value=int(places.max()), rule=f"a snapshot has rows 0 to {len(matrix) - 1}")
    return nearest_rows(unit_rows(matrix.astype(np.float32)), k=k, rows=places)[0]
