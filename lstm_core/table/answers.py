"""What becomes of each analogy question, all at once: ranks, baselines, 3CosAvg, distance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.embedding_table import Matrix
from lstm_core.table.rivals import Rows, Scoring, Sums, analogy_products, analogy_sums, rows_ahead, stand_ahead

Progress = Callable[[float], None]
Flags = NDArray[np.bool_]
_CHUNK = 10_000  # questions at a time: what they share is worked out once for all of them


@dataclass(frozen=True, eq=False)
class Answers:
    """One entry a question in every array; the arrays of ``baselines`` are true where that baseline is right.

    ``rows`` ``(Q, 4)`` are the rows of a, b, c, d (-1: ``missing``); ``impossible``: d is one of a, b, c. For the others
    ``rank`` is that of d (1 = best) and ``distance`` is 1 - cos(b - a + c, d); else they are 0 and NaN. ``averaged_rank`` is
    that of d by 3CosAvg, 0 with fewer than two example pairs or where it was not asked for.
    """

    rows: Rows
    missing: Flags
    impossible: Flags
    rank: Rows
    distance: NDArray[np.float64]
    averaged_rank: Rows
    baselines: Mapping[str, Flags]

    def take(self, part: slice | Flags) -> Answers:
        """Return the answers to ``part`` of the questions."""
        return Answers(
            self.rows[part],
            self.missing[part],
            self.impossible[part],
            self.rank[part],
            self.distance[part],
            self.averaged_rank[part],
            MappingProxyType({name: hits[part] for name, hits in self.baselines.items()}),
        )


def answer(unit: Matrix, rows: Rows, *, method: str, baselines: bool = True, progress: Progress | None = None) -> Answers:
    """Return what becomes of the questions ``rows`` ``(Q, 4)`` in a table of unit rows ``(V, D)``.

    Baselines: the nearest neighbour of c, that of b + c, and ``method`` with the words of the question let in.
    Raises what ``progress`` raises to stop.
    """
    missing: Flags = np.any(rows < 0, axis=1)
    impossible = ~missing & (rows[:, :3] == rows[:, 3:]).any(axis=1)
    asked = np.flatnonzero(~missing & ~impossible)
    asked = asked[np.lexsort(rows[asked, :3].T[::-1])]  # questions with the same a, b side by side
    rank, averaged = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    distance = np.full(len(rows), np.nan)
    right = {name: np.zeros(len(rows), dtype=bool) for name in ("near_c", "near_b_and_c", "inputs_allowed") if baselines}
    report = _Report(progress, len(asked) * (2 if baselines else 1))
    for start in range(0, len(asked), _CHUNK):
        part = asked[start : start + _CHUNK]
        scoring = (analogy_sums if method == "3cosadd" else analogy_products)(unit, rows[part])
        with_inputs, rank[part] = _ranks(scoring, unit, rows[part], report.share(len(part)))
        distance[part] = _distances(unit, rows[part])
        if baselines:
            right["inputs_allowed"][part] = with_inputs == 1
            right["near_c"][part] = _near_c(unit, rows[part]) == 1
            right["near_b_and_c"][part] = _near_both(unit, rows[part], report.share(len(part))) == 1
    if baselines and len(asked):
        averaged[asked] = _averaged(unit, rows[asked])
    return Answers(rows, missing, impossible, rank, distance, averaged, MappingProxyType(right))


class _Report:
    """Turns the progress of parts into that of the whole."""

    def __init__(self, progress: Progress | None, work: int) -> None:
        self.progress, self.work, self.done = progress, work, 0

    def share(self, part: int) -> Progress | None:
        """Return the report of the next ``part`` of the work."""
        begun, self.done = self.done, self.done + part
        progress = self.progress
        return None if progress is None else lambda share: progress((begun + part * share) / self.work)


def _ranks(scoring: Scoring, unit: Matrix, rows: Rows, progress: Progress | None) -> tuple[Rows, Rows]:
    """Return the rank of each question's answer among all rows, and that without the words of the question."""
    ahead = rows_ahead(scoring, unit, rows[:, 3], progress=progress)
    return ahead + 1, ahead + 1 - _inputs_ahead(scoring, unit, rows)


def _inputs_ahead(scoring: Scoring, unit: Matrix, rows: Rows) -> Rows:
    """Return how many of the different words a, b, c stand before the answer."""
    a, b, c, answers = rows.T
    flags = [stand_ahead(scoring, unit, answers, others=each) for each in (a, b, c)]
    count: Rows = flags[0].astype(np.int64) + (flags[1] & (b != a)) + (flags[2] & (c != a) & (c != b))
    return count


def _near_c(unit: Matrix, rows: Rows) -> Rows:
    """Return the rank of d among the neighbours of c, a and b left out; each pair c, d is counted through the table once."""
    pairs, back = np.unique(rows[:, 2:], axis=0, return_inverse=True)
    alone = np.column_stack((np.full((len(pairs), 2), -1), pairs))
    ahead = rows_ahead(analogy_sums(unit, alone), unit, pairs[:, 1])[back.reshape(-1)]
    without = np.column_stack((np.full((len(rows), 2), -1), rows[:, 2:]))
    return ahead + 1 - _inputs_ahead(analogy_sums(unit, without), unit, rows)


def _near_both(unit: Matrix, rows: Rows, progress: Progress | None) -> Rows:
    """Return the rank of d among the neighbours of b + c, the words of the question left out."""
    without_a = np.column_stack((np.full(len(rows), -1), rows[:, 1:]))
    scoring = analogy_sums(unit, without_a)
    ahead = rows_ahead(scoring, unit, rows[:, 3], progress=progress)
    return ahead + 1 - _inputs_ahead(scoring, unit, rows)


def _distances(unit: Matrix, rows: Rows) -> NDArray[np.float64]:
    a, b, c, d = (unit[column].astype(np.float64) for column in rows.T)
    target = b - a + c
    length = np.linalg.norm(target, axis=1)
    cosines = np.einsum("qd,qd->q", target, d) / np.where(length > 0, length, 1.0)
    distances: NDArray[np.float64] = 1.0 - np.clip(cosines, -1.0, 1.0)
    return distances


def _averaged(unit: Matrix, rows: Rows) -> Rows:
    """Return the rank of d by 3CosAvg: nearest to c plus the mean offset of all example pairs of c, d, c left out.

    The examples are the pairs a, b of the questions that ask for the same c, d (Drozd, Gladkova & Matsuoka 2016, leaving the
    asked pair out); 0 where there are fewer than two.
    """
    pairs, target, sizes = np.unique(rows[:, 2:], axis=0, return_inverse=True, return_counts=True)
    target = target.reshape(-1)
    offsets = np.zeros((len(pairs), unit.shape[1]))
    np.add.at(offsets, target, unit[rows[:, 1]].astype(np.float64) - unit[rows[:, 0]])
    several = np.flatnonzero(sizes > 1)
    vectors = unit[pairs[several, 0]] + offsets[several] / sizes[several, None]
    scoring = Sums(vectors, np.arange(len(several)))
    ahead = rows_ahead(scoring, unit, pairs[several, 1])
    ranks = np.zeros(len(pairs), dtype=np.int64)
    ranks[several] = ahead + 1 - stand_ahead(scoring, unit, pairs[several, 1], others=pairs[several, 0])
    found: Rows = ranks[target]
    return found
