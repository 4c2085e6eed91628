"""Readers of text files, one a format; importing the package registers them all."""

from lstm_core.text.readers import lines  # isort: skip
from lstm_core.text.readers import delimited, jsonl, parquet
from lstm_core.text.readers.base import READERS, FileOptions, Reader, format_named, reader_of, suffixes

__all__ = [
    "READERS",
    "FileOptions",
    "Reader",
    "delimited",
    "format_named",
    "jsonl",
    "lines",
    "parquet",
    "reader_of",
    "suffixes",
]
