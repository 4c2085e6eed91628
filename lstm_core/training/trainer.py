"""Network, optimizer, data and position of one training, and the steps it takes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
import torch._dynamo  # the first optimizer would import it (two seconds); now that happens while the corpus is read
from numpy.typing import NDArray

from lstm_core.errors import TrainingDiverged
from lstm_core.files import atomic_write_json
from lstm_core.model.losses import Softmax, loss_for
from lstm_core.model.network import State
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.run_folder import quiet_json
from lstm_core.runs import RunDirectory, read_config
from lstm_core.training.checkpoint import (
    Position,
    Tensors,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    weights_of,
)
from lstm_core.training.config import TrainConfig
from lstm_core.training.data import LEAST_TOKENS, Layout, Stream, Thinning, epoch_order, split
from lstm_core.training.optimizer import Optimizer
from lstm_core.training.prepare import Prepared
from lstm_core.training.pretrained import start_from
from lstm_core.training.progress import Progress
from lstm_core.training.reporter import Reporter, forget_after, write_snapshot
from lstm_core.training.results import word_rows, write_manifest, write_results
from lstm_core.training.schedule import evaluation_steps, learning_rate, snapshot_steps

STATE = ("hidden", "cell")
"""What the parts of a carried state are called in a checkpoint."""


class Trainer:
    """One training in memory; made by :func:`lstm_core.training.loop.train`, which holds the lock and reports the end."""

    def __init__(self, run: RunDirectory, config: TrainConfig, prepared: Prepared, reporter: Reporter) -> None:
        self.run, self.config, self.prepared, self.reporter = run, config, prepared, reporter
        objective, vocab_size = OBJECTIVES[config.objective], len(prepared.vocabulary)
        self.loss = loss_for(config.loss, vocab_size)
        self.generator = torch.Generator().manual_seed(config.seed)
        self.network = objective.network(config.model, vocab_size=vocab_size, generator=self.generator)
        word_rows(weights_of(self.network), config.rows)  # raises now, not when all is learned
        self.loss.prepare(self.network, counts=prepared.vocabulary.counts)
        self.optimizer = Optimizer(self.network, config, by_rows=self.loss.samples)
        self.measure = self.loss.measure(
            objective, counts=prepared.vocabulary.counts, negatives=config.negatives, generator=self.generator
        )
        self.measure_held = Softmax.measure(objective)  # whatever is trained with, perplexity is that of the whole vocabulary
        self.numbers, held = split(len(prepared.sentences), share=config.validation, seed=config.seed)
        self.layout = Layout.of(len(self._stream(0)), batch_size=config.batch_size, bptt=config.bptt)
        self.held = _HeldOut.of(Stream(prepared.sentences, held), config=config)
        self.total = self.layout.steps * config.epochs
        self.position = Position()
        self.state: State | None = None
        self.best: Tensors = {}
        self.stopped = False
        self.began = time.monotonic()

    def restore(self) -> None:
        """Go back to the checkpoint of a former trainer, if there is one; forget what it wrote after that."""
        loaded = load_checkpoint(self.run.checkpoint)
        if loaded is not None:
            self.position, groups = loaded
            load_weights(self.network, groups["weights"])
            self.optimizer.restore(groups.get("optimizer", {}))
            self.generator.set_state(groups["random"]["generator"])
            self.best = groups.get("best", {})
            carried = groups.get("state", {})
            self.state = tuple(carried[name] for name in STATE if name in carried) or None
        else:
            self._begin()
        forget_after(self.run, self.position.step)

    def _begin(self) -> None:
        """Take over what the settings say the training starts from."""
        start = start_from(self.network, self.config, vocabulary=self.prepared.vocabulary)
        if start is None:
            return
        atomic_write_json(self.run.start, start.to_json())
        if self.config.freeze_table:
            self.optimizer.hold(start.ids)

    def steps(self) -> Iterator[Progress]:
        """Take the steps that are left, yielding whenever there is something to show; ends early when that is due."""
        self.began = saved = time.monotonic()
        self.reporter.begin()
        resumed_at = self.position.step
        kept = snapshot_steps(self.total, count=self.config.snapshots)
        checks = evaluation_steps(self.layout.steps, epochs=self.config.epochs, per_epoch=self.config.evaluations)
        if resumed_at == 0 and 0 in kept:
            self._snapshot()
        for inputs, targets in self._batches():
            if self.reporter.stop_asked:
                self.stopped = True
                self._checkpoint()
                return
            due = self._step(inputs, targets)
            step = self.position.step
            if step in kept:
                self._snapshot()
            checked = self._check() if step in checks else None
            if due or checked is not None or step == self.total:
                yield self._row(checked, resumed_at=resumed_at)
            if time.monotonic() - saved > self.config.checkpoint_seconds:
                self._checkpoint()
                saved = time.monotonic()
            if self.position.misses >= self.config.patience:
                return

    def finish(self) -> Progress:
        """Write table, weights and manifest from the best weights; a training that is over needs no checkpoint any more.

        The manifest of a former stop goes only now: until here the table it vouches for can be used.
        """
        position = self.position
        weights = self.best or weights_of(self.network)
        if self.stopped and self.held is not None:
            latest = self._held_loss(self.held)
            if position.best is None or latest < position.best:
                weights, position.best, position.best_step = weights_of(self.network), latest, position.step
        loss = position.best
        self.run.manifest.unlink(missing_ok=True)
        write_results(self.run, weights=weights, rows=self.config.rows)
        state: Literal["stopped", "done"] = "stopped" if self.stopped else "done"
        created = read_config(self.run).get("created", time.time())
        write_manifest(self.run, state=state, created=created, summary=self._summary(loss))
        if not self.stopped:
            self.run.checkpoint.unlink(missing_ok=True)
            with suppress(PermissionError):  # Windows keeps a file that is still mapped
                self.run.tokens.unlink(missing_ok=True)
        fraction = position.step / self.total if self.stopped else 1.0
        self.reporter.status(state, fraction=fraction, step=position.step, total_steps=self.total, seconds_left=0.0)
        return self._progress(state, val_loss=loss, fraction=fraction)

    def _batches(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield the batches that are left; each epoch begins with a fresh shuffle and an empty state."""
        while self.position.step < self.total:
            epoch, first = divmod(self.position.step, self.layout.steps)
            if first == 0:
                self.state = None
            yield from self.layout.windows(self._stream(epoch), first=first)

    def _stream(self, epoch: int) -> Stream:
        """Return the training text in the order of ``epoch``, thinned out as that epoch's draw says.

        Thinned epochs differ by a few tokens in length; all are laid out like the first.
        """
        seed = self.config.seed
        thinning = Thinning.of(self.prepared.vocabulary, threshold=self.config.subsample, seed=seed, epoch=epoch)
        return Stream(self.prepared.sentences, epoch_order(self.numbers, seed=seed, epoch=epoch), thinning=thinning)

    def _step(self, inputs: NDArray[np.int64], targets: NDArray[np.int64]) -> bool:
        """Learn from one batch (B, T); return whether a row of metrics is due. Raises :class:`TrainingDiverged`."""
        ids, wanted = torch.from_numpy(inputs), torch.from_numpy(targets)
        found = self.measure(self.network, ids, targets=wanted, state=self.state)
        value, lr = found.loss.item(), learning_rate(self.config, self.position.step, total=self.total)
        self.position.step += 1
        if not math.isfinite(value):
            raise TrainingDiverged(step=self.position.step, lr=self.config.lr)
        self.optimizer.step(found.loss, lr=lr, used=found.used)
        self.state = tuple(part.detach() for part in found.state)
        self.position.tokens += inputs.size
        return self.reporter.step(value, counted=found.counted, tokens=inputs.size)

    def _check(self) -> float | None:
        """Measure the loss on held-out text, remember the weights when it is the lowest; None without such text."""
        if self.held is None:
            return None
        began, position = time.monotonic(), self.position
        loss = self._held_loss(self.held)
        self.reporter.leave_out(time.monotonic() - began)
        if not math.isfinite(loss):
            raise TrainingDiverged(step=position.step, lr=self.config.lr)
        if position.best is None or loss < position.best:
            position.best, position.best_step, position.misses = loss, position.step, 0
            self.best = weights_of(self.network)
        else:
            position.misses += 1
        return loss

    @torch.no_grad()
    def _held_loss(self, held: _HeldOut) -> float:
        self.network.eval()
        total, count, state = 0.0, 0, None
        for inputs, targets in held.layout.windows(held.stream):
            ids, wanted = torch.from_numpy(inputs), torch.from_numpy(targets)
            loss, counted, state, _ = self.measure_held(self.network, ids, targets=wanted, state=state)
            total, count = total + loss.item() * counted, count + counted
        self.network.train()
        return total / count

    def _row(self, val_loss: float | None, *, resumed_at: int) -> Progress:
        position = self.position
        loss, speed = self.reporter.rates()
        pace = (time.monotonic() - self.began) / max(1, position.step - resumed_at)
        progress = self._progress(
            "training",
            loss=loss,
            val_loss=val_loss,
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
        perplexity = None if known is None else math.exp(min(known, 50.0))
        epoch = min(self.config.epochs, -(-step // self.layout.steps))
        return Progress(stage, step=step, total_steps=self.total, epoch=epoch, perplexity=perplexity, **values)

    def _snapshot(self) -> None:
        rows = word_rows(weights_of(self.network), self.config.rows)  # (V, D)
        write_snapshot(self.run, self.position.step, rows=rows.numpy())

    def _checkpoint(self) -> None:
        position = Position(**{**vars(self.position), "seconds": self._seconds()})
        state = dict(zip(STATE, self.state or (), strict=False))
        groups = {
            "weights": weights_of(self.network),
            "optimizer": self.optimizer.tensors(),
            "random": {"generator": self.generator.get_state()},
            "best": self.best,
            "state": state,
        }
        save_checkpoint(self.run.checkpoint, position, groups=groups)

    def _seconds(self) -> float:
        return round(self.position.seconds + time.monotonic() - self.began, 3)

    def _summary(self, loss: float | None) -> dict[str, Any]:
        """Return the numbers and names the manifest keeps about the whole training."""
        return {
            **self.prepared.about,
            "objective": self.config.objective,
            "loss": self.loss.key,
            "cell": self.config.cell,
            "start": quiet_json(self.run.start) or None,
            "rows": "tied" if self.config.tie_weights else self.config.rows,
            "vocab_size": len(self.prepared.vocabulary),
            "embedding_dim": self.config.embedding_dim,
            "sentences": len(self.prepared.sentences),
            "steps": self.position.step,
            "total_steps": self.total,
            "best_step": self.position.best_step or self.position.step,
            "tokens": self.position.tokens,
            "val_loss": loss,
            "perplexity": None if loss is None else math.exp(min(loss, 50.0)),
            "seconds": self._seconds(),
            "seed": self.config.seed,
        }


@dataclass(frozen=True)
class _HeldOut:
    """The validation text; None when it would be too short."""

    layout: Layout
    stream: Stream

    @classmethod
    def of(cls, stream: Stream, *, config: TrainConfig) -> _HeldOut | None:
        if len(stream) < LEAST_TOKENS:
            return None
        return cls(Layout.of(len(stream), batch_size=config.batch_size, bptt=config.bptt), stream)
