"""Packed files, unpacked piece by piece: told by their first bytes, and stopped when they grow out of all proportion."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from lstm_core.errors import UnreadableText

CHUNK = 1 << 17
"""Bytes read at a time: blocks of this size are normalised fastest, most of them needing no change at all."""
MAX_UNPACKED = 64 << 30
"""Bytes; more than this comes out of no packed file."""
MAX_RATIO = 250
"""Times the packed size; text packs to a third or a tenth, a bomb to a thousandth. Not asked below :data:`HARMLESS` bytes."""
HARMLESS = 16 << 20
_HEAD = 32  # pieces that tell about the rest
_MAGIC = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
PACKED = ("gz", "zst", "zip")


def packing_of(path: Path) -> str:
    """Return "gz", "zst" or "zip", told by the first bytes; "" for a plain file."""
    with path.open("rb") as file:
        head = file.read(4)
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")


def members(path: Path) -> tuple[zipfile.ZipInfo, ...]:
    """Return the files in a zip, in order of their names, without folders and hidden files.

    Raises :class:`UnreadableText` for a damaged or encrypted zip and for one whose declared sizes make it a bomb.
    """
    with broken_is_said(path.name), zipfile.ZipFile(path) as archive:
        found = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
    for info in found:
        if info.flag_bits & 1:
            raise UnreadableText(name=path.name, reason="locked")
    unpacked = sum(info.file_size for info in found)
    _refuse_bomb(path.name, unpacked=unpacked, packed=path.stat().st_size)
    return tuple(sorted(found, key=lambda info: info.filename))


def pieces(path: Path, packing: str, *, member: str = "") -> Iterator[bytes]:
    """Yield the bytes of ``path``, unpacked, at most :data:`CHUNK` at a time. Raises :class:`UnreadableText`."""
    with broken_is_said(path.name), path.open("rb") as file, _OPEN[packing](file, member) as stream:
        size, total = path.stat().st_size, 0
        while piece := stream.read(CHUNK):
            total += len(piece)
            if packing:
                _refuse_bomb(path.name, unpacked=total, packed=size if packing == "zip" else min(size, file.tell()))
            yield piece


def unpacking_ratio(path: Path, packing: str, *, member: str = "") -> float:
    """Return how many times its size a packed file unpacks to, judged by its beginning; 1 for a plain file."""
    if packing not in ("gz", "zst"):
        return 1.0
    with broken_is_said(path.name), path.open("rb") as file, _OPEN[packing](file, member) as stream:
        unpacked = sum(len(stream.read(CHUNK)) for _ in range(_HEAD))
        return unpacked / max(1, file.tell())


@contextmanager
def broken_is_said(name: str) -> Iterator[None]:
    """Turn what the unpackers raise for damaged data into :class:`UnreadableText`."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise UnreadableText(name=name, reason="damaged") from None


def _refuse_bomb(name: str, *, unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED or (unpacked > HARMLESS and unpacked > MAX_RATIO * packed):
        raise UnreadableText(name=name, reason="bomb")


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


@contextmanager
def _plain(file: BinaryIO, member: str) -> Iterator[IO[bytes]]:
    yield file


@contextmanager
def _gunzip(file: BinaryIO, member: str) -> Iterator[Any]:
    with gzip.GzipFile(fileobj=file) as stream:
        yield stream


@contextmanager
def _unzip(file: BinaryIO, member: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(file) as archive, archive.open(member) as stream:
        yield stream


@contextmanager
def _unzstd(file: BinaryIO, member: str) -> Iterator[IO[bytes]]:
    import pyarrow  # its stream notices a file that breaks off, and keeps to a small window of memory

    try:
        with pyarrow.CompressedInputStream(pyarrow.PythonFile(file, mode="r"), "zstd") as stream:
            yield stream
    except OSError:
        raise EOFError from None


_OPEN: dict[str, Callable[[BinaryIO, str], Any]] = {"": _plain, "gz": _gunzip, "zst": _unzstd, "zip": _unzip}
