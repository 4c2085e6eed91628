"""Tells the folder how the training goes: status, metrics, snapshots; and hears whether it should stop."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from lstm_core.files import atomic_path, atomic_write_bytes
from lstm_core.runs import RunDirectory, read_metrics, snapshot_path, snapshots, write_status
from lstm_core.training.progress import Progress

EVERY_SECONDS = 1.0
EVERY_STEPS = 20
LEAST_SECONDS = 0.25
"""A row is written after 20 steps that took at least 0.25 s, and after 1 s in any case."""


class StopAsked(Exception):
    """Somebody put a stop file into the folder while the corpus was being prepared."""


class Pace:
    """Tells the time left from the pace so far, of work that says what fraction of it is done."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._first = 0.0

    def left(self, fraction: float) -> float | None:
        """Return the seconds left at ``fraction`` (0-1) of the work; None in the first second, when nobody can know."""
        passed = time.monotonic() - self._began
        if passed < 1.0:
            self._first = fraction  # what was done before, or by somebody else
            return None
        if fraction <= self._first:
            return None
        return round(passed * (1.0 - fraction) / (fraction - self._first), 1)


class Reporter:
    """Writes what the page shows; holds the running sums between two rows."""

    def __init__(self, run: RunDirectory) -> None:
        self.run = run
        self._last = time.monotonic()
        self._pace = Pace()
        self._loss = 0.0
        self._counted = self._tokens = self._steps = 0

    @property
    def stop_asked(self) -> bool:
        """Whether the stop file is there."""
        return self.run.stop.exists()

    def preparing(self, fraction: float) -> None:
        """Say that the corpus is read and encoded, ``fraction`` of it so far. Raises :class:`StopAsked`."""
        now = time.monotonic()
        if self.stop_asked:
            raise StopAsked
        if now - self._last >= EVERY_SECONDS / 2 or fraction in (0.0, 1.0):
            self._last = now
            self.status("preparing", fraction=round(float(fraction), 4), seconds_left=self._pace.left(fraction))

    def status(self, state: str, **values: Any) -> None:
        """Write the status file: the state, ``values``, and who writes it."""
        write_status(self.run, state=state, **values, pid=os.getpid(), host=socket.gethostname())

    def begin(self) -> None:
        """Start the clock of the next row."""
        self._last = time.monotonic()
        self._loss, self._counted, self._tokens, self._steps = 0.0, 0, 0, 0

    def step(self, loss: float, *, counted: int, tokens: int) -> bool:
        """Take note of a step; return whether a row is due."""
        self._loss += loss * counted
        self._counted += counted
        self._tokens += tokens
        self._steps += 1
        passed = time.monotonic() - self._last
        return passed >= EVERY_SECONDS or (self._steps >= EVERY_STEPS and passed >= LEAST_SECONDS)

    def leave_out(self, seconds: float) -> None:
        """Do not count ``seconds``, spent on something else than steps, in the speed."""
        self._last += seconds

    def rates(self) -> tuple[float | None, float]:
        """Return the mean loss since the last row (None without steps) and the tokens per second."""
        passed = max(time.monotonic() - self._last, 1e-9)
        return (self._loss / self._counted if self._counted else None), self._tokens / passed

    def row(self, progress: Progress, *, tokens: int) -> None:
        """Append a row to the metrics, rewrite the status and start the next row."""
        shown = {
            "step": progress.step,
            "epoch": progress.epoch,
            "tokens": tokens,
            "loss": progress.loss,
            "val_loss": progress.val_loss,
            "perplexity": progress.perplexity,
            "accuracy": progress.accuracy,
            "macro_f1": progress.macro_f1,
            "lr": progress.lr,
            "tokens_per_second": round(progress.tokens_per_second or 0.0, 1),
            "time": round(time.time(), 3),
        }
        with self.run.metrics.open("a", encoding="utf-8", buffering=1) as stream:
            stream.write(json.dumps(shown) + "\n")
        self.status(
            "training",
            fraction=round(progress.fraction, 5),
            step=progress.step,
            total_steps=progress.total_steps,
            seconds_left=progress.seconds_left,
        )
        self.begin()


class Listener(Reporter):
    """The reporter of a process that only helps: it writes nothing and hears nothing."""

    @property
    def stop_asked(self) -> bool:
        """False: the leader hears it for all."""
        return False

    def preparing(self, fraction: float) -> None:
        """Say nothing."""

    def status(self, state: str, **values: Any) -> None:
        """Say nothing."""

    def step(self, loss: float, *, counted: int, tokens: int) -> bool:
        """Take no note; no row is ever due."""
        return False


def write_snapshot(run: RunDirectory, step: int, *, rows: NDArray[np.float32]) -> None:
    """Keep the word rows (V, D) of ``step`` as float16."""
    with atomic_path(snapshot_path(run, step), durable=False) as temporary:
        save_file({"matrix": rows.astype(np.float16)}, temporary)


def forget_after(run: RunDirectory, step: int) -> None:
    """Drop metrics rows and snapshots later than ``step``, and torn lines: a resumed training will write them again."""
    kept = [row for row in read_metrics(run) if isinstance(row.get("step"), int) and row["step"] <= step]
    atomic_write_bytes(run.metrics, "".join(json.dumps(row) + "\n" for row in kept).encode())
    for snapshot in snapshots(run):
        if snapshot.step > step:
            snapshot.path.unlink(missing_ok=True)
