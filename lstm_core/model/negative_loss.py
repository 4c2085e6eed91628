"""Noise-contrastive estimation: telling the word that stood there from words drawn at random."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core.model.arithmetic import affine, rounded
from lstm_core.model.losses import StepLoss
from lstm_core.model.network import State, WordNetwork
from lstm_core.model.objectives import Objective
from lstm_core.model.rows import StepRows
from lstm_core.model.sampled_loss import predicted, rows_of

FLATTENED = 0.75
"""Noise words are drawn in proportion to their count to this power, as Mikolov et al. (2013) do for negative sampling."""


class Noise:
    """Draws ``draws`` words at a time, each as if seen once more; ``log_expected`` (V,): the log of how often one comes."""

    def __init__(self, counts: Sequence[int], *, draws: int, generator: torch.Generator) -> None:
        weight = (torch.tensor(counts, dtype=torch.float64) + 1.0) ** FLATTENED
        share = weight / weight.sum()
        self.log_expected = (draws * share).log().float()
        self._upto, self._draws, self._generator = share.cumsum(0), draws, generator

    def draw(self) -> tuple[Tensor, Tensor]:
        """Return the different words that were drawn, ascending (n,), and how often each was, float32 (n,)."""
        points = torch.rand(self._draws, dtype=torch.float64, generator=self._generator)
        places = torch.searchsorted(self._upto, points).clamp_(max=len(self._upto) - 1)
        words, times = torch.unique(places, return_counts=True)
        return words, times.float()


class NegativeMeasure:
    """Binary cross entropy of the wanted word against k shared draws from noise q, at logits less log(k q).

    ``softplus(-(s - log k q(w))) + sum over drawn v of softplus(s_v - log k q(v))``, a mean over positions. With that
    correction the scores themselves go to log probabilities (Gutmann & Hyvärinen 2010; Mnih & Teh 2012), without it they
    would lack log k q (word2vec's negative sampling). Only the rows that are read get gradients.
    """

    def __init__(self, objective: Objective, *, counts: Sequence[int], negatives: int, generator: torch.Generator) -> None:
        self._objective = objective
        self._noise = Noise(counts, draws=negatives, generator=generator)
        self._log_expected = self._noise.log_expected  # goes along to where the network is

    def rows(self, network: WordNetwork, inputs: Tensor, targets: Tensor) -> StepRows:
        """Draw the words of a step and return the rows that it touches."""
        drawn, times = (one.to(inputs.device) for one in self._noise.draw())
        return rows_of(self._objective, network, inputs, targets=targets, words=drawn)._replace(drawn=(drawn, times))

    def __call__(
        self, network: WordNetwork, inputs: Tensor, *, targets: Tensor, state: State | None, rows: StepRows | None = None
    ) -> StepLoss:
        """Return the loss on ``inputs`` and ``targets`` (B, T), with the rows it used: ``rows`` of the whole, for a part."""
        touched = rows or self.rows(network, inputs, targets)
        (drawn, times), compares = touched.drawn, touched.compares
        features, wanted, state = predicted(self._objective, network, inputs, targets=targets, state=state, rows=touched)
        table, bias = compares.rows
        self._log_expected = self._log_expected.to(bias.device)
        bias = bias - self._log_expected[compares.ids]
        own, others = compares.place(wanted), compares.place(drawn)
        mine = (features * F.embedding(own, table)).sum(1) + bias[own]  # (N,)
        theirs = affine(features, rounded(table[others], network.arithmetic).t(), bias[others])  # (N, n)
        loss = (F.softplus(-mine) + F.softplus(theirs) @ times).mean()
        return StepLoss(loss, len(wanted), state, touched.used)
