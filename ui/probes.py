"""The example questions that come with a table."""

from __future__ import annotations

from collections.abc import Mapping

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import parse_formula
from lstm_core.table.probes import Probe
from ui.i18n import t


def probes_of(table: EmbeddingTable) -> tuple[Probe, ...]:
    """Return the probes of the table that it can answer: it knows the words of the formula and the expected one."""
    given = table.metadata.get("probes", ())
    probes = [Probe.from_json(each) for each in given if isinstance(each, Mapping) and {"formula", "expected"} <= set(each)]
    return tuple(
        probe for probe in probes if all(word in table for word in (probe.expected, *parse_formula(probe.formula, table).words))
    )


def example_formula(table: EmbeddingTable) -> str:
    """Return the formula that stands in the box at first; all its words are in the table."""
    probes = probes_of(table)
    usual = t("analogy.example")
    if probes or all(word in table for word in parse_formula(usual).words):
        return probes[0].formula if probes else usual
    first, second, third = (example_word(table, number=number) for number in range(3))
    return f"{first} - {second} + {third}"


def example_word(table: EmbeddingTable, *, number: int = 0) -> str:
    """Return a word that is worth looking at: from the probes first, then the most frequent ones."""
    of_probes = [word for probe in probes_of(table) for word in (probe.expected, *parse_formula(probe.formula).words)]
    frequent = [table.labels[row] for row in table.frequency_order[: number + 20]]
    words = list(dict.fromkeys([*of_probes, *frequent]))
    return words[number % len(words)]


def suggested_axes(table: EmbeddingTable) -> dict[str, str]:
    """Return three axes between words of the table for the options of the method "axes": from the first probe, a - b + c."""
    usable = [word for word in (example_word(table, number=number) for number in range(6)) if not set(word) & set(",|↔<")]
    words = [*usable, *table.labels[:6]]
    pairs = [(words[0], words[1]), (words[2], words[3]), (words[4], words[5])]
    probe = next(iter(probes_of(table)), None)
    if probe is not None and len(of := parse_formula(probe.formula, table).words) == 3:
        pairs[:2] = [(of[1], of[2]), (of[1], of[0])]
    return {name: f"{one} ↔ {two}" for name, (one, two) in zip(("across", "upwards", "depth"), pairs, strict=True)}
