"""The Embedding Projector's files: ``tensors.tsv`` or ``.bytes`` (numbers) and ``metadata.tsv`` (words and what is known)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formats.base import (
    FORMATS,
    MAX_TEXT,
    MAX_VALUES,
    Labelled,
    Progress,
    check_shape,
    refuse,
    replacing,
    usable,
)
from lstm_core.table.formats.labels import COUNT, WORD, read_labels

CONFIG = "projector_config.pbtxt"
_MAX_LINE = 1 << 21


class Projector:
    """Reads and writes a folder with both files, or ``NAME.tsv`` (or ``.bytes``) beside ``NAME.metadata.tsv``.

    Files called tensors or vectors have a ``metadata.tsv``. One column of metadata has no header line, several have one: the
    projector's own rule. A folder also gets the settings by which ``tensorboard --logdir FOLDER`` finds the two.
    """

    key = "tsv"
    label = Text("Embedding Projector (tensors.tsv + metadata.tsv)", "Embedding Projector (tensors.tsv + metadata.tsv)")
    suffixes: tuple[str, ...] = (".tsv", ".bytes")
    also: tuple[str, ...] = ()
    complete = False
    folder = True
    Options = Labelled

    def recognises(self, head: bytes) -> bool:
        """Tell nothing: its files have no mark."""
        return False

    def read(self, path: Path, options: Labelled, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path`` (the folder or the numbers). Raises :class:`InvalidTable`."""
        tensors, metadata = _told(path) if path.is_dir() else pair(path)
        labels = read_labels(Path(options.labels) if options.labels else metadata)
        binary = tensors.suffix.lower() == ".bytes"
        matrix = _bytes(tensors, len(labels.words)) if binary else _tensors(tensors, progress)
        check_shape(tensors, matrix.shape, labels=len(labels.words))
        return usable(path, labels.words, matrix, counts=labels.counts, columns=labels.columns)

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write the two files of ``table``. Raises :class:`InvalidTable` for texts with tabs or line breaks, or empty lines."""
        tensors, metadata = pair(path)
        columns = {WORD: table.labels, **table.columns}
        if table.counts is not None:
            columns = {WORD: table.labels, COUNT: tuple(map(str, table.counts)), **table.columns}
        for text in (text for name, values in columns.items() for text in (name, *values)):
            if "\t" in text or len(text.splitlines()) > 1 or text.endswith(("\n", "\r")):
                refuse(path, f"the text {text!r} cannot be written with tabs between", cause="unwritable")
        lines = ["\t".join(row) for row in zip(*columns.values(), strict=True)]
        if not all(line.strip() for line in lines):
            refuse(path, "a word is blank: the Embedding Projector would pass over it", cause="unwritable")
        with replacing(tensors) as one, replacing(metadata) as two:
            _write_numbers(one, table.matrix, binary=tensors.suffix.lower() == ".bytes")
            _write(two, lines if len(columns) == 1 else ["\t".join(columns), *lines])
        if path.is_dir():
            with replacing(path / CONFIG) as file:
                _write(file, _config(table))


def pair(path: Path) -> tuple[Path, Path]:
    """Return the two files behind ``path``: a folder, or the file with the numbers."""
    if path.suffix.lower() not in Projector.suffixes:
        return path / "tensors.tsv", path / "metadata.tsv"
    name = "metadata.tsv" if path.stem in ("tensors", "vectors") else f"{path.stem}.metadata.tsv"
    return path, path.with_name(name)


def _told(folder: Path) -> tuple[Path, Path]:
    """Return the two files a projector folder names in its settings, else those of the usual names."""
    for name, pattern in ((CONFIG, r'{}\s*:\s*"([^"]*)"'), ("projector_config.json", r'"{}"\s*:\s*"([^"]*)"')):
        file = folder / name
        if file.is_file() and file.stat().st_size < 1 << 20:
            text = file.read_text(encoding="utf-8", errors="replace")
            names = [re.search(pattern.format(key), text) for key in ("tensor_?[pP]ath", "metadata_?[pP]ath")]
            if all(names):
                return _within(folder, names[0][1]), _within(folder, names[1][1])  # type: ignore[index]
    tensors = folder / "tensors.tsv"
    return tensors if tensors.exists() else folder / "tensors.bytes", folder / "metadata.tsv"


def _within(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        refuse(folder, f"its settings name a file outside of it: {name!r}", cause="unsafe")
    return path


def _config(table: EmbeddingTable) -> list[str]:
    name = json.dumps(table.name, ensure_ascii=False)
    return [
        "embeddings {",
        f"  tensor_name: {name}",
        f"  tensor_shape: {len(table)}",
        f"  tensor_shape: {table.dimension}",
        '  tensor_path: "tensors.tsv"',
        '  metadata_path: "metadata.tsv"',
        "}",
    ]


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def _write_numbers(path: Path, matrix: Matrix, *, binary: bool) -> None:
    if binary:
        path.write_bytes(np.ascontiguousarray(matrix, dtype="<f4").data)
    else:
        line = "\t".join(["%.9g"] * matrix.shape[1])
        _write(path, (line % tuple(row.tolist()) for row in matrix))


def _bytes(path: Path, words: int) -> Matrix:
    """Return the raw float32 numbers of ``path`` as one row a word; the words tell how wide it is."""
    if not path.is_file():
        refuse(path, "there is no such file beside its partner", cause="missing")
    numbers, rest = divmod(path.stat().st_size, 4)
    if rest or not words or numbers % words or not numbers:
        refuse(path, f"its {path.stat().st_size} bytes are not {words} rows of numbers of 4 bytes", cause="mismatch")
    check_shape(path, (words, numbers // words))
    return np.fromfile(path, dtype="<f4").reshape(words, -1)


def _tensors(path: Path, progress: Progress | None) -> Matrix:
    rows: list[Matrix] = []
    for number, line in enumerate(_lines(path, progress), start=1):
        try:
            with np.errstate(over="ignore"):
                rows.append(np.fromiter(map(float, line.split(b"\t")), dtype=np.float32))
        except ValueError:
            refuse(path, f"line {number} holds something that is not a number")
        if len(rows[-1]) != len(rows[0]):
            refuse(path, f"line {number} has {len(rows[-1])} numbers, the first {len(rows[0])}")
        if number * len(rows[0]) > MAX_VALUES:
            refuse(path, f"its numbers are more than the {MAX_VALUES} this program takes", cause="too_large")
    if not rows:
        refuse(path, "it is empty")
    return np.stack(rows)


def _lines(path: Path, progress: Progress | None) -> Iterator[bytes]:
    """Yield the lines of the numbers; blank ones are passed over, as the projector does."""
    if not path.is_file():
        refuse(path, "there is no such file beside its partner", cause="missing")
    size = path.stat().st_size
    if size > 16 * MAX_TEXT:
        refuse(path, f"it is larger than the {16 * MAX_TEXT} bytes this program takes", cause="too_large")
    with path.open("rb") as file:
        while line := file.readline(_MAX_LINE):
            if len(line) == _MAX_LINE:
                refuse(path, f"a line is longer than {_MAX_LINE} bytes")
            if progress is not None:
                progress(file.tell() / size)
            if line.strip():
                yield line.strip()


FORMATS.register(Projector())
