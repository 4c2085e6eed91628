"""Tables as text: CSV with quotes (RFC 4180), TSV without."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, islice
from operator import itemgetter
from typing import Any, ClassVar

from lstm_core.errors import UnreadableText
from lstm_core.normalize import normalize
from lstm_core.registry import Text
from lstm_core.text.files import MAX_LINE, TextFile
from lstm_core.text.readers.base import BATCH, READERS, SAMPLE, Blocks, Columns, FileOptions, as_block, position_of, refuse_row

_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,%]*")
_LONGEST_NAME = 40
_SEPARATORS = ",;\t|"


class _Delimited:
    """Rows of cells; the first row may name the columns, else they are called "1", "2" …"""

    Options: ClassVar[type[FileOptions]] = FileOptions
    key: ClassVar[str]

    def columns(self, file: TextFile, options: FileOptions) -> Columns:
        """Return the names of the columns. Raises :class:`UnreadableText` ("empty")."""
        first = next(self._rows(file), None)
        if first is None:
            raise UnreadableText(name=file.name, reason="empty")
        return tuple(map(normalize, first)) if has_header(first, options) else tuple(str(n + 1) for n in range(len(first)))

    def read(self, file: TextFile, options: FileOptions, *, columns: Columns) -> Iterator[Blocks]:
        """Yield the cells of ``columns``. Raises :class:`UnreadableText` ("ragged", "quotes") with the row as name:row."""
        names = self.columns(file, options)
        picks = [itemgetter(position_of(column, names)) for column in columns]
        rows = self._rows(file)
        done = 0
        if has_header(next(rows), options):
            done = 1
        else:
            rows = self._rows(file)
        while batch := list(islice(rows, BATCH)):
            if set(map(len, batch)) != {len(names)}:
                ragged = next(i for i, row in enumerate(batch) if len(row) != len(names))
                raise refuse_row(file, done + ragged + 1, "ragged")
            yield tuple(as_block(list(map(pick, batch))) for pick in picks)
            done += len(batch)

    def rows(self, file: TextFile) -> int:
        """Return about how many rows there are, without the one that names the columns."""
        return max(1, file.line_estimate() - 1)

    def recognises(self, file: TextFile) -> bool:
        """Return False: only the suffix tells."""
        return False

    def _dialect(self, first_line: str) -> dict[str, Any]:
        raise NotImplementedError

    def _rows(self, file: TextFile) -> Iterator[list[str]]:
        """Yield the rows that are not blank."""
        blocks = file.blocks()
        first = next(blocks, "")
        lines = chain.from_iterable(io.StringIO(block + "\n") for block in chain((first,), blocks))
        csv.field_size_limit(MAX_LINE)
        reader = csv.reader(lines, strict=True, **self._dialect(first.lstrip("\n").partition("\n")[0]))
        try:
            yield from filter(None, reader)
        except csv.Error:
            raise refuse_row(file, reader.line_num, "quotes") from None


def has_header(first: list[str], options: FileOptions) -> bool:
    """Return whether the first row names the columns: short, different, none of them a number (unless ``options`` know)."""
    if options.header != "auto":
        return options.header == "yes"
    named = [normalize(cell) for cell in first]
    short = all(0 < len(cell) <= _LONGEST_NAME and not _NUMBER.fullmatch(cell) for cell in named)
    return short and len(set(named)) == len(named) and (len(named) > 1 or " " not in named[0])


class CsvReader(_Delimited):
    """Cells separated by commas, semicolons, tabs or bars, whichever the first line has most of; quoted where needed."""

    key = "csv"
    label = Text("CSV", "CSV")
    suffixes = (".csv",)

    def _dialect(self, first_line: str) -> dict[str, Any]:
        return {"delimiter": max(_SEPARATORS, key=first_line.count)}


class TsvReader(_Delimited):
    """Cells separated by tabs; a quotation mark is a sign like any other."""

    key = "tsv"
    label = Text("TSV(탭으로 나눈 표)", "TSV (cells between tabs)")
    suffixes = (".tsv",)

    def _dialect(self, first_line: str) -> dict[str, Any]:
        return {"delimiter": "\t", "quoting": csv.QUOTE_NONE}

    def recognises(self, file: TextFile) -> bool:
        """Return whether the first line names columns and the next ones have as many tabs, as in the files of NSMC."""
        lines = next(file.blocks(), "").split("\n", SAMPLE)[:SAMPLE]
        tabs = {line.count("\t") for line in lines}
        return len(lines) > 2 and len(tabs) == 1 and tabs != {0} and has_header(lines[0].split("\t"), FileOptions())


READERS.register(CsvReader())
READERS.register(TsvReader())
