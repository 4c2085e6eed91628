"""Parquet and Arrow files: a column of words, one of lists of numbers, and one for all else that is known of each word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.options import Options
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.base import (
    FORMATS,
    MAX_LABEL,
    MAX_VALUES,
    Progress,
    check_shape,
    metadata_json,
    refuse,
    replacing,
    usable,
)
from lstm_core.table.formats.labels import COUNT, WORD

VECTOR = "vector"
_ABOUT = b"word_atlas"


class _Columns:
    """What Parquet and Arrow share: the layout of the columns. A subclass opens and stores."""

    complete = True
    folder = False
    Options = Options
    also: tuple[str, ...] = ()

    def read(self, path: Path, options: Any, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``, also of files from elsewhere. Raises :class:`InvalidTable`."""
        import pyarrow

        try:
            return _table(path, self.load(path))
        except (pyarrow.ArrowException, OSError, OverflowError, UnicodeDecodeError) as error:
            refuse(path, f"it is damaged, or of another kind ({' '.join(str(error).split())[:200]})")

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path``. Raises :class:`InvalidTable` when two columns would have the same name."""
        import pyarrow

        if {WORD, COUNT, VECTOR} & set(table.columns):
            refuse(path, f"one of its columns is called {WORD!r}, {COUNT!r} or {VECTOR!r}", cause="unwritable")
        columns: dict[str, Any] = {WORD: pyarrow.array(table.labels, pyarrow.string())}
        if table.counts is not None:
            columns[COUNT] = pyarrow.array(table.counts)
        columns |= {key: pyarrow.array(values, pyarrow.string()) for key, values in table.columns.items()}
        numbers = pyarrow.array(table.matrix.reshape(-1))
        columns[VECTOR] = pyarrow.FixedSizeListArray.from_arrays(numbers, table.dimension)
        with replacing(path) as temporary:
            self.store(pyarrow.table(columns).replace_schema_metadata({_ABOUT: metadata_json(table)}), temporary)

    def load(self, path: Path) -> Any:
        """Return the pyarrow table in ``path``, its size checked first."""
        raise NotImplementedError

    def store(self, table: Any, path: Path) -> None:
        """Write a pyarrow table."""
        raise NotImplementedError


class Parquet(_Columns):
    """Reads and writes ``.parquet``."""

    key = "parquet"
    label = Text("Parquet (.parquet)", "Parquet (.parquet)")
    suffixes: tuple[str, ...] = (".parquet",)

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` has Parquet's mark."""
        return head.startswith(b"PAR1")

    def load(self, path: Path) -> Any:
        """Return the pyarrow table in ``path``, its size checked first."""
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(path, memory_map=True) as file:
            about = file.metadata
            groups = [about.row_group(number) for number in range(about.num_row_groups)]
            if max(about.num_rows, sum(group.num_rows for group in groups)) > MAX_VALUES:
                refuse(path, f"its {about.num_rows} rows are more than this program takes", cause="too_large")
            if sum(max(0, group.total_byte_size) for group in groups) > 8 * MAX_VALUES:
                refuse(path, "it unpacks to more than this program takes", cause="too_large")
            return file.read(use_threads=False)

    def store(self, table: Any, path: Path) -> None:
        """Write a pyarrow table."""
        import pyarrow.parquet

        pyarrow.parquet.write_table(table, path, compression="zstd", use_dictionary=False)


class ArrowFile(_Columns):
    """Reads and writes ``.arrow`` and ``.feather``: Arrow's own layout of memory, mapped from the file."""

    key = "arrow"
    label = Text("Arrow (.arrow, .feather)", "Arrow (.arrow, .feather)")
    suffixes: tuple[str, ...] = (".arrow", ".feather")

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` has Arrow's mark."""
        return head.startswith(b"ARROW1")

    def load(self, path: Path) -> Any:
        """Return the pyarrow table in ``path``; what it takes lies in the file."""
        import pyarrow

        return pyarrow.ipc.open_file(pyarrow.memory_map(str(path))).read_all()

    def store(self, table: Any, path: Path) -> None:
        """Write a pyarrow table."""
        import pyarrow

        with pyarrow.OSFile(str(path), "wb") as sink, pyarrow.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)


def _table(path: Path, found: Any) -> EmbeddingTable:
    import pyarrow

    found.validate(full=True)
    kinds = {field.name: field.type for field in found.schema}
    if len(kinds) != found.num_columns:
        refuse(path, "two of its columns have the same name")
    texts = [name for name, kind in kinds.items() if str(kind) in ("string", "large_string", "string_view")]
    if not texts:
        refuse(path, "it has no column of words")
    word = WORD if WORD in texts else texts[0]
    matrix = _matrix(path, found, kinds)
    check_shape(path, matrix.shape, labels=found.num_rows)
    columns = {name: [value or "" for value in found.column(name).to_pylist()] for name in texts}
    if max(map(len, columns[word]), default=0) > MAX_LABEL:
        refuse(path, f"a word is longer than {MAX_LABEL} characters")
    counts = None
    if COUNT in kinds and pyarrow.types.is_integer(kinds[COUNT]):
        counts = found.column(COUNT).fill_null(0).cast(pyarrow.int64()).to_numpy()
    return usable(path, columns.pop(word), matrix, counts=counts, columns=columns, metadata=_about(found))


def _matrix(path: Path, found: Any, kinds: dict[str, Any]) -> NDArray[Any]:
    """Return the numbers ``(V, D)``: of the first column of lists, else of all columns of numbers."""
    import pyarrow

    lists = [name for name, kind in kinds.items() if hasattr(kind, "value_type") and _is_number(kind.value_type)]
    if lists:
        column = found.column(VECTOR if VECTOR in lists else lists[0])
        values = [chunk.flatten() for chunk in column.chunks]
        numbers = np.concatenate([each.to_numpy(zero_copy_only=False) for each in values] or [np.empty(0)])
        rows = found.num_rows
        widths = None if pyarrow.types.is_fixed_size_list(column.type) else _lengths(column)
        if column.null_count or not rows or len(numbers) % rows or (widths is not None and len(set(widths)) != 1):
            refuse(path, "its lists of numbers are not all of one length")
        return numbers.reshape(rows, -1)
    names = [name for name, kind in kinds.items() if _is_number(kind) and name != COUNT]
    if not names:
        refuse(path, "it has no column of lists of numbers, and no columns of numbers")
    check_shape(path, (found.num_rows, len(names)))
    return np.column_stack([found.column(name).to_numpy() for name in names])


def _lengths(column: Any) -> list[int]:
    import pyarrow.compute

    lengths: list[int] = pyarrow.compute.list_value_length(column).to_pylist()
    return lengths


def _is_number(kind: Any) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_floating(kind) or pyarrow.types.is_integer(kind))


def _about(found: Any) -> dict[str, Any]:
    try:
        about = json.loads((found.schema.metadata or {}).get(_ABOUT, b"{}"))
    except (ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


FORMATS.register(Parquet())
FORMATS.register(ArrowFile())
