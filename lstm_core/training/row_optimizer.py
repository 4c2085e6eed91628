"""Rules of change for tables of which a step uses a few rows: the others are not touched, whatever the size of the table."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from lstm_core.model.rows import UsedRows


class RowOptimizer(torch.optim.Optimizer):
    """Changes the rows that a step used; a row that is not used keeps its value and what is remembered about it."""

    def __init__(self, tables: Iterable[Tensor], **settings: float) -> None:
        super().__init__(list(tables), settings)

    @torch.no_grad()
    def update(self, used: Iterable[UsedRows]) -> None:
        """Change the rows in ``used`` by their gradients."""
        settings = {id(table): group for group in self.param_groups for table in group["params"]}
        for part in used:
            for table, rows in zip(part.tables, part.rows, strict=True):
                if rows.grad is not None:
                    self._change(table, part.ids, rows, settings[id(table)])

    def _change(self, table: Tensor, ids: Tensor, rows: Tensor, group: dict[str, float]) -> None:
        """Change the rows ``ids`` (n,) of ``table``, whose values and gradients are those of ``rows``."""
        raise NotImplementedError

    def _remembered(self, table: Tensor, name: str) -> Tensor:
        """Return what is kept under ``name`` about each value of ``table``; nought before the first step."""
        state = self.state[table]
        if name not in state:
            state[name] = torch.zeros_like(table)
        kept: Tensor = state[name]
        return kept


class RowSGD(RowOptimizer):
    """Gradient descent with momentum; a row used in every step is that of :class:`torch.optim.SGD`."""

    def _change(self, table: Tensor, ids: Tensor, rows: Tensor, group: dict[str, float]) -> None:
        assert rows.grad is not None
        gradient = rows.grad + group["weight_decay"] * rows.detach()
        if group["momentum"]:
            kept = self._remembered(table, "momentum_buffer")
            gradient = kept[ids].mul_(group["momentum"]).add_(gradient)
            kept.index_copy_(0, ids, gradient)
        table.index_copy_(0, ids, rows.detach() - group["lr"] * gradient)


class RowAdagrad(RowOptimizer):
    """Adagrad (Duchi et al. 2011): as :class:`torch.optim.Adagrad`, where a row without a gradient does not move either."""

    def _change(self, table: Tensor, ids: Tensor, rows: Tensor, group: dict[str, float]) -> None:
        assert rows.grad is not None
        gradient, kept = rows.grad + group["weight_decay"] * rows.detach(), self._remembered(table, "sum")
        total = kept[ids].addcmul_(gradient, gradient)
        kept.index_copy_(0, ids, total)
        table.index_copy_(0, ids, rows.detach() - group["lr"] * gradient / (total.sqrt() + 1e-10))
