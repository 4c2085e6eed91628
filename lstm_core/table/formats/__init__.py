"""Embedding tables on disk: every format a person can read or write, chosen by the file's suffix and how it begins."""

# ruff: noqa: I001 - the order of these imports is the order of the choices
from lstm_core.table.formats import safetensors, word2vec, word2vec_binary, npz, npy, tsv, arrow, comma, fasttext, torch_state
from lstm_core.table.formats.base import FORMATS, Progress, TableFormat, format_of, read_table, write_table

__all__ = [
    "FORMATS",
    "Progress",
    "TableFormat",
    "arrow",
    "comma",
    "fasttext",
    "format_of",
    "npy",
    "npz",
    "read_table",
    "safetensors",
    "torch_state",
    "tsv",
    "word2vec",
    "word2vec_binary",
    "write_table",
]
