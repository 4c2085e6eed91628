"""How well labels were told: what a confusion matrix says. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lstm_core.errors import RunIncomplete
from lstm_core.runs import RunDirectory, read_manifest


@dataclass(frozen=True)
class LabelScores:
    """``confusion[i][j]`` texts have the label ``labels[i]`` and were given ``labels[j]``."""

    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]

    @property
    def texts(self) -> int:
        """How many texts were looked at."""
        return sum(map(sum, self.confusion))

    @property
    def accuracy(self) -> float:
        """The share (0-1) of the texts that were given their label; 0 without texts."""
        return sum(row[i] for i, row in enumerate(self.confusion)) / max(1, self.texts)

    @property
    def f1(self) -> tuple[float, ...]:
        """For each label the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); 0 where it never occurs."""
        given = [sum(row[j] for row in self.confusion) for j in range(len(self.labels))]
        have = [sum(row) for row in self.confusion]
        return tuple(2 * self.confusion[i][i] / max(1, given[i] + have[i]) for i in range(len(self.labels)))

    @property
    def macro_f1(self) -> float:
        """The mean of :attr:`f1` over the labels, each counting the same."""
        return sum(self.f1) / len(self.labels)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers and the matrix."""
        about = {"texts": self.texts, "accuracy": self.accuracy, "macro_f1": self.macro_f1}
        return {**about, "labels": list(self.labels), "confusion": [list(row) for row in self.confusion]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LabelScores:
        """Return the scores written by :meth:`to_json`. Raises ``KeyError``, ``TypeError``, ``ValueError``."""
        labels = tuple(map(str, data["labels"]))
        confusion = tuple(tuple(map(int, row)) for row in data["confusion"])
        if not labels or {len(confusion), *map(len, confusion)} != {len(labels)}:
            raise ValueError("a confusion matrix has one row and one column a label")
        return cls(labels, confusion)


def read_scores(run: RunDirectory) -> dict[str, LabelScores]:
    """Return how well a finished run tells the labels of its ``"validation"`` and its ``"test"``, whichever there are.

    Raises :class:`RunIncomplete`, :class:`RunTooNew`.
    """
    summary = read_manifest(run).get("summary", {})
    try:
        return {part: LabelScores.from_json(summary[part]) for part in ("validation", "test") if part in summary}
    except (KeyError, TypeError, ValueError):
        raise RunIncomplete(name=run.name, missing=run.manifest.name) from None
