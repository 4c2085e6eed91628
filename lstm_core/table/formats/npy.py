"""A bare NumPy matrix, ``.npy``, mapped from its file; the words stand beside it, one a line."""

from __future__ import annotations

from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.base import FORMATS, Labelled, Progress, check_shape, refuse, replacing, usable
from lstm_core.table.formats.labels import read_labels

BAD_HEADER = (ValueError, TypeError, KeyError, SyntaxError, OverflowError, EOFError, RecursionError, MemoryError, TokenError)
"""What NumPy raises for a header it cannot read."""
_BESIDE = (".labels.txt", ".vocab.txt", ".words.txt", ".vocab.json", ".metadata.tsv", ".txt")


class Npy:
    """Reads and writes ``NAME.npy``, the matrix alone, beside ``NAME.labels.txt``."""

    key = "npy"
    label = Text("NumPy 행렬 (.npy + .labels.txt)", "NumPy matrix (.npy + .labels.txt)")
    suffixes: tuple[str, ...] = (".npy",)
    also: tuple[str, ...] = ()
    complete = False
    folder = True
    Options = Labelled

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` has NumPy's mark."""
        return head.startswith(b"\x93NUMPY")

    def read(self, path: Path, options: Labelled, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable`, also when the words are not found."""
        beside = [path.with_name(path.stem + suffix) for suffix in _BESIDE]
        found = [Path(options.labels)] if options.labels else [file for file in beside if file.is_file()]
        if not found:
            reason = f"it holds numbers only; give the file of its words, or put it beside as {beside[0].name}"
            refuse(path, reason, cause="no_words")
        labels = read_labels(found[0])
        matrix = _mapped(path)
        check_shape(path, matrix.shape, labels=len(labels.words))
        return usable(path, labels.words, matrix, counts=labels.counts, columns=labels.columns)

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write the matrix and the words. Raises :class:`InvalidTable` for words with line breaks."""
        for word in table.labels:
            if "\n" in word or word.endswith("\r"):
                refuse(path, f"the word {word!r} cannot be written on a line", cause="unwritable")
        with replacing(path) as one, replacing(path.with_name(path.stem + _BESIDE[0])) as two:
            with one.open("wb") as file:
                np.save(file, table.matrix, allow_pickle=False)
            two.write_text("".join(word + "\n" for word in table.labels), encoding="utf-8", newline="\n")


def array_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and type of the array that begins here, from its header alone. Raises one of :data:`BAD_HEADER`."""
    version = np.lib.format.read_magic(stream)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, kind = reader(stream)
    return tuple(shape), kind


def _mapped(path: Path) -> NDArray[Any]:
    """Return the matrix without reading it. Raises :class:`InvalidTable`."""
    try:
        with path.open("rb") as file:
            shape, kind = array_header(file)
        if kind.kind not in "fiu":
            refuse(path, f"it holds {kind}, not numbers")
        check_shape(path, shape)
        found: NDArray[Any] = np.asarray(np.lib.format.open_memmap(path, mode="r"))
    except BAD_HEADER as error:
        refuse(path, f"it is not a NumPy matrix, or it is damaged ({error})")
    return found


FORMATS.register(Npy())
