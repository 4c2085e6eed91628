"""word2vec's text format (fastText's ``.vec``, and GloVe's, which has no header): one word and its numbers a line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from lstm_core.options import Options
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formats.base import FORMATS, MAX_LABEL, check_shape, named, refuse, replacing

_HARD_SPACE = "\u00a0"
_MAX_LINE = 1 << 20


class Word2VecText:
    """Reads and writes ``.vec`` and ``.txt``; a blank inside a word is written as a no-break space, as the format needs."""

    key = "word2vec"
    label = Text("word2vec 텍스트 (.vec, .txt)", "word2vec text (.vec, .txt)")
    suffixes: tuple[str, ...] = (".vec", ".txt")
    complete = False
    Options = Options

    def read(self, path: Path) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable` with the line at fault."""
        try:
            with path.open("rb") as file:
                labels, matrix = _read(path, file)
        except OSError as error:
            refuse(path, f"it cannot be read ({error.strerror})")
        return EmbeddingTable(tuple(labels), matrix, metadata=named(path))

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path`` with nine significant digits: reading gives the same float32 numbers.

        Raises :class:`InvalidTable` for labels with line breaks, no-break spaces or blanks at an end.
        """
        for label in table.labels:
            if label != label.strip() or len(label.splitlines()) != 1 or _HARD_SPACE in label:
                refuse(path, f"the label {label!r} cannot be written as text")
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"{len(table)} {table.dimension}\n")
            for label, row in zip(table.labels, table.matrix, strict=True):
                numbers = " ".join(f"{value:.9g}" for value in row.tolist())
                file.write(f"{label.replace(' ', _HARD_SPACE)} {numbers}\n")


def _read(path: Path, file: BinaryIO) -> tuple[list[str], Matrix]:
    lines = _lines(path, file)
    first = next(lines, b"")
    header = first.split()
    promised, width = None, len(header) - 1
    if len(header) == 2 and all(part.isdigit() and len(part) < 12 for part in header):
        promised, width = int(header[0]), int(header[1])
        check_shape(path, (promised, width))
        if promised * (2 * width + 1) > path.stat().st_size:
            refuse(path, f"its header promises {promised} words of {width} numbers, more than the file can hold")
    else:
        lines = chain([first], lines)
    if width < 1:
        refuse(path, "its first line holds no numbers")
    labels, rows = _rows(path, lines, width, 1 if promised is None else 2)
    if promised is not None and promised != len(labels):
        refuse(path, f"its header promises {promised} words, but it holds {len(labels)}")
    if not labels:
        refuse(path, "it is empty")
    return labels, np.stack(rows)


def _rows(path: Path, lines: Iterator[bytes], width: int, first: int) -> tuple[list[str], list[Matrix]]:
    labels: list[str] = []
    rows: list[Matrix] = []
    for number, line in enumerate(lines, start=first):
        parts = line.rsplit(b" ", width)
        if len(parts) != width + 1 or not parts[0]:
            refuse(path, f"line {number} does not hold a word and {width} numbers")
        try:
            labels.append(parts[0].decode("utf-8").replace(_HARD_SPACE, " "))
            with np.errstate(over="ignore"):
                rows.append(np.fromiter(map(float, parts[1:]), dtype=np.float32, count=width))
        except ValueError:
            refuse(path, f"line {number} holds something that is not a number, or is not UTF-8")
        if len(labels[-1]) > MAX_LABEL:
            refuse(path, f"the word of line {number} is longer than {MAX_LABEL} characters")
    return labels, rows


def _lines(path: Path, file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines without their ends and without the blank ones at the end of the file."""
    while line := file.readline(_MAX_LINE):
        if len(line) == _MAX_LINE and not line.endswith(b"\n"):
            refuse(path, f"a line is longer than {_MAX_LINE} bytes")
        stripped = line.rstrip(b" \r\n\t")
        if stripped:
            yield stripped


FORMATS.register(Word2VecText())
