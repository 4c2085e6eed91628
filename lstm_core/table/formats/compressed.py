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
from typing import IO, Any

from lstm_core.errors import InvalidTable
from lstm_core.files import atomic_path

_BLOCK = 1 << 20
_LEAST, _RATIO = 64 << 20, 50
MAX_UNPACKED = 16 << 30


def _zst(path: Path) -> Any:
    import zstandard

    return zstandard.open(path, "rb")


def _gz(path: Path) -> Any:
    return gzip.open(path, "rb")


def _plain(path: Path) -> Any:
    return path.open("rb")


COMPRESSED: dict[str, Callable[[Path], Any]] = {".gz": _gz, ".zst": _zst}


def head_of(path: Path, size: int) -> bytes:
    """Return how the file begins, unpacked where it is packed; nothing for a folder or a file that cannot be read."""
    if not path.is_file():
        return b""
    opened = COMPRESSED.get(path.suffix.lower(), _plain)
    try:
        with opened(path) as stream:
            found: bytes = stream.read(size)
            return found
    except (OSError, EOFError, zlib.error, *_zst_errors()):
        return b""


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield a temporary file with what ``path`` holds, named as ``path`` without its last suffix.

    Raises :class:`InvalidTable` when it is damaged, or unpacks to more than 64 MiB and 50 times its size (vectors written as
    text shrink to about a third), or to more than :data:`MAX_UNPACKED` bytes.
    """
    most = min(MAX_UNPACKED, max(_LEAST, _RATIO * path.stat().st_size))
    with tempfile.TemporaryDirectory(prefix="word-atlas-", ignore_cleanup_errors=True) as folder:
        plain = Path(folder) / path.with_suffix("").name
        try:
            with COMPRESSED[path.suffix.lower()](path) as source, plain.open("wb") as target:
                whole = _copy(source, target, most)
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


def _copy(source: IO[bytes], target: IO[bytes], most: int) -> bool:
    """Copy up to ``most`` bytes; return whether that was all."""
    left = most
    while block := source.read(min(_BLOCK, left + 1)):
        left -= len(block)
        if left < 0:
            return False
        target.write(block)
    return True


def _zst_errors() -> tuple[Any, ...]:
    """The error of zstandard, when it has been imported."""
    module = sys.modules.get("zstandard")
    return (module.ZstdError,) if module else ()
