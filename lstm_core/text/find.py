"""Which files a path means: a file, a folder, a pattern."""

from __future__ import annotations

import glob
import os
from collections.abc import Container, Iterable
from itertools import takewhile
from pathlib import Path

from lstm_core.errors import UnreadableText
from lstm_core.text.packing import PACKED


def existing(path: str | Path) -> Path:
    """Return ``path`` with ``~`` expanded, if it is a file that may be read. Raises :class:`UnreadableText`."""
    file = _path(path)
    if file is not None and not _is_unicode(str(file)):
        raise UnreadableText(name=ascii(file.name)[:200], reason="name")
    if file is None or not file.is_file():
        raise UnreadableText(name=str(path)[:200], reason="missing")
    if not os.access(file, os.R_OK):
        raise UnreadableText(name=file.name, reason="forbidden")
    return file


def find_files(spec: str | Path, suffixes: Container[str]) -> tuple[Path, ...]:
    """Return the files ``spec`` means, in order: a file, those in a folder and below, or those that match a pattern.

    In folders and patterns only files of ``suffixes`` (packed ones too) count, and no hidden ones. Raises
    :class:`UnreadableText` ("missing", "forbidden", "no_files").
    """
    base = _path(spec)
    if base is not None and base.is_dir():
        found: Iterable[Path] = base.rglob("*")
    elif base is not None and not base.exists() and glob.has_magic(str(base)):
        found = map(Path, glob.iglob(str(base), recursive=True))
    else:
        return (existing(spec),)
    wanted = [path for path in found if suffix_of(path.name) in suffixes and path.is_file() and not _hidden(path, base)]
    if not wanted:
        raise UnreadableText(name=str(spec)[:200], reason="no_files")
    return tuple(existing(path) for path in sorted(wanted))


def fixed_part(spec: str) -> Path:
    """Return what stands before the first wildcard of a path: all it can mean lies there. Raises :class:`UnreadableText`."""
    path = _path(spec)
    if path is None:
        raise UnreadableText(name=spec[:200], reason="missing")
    plain = list(takewhile(lambda part: not glob.has_magic(part), path.parts))
    return Path(*plain)


def suffix_of(name: str) -> str:
    """Return the suffix that tells the format, in small letters: ".csv" for ``a.csv``, ``a.CSV.gz`` and ``in/a.zip/a.csv``."""
    path = Path(name)
    packed = path.suffix.lower().lstrip(".") in PACKED
    return Path(path.stem).suffix.lower() if packed else path.suffix.lower()


def stem_of(name: str) -> str:
    """Return the name of a file without the suffixes of its format and packing: "후기" for ``후기.csv.gz``."""
    path = Path(name)
    return Path(path.stem).stem if path.suffix.lower().lstrip(".") in PACKED else path.stem


def _path(spec: str | Path) -> Path | None:
    try:
        path = Path(spec).expanduser()
        path.resolve()
        path.exists()
    except (OSError, RuntimeError, ValueError):  # a name too long for the system, an unknown ~user, a NUL
        return None
    return path


def _is_unicode(name: str) -> bool:
    """Return whether ``name`` could be written to a file: a name in some old encoding arrives with lone surrogates."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _hidden(path: Path, base: Path) -> bool:
    below = path.relative_to(base).parts if path.is_relative_to(base) else (path.name,)
    return any(part.startswith(".") for part in below)
