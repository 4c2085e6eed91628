"""How likely each word is before anything is learned."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from lstm_core.model.network import WordNetwork


@torch.no_grad()
def begin_with_frequencies(network: WordNetwork, counts: Sequence[int]) -> None:
    """Set the output biases to the logarithm of each word's share, each word as if seen once more."""
    seen = torch.tensor(counts, dtype=torch.float64) + 1.0
    network.output.bias.copy_((seen / seen.sum()).log())
