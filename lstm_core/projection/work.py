"""A picture computed by a process of its own: begun once for everybody who asks, followed by its folder, ended on request."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread

import numpy as np

from lstm_core.errors import ComputationFailed
from lstm_core.files import atomic_write_json, read_json
from lstm_core.locks import exclusive, is_held
from lstm_core.projection.cache import cache_key, cache_path, read_cached
from lstm_core.projection.methods import Coordinates, Extra, Question
from lstm_core.projection.value import Projection

AT_ONCE = max(1, min(4, (os.cpu_count() or 2) // 2))
"""How many workers compute at the same time; the others wait for their turn."""
_PROJECT = Path(__file__).resolve().parents[2]
_AWAY = 15.0  # seconds after which somebody who no longer looks has left
_BEGUN: dict[str, subprocess.Popen[bytes]] = {}  # workers of this process by folder: their stdin must stay open
_GUARD = Lock()
_READY = Event()  # the spare worker is warm


@dataclass(frozen=True)
class WorkFolder:
    """Names of the files that pass between those who wait for a picture and the worker that computes it."""

    path: Path

    @property
    def lock(self) -> Path:
        """Held by the worker for its whole life."""
        return self.path / "lock"

    @property
    def ask(self) -> Path:
        """What is asked."""
        return self.path / "ask.json"

    @property
    def matrix(self) -> Path:
        """The rows (N, D)."""
        return self.path / "matrix.npy"

    @property
    def rows(self) -> Path:
        """Their numbers in the table (N,)."""
        return self.path / "rows.npy"

    @property
    def progress(self) -> Path:
        """How far it is."""
        return self.path / "progress.json"

    @property
    def frame(self) -> Path:
        """The newest layout."""
        return self.path / "frame.npy"

    @property
    def failure(self) -> Path:
        """Why it broke off."""
        return self.path / "failure.json"

    @property
    def pause(self) -> Path:
        """The worker waits while it is there."""
        return self.path / "pause"

    @property
    def stop(self) -> Path:
        """The worker ends when it is there."""
        return self.path / "stop"

    @property
    def viewers(self) -> Path:
        """One file for each who waits, touched at every look."""
        return self.path / "viewers"


@dataclass(frozen=True)
class Glance:
    """How far a computation is: ``share`` done (0-1), ``left`` seconds (None: not known), the ``frame`` so far, ``paused``,
    and the ``answer`` once it is there.
    """

    share: float = 0.0
    left: float | None = None
    frame: Coordinates | None = None
    paused: bool = False
    answer: Projection | None = None


@dataclass(frozen=True, eq=False)
class Work:
    """One viewer's view of the computation of ``wanted``; ``viewer`` tells viewers apart."""

    wanted: Question
    cache_dir: Path
    viewer: str

    @property
    def folder(self) -> WorkFolder:
        """Where the worker works."""
        return WorkFolder(self.cache_dir / "work" / cache_key(self.wanted)[:32])

    def look(self) -> Glance:
        """Return how far it is. Raises :class:`ComputationFailed` when the worker broke off."""
        alive = _is_alive(self.folder)
        found = read_cached(self.wanted, self.cache_dir)
        if found is not None:
            return Glance(1.0, 0.0, answer=found)
        if not alive:
            reason = _said(self.folder)
            shutil.rmtree(self.folder.path, ignore_errors=True)
            raise ComputationFailed(what=self.wanted.method.key, reason=reason)
        with suppress(OSError):
            (self.folder.viewers / self.viewer).touch()
        return self._progress()

    def keep(self) -> Projection | None:
        """Return the layout as it is now as a picture that says how much of the way it went; None before the first frame."""
        now = self._progress()
        return None if now.frame is None else self.wanted.picture(now.frame, Extra(quality={"done": now.share}))

    def pause(self, on: bool) -> None:
        """Let the worker wait, or go on."""
        with suppress(OSError):
            self.folder.pause.touch() if on else self.folder.pause.unlink(missing_ok=True)

    def leave(self) -> None:
        """No longer wait for it: the worker ends, and nothing of it stays, unless somebody else is waiting."""
        with suppress(OSError):
            (self.folder.viewers / self.viewer).unlink(missing_ok=True)
            if any(time.time() - one.stat().st_mtime < _AWAY for one in self.folder.viewers.iterdir()):
                self.pause(False)
                return
            self.folder.stop.touch()
        _end(self.folder)

    def _progress(self) -> Glance:
        frame, said = None, {}
        with suppress(OSError, ValueError, EOFError):
            frame = np.load(self.folder.frame, allow_pickle=False)
        with suppress(OSError, ValueError):
            said = read_json(self.folder.progress)
        share, seconds = float(said.get("share", 0.0)), float(said.get("seconds", 0.0))
        left = seconds / share * (1 - share) if share > 0.02 else None
        return Glance(share, left, frame, self.folder.pause.exists())


def begin(wanted: Question, cache_dir: Path, *, viewer: str = "") -> Work:
    """Start computing ``wanted``, or join those who wait for it already; the answer will lie in ``cache_dir``.

    Raises ``OSError`` where ``cache_dir`` cannot be written.
    """
    work = Work(wanted, cache_dir.resolve(), viewer or uuid.uuid4().hex)
    folder = work.folder
    folder.path.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(folder.path.parent / "begin.lock", patience=60):
        _sweep(folder.path.parent)
        if not _is_alive(folder) and read_cached(wanted, cache_dir) is None:
            shutil.rmtree(folder.path, ignore_errors=True)
            _prepare(work)
            _start(folder)
    return work


def warm() -> None:
    """Start a spare worker that imports and compiles what is slow, and waits for the next computation."""
    with _GUARD:
        if (spare := _BEGUN.get("")) is None or spare.poll() is not None:
            _READY.clear()
            spare = _BEGUN[""] = _process("--warm")
            Thread(target=_listen, args=(spare,), daemon=True).start()


def end_all() -> None:
    """End every worker of this process, the spare too; nothing of them stays."""
    for name in list(_BEGUN):
        _end(WorkFolder(Path(name))) if name else _kill(_BEGUN.pop(name))


def _prepare(work: Work) -> None:
    wanted, folder = work.wanted, work.folder
    folder.viewers.mkdir(parents=True)
    (folder.viewers / work.viewer).touch()
    np.save(folder.matrix, wanted.job().matrix, allow_pickle=False)
    np.save(folder.rows, wanted.rows, allow_pickle=False)
    about = {
        "method": wanted.method.key,
        "dimension": wanted.dimension,
        "options": wanted.options.model_dump(mode="json"),
        "seed": wanted.seed,
        "fingerprint": wanted.table.fingerprint,
        "total": len(wanted.table),
        "answer": str(cache_path(wanted, work.cache_dir)),
    }
    atomic_write_json(folder.ask, about, durable=False)


def _start(folder: WorkFolder) -> None:
    with _GUARD:
        spare = _BEGUN.get("")
        warmed = spare is not None and spare.poll() is None and _READY.is_set()
        process = _BEGUN.pop("") if warmed else _process()  # one that still warms up would only make us wait
        _BEGUN[str(folder.path)] = process
    assert process.stdin is not None
    process.stdin.write(f"{folder.path}\n".encode())
    process.stdin.flush()
    if warmed:
        warm()


def _listen(spare: subprocess.Popen[bytes]) -> None:
    """Wait until ``spare`` says that it is warm."""
    if spare.stdout is not None and spare.stdout.readline() and _BEGUN.get("") is spare:
        _READY.set()


def _process(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lstm_core.projection.worker", *arguments]
    return subprocess.Popen(
        command, cwd=_PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, close_fds=True
    )


def _is_alive(folder: WorkFolder) -> bool:
    """Tell whether a worker computes there: one of ours that runs, or anybody's that holds the lock."""
    own = _BEGUN.get(str(folder.path))
    return (own is not None and own.poll() is None and folder.path.exists()) or is_held(folder.lock)


def _said(folder: WorkFolder) -> str:
    with suppress(OSError, ValueError):
        return str(read_json(folder.failure)["reason"])
    return "its process ended"


def _end(folder: WorkFolder) -> None:
    process = _BEGUN.pop(str(folder.path), None)
    if process is not None:
        _kill(process)
        shutil.rmtree(folder.path, ignore_errors=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _sweep(parent: Path) -> None:
    """Take away what killed workers left, and forget those of ours that have ended."""
    for name, process in list(_BEGUN.items()):
        if name and process.poll() is not None:
            _BEGUN.pop(name, None)
            _kill(process)
    for path in parent.iterdir():
        if path.is_dir() and not _is_alive(WorkFolder(path)) and time.time() - path.stat().st_mtime > _AWAY:
            shutil.rmtree(path, ignore_errors=True)
