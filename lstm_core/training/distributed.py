"""Several processes train one network: who they are and what they tell each other. Importing this imports no torch.

PyTorch's launcher starts them (``torchrun``). The rows of a batch are divided among them, each works out the gradients of its
own, and all take the same step with the gradient of the whole batch: so how many they are changes the speed, not what is
learned, and a training can go on with another number of them.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_core.errors import ComputationFailed, WorkerLost

if TYPE_CHECKING:
    import torch

PATIENCE = timedelta(hours=2)
"""How long a process waits for another that lives: the first may have much to cut. One that dies is noticed at once."""


class Asked(IntEnum):
    """What the leader wants of all after a step."""

    NOTHING = 0
    SAVE = 1
    STOP = 2


class Said(NamedTuple):
    """What a step gave: the mean ``loss`` over ``counted`` positions, how many ``tokens`` were read, what was ``asked``."""

    loss: float
    counted: int
    tokens: int
    asked: Asked = Asked.NOTHING


@dataclass(frozen=True)
class Team:
    """The ``size`` processes of a training, of which this one has the number ``rank``; number 0 leads: it alone writes."""

    rank: int = 0
    size: int = 1
    parent: int = 0  # number of the launcher's process; 0 when nobody has to be there

    @property
    def leads(self) -> bool:
        """Whether this process writes the run folder."""
        return self.rank == 0

    @property
    def alone(self) -> bool:
        """Whether there is nobody to talk to."""
        return self.size == 1

    def threads(self, wanted: int) -> int:
        """Return with how many threads to compute: ``wanted``, but no more than this machine has for each process on it.

        0 stands for as many as there are cores for this process.
        """
        wanted = wanted or _cores()
        if self.alone:
            return wanted
        here = int(os.environ.get("LOCAL_WORLD_SIZE", self.size))
        return max(1, min(wanted, (os.cpu_count() or 1) // here))

    def part(self, rows: int) -> tuple[slice, bool]:
        """Return which of the ``rows`` of a batch are for this process, and whether they count.

        Parts differ by one row at most. Where there are fewer rows than processes, some work on a row that is another's.
        """
        part = slice(self.rank * rows // self.size, (self.rank + 1) * rows // self.size)
        return (part, True) if part.stop > part.start else (slice(0, 1), False)

    def tell(self, message: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return, in every process, what the leader's ``message`` says. Raises :class:`WorkerLost`."""
        if self.alone:
            return message or {}
        import torch

        data = json.dumps(message).encode()
        size = self._from_leader(torch.tensor([len(data)]))
        mine = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        told = mine if self.leads else torch.empty(int(size), dtype=torch.uint8)
        return dict(json.loads(bytes(self._from_leader(told).tolist())))

    def agree(self, *numbers: float) -> tuple[float, ...]:
        """Return, in every process, the ``numbers`` of the leader. Raises :class:`WorkerLost`."""
        if self.alone:
            return numbers
        import torch

        return tuple(self._from_leader(torch.tensor(numbers, dtype=torch.float64)).tolist())

    def all_can(self, able: bool) -> bool:
        """Return, in every process, whether all are ``able``. Raises :class:`WorkerLost`."""
        if self.alone:
            return able
        import torch
        import torch.distributed as dist

        found = torch.tensor([int(able)])
        with _together():
            dist.all_reduce(found, dist.ReduceOp.MIN)
        return bool(found.item())

    def gathered(self, part: torch.Tensor, rows: int) -> torch.Tensor:
        """Return the states (L, ``rows``, H) of the whole batch from this process's part. Raises :class:`WorkerLost`."""
        if self.alone:
            return part
        import torch
        import torch.distributed as dist

        shares = [Team(rank, self.size).part(rows) for rank in range(self.size)]
        spans = [(share.stop - share.start) * counts for share, counts in shares]
        padded = part.new_zeros(len(part), max(spans), part.shape[2])
        padded[:, : part.shape[1]] = part
        parts = [torch.empty_like(padded) for _ in spans]
        with _together():
            dist.all_gather(parts, padded)
        return torch.cat([one[:, :span] for one, span in zip(parts, spans, strict=True)], 1)

    def exchange(self, held: Sequence[torch.Tensor], said: Said) -> Said:
        """Make the gradients of ``held`` those of the mean loss of the whole batch; return what all said.

        Each process comes with the gradients of its *summed* loss, ``said.loss`` times ``said.counted``. One buffer goes
        round: all gradients and four numbers. Raises :class:`WorkerLost`, also without a launcher.
        """
        import torch
        import torch.distributed as dist

        if self.parent not in (0, os.getppid()):
            raise WorkerLost(reason="torchrun has ended")
        parts = [torch.zeros_like(one) if one.grad is None else one.grad for one in held]
        numbers = held[0].new_tensor([said.loss * said.counted, said.counted, said.tokens, said.asked])
        flat = torch.cat([*(part.reshape(-1) for part in parts), numbers])
        with _together():
            dist.all_reduce(flat)
            loss, counted, tokens, asked = flat[-len(said) :].tolist()  # a GPU fails here, not above
        counted = max(1.0, counted)
        flat /= counted
        for one, gradient in zip(held, torch.split(flat[: -len(said)], [part.numel() for part in parts]), strict=True):
            one.grad = gradient.view_as(one)
        return Said(loss / counted, round(counted), round(tokens), Asked(round(asked)))

    def compare(self, weights: Sequence[torch.Tensor]) -> None:
        """Raise :class:`ComputationFailed` unless all processes hold the same weights, to the last bit.

        Machines that round differently would drift apart.
        """
        if self.alone:
            return
        import hashlib

        import torch
        import torch.distributed as dist

        digest = hashlib.sha256()
        for weight in weights:
            digest.update(weight.detach().cpu().contiguous().numpy().data)
        mine = torch.frombuffer(bytearray(digest.digest()), dtype=torch.uint8)
        every = [torch.empty_like(mine) for _ in range(self.size)]
        with _together():
            dist.all_gather(every, mine)
        if any(not torch.equal(one, mine) for one in every):
            reason = "its processes no longer hold the same weights: use machines of one kind and one version of torch"
            raise ComputationFailed(what="training", reason=reason)

    def _from_leader(self, value: torch.Tensor) -> torch.Tensor:
        import torch.distributed as dist

        with _together():
            dist.broadcast(value, 0)
        return value


ALONE = Team()


@contextmanager
def joined() -> Iterator[Team]:
    """Give the team that ``torchrun`` started this process in, connected until the block ends; else a team of one."""
    size = int(os.environ.get("WORLD_SIZE", "1")) if "TORCHELASTIC_RUN_ID" in os.environ else 1
    if size == 1:
        yield ALONE
        return
    import torch.distributed as dist

    with _together():
        store, rank, _ = next(dist.rendezvous("env://", timeout=PATIENCE))  # type: ignore[attr-defined]
        fresh = dist.PrefixStore(_generation(store, rank, size), store)  # type: ignore[attr-defined]
        dist.init_process_group(_backend(), store=fresh, rank=rank, world_size=size, timeout=PATIENCE)
    try:
        yield Team(rank, size, os.getppid())
        with suppress(RuntimeError):
            dist.barrier()  # who hangs up first might take back what the others have not read yet
    finally:
        dist.destroy_process_group()


def _backend() -> str:
    """Return what carries messages: gloo, and NCCL for what is on a GPU."""
    import torch
    import torch.distributed as dist

    return "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and dist.is_nccl_available() else "gloo"


def _generation(store: Any, rank: int, size: int) -> str:
    """Return a name that all processes alive have agreed on, and no process before them.

    ``torchrun`` keeps its store when it restarts, with the addresses that lost processes wrote there. So each process says
    hello, the leader answers with the name, and only who lives can say that it has heard it.
    """
    mine = uuid.uuid4().hex
    if rank:
        store.set(f"hello/{rank}", mine)
        store.wait([f"go/{mine}"], PATIENCE)
        name = str(store.get(f"go/{mine}").decode())
        store.set(f"heard/{name}/{rank}", "")
        return name
    missing = set(range(1, size))
    while missing:
        for other in sorted(missing):
            if store.check([f"hello/{other}"]):
                store.set(f"go/{store.get(f'hello/{other}').decode()}", mine)
        missing = {other for other in missing if not store.check([f"heard/{mine}/{other}"])}
        time.sleep(0.02)
    return mine


def _cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def restarted() -> bool:
    """Return whether ``torchrun`` started this process in the place of one that was lost."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


def seed_of(*numbers: int) -> int:
    """Return a seed made of ``numbers``."""
    import numpy as np

    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


@contextmanager
def _together() -> Iterator[None]:
    """Turn the failure of a collective operation into :class:`WorkerLost`."""
    try:
        yield
    except RuntimeError as error:  # what torch raises when a connection is gone
        raise WorkerLost(reason=str(error).splitlines()[0][:200]) from error
