"""Probes: a formula with the word one hopes for, asked again and again while a table is being trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lstm_core.errors import NoDirection, UnknownWords
from lstm_core.table.analogy import analogy_vector
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import parse_formula
from lstm_core.table.search import rank_of


@dataclass(frozen=True)
class Probe:
    """A ``formula`` such as ``왕 - 남자 + 여자`` and the word ``expected`` of it."""

    formula: str
    expected: str

    def to_json(self) -> dict[str, str]:
        """Return a JSON-able form."""
        return {"formula": self.formula, "expected": self.expected}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Probe:
        """Return the probe written by :meth:`to_json`."""
        return cls(data["formula"], data["expected"])


def probe_rank(table: EmbeddingTable, probe: Probe) -> int | None:
    """Return the rank (1 = best) of the expected word by 3CosAdd, the words of the formula left out.

    None when the table lacks one of the words or the formula adds up to nothing. Raises :class:`FormulaError`.
    """
    formula = parse_formula(probe.formula, table)
    try:
        return rank_of(table, analogy_vector(table, formula), probe.expected, exclude=formula.words)
    except (UnknownWords, NoDirection):
        return None
