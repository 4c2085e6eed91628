"""The training itself: a generator that yields what happens and leaves a run folder behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Thread

from lstm_core.errors import RunBusy, RunExists, WordAtlasError
from lstm_core.files import forget_unfinished
from lstm_core.locks import Locked, exclusive
from lstm_core.runs import RunDirectory, write_config
from lstm_core.training.config import TrainConfig
from lstm_core.training.distributed import ALONE, Team
from lstm_core.training.failure import error_to_json
from lstm_core.training.prepare import Prepared, prepare, read_prepared
from lstm_core.training.progress import Progress
from lstm_core.training.reporter import Listener, Reporter, StopAsked, forget_after

_TRAINER = "lstm_core.training.trainer"


def train(
    run: RunDirectory,
    config: TrainConfig,
    *,
    resume: bool = False,
    forget_stop: bool = False,
    on_prepare: Callable[[float], None] | None = None,
    team: Team = ALONE,
) -> Iterator[Progress]:
    """Train in the folder ``run`` and yield a :class:`Progress` at least once a second.

    With ``resume`` it goes on from the checkpoint and ends with bit for bit the table of an undisturbed training (same
    machine, same number of threads); without a checkpoint it starts over. ``on_prepare`` hears the fraction of the corpus
    that has been read. Ends early when the validation loss stops falling, or at once when a stop file appears; with
    ``forget_stop`` one that is already there, left by a trainer that was killed, is removed first.

    Every process of a ``team`` calls this with the same settings; the leader does all that is said here about the folder, the
    others work for it and yield little. Raises :class:`WorkerLost` when one of them is gone.

    The folder is ours from the first value on. A stopped run that is resumed keeps its manifest and table until the end.

    Raises :class:`RunExists` when the folder holds a training and ``resume`` is off, :class:`RunBusy` when another trainer
    is at work in it, :class:`TrainingDiverged`, and what reading the corpus raises; the status is "failed" after these.
    """
    if not team.leads:
        yield from _train(run, config, Listener(run), on_prepare, team)
        return
    try:
        with exclusive(run.lock):
            forget_unfinished(run.path)
            if forget_stop:
                run.stop.unlink(missing_ok=True)
            yield from _guarded(run, config, resume, on_prepare, team)
    except Locked:
        raise RunBusy(name=run.name) from None


def _guarded(
    run: RunDirectory, config: TrainConfig, resume: bool, on_prepare: Callable[[float], None] | None, team: Team
) -> Iterator[Progress]:
    """Run the training; whatever ends it, the status tells, and the stop file is used up."""
    if not resume and (run.manifest.exists() or run.checkpoint.exists()):
        raise RunExists(name=run.name)
    if run.manifest_state == "done":
        team.tell({"prepared": False})
        yield Progress("done", fraction=1.0)
        return
    reporter = Reporter(run)
    try:
        if not resume:
            write_config(run, config.model_dump(mode="json"))
            _clear(run)
        yield from _train(run, config, reporter, on_prepare, team)
    except StopAsked:
        reporter.status("stopped", fraction=0.0)
        yield Progress("stopped")
    except WordAtlasError as error:
        reporter.status("failed", error=error_to_json(error))
        raise
    except Exception as error:
        reporter.status("failed", error=error_to_json(error))
        raise
    finally:
        run.stop.unlink(missing_ok=True)


def _clear(run: RunDirectory) -> None:
    """Remove what a former training left: a fresh start must not mix with it."""
    for path in (run.start, run.tokens, run.label_numbers, run.labels, run.checkpoint, run.metrics, run.table, run.model):
        path.unlink(missing_ok=True)
    forget_after(run, -1)


def _train(
    run: RunDirectory, config: TrainConfig, reporter: Reporter, on_prepare: Callable[[float], None] | None, team: Team
) -> Iterator[Progress]:
    yield Progress("preparing")
    if config.device not in ("auto", "cpu"):  # one that is not there is told before the corpus is read
        import_module("lstm_core.training.device").Machine.chosen(config.device, config.precision, team=team)
    slow = Thread(target=import_module, args=(_TRAINER,), daemon=True)
    slow.start()  # torch takes seconds to import; the corpus is read meanwhile
    prepared = _prepared(run, config, reporter, on_prepare, team)
    if prepared is None:
        return
    yield Progress("preparing", fraction=1.0)
    slow.join()
    with _threads(team.threads(config.threads)):
        trainer = import_module(_TRAINER).Trainer(run, config, prepared, reporter, team=team)
        trainer.restore()
        yield from trainer.steps()
        if team.leads:
            yield trainer.finish()


def _prepared(
    run: RunDirectory, config: TrainConfig, reporter: Reporter, on_prepare: Callable[[float], None] | None, team: Team
) -> Prepared | None:
    """Return the encoded corpus, which the leader reads for all; None in another process when the leader does not train."""

    def tick(fraction: float) -> None:
        reporter.preparing(fraction)
        if on_prepare is not None:
            on_prepare(fraction)

    if not team.leads:
        return read_prepared(run, config) if team.tell()["prepared"] else None
    try:
        prepared = prepare(run, config, tick=tick)
    except (StopAsked, WordAtlasError):
        team.tell({"prepared": False})
        raise
    team.tell({"prepared": True})
    return prepared


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let torch compute with ``count`` threads during the block."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
