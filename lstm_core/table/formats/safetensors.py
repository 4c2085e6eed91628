"""Our own table file: safetensors with the tensor ``matrix``; labels, counts, columns and metadata as JSON in the header.

Other safetensors files are read too when it is said which tensor is the table and which file holds its words.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.about import named
from lstm_core.table.formats.base import (
    FORMATS,
    MAX_LABEL,
    Picked,
    Progress,
    check_shape,
    metadata_json,
    plain_columns,
    refuse,
    replacing,
    usable,
)
from lstm_core.table.formats.labels import read_labels
from lstm_core.table.formats.tensors import from_bfloat16, pick
from lstm_core.table.subwords import LONGEST_GRAM, SubwordComposer

HEADER_KEY = "word_atlas_table"
TABLE_FORMAT = 1
MATRIX, SUBWORDS = "matrix", "subwords"
_NUMBERS = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "<u2"}


class _Header(BaseModel):
    """What stands beside the matrix."""

    model_config = ConfigDict(strict=True, extra="ignore")

    format: int
    labels: list[str]
    counts: list[int] | None = None
    columns: dict[str, list[str]] = {}
    metadata: dict[str, Any] = {}
    grams: tuple[int, int] | None = None


class SafetensorsTable:
    """Reads and writes ``.safetensors``: nothing is ever executed, and the matrix is mapped from the file, not read."""

    key = "safetensors"
    label = Text("safetensors (.safetensors)", "safetensors (.safetensors)")
    suffixes: tuple[str, ...] = (".safetensors",)
    also: tuple[str, ...] = ()
    complete = True
    folder = False
    Options = Picked

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` begins with a length and a JSON object."""
        return head[8:9] == b"{"

    def read(self, path: Path, options: Picked, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``; float16 and float64 become float32. Raises :class:`InvalidTable`."""
        try:
            with safe_open(path, framework="numpy") as file:
                about = file.metadata() or {}
                if HEADER_KEY in about and not (options.tensor or options.labels):
                    return _own(path, file, about[HEADER_KEY])
                return _foreign(path, file, options)
        except (SafetensorError, OSError, TypeError, OverflowError) as error:
            refuse(path, f"it is not a safetensors file, or it is damaged ({error})")

    def write(self, table: EmbeddingTable, path: Path, *, dtype: Literal["float16", "float32"] = "float32") -> None:
        """Write ``table`` to ``path``; float16 halves the file at a relative error of 0.05 %.

        Raises :class:`InvalidTable` for numbers beyond the range of float16.
        """
        with np.errstate(over="ignore"):
            matrix = table.matrix.astype(dtype, copy=False)
        if dtype == "float16" and not np.isfinite(matrix).all():
            refuse(path, "its numbers are too large for float16", cause="unwritable")
        about: dict[str, Any] = {"format": TABLE_FORMAT, "labels": list(table.labels), "columns": plain_columns(table)}
        about["counts"] = None if table.counts is None else table.counts.tolist()
        about["metadata"] = json.loads(metadata_json(table))
        tensors = {MATRIX: matrix}
        if table.composer is not None:
            about["grams"] = (table.composer.shortest, table.composer.longest)
            tensors[SUBWORDS] = np.ascontiguousarray(table.composer.rows)
        with replacing(path) as temporary:
            save_file(tensors, temporary, {HEADER_KEY: json.dumps(about, ensure_ascii=False, sort_keys=True)})


def _own(path: Path, file: Any, text: str) -> EmbeddingTable:
    header = _header(path, text)
    matrix = _tensor(path, file, MATRIX)
    check_shape(path, matrix.shape, labels=len(header.labels))
    columns = {key: tuple(values) for key, values in header.columns.items()}
    counts = None if header.counts is None else _counts(path, header.counts)
    composer = None if header.grams is None else _composer(path, file, header.grams, matrix.shape[1])
    if any(len(label) > MAX_LABEL for label in header.labels):
        refuse(path, f"a word is longer than {MAX_LABEL} characters")
    return EmbeddingTable(tuple(header.labels), matrix, counts, columns, named(path, header.metadata), composer)


def _foreign(path: Path, file: Any, options: Picked) -> EmbeddingTable:
    shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}
    name = pick(path, shapes, options.tensor)
    if not options.labels:
        refuse(path, "it holds tensors but no labels: give the file of its words", cause="no_words")
    labels = read_labels(Path(options.labels))
    check_shape(path, shapes[name], labels=len(labels.words))
    return usable(path, labels.words, _tensor(path, file, name), counts=labels.counts, columns=labels.columns)


def _header(path: Path, text: str) -> _Header:
    try:
        header = _Header.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        refuse(path, f"its header is damaged ({'.'.join(map(str, first['loc']))}: {first['msg']})")
    if header.format > TABLE_FORMAT:
        refuse(path, f"it has format {header.format}; this program reads up to {TABLE_FORMAT}: update it")
    return header


def _tensor(path: Path, file: Any, name: str) -> NDArray[Any]:
    """Return the tensor ``name`` ``(V, D)``, mapped from the file."""
    if name not in file.keys():
        refuse(path, f"it lacks the tensor {name!r}")
    view = file.get_slice(name)
    if view.get_dtype() not in _NUMBERS:
        refuse(path, f"its matrix holds {view.get_dtype()}; {', '.join(_NUMBERS)} can be read")
    check_shape(path, tuple(view.get_shape()))
    with path.open("rb") as stream:  # safetensors has checked the header by now
        (length,) = struct.unpack("<Q", stream.read(8))
        begin = 8 + length + json.loads(stream.read(length))[name]["data_offsets"][0]
    kind = _NUMBERS[view.get_dtype()]
    mapped: NDArray[Any] = np.asarray(np.memmap(path, kind, "r", offset=begin, shape=tuple(view.get_shape())))
    return from_bfloat16(mapped) if view.get_dtype() == "BF16" else mapped


def _composer(path: Path, file: Any, grams: tuple[int, int], width: int) -> SubwordComposer:
    rows = _tensor(path, file, SUBWORDS)
    if rows.shape[1] != width or not 0 <= grams[0] <= LONGEST_GRAM or not 0 < grams[1] <= LONGEST_GRAM:
        refuse(path, "its rows of n-grams do not fit its matrix")
    return SubwordComposer(np.asarray(rows, dtype=np.float32), *grams)


def _counts(path: Path, counts: list[int]) -> NDArray[np.int64]:
    if any(not 0 <= count < 2**63 for count in counts):
        refuse(path, "a count is negative or too large")
    return np.array(counts, dtype=np.int64)


FORMATS.register(SafetensorsTable())
