"""Projections kept on disk by everything they depend on, so that a slow map is made once."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidTable
from lstm_core.options import Options
from lstm_core.projection.methods import PROJECTIONS, Progress, build_options, choose_rows, project
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable

_LIBRARIES = ("numpy", "scikit-learn", "openTSNE")
_LAYOUT = 1
_BROKEN = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error, InvalidTable)


def cached_project(
    table: EmbeddingTable,
    cache_dir: str | Path,
    *,
    method: str = "pca",
    dimension: int = 2,
    options: Mapping[str, Any] | Options | None = None,
    seed: int = 0,
    indices: Iterable[int] | None = None,
    limit: int | None = None,
    always: Iterable[str] = (),
    progress: Progress | None = None,
) -> Projection:
    """Return :func:`project` of the same arguments, from ``cache_dir`` when it was made before.

    A file that is damaged or belongs to another question is made again; a folder that cannot be written is no failure.
    Raises as :func:`project`.
    """
    rows = choose_rows(table, indices=indices, limit=limit, always=always)
    chosen = build_options(PROJECTIONS[method], options)
    key = cache_key(table, rows, method=method, dimension=dimension, options=chosen, seed=seed)
    path = Path(cache_dir) / f"{key}.npz"
    found = _read(path, table, rows)
    if found is None:
        found = project(table, method=method, dimension=dimension, options=chosen, seed=seed, indices=rows, progress=progress)
        _write(path, found)
    elif progress is not None:
        progress(1.0)
    return found


def cache_key(
    table: EmbeddingTable, rows: NDArray[np.int64], *, method: str, dimension: int, options: Options, seed: int
) -> str:
    """Return the SHA-256 of all that decides a projection: table, rows, method, options, seed and library versions."""
    about = {
        "layout": _LAYOUT,
        "table": table.fingerprint,
        "rows": hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest(),
        "method": method,
        "dimension": dimension,
        "options": options.model_dump(mode="json"),
        "seed": seed,
        "libraries": {name: version(name) for name in _LIBRARIES},
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def _read(path: Path, table: EmbeddingTable, rows: NDArray[np.int64]) -> Projection | None:
    try:
        with np.load(path, allow_pickle=False) as archive:
            about = json.loads(str(archive["about"]))
            coordinates = archive["coordinates"]
        found = Projection(coordinates=coordinates, indices=rows, **about)
    except _BROKEN:
        return None
    return found if found.fingerprint == table.fingerprint else None


def _write(path: Path, projection: Projection) -> None:
    about = {
        "method": projection.method,
        "options": dict(projection.options),
        "seed": projection.seed,
        "fingerprint": projection.fingerprint,
        "total": projection.total,
        "quality": dict(projection.quality),
        "explained_variance_ratio": list(projection.explained_variance_ratio),
    }
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".npz")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, coordinates=projection.coordinates, about=np.array(json.dumps(about)))
        temporary.replace(path)
    except OSError:  # a cache that cannot be written costs time, nothing else
        return
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
