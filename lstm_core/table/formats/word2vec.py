"""word2vec's text format (fastText's ``.vec``, and GloVe's, which has no header): one word and its numbers a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formats.base import FORMATS, MAX_LABEL, FirstWords, Progress, check_shape, refuse, replacing, usable

HARD_SPACE = "\u00a0"
_MAX_LINE = 1 << 20
_CHUNK = 8 << 20


class Word2VecText:
    """Reads and writes ``.vec`` and ``.txt``; a blank inside a word is written as a no-break space, as the format needs."""

    key = "word2vec"
    label = Text("word2vec·GloVe·fastText 텍스트 (.vec, .txt)", "word2vec, GloVe, fastText text (.vec, .txt)")
    suffixes: tuple[str, ...] = (".vec", ".txt")
    also: tuple[str, ...] = (".glove", ".w2v", ".bin")
    complete = False
    folder = False
    Options = FirstWords

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` has no control characters but blanks: it may be text."""
        return not any(byte < 32 and byte not in b"\t\n\v\f\r\x1c\x1d\x1e\x1f" for byte in head)

    def read(self, path: Path, options: FirstWords, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable` with the line at fault."""
        with path.open("rb") as file:
            labels, matrix = _read(_Source(path, file, path.stat().st_size, progress), options.limit)
        return usable(path, labels, matrix)

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path`` with nine significant digits: reading gives the same float32 numbers.

        Raises :class:`InvalidTable` for labels with line breaks, no-break spaces or blanks at an end.
        """
        labels = [written_label(path, label) for label in table.labels]
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"{len(table)} {table.dimension}\n")
            line = "%s" + " %.9g" * table.dimension + "\n"
            file.writelines(line % (label, *row.tolist()) for label, row in zip(labels, table.matrix, strict=True))


def written_label(path: Path, label: str) -> str:
    """Return ``label`` as word2vec's formats hold it. Raises :class:`InvalidTable` for one that would not come back."""
    if label != label.strip() or len(label.splitlines()) != 1 or HARD_SPACE in label or "\t" in label:
        refuse(path, f"the label {label!r} cannot be written as text", cause="unwritable")
    return label.replace(" ", HARD_SPACE)


@dataclass
class _Source:
    """An open file, its size, how far it has been read, and the number of the line that comes next."""

    path: Path
    file: BinaryIO
    size: int
    progress: Progress | None
    line: int = 1

    def chunks(self) -> Iterator[bytes]:
        """Yield whole lines, some megabytes at a time; the last one may lack its end."""
        rest = b""
        while block := self.file.read(_CHUNK):
            if self.progress is not None:
                self.progress(self.file.tell() / self.size)
            cut = block.rfind(b"\n") + 1
            if cut:
                yield rest + block[:cut]
                rest = block[cut:]
            else:
                rest += block
            if len(rest) > _MAX_LINE and b"\n" not in rest:
                refuse(self.path, f"a line is longer than {_MAX_LINE} bytes")
        if rest:
            yield rest + b"\n"


def _read(source: _Source, limit: int) -> tuple[list[str], Matrix]:
    width, promised = _header(source)
    estimate = promised or source.size // (2 * width + 2) + 1
    labels: list[str] = []
    matrix = np.empty((0, width), dtype=np.float32)
    for chunk in source.chunks():
        words, rows = _parse(source, chunk, width)
        if not labels:  # the first chunk tells how long a line is
            estimate = promised or min(estimate, int(1.1 * len(words) * source.size / len(chunk)) + 16)
            matrix = np.empty((max(len(words), min(limit or estimate, estimate)), width), dtype=np.float32)
        matrix = _room(source.path, matrix, len(labels) + len(words))
        matrix[len(labels) : len(labels) + len(words)] = rows
        labels += words
        if limit and len(labels) >= limit:
            return labels[:limit], matrix[:limit]
    if promised is not None and promised != len(labels):
        refuse(source.path, f"its header promises {promised} words, but it holds {len(labels)}")
    if not labels:
        refuse(source.path, "it is empty")
    return labels, matrix[: len(labels)]


def _header(source: _Source) -> tuple[int, int | None]:
    """Return the width and, where a first line says it, the number of words. A first line of numbers alone is such a header."""
    first = source.file.readline(_MAX_LINE)
    if len(first) == _MAX_LINE and not first.endswith(b"\n"):
        refuse(source.path, f"a line is longer than {_MAX_LINE} bytes")
    parts = first.removeprefix(b"\xef\xbb\xbf").split()
    if len(parts) == 2 and all(part.isdigit() and len(part) < 12 for part in parts):
        promised, width = int(parts[0]), int(parts[1])
        check_shape(source.path, (promised, width))
        if promised * (2 * width + 1) > source.size:
            refuse(source.path, f"its header promises {promised} words of {width} numbers, more than the file can hold")
        source.line = 2
        return width, promised
    source.file.seek(0)
    if len(parts) < 2:
        refuse(source.path, "its first line holds no numbers" if parts else "it is empty")
    width = len(parts) - 1
    check_shape(source.path, (1, width))
    return width, None


def _room(path: Path, matrix: Matrix, rows: int) -> Matrix:
    """Return ``matrix`` with room for ``rows`` rows."""
    if rows <= len(matrix):
        return matrix
    check_shape(path, (rows, matrix.shape[1]))
    larger = np.empty((max(rows, len(matrix) + len(matrix) // 8), matrix.shape[1]), dtype=np.float32)
    larger[: len(matrix)] = matrix
    return larger


def _parse(source: _Source, chunk: bytes, width: int) -> tuple[list[str], Matrix]:
    """Return words and rows ``(n, D)`` of whole lines: at once where every line is as it should be, else line by line."""
    count = chunk.count(b"\n")
    found = _at_once(chunk, width, count) if count > 200 and count * width > 50_000 else None
    if found is None:
        found = _line_by_line(source, chunk, width)
    source.line += count
    return found


def _at_once(chunk: bytes, width: int, count: int) -> tuple[list[str], Matrix] | None:
    """Return what :func:`_line_by_line` would, by polars' parser; None when any line is not a word and ``width`` numbers."""
    import polars

    if b"\r" in chunk:
        chunk = chunk.replace(b"\r\n", b"\n")
    if chunk[-2:-1] == b" ":
        chunk = chunk.replace(b" \n", b"\n")
    names = [f"n{number}" for number in range(width)]
    schema: Any = {"word": polars.String, **dict.fromkeys(names, polars.Float64)}
    try:
        frame = polars.read_csv(chunk, separator=" ", has_header=False, quote_char=None, schema=schema)
    except polars.exceptions.PolarsError:
        return None
    if len(frame) != count or any(frame.null_count().row(0)):
        return None
    words = frame.get_column("word").to_list()
    if max(map(len, words)) > MAX_LABEL or any(word.isspace() or "\t" in word for word in words):
        return None
    words = [word.replace(HARD_SPACE, " ") for word in words]
    with np.errstate(over="ignore"):
        return words, frame.select(names).to_numpy().astype(np.float32)


def _line_by_line(source: _Source, chunk: bytes, width: int) -> tuple[list[str], Matrix]:
    """Return words and rows of ``chunk``; a word may hold blanks, lines without anything are passed over."""
    labels: list[str] = []
    rows: list[Matrix] = []
    for number, raw in enumerate(chunk.split(b"\n"), start=source.line):
        line = raw.rstrip(b" \r\t")
        if not line:
            continue
        if len(line) >= _MAX_LINE:
            refuse(source.path, f"a line is longer than {_MAX_LINE} bytes")
        parts = line.rsplit(b" ", width) if b" " in line else line.rsplit(b"\t", width)
        if len(parts) != width + 1:
            refuse(source.path, f"line {number} does not hold a word and {width} numbers")
        try:
            labels.append(parts[0].decode("utf-8-sig" if number == 1 else "utf-8").replace(HARD_SPACE, " ").strip(" \t"))
            with np.errstate(over="ignore"):
                rows.append(np.fromiter(map(float, parts[1:]), dtype=np.float32, count=width))
        except ValueError:
            refuse(source.path, f"line {number} holds something that is not a number, or is not UTF-8")
        if len(labels[-1]) > MAX_LABEL:
            refuse(source.path, f"the word of line {number} is longer than {MAX_LABEL} characters")
    return labels, np.stack(rows) if rows else np.empty((0, width), dtype=np.float32)


FORMATS.register(Word2VecText())
