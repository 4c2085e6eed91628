"""How the weights change: all of them as a whole, or the tables row by row when the loss reads only some rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from lstm_core.model.network import WordNetwork
from lstm_core.model.rows import UsedRows
from lstm_core.training.checkpoint import Tensors, optimizer_tensors, restore_optimizer
from lstm_core.training.config import TrainConfig
from lstm_core.training.row_adam import RowAdamW
from lstm_core.training.row_optimizer import RowAdagrad, RowSGD

_ROWS = "rows:"
_HELD = "held"
RULES: dict[str, Any] = {
    "adamw": (torch.optim.AdamW, RowAdamW),
    "sgd": (torch.optim.SGD, RowSGD),
    "adagrad": (torch.optim.Adagrad, RowAdagrad),
}
"""Each rule of change: for whole parameters, and for the used rows of a table."""


class Optimizer:
    """The chosen rule with gradient clipping over a network; with ``by_rows`` its tables change only where a step used them."""

    def __init__(self, network: WordNetwork, config: TrainConfig, *, by_rows: bool) -> None:
        tables = network.tables() if by_rows else ()
        held = {id(table) for table in tables}
        self._network, self._clip = network, config.clip
        self._dense = [parameter for parameter in network.parameters() if id(parameter) not in held]
        whole, rows = RULES[config.optimizer]
        how = {"lr": config.lr, "weight_decay": config.weight_decay}
        how |= {"momentum": config.momentum} if config.optimizer == "sgd" else {}
        fused = network.device.type == "cpu" or config.optimizer != "adagrad"  # whose one kernel is the CPU's
        self._whole = whole(self._dense, **how, fused=fused)
        self._rows = rows(tables, **how) if tables else None
        for table in tables:
            table.requires_grad_(False)  # gradients belong to the rows a step gathers
        self._held: torch.Tensor | None = None

    def hold(self, ids: torch.Tensor) -> None:
        """Leave the rows ``ids`` (n,) of the input table as they are from now on."""
        table = self._network.embedding.weight
        self._held = torch.zeros(len(table), dtype=torch.bool, device=table.device)
        self._held[ids.to(table.device)] = True

    @property
    def dense(self) -> list[torch.Tensor]:
        """The parameters that change as a whole."""
        return list(self._dense)

    def step(self, loss: torch.Tensor, *, lr: float, used: Sequence[UsedRows]) -> None:
        """Change the weights against the gradient of ``loss``, cut to the length the settings allow."""
        self.forget()
        self.backward(loss)
        self.update(lr=lr, used=used)

    def forget(self) -> None:
        """Let gradients begin anew."""
        self._whole.zero_grad(set_to_none=True)

    def backward(self, loss: torch.Tensor) -> None:
        """Add the gradients of ``loss`` to those that are there."""
        loss.backward()  # type: ignore[no-untyped-call]

    def update(self, *, lr: float, used: Sequence[UsedRows]) -> None:
        """Change the weights against their gradients, cut to the length the settings allow."""
        held = self._held_rows(used)
        rows = [row for part in used for row in part.rows]
        nn.utils.clip_grad_norm_([*self._dense, *rows], self._clip)
        for optimizer in filter(None, (self._whole, self._rows)):
            for group in optimizer.param_groups:
                group["lr"] = lr
        self._whole.step()
        if self._rows is not None:
            self._rows.update(used)
        for ids, values in held:
            self._network.embedding.weight.data[ids] = values

    @torch.no_grad()
    def _held_rows(self, used: Sequence[UsedRows]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return numbers and values of the rows that shall stay, and take their gradients away."""
        if self._held is None:
            return []
        table, found = self._network.embedding.weight, []
        whole = [] if table.grad is None else [(torch.arange(len(table), device=table.device), table.detach(), table.grad)]
        parts = [(part.ids, *pair) for part in used for pair in zip(part.tables, part.rows, strict=True)]
        parts = [(ids, row.detach(), row.grad) for ids, owner, row in parts if owner is table and row.grad is not None]
        for ids, values, gradient in [*whole, *parts]:
            there = self._held[ids]
            gradient[there] = 0.0
            found.append((ids[there], values[there]))
        return found

    def tensors(self) -> Tensors:
        """Return the state by name, for a checkpoint."""
        tensors = optimizer_tensors(self._whole, self._network)
        if self._rows is not None:
            tensors |= {_ROWS + name: value for name, value in optimizer_tensors(self._rows, self._network).items()}
        return tensors if self._held is None else {**tensors, _HELD: self._held}

    def restore(self, tensors: Tensors) -> None:
        """Put the state from :meth:`tensors` back."""
        tensors = dict(tensors)
        held = tensors.pop(_HELD, None)
        self._held = None if held is None else held.to(self._network.device)
        whole = {name: value for name, value in tensors.items() if not name.startswith(_ROWS)}
        restore_optimizer(self._whole, self._network, tensors=whole)
        if self._rows is not None:
            rows = {name.removeprefix(_ROWS): value for name, value in tensors.items() if name.startswith(_ROWS)}
            restore_optimizer(self._rows, self._network, tensors=rows)
