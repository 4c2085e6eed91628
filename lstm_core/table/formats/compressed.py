"""Packed files, ``.gz`` and ``.zst``: unpacked beside a limit, so that a small file cannot fill the disk."""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from lstm_core.errors import InvalidTable
from lstm_core.files import atomic_path

_BLOCK = 1 << 20
_LEAST, _RATIO = 64 << 20, 50
MAX_UNPACKED = 16 << 30


class _Zst:
    """Unpacks zstandard frames from ``file``, a kilobyte of it at a time: that becomes 32 MiB at most."""

    _PIECE = 1 << 10

    def __init__(self, file: IO[bytes]) -> None:
        import zstandard

        self._file, self._new = file, cast(Any, zstandard).ZstdDecompressor().decompressobj
        self._frame: Any = None

    def read(self, size: int) -> bytes:
        """Return what comes next, of whatever length; nothing at the end. Raises ``EOFError`` inside a frame."""
        found = b""
        while not found:
            piece = self._file.read(self._PIECE)
            if not piece and (self._frame is None or not self._frame.eof):
                raise EOFError("it breaks off")
            if not piece:
                return b""
            while piece:
                if self._frame is None or self._frame.eof:
                    self._frame = self._new()
                found += self._frame.decompress(piece)
                piece = self._frame.unused_data if self._frame.eof else b""
        return found


def _gz(file: IO[bytes]) -> Any:
    return gzip.GzipFile(fileobj=file)


def _as_it_is(file: IO[bytes]) -> Any:
    return file


COMPRESSED: dict[str, Callable[[IO[bytes]], Any]] = {".gz": _gz, ".zst": _Zst}


def head_of(path: Path, size: int) -> bytes:
    """Return how the file begins, unpacked where it is packed; nothing for a folder or a file that cannot be read."""
    if not path.is_file():
        return b""
    opened = COMPRESSED.get(path.suffix.lower(), _as_it_is)
    try:
        with path.open("rb") as file:
            found: bytes = opened(file).read(size)
            return found[:size]
    except (OSError, EOFError, zlib.error, *_zst_errors()):
        return b""


@contextmanager
def unpacked(path: Path, progress: Callable[[float], None] | None = None) -> Iterator[Path]:
    """Yield a temporary file with what ``path`` holds, named as ``path`` without its last suffix; ``progress`` hears 0 to 1.

    Raises :class:`InvalidTable` when it is damaged, or unpacks to more than 64 MiB and 50 times its size (vectors written as
    text shrink to about a third), or to more than :data:`MAX_UNPACKED` bytes.
    """
    most = min(MAX_UNPACKED, max(_LEAST, _RATIO * path.stat().st_size))
    with tempfile.TemporaryDirectory(prefix="word-atlas-", ignore_cleanup_errors=True) as folder:
        plain = Path(folder) / path.with_suffix("").name
        try:
            with path.open("rb") as file, plain.open("wb") as target:
                source = COMPRESSED[path.suffix.lower()](file)
                whole = _copy(source, target, most, told=_share_of(file, path.stat().st_size, progress))
        except (EOFError, zlib.error, gzip.BadGzipFile, *_zst_errors()) as error:
            raise InvalidTable(name=path.name, reason=f"it cannot be unpacked ({error})") from None
        if not whole:
            raise InvalidTable(name=path.name, reason=f"it unpacks to more than {most} bytes")
        yield plain


@contextmanager
def packed(path: Path) -> Iterator[Path]:
    """Yield a temporary path; what is written there is packed into ``path`` when the block ends well."""
    with tempfile.TemporaryDirectory(prefix="word-atlas-") as folder:
        plain = Path(folder) / path.with_suffix("").name
        yield plain
        with plain.open("rb") as source, atomic_path(path) as temporary:
            if path.suffix.lower() == ".gz":
                with gzip.GzipFile(temporary, "wb", compresslevel=6, mtime=0) as target:
                    shutil.copyfileobj(source, target, _BLOCK)
            else:
                import zstandard

                with zstandard.open(temporary, "wb") as target:
                    shutil.copyfileobj(source, target, _BLOCK)


def _share_of(file: IO[bytes], size: int, progress: Callable[[float], None] | None) -> Callable[[], None]:
    """Return what tells ``progress`` how much of the packed ``file`` has been read."""
    return (lambda: None) if progress is None else lambda: progress(file.tell() / max(1, size))


def _copy(source: IO[bytes], target: IO[bytes], most: int, *, told: Callable[[], None]) -> bool:
    """Copy up to ``most`` bytes and call ``told`` after each megabyte; return whether that was all."""
    left = most
    while block := source.read(min(_BLOCK, left + 1)):
        left -= len(block)
        told()
        if left < 0:
            return False
        target.write(block)
    return True


def _zst_errors() -> tuple[Any, ...]:
    """The error of zstandard, when it has been imported."""
    module = sys.modules.get("zstandard")
    return (module.ZstdError,) if module else ()
