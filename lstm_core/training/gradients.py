"""The gradients of one batch, worked out part by part and by all processes of a training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_core.model.network import State, WordNetwork
from lstm_core.model.rows import UsedRows
from lstm_core.training.batches import Batch
from lstm_core.training.distributed import Asked, Said, Team
from lstm_core.training.optimizer import Optimizer


class Gradients:
    """Works out the gradients of the mean loss of a batch, of which each process of ``team`` reads its rows in ``pieces``.

    Which rows of the tables the *whole* batch touches every process knows by itself, because it has the ids of all rows
    and draws the same words: so only gradients travel.
    """

    def __init__(
        self, network: WordNetwork, measure: Any, optimizer: Optimizer, *, samples: bool, team: Team, pieces: int
    ) -> None:
        self._network, self._measure, self._optimizer = network, measure, optimizer
        self._samples, self._team, self._pieces = samples, team, pieces

    def __call__(
        self, batch: Batch, state: State | None, *, asked: Asked = Asked.NOTHING
    ) -> tuple[tuple[UsedRows, ...], Said, State]:
        """Return the rows used, what the batch gave, and the states of this process's rows to carry on with.

        What the leader ``asked`` for goes along and is told to all.
        """
        part, counts = self._team.part(len(batch[0]))
        shared = self._shared(batch)
        found: tuple[UsedRows, ...] = ()
        total, states = Said(0.0, 0, 0, asked), []
        self._optimizer.forget()
        whole = self._team.alone and self._pieces == 1
        for piece in _pieces(part, self._pieces):
            before = None if not state else tuple(one[:, piece.start - part.start : piece.stop - part.start] for one in state)
            ids, wanted = self._here(one[piece] for one in batch)
            step = self._measure(self._network, ids, targets=wanted, state=before, **shared)
            read = int(np.count_nonzero(batch[0][piece])) * counts  # <pad> is 0
            said = Said(step.loss.item() if step.counted else 0.0, step.counted * counts, read)
            if step.counted:  # a stretch of beginnings alone has nothing to foresee, and no mean
                self._optimizer.backward(step.loss if whole else step.loss * said.counted)
            total, found = _added(total, said), step.used
            states.append(tuple(one.detach() for one in step.state))
        if not whole:
            total = self._mean(found, total)
        return found, total, tuple(torch.cat(parts, 1) for parts in zip(*states, strict=True))

    def _shared(self, batch: Batch) -> dict[str, Any]:
        """Return the rows of the tables that the whole batch touches, for a loss that reads only some."""
        if not self._samples:
            return {}
        inputs, targets = self._here(batch)
        return {"rows": self._measure.rows(self._network, inputs, targets)}

    def _here(self, parts: Iterable[NDArray[np.int64]]) -> Iterator[torch.Tensor]:
        return (torch.from_numpy(part).to(self._network.device) for part in parts)

    def _mean(self, used: Sequence[UsedRows], said: Said) -> Said:
        """Turn the gradients of a sum into those of a mean, that of all processes."""
        held = [*self._optimizer.dense, *(row for part in used for row in part.rows)]
        if not self._team.alone:
            return self._team.exchange(held, said)
        for one in held:
            if one.grad is not None:
                one.grad /= max(1, said.counted)
        return said


def _pieces(part: slice, count: int) -> Iterator[slice]:
    """Yield ``part`` in up to ``count`` pieces that differ by one row at most."""
    edges = np.linspace(part.start, part.stop, min(count, part.stop - part.start) + 1).astype(int).tolist()
    yield from (slice(one, other) for one, other in pairwise(edges))


def _added(one: Said, other: Said) -> Said:
    counted = one.counted + other.counted
    loss = (one.loss * one.counted + other.loss * other.counted) / max(1, counted)
    return Said(loss, counted, one.tokens + other.tokens, one.asked)
