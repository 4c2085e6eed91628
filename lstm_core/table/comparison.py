"""Tables side by side on the very same questions: those that every one of them can answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from lstm_core.errors import InvalidOption
from lstm_core.table.evaluation import Evaluation
from lstm_core.table.intervals import Difference, Interval, wilson_interval


@dataclass(frozen=True)
class SideBySide:
    """One category: of ``shared`` questions that all tables can answer, how many each got right.

    ``correct`` and ``intervals`` (Wilson, 95 %) have one entry a table; ``differences`` compare each later table with the
    first one (later minus first). Without shared questions the last two are empty.
    """

    shared: int
    correct: tuple[int, ...]
    intervals: tuple[Interval, ...]
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {
            "shared": self.shared,
            "correct": list(self.correct),
            "intervals": [list(each) for each in self.intervals],
            "differences": [each.to_json() for each in self.differences],
        }


@dataclass(frozen=True)
class Comparison:
    """Tables by ``names``, the first being the one the others are measured against; results by category and in ``total``."""

    names: tuple[str, ...]
    categories: Mapping[str, SideBySide]
    total: SideBySide

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        categories = {name: result.to_json() for name, result in self.categories.items()}
        return {"comparison": {"tables": list(self.names), "categories": categories, "total": self.total.to_json()}}


def compare(evaluations: Sequence[Evaluation]) -> Comparison:
    """Return how the tables of ``evaluations`` (two or more) did on the questions that all of them could answer.

    Raises :class:`InvalidOption` unless all were asked the same questions by the same method.
    """
    if len(evaluations) < 2:
        raise InvalidOption(name="tables", value=len(evaluations), rule="a comparison needs two")
    first = evaluations[0]
    if any(one.questions != first.questions or one.options.method != first.options.method for one in evaluations):
        rule = "all must be asked the same questions by the same method"
        raise InvalidOption(name="tables", value=len(evaluations), rule=rule)
    ranks = {name: np.stack([one.answers[name].rank for one in evaluations]) for name in first.questions}  # each (T, Q)
    everything = np.concatenate([np.zeros((len(evaluations), 0), dtype=np.int64), *ranks.values()], axis=1)
    return Comparison(
        tuple(one.name for one in evaluations),
        MappingProxyType({name: _side_by_side(each) for name, each in ranks.items()}),
        _side_by_side(everything),
    )


def _side_by_side(ranks: np.ndarray[Any, np.dtype[np.int64]]) -> SideBySide:
    shared = ranks[:, (ranks > 0).all(axis=0)]  # (T, shared)
    right, asked = shared == 1, shared.shape[1]
    correct = tuple(int(count) for count in right.sum(axis=1))
    if not asked:
        return SideBySide(0, correct, (), ())
    gained = (right[1:] & ~right[0]).sum(axis=1)
    lost = (right[0] & ~right[1:]).sum(axis=1)
    return SideBySide(
        asked,
        correct,
        tuple(wilson_interval(count, asked) for count in correct),
        tuple(Difference.of(asked=asked, gained=int(up), lost=int(down)) for up, down in zip(gained, lost, strict=True)),
    )
