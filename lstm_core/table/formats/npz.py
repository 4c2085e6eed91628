"""NumPy archives: ``labels``, ``matrix``, ``counts`` (when known), ``column:NAME`` and ``metadata`` (JSON); no pickle."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.options import Options
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.about import named
from lstm_core.table.formats.base import (
    FORMATS,
    MAX_LABEL,
    MAX_VALUES,
    Progress,
    check_shape,
    metadata_json,
    refuse,
    replacing,
)
from lstm_core.table.formats.npy import BAD_HEADER, array_header

_BROKEN = (*BAD_HEADER, OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, IndexError)


class Npz:
    """Reads and writes ``.npz``; sizes are read from the headers before any memory is taken."""

    key = "npz"
    label = Text("NumPy 묶음 (.npz)", "NumPy archive (.npz)")
    suffixes: tuple[str, ...] = (".npz",)
    complete = True
    also: tuple[str, ...] = ()
    folder = False
    Options = Options

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` begins as a zip archive does."""
        return head.startswith(b"PK")

    def read(self, path: Path, options: Any, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable`."""
        try:
            shapes = _headers(path)
        except _BROKEN as error:
            refuse(path, f"it is not a NumPy archive, or it is damaged ({error})")
        _check(path, shapes)
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {key: archive[key] for key in shapes}
            metadata = json.loads(str(arrays["metadata"])) if "metadata" in arrays else {}
            columns = {key.split(":", 1)[1]: tuple(map(str, arrays[key])) for key in arrays if key.startswith("column:")}
        except _BROKEN as error:
            refuse(path, f"it is damaged ({error})")
        labels = tuple(map(str, arrays["labels"]))
        return EmbeddingTable(labels, arrays["matrix"], arrays.get("counts"), columns, named(path, metadata))

    def write(self, table: EmbeddingTable, path: Path) -> None:
        """Write ``table`` to ``path``. Raises :class:`InvalidTable` for a text that ends with NUL, which NumPy would drop."""
        columns = {f"column:{key}": np.array(values, dtype=np.str_) for key, values in table.columns.items()}
        texts = {"labels": np.array(table.labels, dtype=np.str_), **columns}
        if any(text.endswith("\0") for values in (table.labels, *table.columns.values()) for text in values):
            refuse(path, "a label ends with a NUL character", cause="unwritable")
        arrays: dict[str, Any] = {**texts, "matrix": table.matrix, "metadata": np.array(metadata_json(table))}
        if table.counts is not None:
            arrays["counts"] = table.counts
        with replacing(path) as temporary:
            np.savez(temporary, allow_pickle=False, **arrays)


def _headers(path: Path) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """Return shape and type of each array from its header alone."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as member:
                shape, kind = array_header(member)
            if kind.hasobject:
                refuse(path, "it holds Python objects, which are never loaded", cause="unsafe")
            if int(np.prod(shape, dtype=object)) * kind.itemsize > 4 * MAX_VALUES:
                refuse(path, f"its array {info.filename} unpacks to more than this program takes", cause="too_large")
            found[info.filename.removesuffix(".npy")] = (shape, kind)
    return found


def _check(path: Path, shapes: dict[str, tuple[tuple[int, ...], np.dtype[Any]]]) -> None:
    if not {"labels", "matrix"} <= set(shapes):
        refuse(path, "it lacks the arrays 'labels' and 'matrix'")
    (labels, text), (matrix, number) = shapes["labels"], shapes["matrix"]
    if text.kind != "U" or len(labels) != 1 or text.itemsize > 4 * MAX_LABEL:
        refuse(path, f"'labels' must be one row of texts of at most {MAX_LABEL} characters")
    if number.kind not in "fiu":
        refuse(path, f"'matrix' holds {number}, not numbers")
    check_shape(path, matrix, labels=labels[0])
    for key, (shape, kind) in shapes.items():
        if key.startswith("column:") and (kind.kind != "U" or shape != labels):
            refuse(path, f"the array {key!r} does not hold one text a label")
        if key == "counts" and (kind.kind not in "iu" or shape != labels):
            refuse(path, "'counts' does not hold one whole number a label")


FORMATS.register(Npz())
