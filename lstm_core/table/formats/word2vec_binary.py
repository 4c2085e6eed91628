"""word2vec's binary format: a line with words and width, then each word, a blank and its numbers as float32."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

import numpy as np

from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formats.base import FORMATS, MAX_LABEL, FirstWords, Progress, check_shape, refuse, replacing, usable
from lstm_core.table.formats.word2vec import HARD_SPACE, written_label

_HEADER = re.compile(rb"\s*(\d{1,11})[ \t]+(\d{1,11})[ \t\r]*\n")


class Word2VecBinary:
    """Reads and writes ``.bin`` as word2vec and gensim do; a line end before a word is passed over."""

    key = "word2vec-binary"
    label = Text("word2vec 이진 (.bin)", "word2vec binary (.bin)")
    suffixes: tuple[str, ...] = (".bin",)
    also: tuple[str, ...] = (".w2v", ".vec", ".txt")
    complete = False
    folder = False
    Options = FirstWords

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` begins with a line of two numbers and does not go on as text."""
        header = _HEADER.match(head)
        return header is not None and not _is_text(head[header.end() :])

    def read(self, path: Path, options: FirstWords, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable`."""
        if not path.stat().st_size:
            refuse(path, "it is empty")
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            header = _HEADER.match(data)
            if header is None:
                refuse(path, "it does not begin with the number of words and their width")
            count, width, begin = int(header[1]), int(header[2]), header.end()
            del header  # it holds on to the mapping
            check_shape(path, (count, width))
            if count * (4 * width + 1) > len(data) - begin:
                refuse(path, f"its header promises {count} words of {width} numbers, more than the file can hold")
            wanted = min(count, options.limit or count)
            labels, matrix, end = _records(path, data, begin, (wanted, width), progress)
            if wanted == count and data[end:].strip():
                refuse(path, f"after the {count} words its header promises, it goes on")
        return usable(path, labels, matrix)

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path``. Raises :class:`InvalidTable` for labels with line breaks or blanks at an end."""
        labels = [written_label(path, label).encode("utf-8") for label in table.labels]
        with replacing(path) as temporary, temporary.open("wb") as file:
            file.write(f"{len(table)} {table.dimension}\n".encode())
            file.writelines(
                label + b" " + row.astype("<f4").tobytes() + b"\n" for label, row in zip(labels, table.matrix, strict=True)
            )


def _is_text(rest: bytes) -> bool:
    parts = rest.split(b" ", 3)[1:3]
    try:
        return bool(parts) and all(float(part) is not None for part in parts)
    except ValueError:
        return False


def _records(
    path: Path, data: mmap.mmap, at: int, shape: tuple[int, int], progress: Progress | None
) -> tuple[list[str], Matrix, int]:
    """Return words, rows ``(V, D)``, and where the last one ends."""
    count, width = shape
    labels: list[str] = []
    matrix = np.empty(shape, dtype=np.float32)
    for row in range(count):
        blank = data.find(b" ", at, at + 4 * MAX_LABEL + 2)
        end = blank + 1 + 4 * width
        if blank < 0 or end > len(data):
            refuse(path, f"its header promises {count} words, but it breaks off at word {row + 1}")
        try:
            labels.append(data[at:blank].lstrip(b"\n").decode("utf-8").replace(HARD_SPACE, " "))
        except UnicodeDecodeError:
            refuse(path, f"word {row + 1} is not UTF-8")
        matrix[row] = np.frombuffer(data, "<f4", width, blank + 1)
        at = end
        if progress is not None and row % 4096 == 0:
            progress(row / count)
    return labels, matrix, at


FORMATS.register(Word2VecBinary())
