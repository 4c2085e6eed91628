"""How many rows score at least as well as the answers of thousands of questions: exact, and as fast as memory allows.

A rank needs no sorting, only a count. Scores are worked out for a block of rows and a batch of questions that stay in the
processor's cache. Questions made of the same pairs share most of their work: the score of ``b - a + c`` is that of
``b - a`` plus that of ``c``, so a thousand questions of 40 pairs need 80 products, not a thousand. Single precision decides
whatever lies further from the answer's score than its rounding can reach; the few rows within are scored again in double.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.analogy import EPSILON
from lstm_core.table.embedding_table import Matrix

Rows = NDArray[np.int64]
Wide = NDArray[np.float64]
Scored = Callable[[slice], NDArray[np.floating]]
Progress = Callable[[float], None]

BLOCK = 2040  # rows at a time: 255 groups of eight flags, the most that one byte can count
BATCH = 256  # questions at a time: two megabytes of scores
TIE = 2.0**-22  # scores closer than float32 rows can tell apart are equal, and equal scores count against the answer
_UNIT = 2.0**-24  # rounding of a float32
_MANY = 20_000_000  # questions x rows from which the compiled count is worth the time of loading it
_RECHECKED = 4_000_000  # numbers in one piece of the double-precision check


class Scoring(Protocol):
    """Questions that can be scored against any rows of a table."""

    margin: Wide
    kind: type[np.floating]

    def __len__(self) -> int: ...

    def scorer(self, rows: Matrix) -> Scored:
        """Return a function: slice of questions -> their scores against ``rows`` ``(n, D)``, each within ``margin``."""
        ...

    def exact(self, questions: Rows, rows: Matrix) -> Wide:
        """Return the score of each of ``questions`` against the row beside it in ``rows`` ``(N, D)``, ``(N,)`` float64."""
        ...


class Sums:
    """Questions whose score is the product of a row with a sum of unit rows: ``left[which] + right[whose]``.

    ``left`` ``(P, D)`` and ``right`` ``(C, D)`` hold each part once; without ``right`` a question is its own ``left``.
    """

    kind: type[np.floating] = np.float32

    def __init__(self, left: Wide, which: Rows, *, right: Wide | None = None, whose: Rows | None = None) -> None:
        self.left, self.which, self.right, self.whose = left, which, right, whose
        self._left = left.astype(np.float32)
        self._right = None if right is None else right.astype(np.float32)
        reach = np.linalg.norm(left, axis=1)[which]
        if right is not None:
            reach = reach + np.linalg.norm(right, axis=1)[whose]
        # |error| of a float32 product of D terms, its inputs rounded once: (D + 2) units of |x| |u|; two more for the sum
        self.margin = 1.01 * (left.shape[1] + 4) * _UNIT * reach

    def __len__(self) -> int:
        return len(self.which)

    def scorer(self, rows: Matrix) -> Scored:
        """Return the scores of slices of questions against ``rows``."""
        if self._right is None or self.whose is None:
            return lambda batch: self._left[self.which[batch]] @ rows.T
        first, second = self.products(rows)
        room, whose = np.empty((BATCH, len(rows)), dtype=np.float32), self.whose

        def add(batch: slice) -> NDArray[np.float32]:
            scores = np.take(second, whose[batch], axis=0, out=room[: batch.stop - batch.start], mode="clip")
            for part, run in self._runs(batch):
                scores[run] += first[part]
            return scores

        return add

    def products(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """Return the products of the left and the right parts with ``rows``: ``(P, n)`` and ``(C, n)``."""
        assert self._right is not None
        return self._left @ rows.T, self._right @ rows.T

    def _runs(self, batch: slice) -> list[tuple[int, slice]]:
        """Return the left part and the place in ``batch`` of every run of questions that share it."""
        which = self.which[batch]
        ends = [*(np.flatnonzero(which[1:] != which[:-1]) + 1).tolist(), len(which)]
        return [(int(which[start]), slice(start, end)) for start, end in zip([0, *ends], ends, strict=False)]

    def exact(self, questions: Rows, rows: Matrix) -> Wide:
        """Return the score of each question against its row in double precision."""
        vectors = self.left[self.which[questions]]
        if self.right is not None and self.whose is not None:
            vectors = vectors + self.right[self.whose[questions]]
        scores: Wide = np.einsum("nd,nd->n", vectors, rows, dtype=np.float64)
        return scores


class Products:
    """3CosMul (Levy & Goldberg 2014): closeness to b times closeness to c, over closeness to a plus 0.001; all in double.

    ``parts`` ``(W, D)`` holds each word once, ``places`` ``(Q, 3)`` says which of them are a, b and c.
    """

    kind: type[np.floating] = np.float64

    def __init__(self, parts: Wide, places: Rows) -> None:
        self.parts, self.places = parts, places
        self.margin = np.full(len(places), 1e-9)  # a rounding of 1e-15, over 0.001, twice

    def __len__(self) -> int:
        return len(self.places)

    def scorer(self, rows: Matrix) -> Scored:
        """Return the scores of slices of questions against ``rows``."""
        near = np.clip((self.parts @ rows.T.astype(np.float64) + 1.0) / 2.0, 0.0, 1.0)  # (W, n)
        return lambda batch: _product(*(near[self.places[batch, column]] for column in range(3)))

    def exact(self, questions: Rows, rows: Matrix) -> Wide:
        """Return the score of each question against its row."""
        vectors = (self.parts[self.places[questions, column]] for column in range(3))
        cosines = (np.einsum("nd,nd->n", each, rows, dtype=np.float64) for each in vectors)
        return _product(*(np.clip((each + 1.0) / 2.0, 0.0, 1.0) for each in cosines))


def analogy_sums(unit: Matrix, rows: Rows) -> Sums:
    """Return the questions ``b - a + c`` (3CosAdd) of ``rows`` ``(Q, >= 3)``: a, b, c as row numbers, -1 for no word."""
    offsets, which = np.unique(rows[:, :2], axis=0, return_inverse=True)
    bases, whose = np.unique(rows[:, 2], return_inverse=True)
    which, whose = which.reshape(-1), whose.reshape(-1)
    left = _parts(unit, offsets[:, 1]) - _parts(unit, offsets[:, 0])
    right = _parts(unit, bases)
    if len(rows) <= len(left) + len(right):  # hardly anything is shared: one product a question is less
        return Sums(left[which] + right[whose], np.arange(len(rows)))
    return Sums(left, which, right=right, whose=whose)


def analogy_products(unit: Matrix, rows: Rows) -> Products:
    """Return the questions a : b as c : ? of ``rows`` ``(Q, >= 3)`` to be answered by 3CosMul."""
    words, places = np.unique(rows[:, :3], return_inverse=True)
    return Products(unit[words].astype(np.float64), places.reshape(-1, 3))


def rows_ahead(scoring: Scoring, unit: Matrix, answers: Rows, *, progress: Progress | None = None) -> Rows:
    """Return how many rows of ``unit`` ``(V, D)`` score at least as well as the answer of each question, ``(Q,)``.

    ``answers`` ``(Q,)`` are row numbers; an answer is not counted against itself. ``progress`` is called with
    the share done (0-1) and may raise to stop.
    """
    goal = scoring.exact(np.arange(len(scoring)), unit[answers])
    kind = scoring.kind
    low = np.nextafter((goal - scoring.margin - TIE).astype(kind), kind(-np.inf))[:, None]
    high = np.nextafter((goal + scoring.margin).astype(kind), kind(np.inf))[:, None]
    ahead = np.zeros(len(scoring), dtype=np.int64)
    compiled = isinstance(scoring, Sums) and scoring.right is not None and len(scoring) * len(unit) >= _MANY
    count = partial(_count_sums if compiled else _count, scoring)
    for start in range(0, len(unit) if len(scoring) else 0, BLOCK):
        rows = unit[start : start + BLOCK]
        unclear: list[tuple[Rows, Rows]] = []
        ahead += count(rows, low, high, unclear)
        questions, places = (np.concatenate(each) for each in zip(*unclear, strict=True))
        reached = _reached(scoring, questions, rows, places, goal)
        ahead += np.bincount(questions[reached], minlength=len(ahead))
        if progress is not None:
            progress(min(1.0, (start + BLOCK) / len(unit)))
    return ahead - 1  # the answer itself is as good as itself


def _count(scoring: Scoring, rows: Matrix, low: Wide, high: Wide, unclear: list[tuple[Rows, Rows]]) -> Rows:
    """Return how many of ``rows`` are surely ahead of each answer, ``(Q,)``, and note the pairs that are unclear."""
    scores_of, ahead = scoring.scorer(rows), np.zeros(len(scoring), dtype=np.int64)
    for first in range(0, len(scoring), BATCH):
        batch = slice(first, min(first + BATCH, len(scoring)))
        scores = scores_of(batch)
        ahead[batch] = _sort_out(scores >= low[batch], scores > high[batch], first, unclear)
    return ahead


def _count_sums(scoring: Any, rows: Matrix, low: Wide, high: Wide, unclear: list[tuple[Rows, Rows]]) -> Rows:
    """Return what :func:`_count` does for sums of shared parts, without writing a score anywhere."""
    from lstm_core.table.kernels import between, tally

    first, second = scoring.products(rows)
    near, above = np.empty((2, len(scoring)), dtype=np.int64)
    asked = (first, second, scoring.which, scoring.whose, low[:, 0], high[:, 0])
    tally(*asked, near, above)
    pairs = np.empty((2, int(near.sum() - above.sum())), dtype=np.int64)
    between(*asked, np.flatnonzero(near > above), pairs)
    unclear.append((pairs[0], pairs[1]))
    return above


def stand_ahead(scoring: Scoring, unit: Matrix, answers: Rows, *, others: Rows) -> NDArray[np.bool_]:
    """Return whether the row ``others[q]`` scores at least as well as the answer of question q, ``(Q,)``."""
    everything = np.arange(len(scoring))
    goal = scoring.exact(everything, unit[answers])
    better: NDArray[np.bool_] = scoring.exact(everything, unit[others]) >= goal - TIE
    return better


def _sort_out(near: NDArray[np.bool_], above: NDArray[np.bool_], first: int, unclear: list[tuple[Rows, Rows]]) -> Rows:
    """Return how many rows are surely ``above``, ``(B,)``; note those that are only ``near``: question from ``first``, row."""
    found = _flags(above)
    lines = np.flatnonzero(_flags(near) > found)
    line, place = np.divmod(np.flatnonzero(near[lines] ^ above[lines]), near.shape[1])
    unclear.append((lines[line] + first, place))
    return found


def _reached(scoring: Scoring, questions: Rows, rows: Matrix, places: Rows, goal: Wide) -> NDArray[np.bool_]:
    """Return whether the row at each of ``places`` reaches the goal of the question beside it, in double precision."""
    reached, piece = np.zeros(len(questions), dtype=bool), max(1, _RECHECKED // rows.shape[1])
    for start in range(0, len(questions), piece):
        part = slice(start, start + piece)
        reached[part] = scoring.exact(questions[part], rows[places[part]]) >= goal[questions[part]] - TIE
    return reached


def _flags(flags: NDArray[np.bool_]) -> Rows:
    """Return the number of true ``flags`` ``(B, n)`` in each line, n <= 2,040: eight columns are added up at a time."""
    whole = flags.shape[1] // 8 * 8
    lanes = np.ascontiguousarray(flags[:, :whole]).view(np.uint64).sum(axis=1, dtype=np.uint64)  # no byte passes 255
    counts: Rows = lanes.view(np.uint8).reshape(len(flags), 8).sum(axis=1, dtype=np.int64)
    counts += flags[:, whole:].sum(axis=1, dtype=np.int64)
    return counts


def _parts(unit: Matrix, rows: Rows) -> Wide:
    parts = unit[rows].astype(np.float64)
    parts[rows < 0] = 0.0
    return parts


def _product(near_a: Wide, near_b: Wide, near_c: Wide) -> Wide:
    return near_b * near_c / (near_a + EPSILON)
