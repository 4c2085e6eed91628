"""CSV: a line of names, then a word, what is known of it, and its numbers a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.options import Options
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formats.base import (
    FORMATS,
    MAX_LABEL,
    MAX_TEXT,
    MAX_VALUES,
    Progress,
    check_shape,
    refuse,
    replacing,
    usable,
)
from lstm_core.table.formats.labels import COUNT, WORD, counts_of

_NUMBERED = re.compile(r"d\d+")


class Comma:
    """Reads and writes ``.csv`` (UTF-8, commas, quotes doubled); the numbers stand in the columns ``d0``, ``d1`` …

    Of files from elsewhere the first column is the word, and all others must be numbers; a line of names may be missing.
    """

    key = "csv"
    label = Text("CSV (.csv)", "CSV (.csv)")
    suffixes: tuple[str, ...] = (".csv",)
    also: tuple[str, ...] = ()
    complete = False
    folder = False
    Options = Options

    def recognises(self, head: bytes) -> bool:
        """Tell nothing: text has no mark."""
        return False

    def read(self, path: Path, options: Any, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable` with the line at fault."""
        if path.stat().st_size > 4 * MAX_TEXT:
            refuse(path, f"it is larger than the {4 * MAX_TEXT} bytes this program takes; use Parquet", cause="too_large")
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = _lines(path, csv.reader(file, strict=True))
            first = next(lines, [])
            header = first if _is_header(first) else [WORD, *(f"d{number}" for number in range(len(first) - 1))]
            texts, matrix = _columns(path, header, lines if header is first else _chain(first, lines))
        words = texts.pop(header.index(WORD) if WORD in header else 0)
        if max(map(len, words), default=0) > MAX_LABEL:
            refuse(path, f"a word is longer than {MAX_LABEL} characters")
        columns = {header[place]: values for place, values in texts.items()}
        counts = counts_of(path, columns.pop(COUNT)) if COUNT in columns else None
        return usable(path, words, matrix, counts=counts, columns=columns)

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path`` with nine significant digits. Raises :class:`InvalidTable` for names of columns."""
        about = {} if table.counts is None else {COUNT: [str(count) for count in table.counts]}
        if set(table.columns) & {WORD, COUNT} or any(_NUMBERED.fullmatch(name) for name in table.columns):
            refuse(path, f"one of its columns is called {WORD!r}, {COUNT!r} or like a column of numbers", cause="unwritable")
        if any("\0" in text or "\r" in text for values in (table.labels, *table.columns.values()) for text in values):
            refuse(path, "a text holds a NUL or a carriage return", cause="unwritable")
        about |= {key: list(values) for key, values in table.columns.items()}
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([WORD, *about, *(f"d{number}" for number in range(table.dimension))])
            for word, known, row in zip(table.labels, _rows(about, len(table)), table.matrix, strict=True):
                writer.writerow([word, *known, *(f"{value:.9g}" for value in row.tolist())])


def _rows(about: dict[str, list[str]], count: int) -> Iterator[tuple[str, ...]]:
    return zip(*about.values(), strict=True) if about else iter([()] * count)


def _chain(first: list[str], lines: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from lines


def _lines(path: Path, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from (line for line in reader if line)
    except csv.Error as error:
        refuse(path, f"it is not CSV ({error})")
    except UnicodeDecodeError:
        refuse(path, "it is not UTF-8")


def _is_header(first: list[str]) -> bool:
    """Tell whether a first line names columns: its fields but the first are not all numbers."""
    try:
        return not all(float(field) is not None for field in first[1:])
    except ValueError:
        return True


def _columns(path: Path, header: list[str], lines: Iterator[list[str]]) -> tuple[dict[int, list[str]], Matrix]:
    """Return the columns of texts by their place, and the numbers ``(V, D)``."""
    if len(set(header)) != len(header):
        refuse(path, "two of its columns have the same name")
    numbered = [place for place, name in enumerate(header) if _NUMBERED.fullmatch(name)]
    word = header.index(WORD) if WORD in header else 0
    numbers = numbered or [place for place, name in enumerate(header) if place != word and name != COUNT]
    texts: dict[int, list[str]] = {place: [] for place in range(len(header)) if place not in set(numbers)}
    if not texts or not numbers:
        refuse(path, "it holds no words, or no numbers")
    rows: list[Matrix] = []
    for number, line in enumerate(lines, start=1):
        if len(line) != len(header):
            refuse(path, f"word {number} has {len(line)} columns, not {len(header)}")
        try:
            with np.errstate(over="ignore"):
                rows.append(np.fromiter((float(line[place]) for place in numbers), np.float32, len(numbers)))
        except ValueError:
            refuse(path, f"word {number} has something that is not a number")
        for place, values in texts.items():
            values.append(line[place])
        if number * len(numbers) > MAX_VALUES:
            refuse(path, f"its numbers are more than the {MAX_VALUES} this program takes", cause="too_large")
    if not rows:
        refuse(path, "it is empty")
    check_shape(path, (len(rows), len(numbers)))
    return texts, np.stack(rows)


FORMATS.register(Comma())
