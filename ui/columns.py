"""What is known about each word, in the language of the page."""

from __future__ import annotations

from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import has, t
from ui.text import plain

MOST_VALUES = 60  # a column with more different values tells words apart rather than together


def shown_columns(table: EmbeddingTable) -> list[str]:
    """Return the names of the columns that sort words into a few groups."""
    return [name for name, values in table.columns.items() if len(set(values)) <= MOST_VALUES]


def column_name(name: str) -> str:
    """Return what a column is called, unescaped."""
    return t(f"column.{name}") if has(f"column.{name}") else name


def value_name(value: str) -> str:
    """Return what a value of a column is called, unescaped."""
    return t(f"value.{value}") if has(f"value.{value}") else value


def facts(table: EmbeddingTable, word: str) -> list[str]:
    """Return what is known about ``word``: how often it was seen, and its groups; safe as Markdown."""
    row = table.index(word)
    known = [t("inspector.count", count=f"{int(table.counts[row]):,}")] if table.counts is not None else []
    for name in shown_columns(table):
        value = table.columns[name][row]
        if value:
            known.append(f"{plain(column_name(name))} {plain(value_name(value))}")
    return known
