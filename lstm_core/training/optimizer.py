"""How the weights change: AdamW for all of them, or row by row for the tables when the loss reads only some rows."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from lstm_core.model.network import WordNetwork
from lstm_core.model.rows import UsedRows
from lstm_core.training.checkpoint import Tensors, optimizer_tensors, restore_optimizer
from lstm_core.training.config import TrainConfig
from lstm_core.training.row_adam import RowAdamW

_ROWS = "rows:"


class Optimizer:
    """AdamW with gradient clipping over a network; with ``by_rows`` its tables change only where a step used them."""

    def __init__(self, network: WordNetwork, config: TrainConfig, *, by_rows: bool) -> None:
        tables = network.tables() if by_rows else ()
        held = {id(table) for table in tables}
        self._network, self._clip = network, config.clip
        self._dense = [parameter for parameter in network.parameters() if id(parameter) not in held]
        self._whole = torch.optim.AdamW(self._dense, lr=config.lr, weight_decay=config.weight_decay, fused=True)
        self._rows = RowAdamW(tables, lr=config.lr, weight_decay=config.weight_decay) if tables else None
        for table in tables:
            table.requires_grad_(False)  # gradients belong to the rows a step gathers

    def step(self, loss: torch.Tensor, *, lr: float, used: Sequence[UsedRows]) -> None:
        """Change the weights against the gradient of ``loss``, cut to the length the settings allow."""
        self._whole.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        rows = [row for part in used for row in part.rows]
        nn.utils.clip_grad_norm_([*self._dense, *rows], self._clip)
        for optimizer in filter(None, (self._whole, self._rows)):
            for group in optimizer.param_groups:
                group["lr"] = lr
        self._whole.step()
        if self._rows is not None:
            self._rows.update(used)

    def tensors(self) -> Tensors:
        """Return the state by name, for a checkpoint."""
        tensors = optimizer_tensors(self._whole, self._network)
        if self._rows is not None:
            tensors |= {_ROWS + name: value for name, value in optimizer_tensors(self._rows, self._network).items()}
        return tensors

    def restore(self, tensors: Tensors) -> None:
        """Put the state from :meth:`tensors` back."""
        whole = {name: value for name, value in tensors.items() if not name.startswith(_ROWS)}
        restore_optimizer(self._whole, self._network, tensors=whole)
        if self._rows is not None:
            rows = {name.removeprefix(_ROWS): value for name, value in tensors.items() if name.startswith(_ROWS)}
            restore_optimizer(self._rows, self._network, tensors=rows)
