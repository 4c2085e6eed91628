"""The Embedding Projector's pair of files: ``tensors.tsv`` (numbers) and ``metadata.tsv`` (words and what is known of them)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_core.options import Options
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formats.base import FORMATS, check_shape, named, refuse, replacing

_WORD, _COUNT = "word", "count"


class ProjectorTsv:
    """Reads and writes a folder with both files, or ``NAME.tsv`` beside ``NAME.metadata.tsv`` (``metadata.tsv`` for tensors).

    One column of metadata has no header line, several have one: the Embedding Projector's own rule.
    """

    key = "tsv"
    label = Text("Embedding Projector (tensors.tsv + metadata.tsv)", "Embedding Projector (tensors.tsv + metadata.tsv)")
    suffixes: tuple[str, ...] = (".tsv",)
    complete = False
    Options = Options

    def read(self, path: Path) -> EmbeddingTable:
        """Return the table in ``path`` (the folder or the tensors). Raises :class:`InvalidTable`."""
        tensors, metadata = pair(path)
        header, rows = _metadata(metadata)
        matrix = _tensors(tensors)
        check_shape(tensors, matrix.shape, labels=len(rows))
        words = header.index(_WORD) if _WORD in header else 0
        values = {name: tuple(row[i] for row in rows) for i, name in enumerate(header) if i != words}
        counts = _counts(metadata, values.pop(_COUNT)) if _COUNT in values else None
        return EmbeddingTable(tuple(row[words] for row in rows), matrix, counts, values, named(path))

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write the two files of ``table``. Raises :class:`InvalidTable` for texts with tabs or line breaks."""
        tensors, metadata = pair(path)
        columns = {_WORD: table.labels, **table.columns}
        if table.counts is not None:
            columns = {_WORD: table.labels, _COUNT: tuple(map(str, table.counts)), **table.columns}
        for text in (text for name, values in columns.items() for text in (name, *values)):
            if "\t" in text or len(text.splitlines()) > 1 or text.endswith(("\n", "\r")):
                refuse(path, f"the text {text!r} cannot be written with tabs between")
        with replacing(tensors) as one, replacing(metadata) as two:
            _write(one, ("\t".join(f"{value:.9g}" for value in row.tolist()) for row in table.matrix))
            lines = ("\t".join(row) for row in zip(*columns.values(), strict=True))
            _write(two, lines if len(columns) == 1 else iter(["\t".join(columns), *lines]))


def pair(path: Path) -> tuple[Path, Path]:
    """Return the two files behind ``path``: a folder, or the file with the numbers."""
    if path.suffix.lower() != ".tsv":
        return path / "tensors.tsv", path / "metadata.tsv"
    name = "metadata.tsv" if path.stem in ("tensors", "vectors") else f"{path.stem}.metadata.tsv"
    return path, path.with_name(name)


def _write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        refuse(path, "there is no such file beside its partner")
    except OSError as error:
        refuse(path, f"it cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        refuse(path, "it is not UTF-8")
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def _metadata(path: Path) -> tuple[list[str], list[list[str]]]:
    rows = [line.split("\t") for line in _lines(path)]
    if not rows:
        refuse(path, "it is empty")
    header = [_WORD] if len(rows[0]) == 1 else rows.pop(0)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            refuse(path, f"word {number} has {len(row)} columns, not {len(header)}")
    if len(set(header)) != len(header):
        refuse(path, "two of its columns have the same name")
    return header, rows


def _tensors(path: Path) -> Matrix:
    rows: list[Matrix] = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            with np.errstate(over="ignore"):
                rows.append(np.fromiter(map(float, line.split("\t")), dtype=np.float32))
        except ValueError:
            refuse(path, f"line {number} holds something that is not a number")
        if len(rows[-1]) != len(rows[0]):
            refuse(path, f"line {number} has {len(rows[-1])} numbers, the first {len(rows[0])}")
    if not rows:
        refuse(path, "it is empty")
    return np.stack(rows)


def _counts(path: Path, texts: tuple[str, ...]) -> NDArray[np.int64]:
    try:
        return np.array([int(text) for text in texts], dtype=np.int64)
    except (ValueError, OverflowError):
        refuse(path, "a count is not a whole number")


FORMATS.register(ProjectorTsv())
