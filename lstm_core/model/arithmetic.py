"""Products of large matrices in full or, of rounded numbers, in fewer bits; sums of several products are kept in full."""

from __future__ import annotations

import torch
from torch import Tensor


def rounded(values: Tensor, arithmetic: torch.dtype | None) -> Tensor:
    """Return ``values`` in ``arithmetic``; as they are when that is None."""
    return values if arithmetic is None else values.to(arithmetic)


def affine(values: Tensor, rows: Tensor, bias: Tensor) -> Tensor:
    """Return ``values @ rows + bias``, (N, W) by (W, n) and (n,); the product is in the arithmetic of ``rows``."""
    if rows.dtype is values.dtype:
        return torch.addmm(bias, values, rows)
    return torch.mm(values.to(rows.dtype), rows).to(values.dtype) + bias


def add_product(total: Tensor, slope: Tensor, values: Tensor) -> None:
    """Add ``slope @ values``, (n, N) by (N, W), to ``total`` (n, W); the product is in the arithmetic of ``slope``."""
    if slope.dtype is values.dtype:
        total.addmm_(slope, values)
    else:
        total += torch.mm(slope, values.to(slope.dtype))


def at_once(device: torch.device) -> int:
    """Return for how many positions logits shall exist at one time: few enough for the caches of a CPU."""
    return 512 if device.type == "cpu" else 2048
