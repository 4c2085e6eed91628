"""The run folder: names of its files, the state it is in, where runs live. Nobody else builds these paths.

The format is written down in ``docs/run_format.md``. The manifest is written last: a folder without one is not finished.
What is inside the files is read by :mod:`lstm_core.runs`.
"""

from __future__ import annotations

import itertools
import os
import re
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lstm_core.errors import BadRunName, RunExists, RunNotFound, RunTooNew
from lstm_core.files import atomic_write_json, read_json
from lstm_core.locks import is_held

RUN_FORMAT = 1
"""The newest version of the run folder this program reads; it writes this one."""

STARTING = 60.0
"""Seconds that a launched trainer may take before it holds its lock; after that it counts as crashed."""

RunState = Literal["waiting", "preparing", "training", "done", "stopped", "failed", "crashed"]

PROJECT = Path(__file__).resolve().parent.parent
_NAME = re.compile(r"[0-9A-Za-z가-힣][0-9A-Za-z가-힣_-]{0,47}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def runs_root() -> Path:
    """Return the folder that holds the runs: ``$WORD_ATLAS_RUNS``, else ``runs/`` of the project."""
    return Path(os.environ.get("WORD_ATLAS_RUNS") or PROJECT / "runs")


def models_root() -> Path:
    """Return the folder of the tables that ship with the project: ``$WORD_ATLAS_MODELS``, else ``models/``."""
    return Path(os.environ.get("WORD_ATLAS_MODELS") or PROJECT / "models")


def check_run_name(name: str) -> str:
    """Return ``name`` in NFC. Raises :class:`BadRunName` unless it is a plain name that is safe on every system.

    1–48 letters (Latin or Hangul), digits, ``-`` or ``_``, the first a letter or a digit, no name Windows keeps for itself.
    """
    composed = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(composed) or composed.lower() in _RESERVED:
        raise BadRunName(name=name[:80])
    return composed


def run_path(root: Path, name: str) -> Path:
    """Return the folder of the run ``name`` in ``root``, existing or not. Raises :class:`BadRunName`, also for a link."""
    path = root / check_run_name(name)
    if path.is_symlink() or path.resolve().parent != root.resolve():
        raise BadRunName(name=name[:80])
    return path


def free_of_models(name: str) -> str:
    """Return the run name ``name`` in NFC. Raises :class:`BadRunName`, or :class:`RunExists` when a shipped model has it.

    Of two tables with one name only one could ever be opened.
    """
    composed = check_run_name(name)
    if (models_root() / composed).exists():
        raise RunExists(name=composed)
    return composed


def free_name(root: Path, stem: str) -> str:
    """Return ``<stem>-1``, ``<stem>-2`` …: the first name that neither a run in ``root`` nor a shipped model has.

    What cannot stand in a name is left out.
    """
    plain = re.sub(r"[^0-9A-Za-z가-힣]+", "-", unicodedata.normalize("NFC", stem)).strip("-")[:40].strip("-") or "run"
    names = (f"{plain}-{number}" for number in itertools.count(1))
    return next(name for name in names if not any((folder / name).exists() for folder in (root, models_root())))


@dataclass(frozen=True)
class RunDirectory:
    """One training: a folder. Every file of it has its property here."""

    path: Path

    @classmethod
    def create(cls, root: Path, name: str) -> RunDirectory:
        """Make the folder of a new run. Raises :class:`BadRunName`, or :class:`RunExists` when the name is taken."""
        path = run_path(root, name)
        root.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir()
        except FileExistsError:
            raise RunExists(name=path.name) from None
        return cls(path)

    @classmethod
    def open(cls, path: Path | str) -> RunDirectory:
        """Return the run in the folder ``path``. Raises :class:`RunNotFound`, or :class:`RunTooNew`."""
        run = cls(Path(path))
        if not (run.config.is_file() or run.manifest.is_file()):
            raise RunNotFound(name=str(path))
        for file in (run.config, run.manifest):
            found = quiet_json(file).get("format", RUN_FORMAT)
            if not isinstance(found, int) or found > RUN_FORMAT:
                raise RunTooNew(name=run.name, found=str(found)[:20], known=RUN_FORMAT)
        return run

    @property
    def name(self) -> str:
        """The name of the run: that of its folder."""
        return self.path.resolve().name

    @property
    def manifest(self) -> Path:
        """Written last: version, state, summary, sizes and hashes of the files that make the run whole."""
        return self.path / "manifest.json"

    @property
    def config(self) -> Path:
        """The settings, written before the trainer starts."""
        return self.path / "config.json"

    @property
    def corpus(self) -> Path:
        """An uploaded text."""
        return self.path / "corpus.txt"

    @property
    def vocabulary(self) -> Path:
        """Tokens and their counts."""
        return self.path / "vocabulary.json"

    @property
    def tokenizer(self) -> Path:
        """What the tokenizer learned."""
        return self.path / "tokenizer.json"

    @property
    def columns(self) -> Path:
        """What the corpus knows about each word, and its probes."""
        return self.path / "columns.json"

    @property
    def coverage(self) -> Path:
        """What the vocabulary keeps of the corpus."""
        return self.path / "coverage.json"

    @property
    def start(self) -> Path:
        """What the training began with, where that was not random alone."""
        return self.path / "start.json"

    @property
    def tokens(self) -> Path:
        """The encoded corpus; there only until the training has ended."""
        return self.path / "tokens.safetensors"

    @property
    def labels(self) -> Path:
        """The names of the labels a classifier tells apart, in the order of its outputs."""
        return self.path / "labels.json"

    @property
    def label_numbers(self) -> Path:
        """The label of each text, and the texts of the test; there only until the training has ended."""
        return self.path / "labels.safetensors"

    @property
    def table(self) -> Path:
        """The learned rows of the words: tensor ``matrix`` (V, D) float32 in vocabulary order, without the specials."""
        return self.path / "table.safetensors"

    @property
    def model(self) -> Path:
        """All weights of the network."""
        return self.path / "model.safetensors"

    @property
    def metrics(self) -> Path:
        """One JSON line per moment of the training."""
        return self.path / "metrics.jsonl"

    @property
    def snapshots(self) -> Path:
        """Folder of the word rows at some steps, float16."""
        return self.path / "snapshots"

    @property
    def checkpoint(self) -> Path:
        """Everything a resumed training needs."""
        return self.path / "checkpoint.safetensors"

    @property
    def lock(self) -> Path:
        """Held by the living trainer."""
        return self.path / "lock"

    @property
    def status(self) -> Path:
        """What the trainer does just now."""
        return self.path / "status.json"

    @property
    def stop(self) -> Path:
        """Its presence asks the trainer to finish."""
        return self.path / "stop"

    @property
    def log(self) -> Path:
        """What a launched trainer wrote to its standard output and error."""
        return self.path / "log.txt"

    @property
    def manifest_state(self) -> str | None:
        """How the training ended by its manifest: "done", "stopped", or None without a manifest."""
        state = quiet_json(self.manifest).get("state")
        return state if state in ("done", "stopped") else None

    @property
    def state(self) -> RunState:
        """What became of the run, told from the lock first, then the manifest, then the last status."""
        status = read_status(self)
        said = status.get("state")
        if is_held(self.lock):
            return "training" if said == "training" else "preparing"
        started = status.get("time", 0.0)
        if said == "waiting" and isinstance(started, (int, float)) and time.time() - started < STARTING:
            return "waiting"
        ended = self.manifest_state
        if ended == "done":
            return "done"
        if said == "failed":  # also a stopped run that failed when it was resumed: its table is still there
            return "failed"
        return "stopped" if "stopped" in (ended, said) else "crashed"


def read_status(run: RunDirectory) -> dict[str, Any]:
    """Return what the trainer last said about itself; empty when it has not spoken or the file is damaged."""
    return quiet_json(run.status)


def write_status(run: RunDirectory, **values: Any) -> None:
    """Write ``values`` and the time as the status of the run."""
    atomic_write_json(run.status, {**values, "time": time.time()}, durable=False)


def write_config(run: RunDirectory, settings: Mapping[str, Any]) -> None:
    """Write the settings of a run that is about to begin, with the format and the time."""
    atomic_write_json(run.config, {"format": RUN_FORMAT, "created": time.time(), **settings})


def list_runs(root: Path | None = None) -> tuple[RunDirectory, ...]:
    """Return every run in ``root`` (default: :func:`runs_root`), the newest first; what is not a run is passed over."""
    root = root or runs_root()
    folders = [path for path in root.iterdir() if path.is_dir() and not path.is_symlink()] if root.is_dir() else []
    runs = [RunDirectory(path) for path in folders if (path / "config.json").is_file() or (path / "manifest.json").is_file()]
    return tuple(sorted(runs, key=_started, reverse=True))


def find_run(name_or_path: str) -> RunDirectory:
    """Return the run of that name in the runs folder, the shipped model of that name, or the run in that folder.

    Raises :class:`RunNotFound`, :class:`RunTooNew`.
    """
    for root in (runs_root(), models_root()):
        try:
            path = run_path(root, name_or_path)
        except BadRunName:
            break
        if path.is_dir():
            return RunDirectory.open(path)
    if "\0" not in name_or_path and Path(name_or_path).is_dir():
        return RunDirectory.open(name_or_path)
    raise RunNotFound(name=name_or_path[:200])


def _started(run: RunDirectory) -> float:
    try:
        return (run.config if run.config.is_file() else run.manifest).stat().st_mtime
    except OSError:
        return 0.0


def quiet_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``, or an empty one when it is missing or damaged."""
    try:
        return read_json(path)
    except (OSError, ValueError):
        return {}
