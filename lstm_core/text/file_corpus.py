"""Any files as a corpus: one, a folder of them, or those that match a pattern; plain or packed, lines or tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import ClassVar

from lstm_core.errors import NoLabels, UnreadableText
from lstm_core.normalize import normalize_lines
from lstm_core.text.columns import guess_label, guess_text
from lstm_core.text.files import TextFile, text_files
from lstm_core.text.find import find_files, stem_of, suffix_of
from lstm_core.text.identity import content_hash, identity_of
from lstm_core.text.probes import PROBES, Probes
from lstm_core.text.readers import FileOptions, Reader, reader_of, suffixes
from lstm_core.text.readers.base import SAMPLE, Blocks, Columns

Progress = Callable[[float], None]
_SAMPLED = 20  # files
_READING = 1
"""Counts up when the same file and options come to give other sentences."""


class FileCorpus:
    """The texts of some files, in order.

    Opening reads a little of the first file and raises what is wrong there: :class:`UnreadableText`, :class:`UnknownChoice`
    for a format or a column there is not. Everything else is checked as it is read, with the same errors.
    """

    default_tokenizer: ClassVar[str] = "words"
    missing: ClassVar[int] = 0

    def __init__(self, spec: str | Path, options: FileOptions | None = None) -> None:
        self.options = options or FileOptions()
        self.paths = find_files(spec, suffixes())
        self.name = stem_of(Path(spec).name) or str(spec)
        self.files = _texts_in(self.paths, self.options)
        self.first = self.files[0]
        self.reader = reader_of(self.first, self.options)
        self.column_names: Columns = self.reader.columns(self.first, self.options)
        self.text_column = self._text_column(self.first, self.reader)
        if not any(True for _ in self.sentences()):
            raise UnreadableText(name=self.first.name, reason="empty")

    @cached_property
    def head(self) -> tuple[tuple[str, ...], ...]:
        """The first raw values of each column of the first file (its lines, when there are no columns), up to 200."""
        return self._head(self.first, self.reader, self.column_names)

    @cached_property
    def language(self) -> str:
        """ "ko" when the first texts hold any Hangul, else "en"."""
        sample = "".join(islice(self.sentences(), SAMPLE))
        return "ko" if any("가" <= letter <= "힣" for letter in sample) else "en"

    @property
    def probes(self) -> Probes:
        """Formulas worth following."""
        return PROBES[self.language]

    @property
    def encoding(self) -> str:
        """The codec of the first file; "" where the format settles it."""
        return "" if self.reader.key == "parquet" else self.first.encoding

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(path.stat().st_size for path in self.paths)

    @cached_property
    def size_hint(self) -> int:
        """About how many texts there are, judged by the first files."""
        first = self.files[:_SAMPLED]
        rows = sum(reader_of(file, self.options).rows(file) for file in first)
        return round(rows * sum(file.size for file in self.files) / max(1, sum(file.size for file in first)))

    def sentences(self) -> Iterator[str]:
        """Yield the normalised texts that are not blank, in bounded memory."""
        for block, *_ in self._read():
            yield from filter(None, normalize_lines(block).split("\n"))

    def labelled(self) -> Iterator[tuple[str, str]]:
        """Yield the normalised texts that are not blank, each with its label ("" for none).

        The column of the labels is the one the options name, else the one that looks like it. Raises :class:`NoLabels`.
        """
        column = self.options.label_column if self.column_names else ""
        if self.column_names and not column:
            column = guess_label(self.column_names, self.head, text=self.text_column)
        if not column:
            raise NoLabels(name=self.name)
        for blocks in self._read(column):
            texts, labels = (normalize_lines(block).split("\n") for block in blocks)
            yield from ((text, label) for text, label in zip(texts, labels, strict=True) if text)

    def test_part(self) -> None:
        """Return None: what files would be for testing, only their owner knows."""

    def columns(self, labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return nothing: a plain file knows nothing about its words."""
        return {}

    def identity(self) -> str:
        """Return the hash of what is read and how; the names of the files do not matter."""
        options = self.options.model_dump(mode="json", exclude={"label_column"}) | {"text_column": self.text_column}
        formats = [file.suffix for file in self.files]
        hashes = [content_hash(path) for path in self.paths]
        return identity_of({"reading": _READING, "files": hashes, "formats": formats, "options": options})

    def fetch(self, progress: Progress | None = None) -> None:
        """Do nothing: the files are here."""

    def _read(self, *more: str) -> Iterator[Blocks]:
        """Yield the texts, and the columns ``more`` beside them, of every file."""
        for file in self.files:
            reader = reader_of(file, self.options)
            text = self._text_column(file, reader)
            if more and not text:
                raise NoLabels(name=file.name)
            yield from reader.read(file, self.options, columns=(text, *more) if text else ())

    def _text_column(self, file: TextFile, reader: Reader) -> str:
        names = reader.columns(file, self.options)
        if not names or self.options.text_column:
            return self.options.text_column if names else ""
        return guess_text(names, self._head(file, reader, names))

    def _head(self, file: TextFile, reader: Reader, names: Columns) -> tuple[tuple[str, ...], ...]:
        blocks = next(reader.read(file, self.options, columns=names), None)
        width = max(1, len(names))
        return ((),) * width if blocks is None else tuple(tuple(block.split("\n", SAMPLE)[:SAMPLE]) for block in blocks)


def _texts_in(paths: Sequence[Path], options: FileOptions) -> tuple[TextFile, ...]:
    """Return the text files at ``paths``; of a zip with several files those whose suffix some reader knows."""
    found = [file for path in paths for file in text_files(path, encoding=options.encoding)]
    known = [file for file in found if not file.member or len(found) == 1 or suffix_of(file.name) in suffixes()]
    if not known:
        raise UnreadableText(name=paths[0].name, reason="no_files")
    return tuple(known)
