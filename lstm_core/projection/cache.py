"""Projections kept on disk by everything they depend on, so that a slow map is made once."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.errors import InvalidTable
from lstm_core.files import atomic_path
from lstm_core.projection.methods import Progress, Question, answer, question
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable

_LAYOUT = 2
_BROKEN = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error, InvalidTable)


def cached_project(
    table: EmbeddingTable, cache_dir: str | Path, *, progress: Progress | None = None, **asked: Any
) -> Projection:
    """Return :func:`project` of ``table`` and ``asked``, from ``cache_dir`` when it was made before.

    A file that is damaged or belongs to another question is made again; a folder that cannot be written is no failure.
    Raises as :func:`project`.
    """
    wanted = question(table, **asked)
    found = read_cached(wanted, Path(cache_dir))
    if found is None:
        found = answer(wanted, progress=progress)
        write_projection(cache_path(wanted, Path(cache_dir)), found)
    elif progress is not None:
        progress(1.0)
    return found


def cache_key(wanted: Question) -> str:
    """Return the SHA-256 of all that decides a projection: table, rows, method, options, seed and library versions."""
    about = {
        "layout": _LAYOUT,
        "table": wanted.table.fingerprint,
        "rows": hashlib.sha256(wanted.rows.astype("<i8").tobytes()).hexdigest(),
        "method": wanted.method.key,
        "dimension": wanted.dimension,
        "options": wanted.options.model_dump(mode="json"),
        "seed": wanted.seed,
        "libraries": {name: _version(name) for name in ("numpy", *wanted.method.libraries)},
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def cache_path(wanted: Question, cache_dir: Path) -> Path:
    """Return the file in ``cache_dir`` that the answer to ``wanted`` is kept in."""
    return cache_dir / f"{cache_key(wanted)}.npz"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def read_cached(wanted: Question, cache_dir: Path) -> Projection | None:
    """Return the answer to ``wanted`` that lies in ``cache_dir``, or None."""
    try:
        with np.load(cache_path(wanted, cache_dir), allow_pickle=False) as archive:
            about = json.loads(str(archive["about"]))
            coordinates = archive["coordinates"]
        found = Projection(coordinates=coordinates, indices=wanted.rows, **about)
    except _BROKEN:
        return None
    return found if found.fingerprint == wanted.table.fingerprint else None


def write_projection(path: Path, projection: Projection) -> None:
    """Keep ``projection`` at ``path``; where that cannot be, nothing happens."""
    about = {
        "method": projection.method,
        "options": dict(projection.options),
        "seed": projection.seed,
        "fingerprint": projection.fingerprint,
        "total": projection.total,
        "quality": dict(projection.quality),
        "explained_variance_ratio": list(projection.explained_variance_ratio),
        "spectrum": list(projection.spectrum),
    }
    with suppress(OSError):  # a cache that cannot be written costs time, nothing else
        with atomic_path(path, durable=False) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, coordinates=projection.coordinates, about=np.array(json.dumps(about)))
