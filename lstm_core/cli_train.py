"""The ``train`` command: which run, which settings, and a progress bar."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from lstm_core.errors import BadRunName, InvalidOption, RunBusy, WordAtlasError
from lstm_core.locks import is_held
from lstm_core.model.objectives import suited
from lstm_core.options import build
from lstm_core.run_folder import quiet_json
from lstm_core.runs import RunDirectory, free_name, free_of_models, list_runs, read_config, run_path, runs_root
from lstm_core.training.config import TrainConfig, config_from_json
from lstm_core.training.distributed import Team, joined, restarted
from lstm_core.training.progress import Progress
from lstm_core.training.reporter import Pace

BAR = 24
SPINS = "5000"
"""How long one thread of torch waits busily for another. OpenMP's own default waits so long that two trainings on two cores
(or a training beside a browser) slow each other down fifty times; read when torch is first imported."""
LOG_EVERY = 5.0
"""Seconds between two lines where there is no terminal to draw a bar on."""


def train_command(given: argparse.Namespace) -> tuple[Any, str] | None:
    """Train as asked, showing progress on the standard error; return the summary, for machines and for people.

    Of several processes that ``torchrun`` started the first one speaks; the others return None.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    with joined() as team:
        run, config, resume = _agreed(given, team)
        return _train(run, config, team=team, resume=resume, detached=given.detached)


def _train(
    run: RunDirectory, config: TrainConfig, *, team: Team, resume: bool, detached: bool
) -> tuple[dict[str, Any], str] | None:
    from lstm_core.training.loop import train

    show = _Display(run.name, bar=sys.stderr.isatty() and not detached, silent=not team.leads)
    told = train(run, config, resume=resume, forget_stop=not detached, on_prepare=show.preparing, team=team)
    first = last = next(told)  # from here on the folder is ours: before, a stop would be another trainer's
    with _stopping(run, team):
        for last in chain([first], told):
            show.progress(last)
    show.end()
    return _summary(run, last) if team.leads else None


def _summary(run: RunDirectory, last: Progress) -> tuple[dict[str, Any], str]:
    start = quiet_json(run.start)
    about = {
        "run": run.name,
        "path": str(run.path.resolve()),
        "state": last.stage,
        "steps": last.step,
        "total_steps": last.total_steps,
        "val_loss": last.val_loss,
        "perplexity": last.perplexity,
        "accuracy": last.accuracy,
        "macro_f1": last.macro_f1,
        "start": start or None,
    }
    began = f"; {start['matched']} of {start['words']} words began with rows from there" if start else ""
    return about, f"{run.name}: {last.stage} after {last.step} steps{_measured(last)}{began}; {run.path}"


def _agreed(given: argparse.Namespace, team: Team) -> tuple[RunDirectory, TrainConfig, bool]:
    """Return the folder, the settings and whether to resume, as the leader of the team has found them out."""
    if not team.leads:
        told = team.tell()
        if "error" in told:
            raise SystemExit(2)  # the leader says why
        return RunDirectory(Path(told["run"])), config_from_json(told["config"]), bool(told["resume"])
    try:
        run, config, resume = _prepare(given)
        if config.batch_size < team.size:
            rule = f"its rows are divided among {team.size} processes"
            raise InvalidOption(name="batch_size", value=config.batch_size, rule=rule)
        if not given.detached and is_held(run.lock):
            raise RunBusy(name=run.name)
    except WordAtlasError as error:
        team.tell({"error": error.code})
        raise
    team.tell({"run": str(run.path.resolve()), "config": config.model_dump(mode="json"), "resume": resume})
    return run, config, resume


def _prepare(given: argparse.Namespace) -> tuple[RunDirectory, TrainConfig, bool]:
    """Return the folder, made if it has to be, the settings and whether to resume.

    The settings are those in the folder for a run the page or a crash left, and where a run that is there may be resumed.
    """
    from lstm_core.cli import parse_settings
    from lstm_core.training.check import check_config

    settings = parse_settings(given.set)
    for name in ("corpus", "objective"):
        if getattr(given, name) is not None:
            settings[name] = getattr(given, name)
    path = _folder(given.folder, settings) if given.folder else None
    there = path is not None and (path / "config.json").is_file()
    again = there and (given.or_resume or restarted())
    if given.resume or again or (there and not settings):
        if settings and not again:
            raise InvalidOption(name="--resume", value=given.folder, rule="a run that is resumed keeps its settings")
        if path is None:
            raise InvalidOption(name="--resume", value="", rule="say which run with --run")
        run = RunDirectory.open(path)
        return run, config_from_json(read_config(run)), given.resume or again
    config = check_config(build(TrainConfig, suited(settings)))
    lost = next(filter(partial(_is_left_of, config), list_runs()), None) if path is None and restarted() else None
    if lost is not None:
        return lost, config, True
    path = path or run_path(runs_root(), free_name(runs_root(), Path(config.corpus).stem))
    return _make(path), config, False


def _is_left_of(config: TrainConfig, run: RunDirectory) -> bool:
    """Return whether ``run`` has these settings and was broken off: what a process that was lost leaves behind."""
    try:
        return run.state in ("failed", "crashed") and config_from_json(read_config(run)) == config
    except WordAtlasError:
        return False


def _folder(value: str, settings: dict[str, Any]) -> Path:
    """Return the folder ``--run`` means: a name in the runs folder, or a path whose last part is a good name."""
    if "\0" in value or ".." in Path(value).parts:
        raise BadRunName(name=value[:80])
    path = Path(value)
    if len(path.parts) == 1 and not path.is_absolute():
        return run_path(runs_root(), value)
    return run_path(path.parent, path.name)


def _make(path: Path) -> RunDirectory:
    """Return the folder of a new run, made. Raises :class:`RunExists`, :class:`RunBusy`."""
    run = RunDirectory(path)
    if path.parent.resolve() == runs_root().resolve():
        free_of_models(path.name)
    if is_held(run.lock):
        raise RunBusy(name=run.name)
    if path.is_dir() and not any(path.iterdir()):
        return run
    if path.is_dir() and run.config.is_file() and not (run.manifest.exists() or run.checkpoint.exists()):
        return run  # it ended before it had learned anything
    return RunDirectory.create(path.parent, path.name)


@contextmanager
def _stopping(run: RunDirectory, team: Team) -> Iterator[None]:
    """Turn a first Ctrl-C or SIGTERM into a stop file, so that what was learned is kept; a second one ends the program.

    Only the leader of a team asks: the others end when it does.
    """

    def ask(number: int, frame: object) -> None:
        if team.leads:
            run.stop.touch()
        signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Display:
    """A bar that redraws itself on a terminal; now and then a line elsewhere; nothing at all when ``silent``."""

    def __init__(self, name: str, *, bar: bool, silent: bool = False) -> None:
        self.name, self.bar, self.silent = name, bar and not silent, silent
        self._printed = -LOG_EVERY
        self._width = 0
        self._pace = Pace()

    def preparing(self, fraction: float) -> None:
        """Show how much of the corpus has been read."""
        self._show(Progress("preparing", fraction=fraction, seconds_left=self._pace.left(fraction)), final=False)

    def progress(self, progress: Progress) -> None:
        """Show a moment of the training."""
        self._show(progress, final=progress.stage in ("done", "stopped") or progress.val_loss is not None)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self.bar:
            sys.stderr.write("\n")

    def _show(self, progress: Progress, *, final: bool) -> None:
        if self.silent:
            return
        line = f"{self.name} {_line(progress)}"
        if self.bar:
            sys.stderr.write("\r" + line.ljust(self._width))
            self._width = len(line)
        elif final or time.monotonic() - self._printed >= LOG_EVERY:
            self._printed = time.monotonic()
            sys.stderr.write(line + "\n")
        sys.stderr.flush()


def _line(progress: Progress) -> str:
    filled = round(BAR * progress.fraction)
    parts = [f"{progress.stage:9} [{'#' * filled}{'.' * (BAR - filled)}] {progress.fraction:4.0%}"]
    if progress.total_steps:
        parts.append(f"step {progress.step}/{progress.total_steps}")
    if progress.loss is not None:
        parts.append(f"loss {progress.loss:.3f}")
    if progress.tokens_per_second:
        parts.append(f"{progress.tokens_per_second / 1000:.0f}k tokens/s")
    if progress.seconds_left is not None:
        parts.append(f"{int(progress.seconds_left) // 60}:{int(progress.seconds_left) % 60:02d} left")
    return "  ".join(parts) + _measured(progress)


def _measured(progress: Progress) -> str:
    if progress.val_loss is None:
        return ""
    told = "" if progress.perplexity is None else f" (ppl {progress.perplexity:.1f})"
    if progress.accuracy is not None and progress.macro_f1 is not None:
        told = f" (accuracy {progress.accuracy:.4f}, macro F1 {progress.macro_f1:.4f})"
    return f"  val {progress.val_loss:.3f}{told}"
