"""fastText's models (``.bin``): words, and rows of character n-grams from which words outside are composed. Only read."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formats.base import (
    FORMATS,
    MAX_LABEL,
    MAX_ROWS,
    MAX_WIDTH,
    FirstWords,
    Progress,
    check_shape,
    refuse,
    usable,
)
from lstm_core.table.subwords import LONGEST_GRAM, SubwordComposer, with_own_rows

_MAGIC, _VERSION = 793712314, 12
_MAX_WORDS = 1 << 31


class FastTextModel:
    """Reads version 12 of fastText's model file; the rows of its n-grams stay in the file and are mapped from it."""

    key = "fasttext"
    label = Text("fastText 모델 (.bin)", "fastText model (.bin)")
    suffixes: tuple[str, ...] = ()
    also: tuple[str, ...] = (".bin",)
    complete = False
    folder = False
    Options = FirstWords

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` begins with fastText's number."""
        return head[:4] == struct.pack("<i", _MAGIC)

    def read(self, path: Path, options: FirstWords, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``, with the composer of words outside. Raises :class:`InvalidTable`."""
        with path.open("rb") as file:
            if path.stat().st_size < 8:
                refuse(path, "it breaks off")
            model = _Model(path, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        shortest, longest, buckets, width = model.settings()
        words, counts = model.dictionary()
        rows = model.matrix((len(words), buckets, width))
        kept = min(len(words), options.limit or len(words))
        check_shape(path, (kept, width))
        composer = None
        if longest and buckets:
            composer = SubwordComposer(rows[len(words) :], shortest, longest)
        own = rows[:kept]
        matrix = np.array(own) if composer is None else with_own_rows(composer, words[:kept], own, progress=progress)
        return usable(path, words[:kept], matrix, counts=counts[:kept], composer=composer)

    def write(self, table: EmbeddingTable, path: Path) -> NoReturn:
        """Refuse: a fastText model cannot be made from a table."""
        refuse(path, "a fastText model cannot be made from a table; write .vec", cause="unwritable")


@dataclass
class _Model:
    """A model file, mapped, and how far it has been read."""

    path: Path
    data: mmap.mmap
    at: int = 0

    def take(self, form: str) -> tuple[int, ...]:
        """Return the next numbers of the file."""
        begin = self.at
        self.at += struct.calcsize(form)
        if self.at > len(self.data):
            refuse(self.path, "it breaks off")
        return struct.unpack_from(form, self.data, begin)

    def settings(self) -> tuple[int, int, int, int]:
        """Return shortest and longest n-gram, number of buckets, width."""
        magic, version = self.take("<2i")
        if magic != _MAGIC or version != _VERSION:
            refuse(self.path, f"it is no fastText model of version {_VERSION}")
        width, *_, buckets, shortest, longest, _ = self.take("<12i")
        self.take("<d")
        if not 0 < width <= MAX_WIDTH or not 0 <= buckets < _MAX_WORDS or not 0 <= shortest <= LONGEST_GRAM:
            refuse(self.path, f"its settings are impossible: width {width}, {buckets} buckets, n-grams from {shortest}")
        if not 0 <= longest <= LONGEST_GRAM:
            refuse(self.path, f"its n-grams are up to {longest} characters long; up to {LONGEST_GRAM} are taken")
        return shortest, longest, buckets, width

    def dictionary(self) -> tuple[list[str], NDArray[np.int64]]:
        """Return the words and their counts; the labels of a classifier come after them and are left out."""
        total, words, _ = self.take("<3i")
        _, pruned = self.take("<2q")
        if not 0 < words <= total <= MAX_ROWS or total * 10 > len(self.data):
            refuse(self.path, f"its dictionary of {total} entries, {words} of them words, cannot be")
        if pruned > 0:
            refuse(self.path, "it was pruned and quantised (.ftz), which this program cannot read")
        names, counts = [], np.zeros(words, dtype=np.int64)
        for number in range(total):
            end = self.data.find(b"\0", self.at, self.at + 4 * MAX_LABEL + 1)
            if end < 0 or end + 10 > len(self.data):
                refuse(self.path, f"its dictionary breaks off at entry {number + 1}")
            if number < words:
                names.append(self.data[self.at : end].decode("utf-8", "replace"))
                counts[number] = struct.unpack_from("<q", self.data, end + 1)[0]
            self.at = end + 10
        return names, np.maximum(counts, 0)

    def matrix(self, shape: tuple[int, int, int]) -> Matrix:
        """Return the rows of words and n-grams, mapped from the file."""
        words, buckets, width = shape
        (quantised,) = self.take("<?")
        if quantised:
            refuse(self.path, "it is quantised (.ftz), which this program cannot read")
        rows, columns = self.take("<2q")
        if columns != width or rows != words + buckets or rows * columns * 4 > len(self.data) - self.at:
            refuse(self.path, f"its matrix of {rows} x {columns} does not fit its {words} words and {buckets} n-grams")
        found: Matrix = np.frombuffer(self.data, "<f4", rows * columns, self.at).reshape(rows, columns)
        return found


FORMATS.register(FastTextModel())
