"""Where a training computes, and in which arithmetic."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import torch

from lstm_core.errors import DeviceMissing
from lstm_core.model.config import ModelConfig
from lstm_core.model.losses import LOSSES
from lstm_core.model.network import WordNetwork
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build
from lstm_core.training.config import TrainConfig
from lstm_core.training.distributed import ALONE, Team
from lstm_core.training.optimizer import Optimizer

_ROUNDED = {"float32": None, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class Machine:
    """The ``device`` that computes, and the ``arithmetic`` of the large products of a step; None: not rounded."""

    device: torch.device
    arithmetic: torch.dtype | None

    @classmethod
    def chosen(cls, device: str, precision: str, *, team: Team = ALONE) -> Machine:
        """Return what the settings say; "auto" takes the fastest device there is, and bfloat16 on a GPU made for it.

        Each process on a machine gets a GPU of its own; all of a ``team`` compute on the same kind. On the CPU "auto" is
        float32: what is learned there is then what was learned on any other machine, up to rounding. Every process of a
        team has to ask at the same time. Raises :class:`DeviceMissing`.
        """
        kind = _kind(device, team)
        fast = team.all_can(kind == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False))
        return cls(_device(kind, team), _ROUNDED[precision if precision != "auto" else "bf16" if fast else "float32"])

    def take(self, network: WordNetwork) -> None:
        """Move ``network`` here and let it compute in this arithmetic."""
        network.to(self.device)
        network.arithmetic = self.arithmetic

    def to_json(self) -> dict[str, Any]:
        """Return what the manifest says: the device by name, and the arithmetic."""
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type
        return {"device": name, "precision": next(key for key, bits in _ROUNDED.items() if bits is self.arithmetic)}


def _kind(wanted: str, team: Team) -> str:
    """Return "cpu", "cuda" or "mps": ``wanted``, or the first that every process of the team can have and that works."""
    missing = {"cuda": _no_cuda(team), "mps": _no_mps(team)}
    able = {kind: team.all_can(not missing[kind]) for kind in missing}
    if wanted == "auto":
        return next((kind for kind in missing if able[kind] and team.all_can(_works(_device(kind, team)))), "cpu")
    if not able.get(wanted, True):
        raise DeviceMissing(device=wanted, reason=missing[wanted] or "elsewhere")
    return wanted


def _works(device: torch.device) -> bool:
    """Return whether a small step of learning can be taken on ``device``: a GPU may be too old, or lack an operation."""
    objective, loss, draws = OBJECTIVES["next-word"], LOSSES["sampled"], torch.Generator().manual_seed(0)
    network = objective.network(ModelConfig(embedding_dim=4, hidden_size=4), vocab_size=9, generator=draws)
    measure = loss.measure(objective, counts=(1,) * 9, negatives=4, generator=draws)
    try:
        network.to(device)
        ids = torch.arange(4, 8, device=device)[None]
        found = measure(network, ids, targets=ids, state=None)
        optimizer = Optimizer(network, build(TrainConfig, {}), by_rows=loss.samples)
        optimizer.step(found.loss, lr=0.1, used=found.used)
        return bool(torch.isfinite(network.embedding.weight).all().item())
    except (AssertionError, RuntimeError, TypeError):
        return False


def _device(kind: str, team: Team) -> torch.device:
    """Return the device of this process; CUDA is told to round no float32 by itself and to add up the same way every time."""
    if kind != "cuda":
        return torch.device(kind)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:2")  # read when CUDA is first used
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    found = torch.device("cuda", _place(team))
    torch.cuda.set_device(found)
    return found


def _no_cuda(team: Team) -> str:
    """Return why CUDA cannot be used; "" when it can."""
    if not torch.cuda.is_available():
        return "none"
    here = 1 if team.alone else int(os.environ.get("LOCAL_WORLD_SIZE", team.size))
    return "few" if torch.cuda.device_count() < max(here, _place(team) + 1) else ""


def _no_mps(team: Team) -> str:
    """Return why Apple's GPU cannot be used; "" when it can: what joins processes does not reach it."""
    if not torch.backends.mps.is_available():
        return "none"
    return "" if team.alone else "alone"


def _place(team: Team) -> int:
    """Return the number of this process among those of its team on its machine."""
    return 0 if team.alone else int(os.environ.get("LOCAL_RANK", "0"))
