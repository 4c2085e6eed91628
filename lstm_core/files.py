"""Writing a file whole or not at all, and reading JSON that a stranger may have written."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{32}\.tmp")
JSON_LIMIT = 512 * 1024 * 1024
"""Bytes; a larger JSON file is refused before it is read."""


def cache_root() -> Path:
    """Return the folder for what can be fetched or computed again: ``$WORD_ATLAS_CACHE``, else the user's cache folder."""
    return Path(os.environ.get("WORD_ATLAS_CACHE") or platformdirs.user_cache_path("word-atlas"))


@contextmanager
def atomic_path(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path in the same folder; when the block ends well it becomes ``path``, on disk if ``durable``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    temporary.touch()
    mode = temporary.stat().st_mode
    try:
        yield temporary
        temporary.chmod(mode)  # some writers put a file of their own, readable by its owner alone, in its place
        if durable:
            _sync(temporary)
        os.replace(temporary, path)
        if durable:
            _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def forget_unfinished(folder: Path) -> None:
    """Remove what writers that were killed left behind in ``folder`` and below; nobody may be writing there meanwhile."""
    for path in folder.rglob(".*.tmp"):
        if _UNFINISHED.fullmatch(path.name):
            path.unlink(missing_ok=True)


def atomic_write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write ``data`` to ``path``: a reader sees the old file or the new one, never a part."""
    with atomic_path(path, durable=durable) as temporary:
        temporary.write_bytes(data)


def atomic_write_json(path: Path, value: Any, *, durable: bool = True) -> None:
    """Write ``value`` as UTF-8 JSON, whole or not at all. Raises ``ValueError`` for NaN or infinity.

    A lone surrogate, which UTF-8 cannot hold, is written as the JSON escape that gives it back.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)
    atomic_write_bytes(path, (text + "\n").encode("utf-8", "backslashreplace"), durable=durable)


def link_or_copy(source: Path, path: Path) -> None:
    """Make ``path`` the file ``source``, whole or not at all, without a second copy of its bytes where the disk allows it.

    For files that are never written again: what happens to one name later does not touch the other.
    """
    with atomic_path(path, durable=False) as temporary:
        temporary.unlink()
        try:
            os.link(source, temporary)
        except OSError:  # another disk, or a file system without links
            shutil.copyfile(source, temporary)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``. Raises ``OSError``, or ``ValueError`` for anything that is not an object."""
    if path.stat().st_size > JSON_LIMIT:
        raise ValueError(f"{path.name} is larger than {JSON_LIMIT} bytes")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError(f"{path.name} is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"{path.name} does not hold a JSON object")
    return value


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def describe_files(folder: Path, paths: tuple[Path, ...]) -> Mapping[str, Mapping[str, Any]]:
    """Return ``{name relative to folder: {"bytes", "sha256"}}`` for those of ``paths`` that exist."""
    found = [path for path in paths if path.is_file()]
    return {path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_of(path)} for path in found}


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
