"""AdamW for tables of which a step uses a few rows: the others are not touched, whatever the size of the table."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lstm_core.training.row_optimizer import RowOptimizer

BETAS = (0.9, 0.999)
EPSILON = 1e-8


class RowAdamW(RowOptimizer):
    """AdamW (Loshchilov & Hutter 2019) with a clock of its own for every row.

    A row that is used for the t-th time is changed exactly as AdamW changes a parameter in its t-th step; a row that is not
    used keeps its value and its averages. So a row used in every step is that of AdamW, to the last bit but rounding.
    """

    def _change(self, table: Tensor, ids: Tensor, rows: Tensor, group: dict[str, float]) -> None:
        state = self.state[table]
        if not state:
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(table), torch.zeros_like(table)
            state["steps"] = torch.zeros(len(table), dtype=torch.int32, device=table.device)
        gradient = rows.grad
        assert gradient is not None
        state["steps"][ids] += 1
        clock = state["steps"][ids].float()
        if rows.ndim == 2:
            clock = clock[:, None]
        mean = state["exp_avg"][ids].lerp_(gradient, 1 - BETAS[0])  # (n, W)
        square = state["exp_avg_sq"][ids].mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        begun, scale = (-torch.expm1(clock * math.log(beta)) for beta in BETAS)  # 1 - beta^t; Apple's GPUs have no float64
        step, scale = group["lr"] / begun, scale.sqrt()
        changed = rows.detach() * (1 - group["lr"] * group["weight_decay"])
        changed -= step * mean / (square.sqrt() / scale + EPSILON)
        table.index_copy_(0, ids, changed)
        state["exp_avg"].index_copy_(0, ids, mean)
        state["exp_avg_sq"].index_copy_(0, ids, square)
