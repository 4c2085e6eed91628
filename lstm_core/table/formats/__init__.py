"""Embedding tables on disk: every format a person can read or write, chosen by the file's suffix."""

from lstm_core.table.formats import npz, safetensors, tsv, word2vec
from lstm_core.table.formats.base import FORMATS, TableFormat, format_of, read_table, write_table

__all__ = ["FORMATS", "TableFormat", "format_of", "npz", "read_table", "safetensors", "tsv", "word2vec", "write_table"]
