"""Everything a resumed training needs, in one safetensors file written whole or not at all (and no pickle)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from lstm_core.files import atomic_path

Tensors = dict[str, Tensor]


@dataclass
class Position:
    """Where a training stands: the numbers that go with the weights. ``best`` is the lowest validation loss so far."""

    step: int = 0
    best: float | None = None
    best_step: int = 0
    misses: int = 0
    seconds: float = 0.0
    tokens: int = 0


def save_checkpoint(path: Path, position: Position, *, groups: dict[str, Tensors]) -> None:
    """Write the position and every group of tensors (names get the group's name in front)."""
    flat = {
        f"{group}/{name}": tensor.detach().cpu().contiguous() for group, part in groups.items() for name, tensor in part.items()
    }
    with atomic_path(path) as temporary:
        save_file(flat, temporary, metadata={"position": json.dumps(asdict(position))})


def load_checkpoint(path: Path) -> tuple[Position, dict[str, Tensors]] | None:
    """Return what :func:`save_checkpoint` wrote, or None when there is no usable checkpoint."""
    groups: dict[str, Tensors] = {}
    try:
        with safe_open(path, framework="pt") as file:
            said = json.loads((file.metadata() or {})["position"])
            position = Position(**{one.name: said[one.name] for one in fields(Position)})
            for key in file.keys():
                group, _, name = key.partition("/")
                groups.setdefault(group, {})[name] = file.get_tensor(key)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None
    return position, groups


def optimizer_tensors(optimizer: torch.optim.Optimizer, network: nn.Module) -> Tensors:
    """Return the optimizer's state by parameter name, e.g. ``exp_avg:output.bias``; empty before the first step."""
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    return {
        f"{key}:{names[id(parameter)]}": value
        for parameter, state in optimizer.state.items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, network: nn.Module, *, tensors: Tensors) -> None:
    """Put the state from :func:`optimizer_tensors` back."""
    parameters = dict(network.named_parameters())
    for name, tensor in tensors.items():
        key, _, parameter = name.partition(":")
        optimizer.state[parameters[parameter]][key] = tensor.to(parameters[parameter].device, copy=True)


def weights_of(network: nn.Module) -> Tensors:
    """Return a copy of every weight by name, on the CPU; rows shared by input and output occur once."""
    return {name: parameter.detach().to("cpu", copy=True) for name, parameter in network.named_parameters()}


@torch.no_grad()
def load_weights(network: nn.Module, weights: Tensors) -> None:
    """Copy ``weights`` into the network. Raises ``KeyError`` for a missing one."""
    for name, parameter in network.named_parameters():
        parameter.copy_(weights[name])
