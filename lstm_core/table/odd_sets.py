"""Which word does not belong: found by its cosines with the others, counted over many questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import question_rows
from lstm_core.table.intervals import Interval, wilson_interval
from lstm_core.table.questions import OddQuestion
from lstm_core.table.rivals import TIE
from lstm_core.table.transforms import treatment_of

_PIECE = 20_000  # questions at a time


@dataclass(frozen=True)
class OddResult:
    """Of ``asked`` questions ``answerable`` have all their words in the table; ``correct`` of these single out the right word.

    ``chance`` is the share that guessing gets right, ``interval`` Wilson's 95 %; None when nothing could be asked.
    """

    asked: int
    answerable: int
    correct: int
    chance: float | None
    interval: Interval | None

    @property
    def accuracy(self) -> float | None:
        """Correct / answerable, 0-1; None when nothing could be asked."""
        return self.correct / self.answerable if self.answerable else None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        interval = None if self.interval is None else list(self.interval)
        about = {"asked": self.asked, "answerable": self.answerable, "correct": self.correct, "accuracy": self.accuracy}
        return {**about, "interval": interval, "chance": self.chance}


@dataclass(frozen=True)
class OddEvaluation:
    """Results by kind in the order asked, their ``total``, the table they are of and how its rows were treated."""

    categories: Mapping[str, OddResult]
    total: OddResult
    name: str
    fingerprint: str
    transform: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        categories = {name: result.to_json() for name, result in self.categories.items()}
        return {"transform": dict(self.transform), "odd_one_out": {"categories": categories, **self.total.to_json()}}


def evaluate_odd(table: EmbeddingTable, questions: Mapping[str, Sequence[OddQuestion]]) -> OddEvaluation:
    """Return how often ``table`` finds the word that does not belong: the one with the lowest mean cosine to the others.

    That is the word furthest from the mean of the unit rows, as gensim's ``doesnt_match`` has it. A tie is a wrong answer.
    """
    outcomes = {name: _ask(table, asked) for name, asked in questions.items()}
    everything = np.concatenate([np.empty((0, 2)), *outcomes.values()])
    return OddEvaluation(
        MappingProxyType({name: _count(rows) for name, rows in outcomes.items()}),
        _count(everything),
        table.name,
        table.fingerprint,
        treatment_of(table),
    )


def _ask(table: EmbeddingTable, questions: Sequence[OddQuestion]) -> NDArray[np.float64]:
    """Return (1 right, 0 wrong, NaN not answerable; chance) of each question, ``(Q, 2)``."""
    found = np.full((len(questions), 2), np.nan)
    sizes = np.array([len(words) + 1 for words, _ in questions])
    for size in np.unique(sizes):
        places = np.flatnonzero(sizes == size)
        rows = question_rows(table, ((*questions[place][0], questions[place][1]) for place in places.tolist()))  # (Q, size)
        known = (rows >= 0).all(axis=1)
        places, rows = places[known], rows[known]
        for start in range(0, len(rows), _PIECE):
            part = slice(start, start + _PIECE)
            found[places[part], 0] = _right(table.unit[rows[part]].astype(np.float64))
        found[places, 1] = 1.0 / size
    return found


def _right(rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether the last of the unit ``rows`` ``(Q, n, D)`` of each question is alone the furthest from the others."""
    own = np.einsum("qnd,qnd->qn", rows, rows)
    others = np.einsum("qnd,qd->qn", rows, rows.sum(axis=1)) - own
    right: NDArray[np.bool_] = others[:, -1] < others[:, :-1].min(axis=1) - TIE
    return right


def _count(found: NDArray[np.float64]) -> OddResult:
    known = found[~np.isnan(found[:, 0])]
    correct = int(known[:, 0].sum())
    return OddResult(
        asked=len(found),
        answerable=len(known),
        correct=correct,
        chance=float(known[:, 1].mean()) if len(known) else None,
        interval=wilson_interval(correct, len(known)) if len(known) else None,
    )
