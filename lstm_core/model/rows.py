"""The few rows of a large table that one step needs, so that gradients and updates touch these alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor


class UsedRows:
    """The rows ``ids`` of ``tables``, gathered as leaves of the graph.

    ``ids`` (n,) are ascending and different; ``tables`` are parameters with one row a word, (V, W) or (V,), and ``rows`` their
    rows (n, W) or (n,) in the same order, which get gradients.
    """

    def __init__(self, ids: Tensor, *tables: Tensor) -> None:
        self.ids = torch.unique(ids)  # ascending
        self.tables = tables
        self.rows = tuple(table.detach()[self.ids].requires_grad_() for table in tables)

    def place(self, ids: Tensor) -> Tensor:
        """Return where each of ``ids`` stands among the used rows; every one of them must be used."""
        return torch.searchsorted(self.ids, ids.contiguous())


class StepRows(NamedTuple):
    """All rows that a step touches: those it ``reads``, those predictions ``compares`` with, and what was ``drawn`` for it.

    Parts of a batch that are worked through one after another, or by several processes, share them: they hold the gradients
    of all. Input rows and output rows are one :class:`UsedRows` where they are one table.
    """

    reads: UsedRows
    compares: UsedRows
    drawn: Any = None

    @property
    def used(self) -> tuple[UsedRows, ...]:
        """The rows of each table once."""
        return (self.reads,) if self.reads is self.compares else (self.reads, self.compares)
