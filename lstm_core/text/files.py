"""Reading files of somebody's own as text: told apart from what is no text, decoded strictly, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from lstm_core.errors import UnreadableText
from lstm_core.normalize import normalize_lines
from lstm_core.text.encodings import AUTO, Decoder
from lstm_core.text.find import existing, suffix_of
from lstm_core.text.packing import members, packing_of, pieces, unpacking_ratio

MAX_LINE = 1_000_000
"""Characters; a longer line is no sentence, and a file without line ends would fill the memory."""
_HEAD = 32  # pieces looked at to name the encoding and to estimate the number of lines


@dataclass(frozen=True)
class TextFile:
    """One file, or one ``member`` of a zip; ``packing`` is "", "gz", "zst" or "zip", ``encoding_asked`` "auto" or a codec."""

    path: Path
    packing: str = ""
    member: str = ""
    encoding_asked: str = AUTO

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.member or self.path.name

    @property
    def suffix(self) -> str:
        """Return the suffix that tells the format: ".csv" for ``a.csv``, ``a.csv.gz`` and ``b/a.csv`` in a zip."""
        return suffix_of(self.name)

    @cached_property
    def size(self) -> int:
        """Bytes on the disk; for a member of a zip its unpacked bytes."""
        if self.member:
            return next(info.file_size for info in members(self.path) if info.filename == self.member)
        return self.path.stat().st_size

    @cached_property
    def encoding(self) -> str:
        """The codec, as far as the first four megabytes tell: ASCII alone is called "utf-8"."""
        decoder = Decoder(self.name, self.encoding_asked)
        for _ in islice(decoder.texts(self.pieces()), _HEAD):
            if decoder.encoding:
                break
        return decoder.encoding or "utf-8"

    def blocks(self) -> Iterator[str]:
        r"""Yield the text in pieces of whole lines, joined by "\n" whatever the file ends its lines with.

        Raises :class:`UnreadableText`: "binary" for a NUL, "encoding", "long_line", "damaged", "bomb".
        """
        rest = ""
        for text in Decoder(self.name, self.encoding_asked).texts(self.pieces()):
            first = text.find("\n")
            if len(rest) + (len(text) if first < 0 else first) > MAX_LINE:
                raise UnreadableText(name=self.name, reason="long_line")
            if first < 0:
                rest += text
                continue
            last = text.rfind("\n")
            yield rest + text[:last]
            rest = text[last + 1 :]
        if rest:
            yield rest

    def lines(self) -> Iterator[str]:
        """Yield the normalised lines that are not blank."""
        for block in self.blocks():
            yield from filter(None, normalize_lines(block).split("\n"))

    def line_estimate(self) -> int:
        """Return about how many lines there are, judged by the first megabytes and how far they lie in the file."""
        head = b"".join(islice(self.pieces(), _HEAD))
        size = self.size * unpacking_ratio(self.path, self.packing)
        return max(1, round(head.count(b"\n") * max(size, len(head)) / max(1, len(head))))

    def pieces(self) -> Iterator[bytes]:
        """Yield the unpacked bytes. Raises :class:`UnreadableText`."""
        return pieces(self.path, self.packing, member=self.member)


def text_files(path: Path, *, encoding: str = AUTO) -> tuple[TextFile, ...]:
    """Return the file at ``path`` as one text file, or the files in it when it is a zip. Raises :class:`UnreadableText`."""
    packing = packing_of(path)
    if packing != "zip":
        return (TextFile(path, packing, encoding_asked=encoding),)
    found = tuple(TextFile(path, packing, info.filename, encoding) for info in members(path))
    if not found:
        raise UnreadableText(name=path.name, reason="no_files")
    return found


def open_text(path: str | Path) -> TextFile:
    """Return the text file at ``path``, UTF-8, UTF-16 or CP949/EUC-KR, plain or packed (of a zip, the first file in it).

    Raises :class:`UnreadableText` with one of its reasons for what shows at the beginning; the rest is checked as it is read.
    """
    file = text_files(existing(path))[0]
    if not any(True for _ in file.lines()):
        raise UnreadableText(name=file.name, reason="empty")
    return file
