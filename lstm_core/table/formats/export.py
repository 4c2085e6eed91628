"""A table as one file to hand out: formats of several files are put into a zip archive."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.base import FORMATS, TableFormat


def written_formats() -> tuple[TableFormat, ...]:
    """Return the formats that can be written, in the order of the choices."""
    return tuple(member for member in FORMATS if member.suffixes)


def exported_name(stem: str, key: str) -> str:
    """Return the name of the file that :func:`exported` gives for the format ``key``."""
    member = FORMATS[key]
    return f"{stem}.zip" if member.folder else f"{stem}{member.suffixes[0]}"


def exported(table: EmbeddingTable, key: str) -> bytes:
    """Return ``table`` in the format ``key``. Raises :class:`UnknownChoice`, :class:`InvalidTable` for what it cannot hold."""
    member = FORMATS[key]
    with tempfile.TemporaryDirectory(prefix="word-atlas-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        member.write(table, folder if member.key == "tsv" else folder / f"table{member.suffixes[0]}")
        files = sorted(folder.iterdir())
        if not member.folder:
            return files[0].read_bytes()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.name)
        return packed.getvalue()
