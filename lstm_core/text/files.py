"""Reading a text file of somebody's own: told apart from what is no text, in bounded memory."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lstm_core.errors import UnreadableText
from lstm_core.normalize import normalize

MAX_LINE_BYTES = 1_000_000
_CHUNK = 1 << 20
_ENCODINGS = ("utf-8-sig", "cp949")
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


@dataclass(frozen=True)
class TextFile:
    """A file that was found to be text: its ``path``, ``encoding`` and ``size`` in bytes."""

    path: Path
    encoding: str
    size: int

    def lines(self) -> Iterator[str]:
        """Yield the normalised lines that are not blank, one at a time."""
        with self.path.open(encoding=self.encoding, newline=None) as file:
            for line in file:
                text = normalize(line)
                if text:
                    yield text

    def line_estimate(self) -> int:
        """Return about how many lines there are, judged by the first megabyte."""
        with self.path.open("rb") as file:
            head = file.read(_CHUNK)
        return max(1, round(head.count(b"\n") * self.size / max(1, len(head))))


def open_text(path: str | Path) -> TextFile:
    """Return the text file at ``path``, UTF-8 (with or without BOM) or CP949/EUC-KR.

    Raises :class:`UnreadableText` with the reason "missing", "forbidden", "empty", "binary", "encoding"
    or "long_line". Reads the file
    once in pieces of a megabyte, so that neither a huge file nor a huge line fills the memory.
    """
    file = _existing(path)
    decoders = {name: codecs.getincrementaldecoder(name)() for name in _ENCODINGS}
    pending = 0
    blank = True
    for chunk in _chunks(file):
        if chunk.translate(None, _CONTROL) != chunk:
            raise UnreadableText(name=file.name, reason="binary")
        pending = _longest_line(chunk, pending, file.name)
        decoders = {name: decoder for name, decoder in decoders.items() if _decodes(decoder, chunk)}
        blank = blank and not chunk.strip(b" \t\r\n\xef\xbb\xbf")
    decoders = {name: decoder for name, decoder in decoders.items() if _decodes(decoder, b"", final=True)}
    if blank:
        raise UnreadableText(name=file.name, reason="empty")
    if not decoders:
        raise UnreadableText(name=file.name, reason="encoding")
    return TextFile(file, next(iter(decoders)), file.stat().st_size)


def _existing(path: str | Path) -> Path:
    """Return ``path`` with ``~`` expanded, if it is a file that may be read."""
    try:
        file = Path(path).expanduser()
        found = file.is_file()
    except (OSError, RuntimeError, ValueError):  # a name too long for the system, an unknown ~user, a NUL
        found = False
    if not found:
        raise UnreadableText(name=str(path)[:200], reason="missing")
    if not os.access(file, os.R_OK):
        raise UnreadableText(name=file.name, reason="forbidden")
    return file


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _longest_line(chunk: bytes, pending: int, name: str) -> int:
    """Return how long the unfinished last line is; refuse a line over the limit."""
    first, *rest = chunk.split(b"\n")
    lengths = [pending + len(first), *(len(line) for line in rest)]
    if max(lengths) > MAX_LINE_BYTES:
        raise UnreadableText(name=name, reason="long_line")
    return lengths[-1]
