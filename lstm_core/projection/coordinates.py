"""The places of words on a picture, as a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from lstm_core.errors import InvalidOption
from lstm_core.files import atomic_path, atomic_write_bytes
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable


def write_coordinates(path: Path, table: EmbeddingTable, projection: Projection) -> None:
    """Write columns ``word x y [z]`` in table order as CSV (UTF-8) or Parquet. Raises :class:`InvalidOption`, ``OSError``."""
    order = np.argsort(projection.indices, kind="stable")
    words = [table.labels[row] for row in projection.indices[order]]
    coordinates = projection.coordinates[order]  # (N, 2 or 3)
    names = ("x", "y", "z")[: coordinates.shape[1]]
    if path.suffix.lower() == ".csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["word", *names])
        writer.writerows([word, *map(repr, map(float, point))] for word, point in zip(words, coordinates, strict=True))
        atomic_write_bytes(path, text.getvalue().encode("utf-8"))
    elif path.suffix.lower() == ".parquet":
        import pyarrow
        import pyarrow.parquet

        columns = {"word": words, **{name: coordinates[:, axis] for axis, name in enumerate(names)}}
        with atomic_path(path) as temporary:
            pyarrow.parquet.write_table(pyarrow.table(columns), temporary)
    else:
        raise InvalidOption(name="--out", value=path.name, rule="the file name must end in .csv or .parquet")
