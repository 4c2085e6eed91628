"""Our own table file: safetensors with the tensor ``matrix``; labels, counts, columns and metadata as JSON in the header."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lstm_core.options import Options
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.base import FORMATS, check_shape, metadata_json, named, plain_columns, refuse, replacing

HEADER_KEY = "word_atlas_table"
TABLE_FORMAT = 1
_NUMBERS = ("F16", "F32", "F64")


class _Header(BaseModel):
    """What stands beside the matrix."""

    model_config = ConfigDict(strict=True, extra="ignore")

    format: int
    labels: list[str]
    counts: list[int] | None = None
    columns: dict[str, list[str]] = {}
    metadata: dict[str, Any] = {}


class SafetensorsTable:
    """Reads and writes ``.safetensors``: nothing is ever executed, and the size on disk is the size in memory."""

    key = "safetensors"
    label = Text("safetensors (.safetensors)", "safetensors (.safetensors)")
    suffixes: tuple[str, ...] = (".safetensors",)
    complete = True
    Options = Options

    def read(self, path: Path) -> EmbeddingTable:
        """Return the table in ``path``; float16 and float64 become float32. Raises :class:`InvalidTable`."""
        try:
            with safe_open(path, framework="numpy") as file:
                header = _header(path, file.metadata())
                matrix = _matrix(path, file, len(header.labels))
        except (SafetensorError, OSError, TypeError) as error:
            refuse(path, f"it is not a safetensors file, or it is damaged ({error})")
        columns = {key: tuple(values) for key, values in header.columns.items()}
        counts = None if header.counts is None else _counts(path, header.counts)
        return EmbeddingTable(tuple(header.labels), matrix, counts, columns, named(path, header.metadata))

    def write(self, table: EmbeddingTable, path: Path, *, dtype: Literal["float16", "float32"] = "float32") -> None:
        """Write ``table`` to ``path``; float16 halves the file at a relative error of 0.05 %.

        Raises :class:`InvalidTable` for numbers beyond the range of float16.
        """
        with np.errstate(over="ignore"):
            matrix = table.matrix.astype(dtype)
        if not np.isfinite(matrix).all():
            refuse(path, "its numbers are too large for float16")
        about = {"format": TABLE_FORMAT, "labels": list(table.labels), "columns": plain_columns(table)}
        about["counts"] = None if table.counts is None else table.counts.tolist()
        about["metadata"] = json.loads(metadata_json(table))
        with replacing(path) as temporary:
            save_file({"matrix": matrix}, temporary, {HEADER_KEY: json.dumps(about, ensure_ascii=False, sort_keys=True)})


def _header(path: Path, metadata: dict[str, str] | None) -> _Header:
    if not metadata or HEADER_KEY not in metadata:
        refuse(path, "it holds tensors but no labels: it is not a table of this program")
    try:
        header = _Header.model_validate_json(metadata[HEADER_KEY])
    except ValidationError as error:
        first = error.errors()[0]
        refuse(path, f"its header is damaged ({'.'.join(map(str, first['loc']))}: {first['msg']})")
    if header.format > TABLE_FORMAT:
        refuse(path, f"it has format {header.format}; this program reads up to {TABLE_FORMAT}: update it")
    return header


def _matrix(path: Path, file: Any, labels: int) -> np.ndarray[Any, Any]:
    if "matrix" not in file.keys():
        refuse(path, "it lacks the tensor 'matrix'")
    view = file.get_slice("matrix")
    if view.get_dtype() not in _NUMBERS:
        refuse(path, f"its matrix holds {view.get_dtype()}; {', '.join(_NUMBERS)} can be read")
    check_shape(path, tuple(view.get_shape()), labels=labels)
    matrix: np.ndarray[Any, Any] = file.get_tensor("matrix")
    return matrix


def _counts(path: Path, counts: list[int]) -> np.ndarray[Any, Any]:
    if any(not 0 <= count < 2**63 for count in counts):
        refuse(path, "a count is negative or too large")
    return np.array(counts, dtype=np.int64)


FORMATS.register(SafetensorsTable())
