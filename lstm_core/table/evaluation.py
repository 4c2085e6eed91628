"""How good a table is at analogy questions, counted honestly: coverage, intervals, and baselines that need no offset.

What the numbers guard against: an answer is often just the neighbour of one word of the question, and the words of the
question are left out by rule (Linzen 2016; Rogers, Drozd & Li 2017; Nissim, van Noord & van der Goot 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.normalize import normalize
from lstm_core.options import Options, option
from lstm_core.registry import Text
from lstm_core.table.analogy import Method
from lstm_core.table.answers import Answers, answer
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.intervals import Difference, Interval, wilson_interval
from lstm_core.table.questions import Question, read_questions
from lstm_core.table.transforms import treatment_of

__all__ = ["CategoryResult", "Evaluation", "EvaluationOptions", "evaluate_analogies", "read_questions", "wilson_interval"]

Progress = Callable[[float], None]
BASELINES = ("near_c", "near_b_and_c", "inputs_allowed", "random_table")
_TOP = 5
_FLOOR = 0.4  # share of the work that a random table is


class EvaluationOptions(Options):
    """What is asked of a table beside its answers."""

    method: Method = option(
        "3cosadd",
        label=Text("계산 방식", "Method"),
        help=Text("더하기(3CosAdd) 또는 곱하기(3CosMul)", "3CosAdd or 3CosMul"),
    )
    baselines: bool = option(
        True,
        label=Text("견줄 기준도 재기", "Baselines"),
        help=Text("이웃만 답하기, 물어본 낱말도 답으로 허락하기, 예시 쌍의 평균", "Neighbours alone, inputs allowed, 3CosAvg"),
    )
    floor: bool = option(
        True,
        label=Text("무작위 표와 견주기", "Random table"),
        help=Text("크기가 같은 무작위 표도 같은 문항을 풉니다.", "A random table of the same size answers the same questions."),
    )
    seed: int = option(
        0,
        label=Text("난수 씨앗", "Seed"),
        help=Text("무작위 표를 만들 때 씁니다.", "For the random table."),
        ge=0,
        le=2**31 - 1,
    )


@dataclass(frozen=True)
class Averaged:
    """3CosAvg: of ``asked`` target pairs c : d, ``correct`` are found from c and the mean offset of all their example pairs."""

    asked: int
    correct: int
    interval: Interval


@dataclass(frozen=True)
class CategoryResult:
    """The count of one category (or of all).

    Of ``asked`` questions ``missing`` have a word the table lacks, and ``impossible`` have an answer that is one of their own
    words, which the rules leave out; the rest are ``answerable``. ``correct`` of these have the answer first, ``top5`` among
    the first five; ``mrr`` is the mean of 1/rank, ``interval`` Wilson's 95 % for correct/answerable and ``distance`` the mean
    of 1 - cos(b - a + c, d), the measure of the Korean papers (lower is closer). ``baselines`` counts the answerable
    questions got right by other means (:data:`BASELINES`): the nearest neighbour of c, that of b + c, the same method with
    the words of the question let in, a random table of the same size. ``gain`` is what the offset adds: correct minus
    ``near_c``. None: nothing could be asked, or it was not asked for.
    """

    asked: int
    missing: int
    impossible: int
    answerable: int
    correct: int
    top5: int
    mrr: float | None
    interval: Interval | None
    distance: float | None
    baselines: Mapping[str, int]
    gain: Difference | None
    averaged: Averaged | None

    @property
    def accuracy(self) -> float | None:
        """Correct / answerable, 0-1; None when nothing could be asked."""
        return self.correct / self.answerable if self.answerable else None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        averaged = self.averaged
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
            "baselines": dict(self.baselines),
            "offset_gain": None if self.gain is None else self.gain.to_json(),
            "averaged": None if averaged is None else {"asked": averaged.asked, "correct": averaged.correct},
            "mean_cosine_distance": self.distance,
        }


@dataclass(frozen=True)
class Evaluation:
    """Results by category in the order asked, their ``total``, the options and the table (``name``, ``fingerprint``).

    ``transform`` says how its rows were treated: the key and every option.

    ``questions`` and ``answers`` hold every question and what became of it, category by category.
    """

    categories: Mapping[str, CategoryResult]
    total: CategoryResult
    options: EvaluationOptions
    name: str
    fingerprint: str
    questions: Mapping[str, tuple[Question, ...]] = field(repr=False)
    answers: Mapping[str, Answers] = field(repr=False)
    transform: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        categories = {name: result.to_json() for name, result in self.categories.items()}
        total = self.total.to_json()
        about = {"method": self.options.method, "seed": self.options.seed, "categories": categories, **total}
        return {"transform": dict(self.transform), "analogies": about}


def evaluate_analogies(
    table: EmbeddingTable,
    questions: Mapping[str, Sequence[Question]],
    *,
    options: EvaluationOptions | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Return how many ``questions`` (category -> (a, b, c, d): a is to b as c is to d) ``table`` answers with d.

    The answer is the word closest to b - a + c, a, b and c left out (3CosAdd or 3CosMul on unit rows, Levy & Goldberg 2014).
    Words that score exactly like d stand before it: a table whose rows are all alike gets nothing right. A word that the
    table lacks as written is looked for in lower case. ``progress`` gets the share done (0-1) and may raise to stop.
    """
    options = options or EvaluationOptions()
    kept = {name: tuple(asked) for name, asked in questions.items()}
    rows = question_rows(table, (question for asked in kept.values() for question in asked))
    own, floor = _shares(progress, 1.0 - _FLOOR if options.floor else 1.0)
    found = answer(table.unit, rows, method=options.method, baselines=options.baselines, progress=own)
    chance = None
    if options.floor:
        random = random_unit(table, seed=options.seed)
        chance = answer(random, rows, method=options.method, baselines=False, progress=floor).rank == 1
    parts = _split({name: len(asked) for name, asked in kept.items()})
    categories = {name: _count(found.take(part), None if chance is None else chance[part]) for name, part in parts.items()}
    return Evaluation(
        categories=MappingProxyType(categories),
        total=_count(found, chance),
        options=options,
        name=table.name,
        fingerprint=table.fingerprint,
        questions=MappingProxyType(kept),
        answers=MappingProxyType({name: found.take(part) for name, part in parts.items()}),
        transform=treatment_of(table),
    )


def question_rows(table: EmbeddingTable, questions: Iterable[Sequence[str]]) -> NDArray[np.int64]:
    """Return the row of every word of ``questions``, each of the same length n, ``(Q, n)``; -1 for a word the table lacks.

    Words are normalised; one that is not there as written is looked for in lower case (``Paris``, then ``paris``).
    """
    asked = [tuple(question) for question in questions]
    places = {word: _row(table, word) for word in {word for question in asked for word in question}}
    width = len(asked[0]) if asked else 4
    return np.array([[places[word] for word in question] for question in asked], dtype=np.int64).reshape(-1, width)


def random_unit(table: EmbeddingTable, *, seed: int) -> NDArray[np.float32]:
    """Return rows of length 1 in random directions, as many and as wide as those of ``table``."""
    rows = np.random.default_rng(seed).standard_normal(table.matrix.shape, dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _row(table: EmbeddingTable, word: str) -> int:
    spelling = next((each for each in (normalize(word), normalize(word).lower()) if each in table), None)
    return -1 if spelling is None else table.index(spelling)


def _shares(progress: Progress | None, share: float) -> tuple[Progress | None, Progress | None]:
    """Return two reports that together run ``progress`` from 0 to 1, the first up to ``share``."""
    if progress is None:
        return None, None
    return lambda done: progress(share * done), lambda done: progress(share + (1.0 - share) * done)


def _split(sizes: Mapping[str, int]) -> dict[str, slice]:
    ends = np.cumsum([0, *sizes.values()])
    return {name: slice(int(ends[place]), int(ends[place + 1])) for place, name in enumerate(sizes)}


def _count(found: Answers, chance: NDArray[np.bool_] | None) -> CategoryResult:
    ranks = found.rank[found.rank > 0]
    answerable, correct = len(ranks), int(np.count_nonzero(ranks == 1))
    baselines = {name: int(np.count_nonzero(hits)) for name, hits in found.baselines.items()}
    if chance is not None:
        baselines["random_table"] = int(np.count_nonzero(chance))
    return CategoryResult(
        asked=len(found.rank),
        missing=int(np.count_nonzero(found.missing)),
        impossible=int(np.count_nonzero(found.impossible)),
        answerable=answerable,
        correct=correct,
        top5=int(np.count_nonzero(ranks <= _TOP)),
        mrr=float(np.mean(1.0 / ranks)) if answerable else None,
        interval=wilson_interval(correct, answerable) if answerable else None,
        distance=float(np.mean(found.distance[found.rank > 0])) if answerable else None,
        baselines=MappingProxyType(baselines),
        gain=_gain(found) if answerable and "near_c" in found.baselines else None,
        averaged=_averaged(found),
    )


def _gain(found: Answers) -> Difference:
    right, near = found.rank == 1, found.baselines["near_c"]
    gained, lost = int(np.count_nonzero(right & ~near)), int(np.count_nonzero(near & ~right))
    return Difference.of(asked=int(np.count_nonzero(found.rank)), gained=gained, lost=lost)


def _averaged(found: Answers) -> Averaged | None:
    """Return the count of target pairs: every question carries that of its own, so each pair is taken once."""
    _, first = np.unique(found.rows[:, 2:], axis=0, return_index=True)
    asked = found.averaged_rank[first]
    asked = asked[asked > 0]
    if not len(asked):
        return None
    correct = int(np.count_nonzero(asked == 1))
    return Averaged(len(asked), correct, wilson_interval(correct, len(asked)))
