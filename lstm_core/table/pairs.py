"""Word similarity against human judgement: Spearman's rank correlation over pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import question_rows
from lstm_core.table.intervals import Interval, correlation_interval
from lstm_core.table.questions import Pair
from lstm_core.table.transforms import treatment_of


@dataclass(frozen=True)
class PairEvaluation:
    """``spearman`` (-1 to 1; None when it is undefined) over the ``answerable`` of ``asked`` pairs: both words known.

    ``interval`` is its 95 % (:func:`lstm_core.table.intervals.correlation_interval`); None below four pairs.
    ``transform`` says how the rows of the table were treated.
    """

    asked: int
    answerable: int
    spearman: float | None
    interval: Interval | None
    name: str
    fingerprint: str
    transform: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        interval = None if self.interval is None else list(self.interval)
        about = {"asked": self.asked, "answerable": self.answerable, "spearman": self.spearman, "interval": interval}
        return {"transform": dict(self.transform), "pairs": about}


def evaluate_pairs(table: EmbeddingTable, pairs: Sequence[Pair]) -> PairEvaluation:
    """Return the rank correlation of the cosines of ``table`` with the scores of ``pairs`` (word, word, score)."""
    rows = question_rows(table, (pair[:2] for pair in pairs))[:, :2]  # (P, 2)
    known: NDArray[np.bool_] = np.all(rows >= 0, axis=1)
    first, second = (table.unit[column] for column in rows[known].T)  # each (n, D)
    cosines = np.einsum("pd,pd->p", first, second, dtype=np.float64)
    correlation = spearman(cosines, [pair[2] for pair, there in zip(pairs, known, strict=True) if there])
    interval = None if correlation is None else correlation_interval(correlation, len(cosines))
    return PairEvaluation(len(pairs), len(cosines), correlation, interval, table.name, table.fingerprint, treatment_of(table))


def spearman(one: ArrayLike, two: ArrayLike) -> float | None:
    """Return Spearman's rank correlation (-1 to 1), equal values sharing their mean rank; None where one side is constant."""
    first, second = average_ranks(one), average_ranks(two)
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))


def average_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rank (1 = smallest) of each value, equal ones sharing the mean of their ranks, ``(n,)``."""
    _, group, sizes = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    means: NDArray[np.float64] = (last - (sizes - 1) / 2.0)[group]
    return means
