"""What all table formats share: the registry, the choice by suffix and content, and limits checked before memory is taken."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidTable, UnknownChoice
from lstm_core.options import Options, build, option
from lstm_core.registry import Registry, Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix, all_finite
from lstm_core.table.formats.about import FAULTS, named
from lstm_core.table.formats.compressed import COMPRESSED, head_of, packed, unpacked
from lstm_core.table.subwords import SubwordComposer

MAX_VALUES = 600_000_000
"""Numbers in a table, 2.4 GB: a larger one is refused before memory is taken."""
MAX_ROWS = 10_000_000
MAX_WIDTH = 65_536
MAX_LABEL = 2_000
"""Characters of a word."""
MAX_TEXT = 1 << 30
"""Bytes of a file that is read whole because it holds text: labels, metadata, CSV."""
HEAD = 4_096

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1, a few times a second while a large file is read."""


class TableFormat(Protocol):
    """A file format and how to read and write it.

    ``suffixes``: those it is written under (none: it is only read); ``also``: more that may hold it. ``complete``: it keeps
    counts, columns and metadata. ``folder``: a table is more than one file. ``Options`` are for reading.
    """

    key: str
    label: Text
    suffixes: tuple[str, ...]
    also: tuple[str, ...]
    complete: bool
    folder: bool

    @property
    def Options(self) -> type[Options]:
        """The options of reading."""

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file that begins with ``head`` (up to :data:`HEAD` bytes) may be of this format."""

    def read(self, path: Path, options: Any, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable` with the reason."""

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path``, whole or not at all. Raises :class:`InvalidTable` for what the format cannot hold."""


FORMATS: Registry[TableFormat] = Registry("table format")

_LABELS_HELP = Text(
    "낱말이 다른 파일에 있을 때 그 경로. 한 줄에 하나씩, 또는 JSON 목록이나 사전.",
    "The file with the words where they are elsewhere: one a line, or a JSON list or dictionary.",
)


class FirstWords(Options):
    """How much of a long file is read."""

    limit: int = option(
        0,
        ge=0,
        le=MAX_ROWS,
        label=Text("앞에서부터 낱말 수", "Only so many words"),
        help=Text("파일 앞쪽의 낱말만 이만큼 읽습니다. 0이면 모두.", "Only the first words of the file; 0: all of them."),
    )


class Labelled(Options):
    """Where the words are."""

    labels: str = option("", max_length=4096, label=Text("낱말 파일", "File of words"), help=_LABELS_HELP)


class Picked(Labelled):
    """Which of several tensors is the table, and where its words are."""

    tensor: str = option(
        "",
        max_length=500,
        label=Text("텐서 이름", "Name of the tensor"),
        help=Text("비워 두면 하나뿐인 2차원 텐서를 씁니다.", "Empty: the only tensor with two dimensions."),
    )


def format_of(path: str | Path) -> TableFormat:
    """Return the format of ``path``: by its suffix, and where the file is there, by how it begins.

    A folder is the Embedding Projector's. Raises :class:`UnknownChoice` for an unknown suffix.
    """
    suffix = inner(Path(path)).suffix.lower() or (".tsv" if Path(path).is_dir() else "")
    members = [member for member in FORMATS if suffix in member.suffixes]
    members += [member for member in FORMATS if suffix in member.also]
    if not members:
        choices = tuple(dict.fromkeys(suffix for member in FORMATS for suffix in (*member.suffixes, *member.also)))
        raise UnknownChoice(kind=FORMATS.kind, given=suffix or Path(path).name, choices=choices)
    head = head_of(Path(path), HEAD)
    return next((member for member in members if head and member.recognises(head)), members[0])


def read_table(
    path: str | Path, options: Mapping[str, Any] | None = None, *, progress: Progress | None = None
) -> EmbeddingTable:
    """Return the table in ``path``; ``metadata["dropped"]`` says how many rows could not be used and why, where any could not.

    Files ending in ``.gz`` or ``.zst`` are unpacked first. Raises :class:`InvalidTable` (missing or damaged),
    :class:`UnknownChoice` (suffix, tensor), :class:`InvalidOption`; whatever ``progress`` raises ends the reading.
    """
    path = Path(path)
    format_of(path)
    if not path.exists():
        refuse(path, "there is no such file", cause="missing")
    try:
        if path.suffix.lower() in COMPRESSED:
            first, second = (None, None) if progress is None else _halves(progress)
            with unpacked(path, first) as plain:
                return _read(plain, options, second)
        return _read(path, options, progress)
    except OSError as error:
        refuse(path, f"it cannot be read ({error.strerror or error})")
    except MemoryError:
        refuse(path, "there is not enough memory for it", cause="too_large")


def write_table(table: EmbeddingTable, path: str | Path) -> None:
    """Write ``table`` to ``path`` in the format of its suffix. Raises :class:`UnknownChoice`, :class:`InvalidTable`."""
    path = Path(path)
    member = written_as(path)
    if path.suffix.lower() not in COMPRESSED:
        member.write(table, path)
        return
    if member.folder:
        refuse(path, f"{member.label.en} is more than one file and cannot be packed", cause="unwritable")
    with packed(path) as plain:
        member.write(table, plain)


def written_as(path: Path) -> TableFormat:
    """Return the format that writes ``path``. Raises :class:`UnknownChoice`."""
    suffix = inner(path).suffix.lower() or (".tsv" if path.is_dir() else "")
    found = next((member for member in FORMATS if suffix in member.suffixes), None)
    if found is None:
        choices = tuple(suffix for member in FORMATS for suffix in member.suffixes)
        raise UnknownChoice(kind=FORMATS.kind, given=suffix or path.name, choices=choices)
    return found


def inner(path: Path) -> Path:
    """Return ``path`` without ``.gz`` or ``.zst``."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path


def refuse(path: Path, reason: str, *, cause: str = "damaged") -> NoReturn:
    """Raise :class:`InvalidTable` for the file ``path``."""
    raise InvalidTable(name=path.name, reason=reason, cause=cause)


def check_shape(path: Path, shape: tuple[int, ...], *, labels: int | None = None) -> None:
    """Refuse a shape that is not ``(V, D)``, does not fit the number of ``labels``, or is larger than the program takes."""
    if len(shape) != 2 or min(shape) < 1:
        refuse(path, f"its matrix has the shape {shape}")
    if shape[0] > MAX_ROWS or shape[1] > MAX_WIDTH:
        refuse(path, f"its shape {shape} is more than {MAX_ROWS} words or {MAX_WIDTH} numbers a word", cause="too_large")
    if shape[0] * shape[1] > MAX_VALUES:
        refuse(path, f"its {shape[0]} x {shape[1]} numbers are more than {MAX_VALUES}", cause="too_large")
    if labels is not None and labels != shape[0]:
        refuse(path, f"{labels} labels but a matrix of shape {shape}", cause="mismatch")


def usable(
    path: Path,
    labels: Sequence[str],
    matrix: NDArray[Any],
    *,
    counts: NDArray[np.int64] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    composer: SubwordComposer | None = None,
) -> EmbeddingTable:
    """Return the table of the rows that can be used; ``metadata["dropped"]`` counts the others by what is wrong with them.

    Left out are rows with NaN or infinity, with an empty label, and all but the first of the same label. A ``matrix`` that is
    whole is not copied: it is the caller's last use of it. Raises :class:`InvalidTable` when no row is left.
    """
    rows: Matrix = np.ascontiguousarray(_as_float32(matrix))
    faults = {"not_finite": _not_finite(rows), "empty_label": [row for row, label in enumerate(labels) if not label]}
    faults["duplicate_label"] = _repeated(labels)
    about = named(path, metadata)
    bad: set[int] = set()
    dropped = {}
    for fault, numbers in faults.items():
        new = set(numbers) - bad
        bad |= new
        if new:
            dropped[fault] = len(new)
    if bad:
        if len(bad) == len(labels):
            said = "; ".join(f"{count} with {FAULTS[fault]}" for fault, count in dropped.items())
            refuse(path, f"none of its rows can be used: {said}", cause="no_rows")
        keep = [row for row in range(len(labels)) if row not in bad]
        labels, rows = [labels[row] for row in keep], rows[keep]
        counts = None if counts is None else counts[keep]
        columns = {key: [values[row] for row in keep] for key, values in (columns or {}).items()}
        about["dropped"] = dropped
    rows.setflags(write=False)
    given = {key: tuple(values) for key, values in (columns or {}).items()}
    return EmbeddingTable(tuple(labels), rows, counts, given, about, composer)


def plain_columns(table: EmbeddingTable) -> dict[str, list[str]]:
    """Return the columns of ``table`` as JSON-able lists."""
    return {key: list(values) for key, values in table.columns.items()}


def metadata_json(table: EmbeddingTable) -> str:
    """Return the metadata of ``table`` as JSON text."""
    return json.dumps(dict(table.metadata), ensure_ascii=False, sort_keys=True)


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


def _halves(progress: Progress) -> tuple[Progress, Progress]:
    """Return what tells ``progress`` of the first and of the second half of the work."""
    return lambda done: progress(done / 2), lambda done: progress(0.5 + done / 2)


def _read(path: Path, options: Mapping[str, Any] | None, progress: Progress | None) -> EmbeddingTable:
    member = format_of(path)
    return member.read(path, build(member.Options, dict(options or {})), progress)


def _as_float32(matrix: NDArray[Any]) -> Matrix:
    with np.errstate(over="ignore"):
        rows: Matrix = np.asarray(matrix, dtype=np.float32)
    return rows


def _not_finite(rows: Matrix) -> list[int]:
    if all_finite(rows):
        return []
    return [int(row) for row in np.flatnonzero(~np.isfinite(rows).all(axis=1))]


def _repeated(labels: Sequence[str]) -> list[int]:
    """Return the rows whose label has occurred before."""
    if len(set(labels)) == len(labels):
        return []
    seen: set[str] = set()
    return [row for row, label in enumerate(labels) if label in seen or seen.add(label)]  # type: ignore[func-returns-value]
