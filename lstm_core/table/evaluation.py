"""How good a table is at analogy questions, counted honestly: coverage, intervals, and a baseline that ignores the offset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption
from lstm_core.normalize import normalize
from lstm_core.table.analogy import EPSILON, METHODS
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.questions import Question, read_questions

__all__ = ["CategoryResult", "Evaluation", "evaluate_analogies", "read_questions", "wilson_interval"]

_BATCH_VALUES = 12_000_000
_TOP = 5


@dataclass(frozen=True)
class CategoryResult:
    """The count of one category (or of all).

    Of ``asked`` questions ``missing`` have a word the table lacks, and ``impossible`` have an answer that is one of their own
    words, which the rules leave out; the rest are ``answerable``. ``correct`` of these have the answer first, ``top5`` among
    the first five; ``mrr`` is the mean of 1/rank and ``interval`` Wilson's 95 % for correct/answerable (both None without
    answerable questions). ``baseline_correct``: answered right by the nearest neighbour of the third word alone (Linzen 2016).
    """

    asked: int
    missing: int
    impossible: int
    answerable: int
    correct: int
    top5: int
    mrr: float | None
    baseline_correct: int
    interval: tuple[float, float] | None

    @property
    def accuracy(self) -> float | None:
        """Correct / answerable, 0-1; None when nothing could be asked."""
        return self.correct / self.answerable if self.answerable else None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {
            "asked": self.asked,
            "answerable": self.answerable,
            "correct": self.correct,
            "missing": self.missing,
            "impossible": self.impossible,
            "top5": self.top5,
            "mrr": self.mrr,
            "accuracy": self.accuracy,
            "interval": None if self.interval is None else list(self.interval),
            "baseline_correct": self.baseline_correct,
        }


@dataclass(frozen=True)
class Evaluation:
    """Results by category in the order asked, their ``total``, the method and the table they are of."""

    categories: Mapping[str, CategoryResult]
    total: CategoryResult
    method: str
    fingerprint: str

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        categories = {name: result.to_json() for name, result in self.categories.items()}
        total = self.total.to_json()
        return {"analogies": {"method": self.method, "categories": categories, **total}}


def evaluate_analogies(
    table: EmbeddingTable, questions: Mapping[str, Sequence[Question]], *, method: str = "3cosadd"
) -> Evaluation:
    """Return how many ``questions`` (category -> (a, b, c, d): a is to b as c is to d) ``table`` answers with d.

    The answer is the word closest to b - a + c, a, b and c left out (3CosAdd or 3CosMul on unit rows, Levy & Goldberg 2014).
    Words that score exactly like d stand before it: a table whose rows are all alike gets nothing right.
    Raises :class:`InvalidOption` for an unknown method.
    """
    if method not in METHODS:
        raise InvalidOption(name="method", value=method, rule=f"the choices are: {', '.join(METHODS)}")
    outcomes = {name: _ask(table, asked, method) for name, asked in questions.items()}
    everything = [outcome for rows in outcomes.values() for outcome in rows]
    categories = {name: _count(rows) for name, rows in outcomes.items()}
    return Evaluation(MappingProxyType(categories), _count(everything), method, table.fingerprint)


def wilson_interval(correct: int, asked: int, *, z: float = 1.959964) -> tuple[float, float]:
    """Return Wilson's score interval for ``correct`` of ``asked`` (>= 1), 95 % by default, within [0, 1] (Wilson 1927)."""
    share = correct / asked
    scale = 1 + z * z / asked
    middle = share + z * z / (2 * asked)
    half = z * sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked))
    low = 0.0 if correct == 0 else (middle - half) / scale
    high = 1.0 if correct == asked else (middle + half) / scale
    return low, high


@dataclass(frozen=True)
class _Outcome:
    """What became of one question; ``rank`` 0: not asked, because a word is missing or its answer is one of its words."""

    missing: bool = False
    impossible: bool = False
    rank: int = 0
    baseline: bool = False


def _ask(table: EmbeddingTable, questions: Sequence[Question], method: str) -> list[_Outcome]:
    rows: list[list[int]] = []
    outcomes: list[_Outcome | None] = []
    for question in questions:
        found = _rows_of(table, question)
        if found is None:
            outcomes.append(_Outcome(missing=True))
        elif found[3] in found[:3]:
            outcomes.append(_Outcome(impossible=True))
        else:
            rows.append(found)
            outcomes.append(None)
    answers = iter(_answer(table, np.array(rows, dtype=np.int64).reshape(-1, 4), method))
    return [next(answers) if outcome is None else outcome for outcome in outcomes]


def _rows_of(table: EmbeddingTable, question: Question) -> list[int] | None:
    if not all(word in table for word in question):
        return None
    return [int(row) for row in table.indices(normalize(word) for word in question)]


def _answer(table: EmbeddingTable, rows: NDArray[np.int64], method: str) -> Iterable[_Outcome]:
    """Yield the outcome of each question in ``rows`` ``(Q, 4)``, some hundred of them in one matrix product."""
    size = max(1, _BATCH_VALUES // len(table))
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]  # (B, 4)
        near_c = table.unit[batch[:, 2]] @ table.unit.T  # (B, V)
        scores = _add(table, batch) if method == "3cosadd" else _multiply(table, batch, near_c)
        for rank, baseline in zip(_ranks(scores, batch), _ranks(near_c, batch) == 1, strict=True):
            yield _Outcome(rank=int(rank), baseline=bool(baseline))


def _add(table: EmbeddingTable, batch: NDArray[np.int64]) -> NDArray[np.float32]:
    a, b, c = (table.unit[column] for column in batch[:, :3].T)  # each (B, D)
    scores: NDArray[np.float32] = (b - a + c) @ table.unit.T  # (B, V)
    return scores


def _multiply(table: EmbeddingTable, batch: NDArray[np.int64], near_c: NDArray[np.float32]) -> NDArray[np.float32]:
    near_a, near_b = (table.unit[batch[:, column]] @ table.unit.T for column in (0, 1))
    a, b, c = (np.clip((near + 1.0) / 2.0, 0.0, 1.0) for near in (near_a, near_b, near_c))
    scores: NDArray[np.float32] = b * c / (a + EPSILON)
    return scores


def _ranks(scores: NDArray[np.float32], batch: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rank of each question's answer in ``scores`` ``(B, V)`` without its words; equal scores count against it."""
    own = np.take_along_axis(scores, batch[:, 3:], axis=1)  # (B, 1)
    beaten: NDArray[np.int64] = np.count_nonzero(scores >= own, axis=1)
    for number, question in enumerate(batch):
        beaten[number] -= np.count_nonzero(scores[number, np.unique(question[:3])] >= own[number])
    return beaten


def _count(outcomes: Sequence[_Outcome]) -> CategoryResult:
    ranks = np.array([outcome.rank for outcome in outcomes if outcome.rank], dtype=np.int64)
    correct = int(np.count_nonzero(ranks == 1))
    return CategoryResult(
        asked=len(outcomes),
        missing=sum(outcome.missing for outcome in outcomes),
        impossible=sum(outcome.impossible for outcome in outcomes),
        answerable=len(ranks),
        correct=correct,
        top5=int(np.count_nonzero(ranks <= _TOP)),
        mrr=float(np.mean(1.0 / ranks)) if len(ranks) else None,
        baseline_correct=sum(outcome.baseline for outcome in outcomes),
        interval=wilson_interval(correct, len(ranks)) if len(ranks) else None,
    )
