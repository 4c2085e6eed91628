"""Network, optimizer, data and position of one training, and the steps it takes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Literal

import numpy as np
import torch
import torch._dynamo  # the first optimizer would import it (two seconds); now that happens while the corpus is read
from numpy.typing import NDArray

from lstm_core.errors import TrainingDiverged
from lstm_core.files import atomic_write_json
from lstm_core.model.losses import loss_for
from lstm_core.model.network import State
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.model.rows import UsedRows
from lstm_core.run_folder import quiet_json
from lstm_core.runs import RunDirectory, read_config
from lstm_core.training.batches import Batch, batches_for, test_batches
from lstm_core.training.checkpoint import (
    Position,
    Tensors,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    weights_of,
)
from lstm_core.training.config import TrainConfig
from lstm_core.training.counted import begin_with_counts
from lstm_core.training.data import split, wanted_counts
from lstm_core.training.device import Machine
from lstm_core.training.distributed import ALONE, Asked, Said, Team, seed_of
from lstm_core.training.gradients import Gradients
from lstm_core.training.held_out import HeldOut, measure_held_out
from lstm_core.training.optimizer import Optimizer
from lstm_core.training.prepare import Prepared
from lstm_core.training.pretrained import start_from
from lstm_core.training.progress import Progress
from lstm_core.training.reporter import Reporter, forget_after, write_snapshot
from lstm_core.training.results import summary, word_rows, write_manifest, write_results
from lstm_core.training.schedule import evaluation_steps, learning_rate, snapshot_steps

STATE = ("hidden", "cell")
"""What the parts of a carried state are called in a checkpoint."""


class Trainer:
    """One training in memory; made by :func:`lstm_core.training.loop.train`, which holds the lock and reports the end.

    Each process of a ``team`` has one; they take the same steps, and the leader's writes.
    """

    def __init__(
        self, run: RunDirectory, config: TrainConfig, prepared: Prepared, reporter: Reporter, *, team: Team = ALONE
    ) -> None:
        self.run, self.config, self.prepared, self.reporter, self.team = run, config, prepared, reporter, team
        self.machine = Machine.chosen(config.device, config.precision, team=team)
        objective, vocab_size = OBJECTIVES[config.objective], len(prepared.vocabulary)
        self.objective, self.labels = objective, prepared.labels.names if prepared.labels else ()
        self.loss = loss_for(config.loss, vocab_size, labelled=objective.labelled)
        self.generator = torch.Generator().manual_seed(config.seed)
        self.draws = self.generator if team.alone else torch.Generator()  # of words to compare with: the same in all processes
        self.network = objective.network(
            config.model, vocab_size=vocab_size, generator=self.generator, labels=len(self.labels), options=config.task
        )
        word_rows(weights_of(self.network), config.rows)  # raises now, not when all is learned
        if config.first_rows != "random":
            learned, _ = split(len(prepared.sentences), share=config.validation, seed=config.seed)
            begin_with_counts(self.network, prepared, learned, seed=config.seed, spelling=config.first_rows == "spelling")
        counts = wanted_counts(prepared.vocabulary, sentences=len(prepared.sentences), threshold=config.subsample)
        self.loss.prepare(self.network, counts=counts)
        self.machine.take(self.network)
        self.optimizer = Optimizer(self.network, config, by_rows=self.loss.samples)
        self.measure = self.loss.measure(objective, counts=counts, negatives=config.negatives, generator=self.draws)
        self.batches = batches_for(objective, prepared, config)
        self.gradients = Gradients(
            self.network, self.measure, self.optimizer, samples=self.loss.samples, team=team, pieces=config.accumulate
        )
        self.total = self.batches.steps * config.epochs
        self.position = Position()
        self.state: State | None = None
        self.best: Tensors = {}
        self.stopped = False
        self.saved = 0  # the step of the last checkpoint
        self.began = time.monotonic()

    def restore(self) -> None:
        """Go back to the checkpoint of a former trainer, if there is one; forget what it wrote after that."""
        loaded = load_checkpoint(self.run.checkpoint)
        if loaded is not None:
            self.position, groups = loaded
            self.saved = self.position.step
            load_weights(self.network, groups["weights"])
            self.optimizer.restore(groups.get("optimizer", {}))
            self.generator.set_state(groups["random"]["generator"])
            self.best = groups.get("best", {})
            carried = groups.get("state", {})
            parts = [carried[name].to(self.network.device) for name in STATE if name in carried]  # (L, B, H) each
            self.state = tuple(part[:, self.team.part(part.shape[1])[0]] for part in parts) or None
        elif start := start_from(self.network, self.config, vocabulary=self.prepared.vocabulary):
            if self.config.freeze_table:
                self.optimizer.hold(start.ids)
            if self.team.leads:
                atomic_write_json(self.run.start, start.to_json())
        if self.team.leads:
            forget_after(self.run, self.position.step)

    def steps(self) -> Iterator[Progress]:
        """Take the steps that are left, yielding whenever there is something to show; ends early when that is due."""
        self.began = saved = time.monotonic()
        self.reporter.begin()
        resumed_at = self.position.step
        kept = snapshot_steps(self.total, count=self.config.snapshots)
        checks = evaluation_steps(self.batches.steps, epochs=self.config.epochs, per_epoch=self.config.evaluations)
        if resumed_at == 0 and 0 in kept:
            self._snapshot()
        for inputs, targets in self._batches():
            asked = Asked.STOP if self.reporter.stop_asked else Asked.NOTHING
            if not asked and self.team.leads and time.monotonic() - saved > self.config.checkpoint_seconds:
                asked = Asked.SAVE
            due, asked = self._step(inputs, targets, asked)
            step = self.position.step
            if step in kept:
                self._snapshot()
            checked = self._check() if step in checks else None
            if self.team.leads and (due or checked is not None or step == self.total):
                yield self._row(checked, resumed_at=resumed_at)
            if asked and step < self.total:
                self._checkpoint(rows=len(inputs))
                saved = time.monotonic()
                self.stopped = asked is Asked.STOP
            if self.stopped or self.position.misses >= self.config.patience:
                return

    def finish(self) -> Progress:
        """Write table, weights and manifest from the best weights; a training that is over needs no checkpoint any more.

        The manifest of a former stop goes only now: until here the table it vouches for can be used.
        """
        position = self.position
        weights = self.best or weights_of(self.network)
        if self.stopped and self.batches.held:
            latest = self._measured(self.batches.held_out()).loss
            if position.best is None or latest < position.best:
                weights, position.best, position.best_step = weights_of(self.network), latest, position.step
        loss = position.best
        self.run.manifest.unlink(missing_ok=True)
        write_results(self.run, weights=weights, rows=self.config.rows)
        state: Literal["stopped", "done"] = "stopped" if self.stopped else "done"
        created = read_config(self.run).get("created", time.time())
        write_manifest(self.run, state=state, created=created, summary=self._summary(loss) | self._scores(weights))
        if not self.stopped:
            self.run.checkpoint.unlink(missing_ok=True)
            with suppress(PermissionError):  # Windows keeps a file that is still mapped
                self.run.tokens.unlink(missing_ok=True)
                self.run.label_numbers.unlink(missing_ok=True)
        fraction = position.step / self.total if self.stopped else 1.0
        self.reporter.status(state, fraction=fraction, step=position.step, total_steps=self.total, seconds_left=0.0)
        return self._progress(state, val_loss=loss, fraction=fraction)

    def _batches(self) -> Iterator[Batch]:
        """Yield the batches that are left; each epoch begins with a fresh shuffle and an empty state."""
        while self.position.step < self.total:
            epoch, first = divmod(self.position.step, self.batches.steps)
            if first == 0:
                self.state = None
            yield from self.batches.epoch(epoch, first=first)

    def _step(
        self, inputs: NDArray[np.int64], targets: NDArray[np.int64], asked: Asked = Asked.NOTHING
    ) -> tuple[bool, Asked]:
        """Learn from one batch; return whether a row of metrics is due, and what the leader ``asked``.

        Raises :class:`TrainingDiverged`.
        """
        lr = learning_rate(self.config, self.position.step, total=self.total)
        used, said = self._gradients(inputs, targets, asked)
        self.position.step += 1
        if not math.isfinite(said.loss):
            raise self._diverged()
        self.optimizer.update(lr=lr, used=used)
        self.position.tokens += said.tokens
        return self.reporter.step(said.loss, counted=said.counted, tokens=said.tokens), said.asked

    def _gradients(
        self, inputs: NDArray[np.int64], targets: NDArray[np.int64], asked: Asked = Asked.NOTHING
    ) -> tuple[tuple[UsedRows, ...], Said]:
        """Work out the gradients of the mean loss of a batch, of which each process reads its rows; return the rows used."""
        if not self.team.alone:  # all draw the same words, each drops out by itself
            step, seed = self.position.step, self.config.seed
            self.draws.manual_seed(seed_of(seed, step, 0))
            self.generator.manual_seed(seed_of(seed, step, 1 + self.team.rank))
        used, said, self.state = self.gradients((inputs, targets), self.state, asked=asked)
        return used, said

    def _diverged(self) -> TrainingDiverged:
        lr = learning_rate(self.config, self.position.step - 1, total=self.total)
        return TrainingDiverged(step=self.position.step, lr=float(f"{lr:.3g}"), saved=self.saved)

    def _check(self) -> HeldOut | None:
        """Measure held-out text, remember the weights when the loss is the lowest; None without such text."""
        if not self.batches.held:
            return None
        began, position = time.monotonic(), self.position
        self.team.compare(list(self.network.parameters()))
        found = self._measured(self.batches.held_out()) if self.team.leads else HeldOut(math.nan)
        (loss,) = self.team.agree(found.loss)
        self.reporter.leave_out(time.monotonic() - began)
        if not math.isfinite(loss):
            raise self._diverged()
        if position.best is None or loss < position.best:
            position.best, position.best_step, position.misses = loss, position.step, 0
            self.best = weights_of(self.network) if self.team.leads else {}
        else:
            position.misses += 1
        return found

    def _measured(self, batches: Iterable[Batch]) -> HeldOut:
        return measure_held_out(self.network, self.objective, batches=batches, labels=self.labels)

    def _scores(self, weights: Tensors) -> dict[str, Any]:
        """Return how well the network with ``weights`` tells the held-out labels and, once it is done, those of the test."""
        if not self.labels:
            return {}
        load_weights(self.network, weights)
        parts = {"validation": self.batches.held_out() if self.batches.held else None}
        if not self.stopped:
            parts["test"] = test_batches(self.prepared, self.config)
        found = {name: self._measured(part).scores for name, part in parts.items() if part is not None}
        return {name: scores.to_json() for name, scores in found.items() if scores is not None}

    def _row(self, checked: HeldOut | None, *, resumed_at: int) -> Progress:
        position = self.position
        loss, speed = self.reporter.rates()
        scores = None if checked is None else checked.scores
        pace = (time.monotonic() - self.began) / max(1, position.step - resumed_at)
        progress = self._progress(
            "training",
            loss=loss,
            val_loss=None if checked is None else checked.loss,
            accuracy=None if scores is None else scores.accuracy,
            macro_f1=None if scores is None else scores.macro_f1,
            lr=learning_rate(self.config, position.step - 1, total=self.total),
            tokens_per_second=speed,
            seconds_left=round(pace * (self.total - position.step), 1),
            fraction=position.step / self.total,
        )
        self.reporter.row(progress, tokens=position.tokens)
        return progress

    def _progress(self, stage: Any, **values: Any) -> Progress:
        step, val_loss, loss = self.position.step, values.get("val_loss"), values.get("loss")
        known = loss if val_loss is None else val_loss
        perplexity = None if known is None or self.labels else math.exp(min(known, 50.0))
        epoch = min(self.config.epochs, -(-step // self.batches.steps))
        return Progress(stage, step=step, total_steps=self.total, epoch=epoch, perplexity=perplexity, **values)

    def _snapshot(self) -> None:
        if not self.team.leads:
            return
        rows = word_rows(weights_of(self.network), self.config.rows)  # (V, D)
        write_snapshot(self.run, self.position.step, rows=rows.numpy())

    def _checkpoint(self, *, rows: int) -> None:
        """Write everything a resumed training needs; ``rows`` is the size of the batch whose states are carried."""
        states = [self.team.gathered(state, rows) for state in self.state or ()]
        if not self.team.leads:
            return
        position = Position(**{**vars(self.position), "seconds": self._seconds()})
        state = dict(zip(STATE, states, strict=False))
        groups = {
            "weights": weights_of(self.network),
            "optimizer": self.optimizer.tensors(),
            "random": {"generator": self.generator.get_state()},
            "best": self.best,
            "state": state,
        }
        save_checkpoint(self.run.checkpoint, position, groups=groups)
        self.saved = position.step

    def _seconds(self) -> float:
        return round(self.position.seconds + time.monotonic() - self.began, 3)

    def _summary(self, loss: float | None) -> dict[str, Any]:
        """Return the numbers and names the manifest keeps about the whole training."""
        return {
            **summary(self.config, self.prepared, self.position, val_loss=loss),
            "loss": self.loss.key,
            "start": quiet_json(self.run.start) or None,
            "total_steps": self.total,
            "seconds": self._seconds(),
            **self.machine.to_json(),
        }
