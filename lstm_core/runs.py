"""What is in a run folder: its table, settings, metrics and snapshots; and finding a table by whatever names it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from lstm_core.errors import BadRunName, InvalidOption, RunIncomplete, RunNotFound
from lstm_core.files import read_json, sha256_of
from lstm_core.run_folder import (
    RUN_FORMAT,
    RunDirectory,
    RunState,
    check_run_name,
    find_run,
    free_name,
    free_of_models,
    list_runs,
    models_root,
    read_status,
    run_path,
    runs_root,
    write_config,
    write_status,
)
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.vocabulary import SPECIALS, CoverageReport, Vocabulary

__all__ = [
    "RUN_FORMAT",
    "RunDirectory",
    "RunState",
    "Snapshot",
    "check_run_name",
    "find_coverage",
    "find_run",
    "find_table",
    "free_name",
    "free_of_models",
    "list_runs",
    "models_root",
    "read_config",
    "read_coverage",
    "read_manifest",
    "read_metrics",
    "read_snapshot",
    "read_status",
    "read_table",
    "read_vocabulary",
    "run_path",
    "runs_root",
    "snapshot_path",
    "snapshots",
    "write_config",
    "write_status",
]


@dataclass(frozen=True)
class Snapshot:
    """The word rows at one ``step`` of the training."""

    step: int
    path: Path


def read_manifest(run: RunDirectory) -> dict[str, Any]:
    """Return the manifest. Raises :class:`RunIncomplete` or :class:`RunTooNew`."""
    RunDirectory.open(run.path)
    return _whole_json(run, run.manifest)


def read_config(run: RunDirectory) -> dict[str, Any]:
    """Return the settings as written. Raises :class:`RunIncomplete` or :class:`RunTooNew`."""
    RunDirectory.open(run.path)
    return _whole_json(run, run.config)


def read_vocabulary(run: RunDirectory) -> Vocabulary:
    """Return the vocabulary. Raises :class:`RunIncomplete` when the file is missing or damaged."""
    try:
        return Vocabulary.from_json(_whole_json(run, run.vocabulary))
    except (KeyError, TypeError, ValueError):
        raise RunIncomplete(name=run.name, missing=run.vocabulary.name) from None


def read_coverage(run: RunDirectory) -> CoverageReport | None:
    """Return what the vocabulary keeps of the corpus; None where that was not written, or is damaged."""
    try:
        return CoverageReport.from_json(read_json(run.coverage))
    except (OSError, KeyError, TypeError, ValueError):
        return None


def read_table(run: RunDirectory) -> EmbeddingTable:
    """Return the learned table of a finished run: its words without the four specials, counts, columns and metadata.

    Raises :class:`RunIncomplete` when the manifest or a file it names is missing or was changed since, :class:`RunTooNew`.
    """
    manifest = read_manifest(run)
    for path in (run.vocabulary, run.columns, run.table):
        _verify(run, path, manifest)
    vocabulary, known = read_vocabulary(run), _whole_json(run, run.columns)
    matrix = _read_matrix(run, run.table)
    try:
        return _assemble(run.name, vocabulary, matrix, known=known, summary=manifest.get("summary", {}))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise RunIncomplete(name=run.name, missing=run.columns.name) from None


def _assemble(
    name: str, vocabulary: Vocabulary, matrix: NDArray[np.float32], *, known: Mapping[str, Any], summary: Mapping[str, Any]
) -> EmbeddingTable:
    about = {key: summary.get(key) for key in ("objective", "corpus", "language", "tokenizer", "rows", "steps", "seed")}
    return EmbeddingTable(
        vocabulary.words,
        matrix,
        counts=np.array(vocabulary.counts[len(SPECIALS) :], dtype=np.int64),
        columns={key: tuple(values) for key, values in known.get("columns", {}).items()},
        metadata={"name": name, **about, "probes": tuple(known.get("probes", ()))},
    )


def read_metrics(run: RunDirectory) -> list[dict[str, Any]]:
    """Return the rows of the metrics file in order; a torn last line and lines that are no JSON object are left out."""
    try:
        lines = run.metrics.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    return [row for line in lines if isinstance(row := _quiet_loads(line), dict)]


def snapshots(run: RunDirectory) -> tuple[Snapshot, ...]:
    """Return the snapshots of the table, oldest first."""
    found = [path for path in run.snapshots.glob("*.safetensors") if path.stem.isdigit()]
    return tuple(sorted((Snapshot(int(path.stem), path) for path in found), key=lambda snapshot: snapshot.step))


def snapshot_path(run: RunDirectory, step: int) -> Path:
    """Return the path of the snapshot of ``step``."""
    return run.snapshots / f"{step:08d}.safetensors"


def read_snapshot(run: RunDirectory, snapshot: Snapshot) -> NDArray[np.float32]:
    """Return the word rows ``(V, D)`` of a snapshot as float32. Raises :class:`RunIncomplete`."""
    return _read_matrix(run, snapshot.path)


def find_coverage(name_or_path: str) -> CoverageReport | None:
    """Return what the vocabulary of that run keeps of its corpus; None for anything that does not say so."""
    try:
        return read_coverage(find_run(name_or_path))
    except RunNotFound:
        return None


def find_table(name_or_path: str, options: Mapping[str, Any] | None = None) -> EmbeddingTable:
    """Return the table of a run (by name or folder), of a shipped model, one brought in, or that of a file in any format.

    ``options`` are those of the file's format. Raises :class:`RunNotFound` when it is none of these, and whatever is wrong
    with what was found.
    """
    from lstm_core.table.formats import read_table as read_file

    try:
        table = read_table(find_run(name_or_path))
    except RunNotFound:
        path = _table_file(name_or_path)
        if path is None:
            raise
        return read_file(path, options)
    for name, value in (options or {}).items():
        raise InvalidOption(name=name, value=value, rule="only table files have options")
    return table


def _table_file(name_or_path: str) -> Path | None:
    """Return the file of a table that was brought in, or the file or projector folder of that path, if there is one."""
    from lstm_core.run_tables import table_path

    try:
        kept = table_path(name_or_path)
    except BadRunName:
        kept = Path(name_or_path.replace("\0", "?"))
    path = kept if kept.is_file() else Path(name_or_path.replace("\0", "?"))
    projector = ("tensors.tsv", "tensors.bytes", "projector_config.pbtxt")
    return path if path.is_file() or any((path / name).is_file() for name in projector) else None


def _verify(run: RunDirectory, path: Path, manifest: Mapping[str, Any]) -> None:
    files = manifest.get("files")
    said = files.get(path.name) if isinstance(files, dict) else None
    if (
        not isinstance(said, dict)
        or not path.is_file()
        or path.stat().st_size != said.get("bytes")
        or sha256_of(path) != said.get("sha256")
    ):
        raise RunIncomplete(name=run.name, missing=path.name)


def _read_matrix(run: RunDirectory, path: Path) -> NDArray[np.float32]:
    try:
        matrix = load_file(path)["matrix"]
    except (OSError, KeyError, SafetensorError):
        raise RunIncomplete(name=run.name, missing=path.name) from None
    return np.asarray(matrix, dtype=np.float32)


def _whole_json(run: RunDirectory, path: Path) -> dict[str, Any]:
    try:
        return read_json(path)
    except (OSError, ValueError):
        raise RunIncomplete(name=run.name, missing=path.name) from None


def _quiet_loads(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
