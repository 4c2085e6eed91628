"""Tables brought in from files: each is kept as one safetensors file, ``<name>.safetensors``, in the tables folder."""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from pathlib import Path

from lstm_core.errors import BadRunName, RunExists, RunNotFound
from lstm_core.run_folder import PROJECT, check_run_name, models_root, runs_root
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import safetensors, write_table

_SUFFIX = safetensors.SafetensorsTable.suffixes[0]
_REMOVED = ".removed"


def tables_root() -> Path:
    """Return the folder of the tables brought in from files: ``$WORD_ATLAS_TABLES``, else ``tables/`` of the project."""
    return Path(os.environ.get("WORD_ATLAS_TABLES") or PROJECT / "tables")


def table_path(name: str) -> Path:
    """Return the file of the table ``name``, existing or not. Raises :class:`BadRunName`, also for a link."""
    path = tables_root() / f"{check_run_name(name)}{_SUFFIX}"
    if path.is_symlink():
        raise BadRunName(name=name[:80])
    return path


def list_tables() -> tuple[Path, ...]:
    """Return the files of all tables that were brought in, the newest first; what bears no good name is passed over."""
    root = tables_root()
    files = [path for path in root.glob(f"*{_SUFFIX}") if path.is_file()] if root.is_dir() else []
    return tuple(sorted(filter(_is_good, files), key=lambda path: path.stat().st_mtime, reverse=True))


def keep_table(table: EmbeddingTable, name: str) -> Path:
    """Write ``table`` as ``name`` and return its file.

    Raises :class:`BadRunName`; :class:`RunExists` when a table, a run or a shipped model has the name.
    """
    path = table_path(name)
    if _is_taken(path.stem):
        raise RunExists(name=path.stem)
    named = EmbeddingTable(
        table.labels, table.matrix, table.counts, table.columns, {**table.metadata, "name": path.stem}, table.composer
    )
    write_table(named, path)
    return path


def remove_table(name: str) -> None:
    """Put the table ``name`` away; it can be restored until another is removed. Raises :class:`RunNotFound`."""
    path = table_path(name)
    if not path.is_file():
        raise RunNotFound(name=path.stem)
    for old in path.parent.glob(f".*{_REMOVED}"):
        old.unlink()
    path.rename(_put_away(path))


def restore_table(name: str) -> None:
    """Bring back the table that was removed last. Raises :class:`RunNotFound`, :class:`RunExists` when the name is taken."""
    path = table_path(name)
    if not _put_away(path).is_file():
        raise RunNotFound(name=path.stem)
    if _is_taken(path.stem):
        raise RunExists(name=path.stem)
    _put_away(path).rename(path)


def free_table_name(stem: str) -> str:
    """Return a name like ``stem`` that no table, run or shipped model has; what cannot stand in a name is left out."""
    plain = plain_name(stem)
    names = itertools.chain([plain], (f"{plain}-{number}" for number in itertools.count(2)))
    return next(name for name in names if _is_good(Path(name)) and not _is_taken(name))


def plain_name(stem: str) -> str:
    """Return ``stem`` without what cannot stand in the name of a file or a table, at most 40 characters."""
    return re.sub(r"[^0-9A-Za-z가-힣]+", "-", unicodedata.normalize("NFC", stem)).strip("-")[:40].strip("-") or "table"


def _is_taken(name: str) -> bool:
    return table_path(name).exists() or any((root / name).exists() for root in (runs_root(), models_root()))


def _is_good(path: Path) -> bool:
    try:
        return check_run_name(path.stem) == path.stem and not path.is_symlink()
    except BadRunName:
        return False


def _put_away(path: Path) -> Path:
    return path.with_name(f".{path.stem}{_REMOVED}")
