"""Adaptive softmax: frequent words are compared directly, rare ones in groups with shorter rows."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from lstm_core.model.losses import StepLoss
from lstm_core.model.network import State, WordNetwork
from lstm_core.model.objectives import Objective

CUTOFFS = (2_000, 10_000, 50_000)
"""Ids at which a group of rarer words begins; the vocabulary is in the order of frequency."""
SHORTER = 2.0
"""By how much the rows of a group are shorter than those of the one before."""


class AdaptiveOutput(nn.Module):
    """An output layer over V words in groups (Grave et al. 2017); it has no single table of rows."""

    def __init__(self, width: int, words: int, *, generator: torch.Generator) -> None:
        super().__init__()
        cutoffs = [one for one in CUTOFFS if one < words] or [words // 2]
        with torch.random.fork_rng(devices=()):  # torch's own initial values are drawn globally, and replaced below
            self.groups = nn.AdaptiveLogSoftmaxWithLoss(width, words, cutoffs, div_value=SHORTER)
        with torch.no_grad():
            for parameter in self.parameters():
                bound = 1.0 / math.sqrt(parameter.shape[1])
                parameter.uniform_(-bound, bound, generator=generator)

    def forward(self, features: Tensor) -> Tensor:
        """Return the log probability of every word, (…, V), for ``features`` (…, W)."""
        found = self.groups.log_prob(features.reshape(-1, features.shape[-1]))
        return found.view(*features.shape[:-1], -1)

    def loss(self, features: Tensor, wanted: Tensor) -> Tensor:
        """Return the mean negative log probability (nats) of ``wanted`` (N,) for ``features`` (N, W)."""
        return self.groups(features, wanted).loss  # type: ignore[no-any-return]


def use_adaptive_output(network: WordNetwork) -> None:
    """Give ``network`` an output layer of groups in place of its linear one."""
    width, words = network.output.in_features, network.output.out_features
    output: Any = AdaptiveOutput(width, words, generator=network.generator)
    network.output = output


class AdaptiveMeasure:
    """The mean negative log probability of the wanted words under the output layer of groups."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective

    def __call__(self, network: WordNetwork, inputs: Tensor, *, targets: Tensor, state: State | None) -> StepLoss:
        """Return the loss on ``inputs`` and ``targets`` (B, T)."""
        features, wanted, state = self._objective.predictions(network, inputs, targets=targets, state=state)
        output: Any = network.output  # an AdaptiveOutput
        return StepLoss(output.loss(features, wanted), len(wanted), state)
