"""Parquet, one batch of rows at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from lstm_core.errors import UnreadableText
from lstm_core.registry import Text
from lstm_core.text.files import TextFile
from lstm_core.text.packing import MAX_RATIO, MAX_UNPACKED
from lstm_core.text.readers.base import BATCH, READERS, Blocks, Columns, FileOptions, as_block, position_of

MAX_GROUP = 2 << 30
"""Bytes a column may take in one row group: that much is in memory at a time."""


class ParquetReader:
    """Only the columns asked for are read from the disk."""

    key = "parquet"
    label = Text("Parquet", "Parquet")
    suffixes = (".parquet",)
    Options: ClassVar[type[FileOptions]] = FileOptions

    def columns(self, file: TextFile, options: FileOptions) -> Columns:
        """Return the names of the columns that hold text, numbers or truth values. Raises :class:`UnreadableText`."""
        with _opened(file) as table:
            names = tuple(field.name for field in table.schema_arrow if _is_plain(field.type))
        if not names:
            raise UnreadableText(name=file.name, reason="empty")
        return names

    def read(self, file: TextFile, options: FileOptions, *, columns: Columns) -> Iterator[Blocks]:
        """Yield the values of ``columns``; null is ""."""
        import pyarrow

        names = self.columns(file, options)
        for column in columns:
            position_of(column, names)
        with _opened(file) as table:
            _refuse_bomb(file, table.metadata)
            for batch in table.iter_batches(BATCH, columns=list(columns), use_threads=False):
                cells = [batch.column(column).cast(pyarrow.string()).fill_null("") for column in columns]
                yield tuple(as_block(cell.to_pylist()) for cell in cells)

    def rows(self, file: TextFile) -> int:
        """Return how many rows the file says it has."""
        with _opened(file) as table:
            return int(table.metadata.num_rows)

    def recognises(self, file: TextFile) -> bool:
        """Return False: only the suffix tells."""
        return False


@contextmanager
def _opened(file: TextFile) -> Iterator[Any]:
    """Give the open file; a packed one is unpacked to a temporary file first, for its table of contents is at the end."""
    import pyarrow
    import pyarrow.parquet

    with tempfile.TemporaryFile() as room:
        source: Any = str(file.path)
        if file.packing:
            for piece in file.pieces():
                room.write(piece)
            source = room
        try:
            with pyarrow.parquet.ParquetFile(source, pre_buffer=False) as table:
                yield table
        except (pyarrow.ArrowException, OSError, ValueError):
            raise UnreadableText(name=file.name, reason="damaged") from None


def _refuse_bomb(file: TextFile, metadata: Any) -> None:
    """Refuse a file whose own figures say that it would fill the memory or unpacks out of all proportion."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    sizes = [group.column(i).total_uncompressed_size for group in groups for i in range(group.num_columns)]
    total = sum(sizes)
    if max(sizes, default=0) > MAX_GROUP or total > MAX_UNPACKED or total > MAX_GROUP + MAX_RATIO * file.size:
        raise UnreadableText(name=file.name, reason="bomb")


def _is_plain(kind: Any) -> bool:
    from pyarrow import types

    tests = (types.is_string, types.is_large_string, types.is_integer, types.is_floating, types.is_boolean)
    return any(test(kind) for test in tests) or (types.is_dictionary(kind) and _is_plain(kind.value_type))


READERS.register(ParquetReader())
