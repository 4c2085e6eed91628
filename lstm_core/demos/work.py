"""A small training in a process of its own: begun once for everybody who asks, followed by its folder, ended on request.

The folder lies in the cache, named by what is asked. ``answer.json`` is written last and stays; until then ``progress.json``
tells how far it is. The process ends with whoever began it (its standard input closes).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from lstm_core.errors import ComputationFailed
from lstm_core.files import atomic_write_json, cache_root
from lstm_core.locks import is_held
from lstm_core.run_folder import quiet_json

_PROJECT = Path(__file__).resolve().parents[2]
_BEGUN: dict[Path, subprocess.Popen[bytes]] = {}  # those of this process: their standard input must stay open
_GUARD = Lock()


@dataclass(frozen=True)
class Glance:
    """How far it is: ``share`` done (0-1), ``left`` seconds (None: not known), what is known ``so_far``, the ``answer``."""

    share: float
    left: float | None
    so_far: dict[str, Any]
    answer: dict[str, Any] | None


@dataclass(frozen=True)
class DemoWork:
    """The computation of one question: ``kind`` names the demonstration, ``asked`` is JSON and all that it depends on."""

    kind: str
    asked: str

    @property
    def folder(self) -> Path:
        """Where the process works and its answer stays."""
        name = hashlib.sha256(f"{self.kind}:{self.asked}".encode()).hexdigest()[:32]
        return cache_root() / "demos" / f"{self.kind}-{name}"

    @property
    def answer(self) -> dict[str, Any] | None:
        """What was found, when it is there."""
        return quiet_json(self.folder / "answer.json") or None

    @property
    def alive(self) -> bool:
        """Whether a process of ours, or of anybody, works on it."""
        own = _BEGUN.get(self.folder)
        return (own is not None and own.poll() is None) or is_held(self.folder / "lock")

    def begin(self) -> None:
        """Start the process, unless one is at work or the answer is there. Raises ``OSError`` where nothing can be written."""
        with _GUARD:
            if self.answer is not None or self.alive:
                return
            shutil.rmtree(self.folder, ignore_errors=True)
            atomic_write_json(self.folder / "ask.json", {"kind": self.kind, **json.loads(self.asked)}, durable=False)
            with (self.folder / "log.txt").open("wb") as log:
                _BEGUN[self.folder] = subprocess.Popen(
                    [sys.executable, "-m", "lstm_core.training.demo", str(self.folder)],
                    cwd=_PROJECT, stdin=subprocess.PIPE, stdout=log, stderr=log, close_fds=True,
                    env={**os.environ, "PYTHONIOENCODING": "utf-8"},
                )  # fmt: skip

    def look(self) -> Glance:
        """Return how far it is. Raises :class:`ComputationFailed` when the process broke off, or was never begun."""
        alive = self.alive  # asked first: a process that ends meanwhile has left its answer
        answer, said = self.answer, quiet_json(self.folder / "progress.json")
        if answer is None and not alive:
            failure = quiet_json(self.folder / "failure.json").get("reason", "its process ended")
            self.stop()
            raise ComputationFailed(what=self.kind, reason=str(failure))
        share, seconds = float(said.get("share", 0.0)), float(said.get("seconds", 0.0))
        left = seconds / share * (1.0 - share) if share > 0.02 else None
        return Glance(share, left, dict(said.get("so_far", {})), answer)

    def stop(self) -> None:
        """End the process, if it is ours, and take away all that it has not finished."""
        with _GUARD:
            process = _BEGUN.pop(self.folder, None)
            if process is not None:
                process.kill()
                process.wait()
                if process.stdin is not None:
                    with suppress(OSError):
                        process.stdin.close()
            if self.answer is None:
                shutil.rmtree(self.folder, ignore_errors=True)


def question(kind: str, **asked: Any) -> DemoWork:
    """Return the work that answers ``asked``, whose values must be JSON."""
    return DemoWork(kind, json.dumps(asked, sort_keys=True, ensure_ascii=False, allow_nan=False))
