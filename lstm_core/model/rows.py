"""The few rows of a large table that one step needs, so that gradients and updates touch these alone."""

from __future__ import annotations

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
