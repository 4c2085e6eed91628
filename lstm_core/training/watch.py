"""What a run folder tells about a training, as one value. Imports no torch."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, isfinite
from statistics import median
from typing import Any

from lstm_core.run_folder import quiet_json
from lstm_core.runs import RunDirectory, RunState, read_metrics, read_status

LOG_LINES = 40
MOST_POINTS = 500
_LOG_BYTES = 64 * 1024

ENDED: frozenset[RunState] = frozenset(("done", "stopped", "failed", "crashed"))


@dataclass(frozen=True)
class RunView:
    """One look at a run: ``fraction`` of the stage it is in (0–1), the last row, at most 500 rows, the end of the log."""

    name: str
    state: RunState
    fraction: float
    step: int
    total_steps: int
    seconds_left: float | None
    metrics: tuple[Mapping[str, Any], ...]
    error: Mapping[str, Any] | None
    log: tuple[str, ...]
    age: float

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more unless somebody resumes the run."""
        return self.state in ENDED

    @property
    def last(self) -> Mapping[str, Any]:
        """The newest row of metrics; empty when there is none."""
        return self.metrics[-1] if self.metrics else {}

    @property
    def measured(self) -> Mapping[str, Any]:
        """The newest row with a validation loss; empty when there is none."""
        return next((row for row in reversed(self.metrics) if row.get("val_loss") is not None), {})

    @property
    def speed(self) -> float | None:
        """Tokens per second: the median of the newest nine rows; None without any."""
        known = [row["tokens_per_second"] for row in self.metrics[-9:] if _is_number(row.get("tokens_per_second"))]
        return median(known) if known else None


def perplexities(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the rows with exp of ``loss`` and ``val_loss`` in their place: perplexities, training and validation apart."""
    return tuple(
        {**row, **{key: exp(min(row[key], 50.0)) for key in ("loss", "val_loss") if _is_number(row.get(key))}} for row in rows
    )


def accuracies(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the rows with the accuracy of the held-out texts in the place of ``val_loss``, and no ``loss``."""
    return tuple({**row, "loss": None, "val_loss": row.get("accuracy")} for row in rows)


def watch(run: RunDirectory) -> RunView:
    """Return what the folder says now. ``age`` is the time in seconds since the trainer last said something."""
    state, status = run.state, read_status(run)
    error = status.get("error")
    return RunView(
        name=run.name,
        state=state,
        fraction=1.0 if state == "done" else min(1.0, max(0.0, _number(status.get("fraction")))),
        step=int(_number(status.get("step"))),
        total_steps=int(_number(status.get("total_steps"))),
        seconds_left=_number(status["seconds_left"]) if status.get("seconds_left") is not None else None,
        metrics=thin(read_metrics(run)),
        error=error if state == "failed" and isinstance(error, dict) else None,
        log=log_tail(run) if state in ("failed", "crashed") else (),
        age=max(0.0, time.time() - _number(status.get("time"))),
    )


def thin(rows: list[dict[str, Any]], *, most: int = MOST_POINTS) -> tuple[dict[str, Any], ...]:
    """Return at most about ``most`` rows, evenly spaced, and with them every row with a validation loss and the last."""
    if len(rows) <= most:
        return tuple(rows)
    stride = -(-len(rows) // most)
    return tuple(row for i, row in enumerate(rows) if i % stride == 0 or row.get("val_loss") is not None or i == len(rows) - 1)


def log_tail(run: RunDirectory, *, lines: int = LOG_LINES) -> tuple[str, ...]:
    """Return the last non-empty ``lines`` of the log; empty when there is none."""
    try:
        with run.log.open("rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _LOG_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple([line for line in text.splitlines() if line.strip()][-lines:])


def _number_or_none(value: Any) -> float | None:
    return float(value) if _is_number(value) else None


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def overview(run: RunDirectory) -> dict[str, Any]:
    """Return one line about a run for a list: name, path, state, corpus, steps, validation loss, perplexity, when it began.

    What a damaged file does not tell is None.
    """
    status, config, summary = read_status(run), quiet_json(run.config), quiet_json(run.manifest).get("summary")
    summary = summary if isinstance(summary, dict) else {}
    return {
        "name": run.name,
        "path": str(run.path.resolve()),
        "state": run.state,
        "corpus": summary.get("corpus") or config.get("corpus"),
        "step": summary.get("steps", status.get("step", 0)),
        "val_loss": _number_or_none(summary.get("val_loss")),
        "perplexity": _number_or_none(summary.get("perplexity")),
        "created": config.get("created"),
    }
