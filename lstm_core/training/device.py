"""Where a training computes, and in which arithmetic."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import torch

from lstm_core.errors import DeviceMissing
from lstm_core.model.network import WordNetwork
from lstm_core.training.distributed import ALONE, Team

_ROUNDED = {"float32": None, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class Machine:
    """The ``device`` that computes, and the ``arithmetic`` of the large products of a step; None: not rounded."""

    device: torch.device
    arithmetic: torch.dtype | None

    @classmethod
    def chosen(cls, device: str, precision: str, *, team: Team = ALONE) -> Machine:
        """Return what the settings say; "auto" takes the fastest device there is, and bfloat16 on a GPU made for it.

        Each process on a machine gets a GPU of its own. On the CPU "auto" is float32: what is learned there is then what was
        learned on any other machine, up to rounding. Raises :class:`DeviceMissing`.
        """
        kind = _kind(device, team)
        found = torch.device(kind, _place()) if kind == "cuda" else torch.device(kind)
        if kind == "cuda":
            torch.cuda.set_device(found)
        fast = kind == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return cls(found, _ROUNDED[precision if precision != "auto" else "bf16" if fast else "float32"])

    def take(self, network: WordNetwork) -> None:
        """Move ``network`` here and let it compute in this arithmetic."""
        network.to(self.device)
        network.arithmetic = self.arithmetic

    def to_json(self) -> dict[str, Any]:
        """Return what the manifest says: the device by name, and the arithmetic."""
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type
        return {"device": name, "precision": next(key for key, bits in _ROUNDED.items() if bits is self.arithmetic)}


def _kind(wanted: str, team: Team) -> str:
    """Return "cpu", "cuda" or "mps": ``wanted``, or the first of the three that every process here can have."""
    missing = {"cpu": "", "cuda": _no_cuda(team), "mps": _no_mps(team)}
    if wanted == "auto":
        return next(kind for kind in ("cuda", "mps", "cpu") if not missing[kind])
    if missing[wanted]:
        raise DeviceMissing(device=wanted, reason=missing[wanted])
    return wanted


def _no_cuda(team: Team) -> str:
    """Return why CUDA cannot be used; "" when it can."""
    if not torch.cuda.is_available():
        return "none"
    here = 1 if team.alone else int(os.environ.get("LOCAL_WORLD_SIZE", team.size))
    return "few" if torch.cuda.device_count() < here else ""


def _no_mps(team: Team) -> str:
    """Return why Apple's GPU cannot be used; "" when it can: what joins processes does not reach it."""
    if not torch.backends.mps.is_available():
        return "none"
    return "" if team.alone else "alone"


def _place() -> int:
    """Return the number of this process among those on its machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))
