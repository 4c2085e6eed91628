"""JSON Lines: one object, or one string, a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, ClassVar

import orjson

from lstm_core.errors import UnreadableText
from lstm_core.registry import Text
from lstm_core.text.files import TextFile
from lstm_core.text.readers.base import READERS, SAMPLE, Blocks, Columns, FileOptions, as_block, position_of, refuse_row

_ONLY = "text"


class JsonLinesReader:
    """The columns are the keys of the first objects; a line that is a bare string counts as ``{"text": …}``."""

    key = "jsonl"
    label = Text("JSON Lines", "JSON Lines")
    suffixes = (".jsonl", ".ndjson")
    Options: ClassVar[type[FileOptions]] = FileOptions

    def columns(self, file: TextFile, options: FileOptions) -> Columns:
        """Return the keys of the first rows, in order. Raises :class:`UnreadableText` ("empty", "row")."""
        rows = islice(chain.from_iterable(self._batches(file)), SAMPLE)
        names = tuple(dict.fromkeys(chain.from_iterable(rows)))
        if not names:
            raise UnreadableText(name=file.name, reason="empty")
        return names

    def read(self, file: TextFile, options: FileOptions, *, columns: Columns) -> Iterator[Blocks]:
        """Yield the values of ``columns``; a missing one, or null, is ""."""
        names = self.columns(file, options)
        for column in columns:
            position_of(column, names)
        done = 0
        for batch in self._batches(file):
            try:
                yield tuple(as_block([_text(row.get(column)) for row in batch]) for column in columns)
            except TypeError:
                wrong = next(i for i, row in enumerate(batch) if any(_is_nested(row.get(column)) for column in columns))
                raise refuse_row(file, done + wrong + 1, "row") from None
            done += len(batch)

    def rows(self, file: TextFile) -> int:
        """Return about how many lines there are."""
        return file.line_estimate()

    def recognises(self, file: TextFile) -> bool:
        """Return False: only the suffix tells."""
        return False

    def _batches(self, file: TextFile) -> Iterator[list[dict[str, Any]]]:
        done = 0
        for block in file.blocks():
            lines = block.split("\n")
            yield [_row(line, file, done + i + 1) for i, line in enumerate(lines)]
            done += len(lines)


def _row(line: str, file: TextFile, number: int) -> dict[str, Any]:
    if not line or line.isspace():
        return {}
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _lenient(line)
    if isinstance(value, str):
        return {_ONLY: value}
    if not isinstance(value, dict):
        raise refuse_row(file, number, "row")
    return value


def _lenient(line: str) -> Any:
    """Return what Python's own reader makes of ``line``: it also takes half an emoji and NaN; None for what is no JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    """Return a value as text. Raises ``TypeError`` for a list or an object, which is none."""
    if isinstance(value, str):
        return value
    if _is_nested(value):
        raise TypeError
    return "" if value is None else str(value)


def _is_nested(value: Any) -> bool:
    return isinstance(value, (list, dict))


READERS.register(JsonLinesReader())
