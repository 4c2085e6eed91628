"""What all table formats share: the registry, the choice by suffix, limits, and writing that leaves no half file behind."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Protocol

from lstm_core.errors import InvalidTable, UnknownChoice
from lstm_core.options import Options
from lstm_core.registry import Registry, Text
from lstm_core.table.embedding_table import EmbeddingTable

MAX_VALUES = 600_000_000
MAX_LABEL = 2_000


class TableFormat(Protocol):
    """A file format: ``suffixes`` it goes by, and whether it keeps counts, columns and metadata (``complete``)."""

    key: str
    label: Text
    suffixes: tuple[str, ...]
    complete: bool
    Options: type[Options]

    def read(self, path: Path) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable` with the reason."""

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path``, whole or not at all. Raises :class:`InvalidTable` for labels the format cannot hold."""


FORMATS: Registry[TableFormat] = Registry("table format")


def format_of(path: str | Path) -> TableFormat:
    """Return the format for ``path`` by its suffix; a folder is the Embedding Projector's. Raises :class:`UnknownChoice`."""
    suffix = Path(path).suffix.lower() or (".tsv" if Path(path).is_dir() else "")
    for member in FORMATS:
        if suffix in member.suffixes:
            return member
    choices = tuple(suffix for member in FORMATS for suffix in member.suffixes)
    raise UnknownChoice(kind=FORMATS.kind, given=suffix or Path(path).name, choices=choices)


def read_table(path: str | Path) -> EmbeddingTable:
    """Return the table in ``path``. Raises :class:`InvalidTable` (missing or damaged), :class:`UnknownChoice` (suffix)."""
    path = Path(path)
    member = format_of(path)
    if not path.exists():
        refuse(path, "there is no such file")
    return member.read(path)


def write_table(table: EmbeddingTable, path: str | Path) -> None:
    """Write ``table`` to ``path`` in the format of its suffix. Raises :class:`UnknownChoice`, :class:`InvalidTable`."""
    format_of(path).write(table, Path(path))


def refuse(path: Path, reason: str) -> NoReturn:
    """Raise :class:`InvalidTable` for the file ``path``."""
    raise InvalidTable(name=path.name, reason=reason)


def check_shape(path: Path, shape: tuple[int, ...], *, labels: int | None = None) -> None:
    """Refuse a shape that is not ``(V, D)``, does not fit the number of ``labels``, or is larger than the program takes."""
    if len(shape) != 2 or min(shape) < 1:
        refuse(path, f"its matrix has the shape {shape}")
    if shape[0] * shape[1] > MAX_VALUES:
        refuse(path, f"its {shape[0]} x {shape[1]} numbers are more than the {MAX_VALUES} this program takes")
    if labels is not None and labels != shape[0]:
        refuse(path, f"{labels} labels but a matrix of shape {shape}")


def plain_columns(table: EmbeddingTable) -> dict[str, list[str]]:
    """Return the columns of ``table`` as JSON-able lists."""
    return {key: list(values) for key, values in table.columns.items()}


def metadata_json(table: EmbeddingTable) -> str:
    """Return the metadata of ``table`` as JSON text."""
    return json.dumps(dict(table.metadata), ensure_ascii=False, sort_keys=True)


def named(path: Path, metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return ``metadata`` with the file's name as the table's name where it has none."""
    return {"name": path.stem, **(metadata or {})}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that takes its place when the block ends well, and is removed when not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
