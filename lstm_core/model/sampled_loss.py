"""Softmax over a sample of the vocabulary: the work of a step does not grow with the number of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core.model.arithmetic import add_product, affine, at_once, rounded
from lstm_core.model.losses import StepLoss
from lstm_core.model.network import State, WordNetwork
from lstm_core.model.objectives import Objective
from lstm_core.model.rows import StepRows, UsedRows


class Sampler:
    """Draws word ids in proportion to ``counts`` (V,), each word as if seen once more: none is impossible.

    How many are drawn is Poisson with mean ``draws``, which makes the words independent of each other; ``log_chance`` (V,) is
    the logarithm of the probability that a word is among those drawn.
    """

    def __init__(self, counts: Sequence[int], *, draws: int, generator: torch.Generator) -> None:
        seen = torch.tensor(counts, dtype=torch.float64) + 1.0
        share = seen / seen.sum()
        self.log_chance = (-torch.expm1(-draws * share)).log().float()  # 1 - exp(-draws · share)
        self._upto = share.cumsum(0)
        self._draws, self._generator = torch.tensor(float(draws)), generator

    def draw(self) -> Tensor:
        """Return the different words that were drawn, ascending, (n,)."""
        count = max(1, int(torch.poisson(self._draws, generator=self._generator)))
        points = torch.rand(count, dtype=torch.float64, generator=self._generator)
        words: Tensor = torch.unique(torch.searchsorted(self._upto, points).clamp_(max=len(self._upto) - 1))
        return words


class SampledMeasure:
    """Cross entropy of the wanted word among itself and the drawn ones, each logit less the logarithm of its chance.

    Given which words are compared, that is the likelihood of the wanted one, so that for any size of the sample the loss is
    least where that of the full softmax is (Jean et al. 2015). Only the rows that are read get gradients.
    """

    def __init__(self, objective: Objective, *, counts: Sequence[int], negatives: int, generator: torch.Generator) -> None:
        self._objective = objective
        self._sampler = Sampler(counts, draws=negatives, generator=generator)
        self._log_chance = self._sampler.log_chance  # goes along to where the network is

    def rows(self, network: WordNetwork, inputs: Tensor, targets: Tensor) -> StepRows:
        """Draw the words of a step and return the rows that it touches."""
        drawn = self._sampler.draw().to(inputs.device)
        return rows_of(self._objective, network, inputs, targets=targets, words=drawn)._replace(drawn=drawn)

    def __call__(
        self, network: WordNetwork, inputs: Tensor, *, targets: Tensor, state: State | None, rows: StepRows | None = None
    ) -> StepLoss:
        """Return the loss on ``inputs`` and ``targets`` (B, T), with the rows it used: ``rows`` of the whole, for a part."""
        touched = rows or self.rows(network, inputs, targets)
        drawn, compares = touched.drawn, touched.compares
        features, wanted, state = predicted(self._objective, network, inputs, targets=targets, state=state, rows=touched)
        table, bias = compares.rows
        self._log_chance = self._log_chance.to(bias.device)
        bias = bias - self._log_chance[compares.ids]
        own, others = compares.place(wanted), compares.place(drawn)
        loss: Tensor = _SampledCrossEntropy.apply(  # type: ignore[no-untyped-call]
            features,
            F.embedding(own, table),
            bias[own],
            table[others],
            bias[others],
            _columns(drawn, wanted),
            network.arithmetic,
        )
        return StepLoss(loss, len(wanted), state, touched.used)


def rows_of(objective: Objective, network: WordNetwork, inputs: Tensor, *, targets: Tensor, words: Tensor) -> StepRows:
    """Return the rows of ``network`` that a batch reads, and those of its targets and of ``words`` (n,)."""
    table, output = network.embedding.weight, network.output
    reads, asked = objective.reads(inputs, targets), torch.cat([targets.reshape(-1), words])
    if output.weight is table:
        both = UsedRows(torch.cat([reads, asked]), table, output.bias)
        return StepRows(both, both)
    return StepRows(UsedRows(reads, table), UsedRows(asked, output.weight, output.bias))


def predicted(
    objective: Objective, network: WordNetwork, inputs: Tensor, *, targets: Tensor, state: State | None, rows: StepRows
) -> tuple[Tensor, Tensor, State]:
    """Return features (N, W), wanted (N,) and state of a batch whose rows are looked up among ``rows``."""
    reads = rows.reads
    return objective.predictions(
        network, inputs, targets=targets, state=state, embed=lambda ids: F.embedding(reads.place(ids), reads.rows[0])
    )


def _columns(drawn: Tensor, wanted: Tensor) -> Tensor:
    """Return which of the ``drawn`` words (n,), ascending, each wanted word is, (N,); -1 for one that was not drawn."""
    place = torch.searchsorted(drawn, wanted).clamp_(max=len(drawn) - 1)
    return torch.where(drawn[place] == wanted, place, -1)


class _SampledCrossEntropy(torch.autograd.Function):
    """Cross entropy of one own word and n shared others for each position, with the gradients found on the way forward."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        own: Tensor,
        own_bias: Tensor,
        others: Tensor,
        bias: Tensor,
        hit: Tensor,
        arithmetic: torch.dtype | None = None,
    ) -> Tensor:
        count, table = len(inputs), rounded(others, arithmetic)
        by_inputs, by_own_bias = torch.empty_like(inputs), torch.empty_like(own_bias)
        by_others, by_bias = torch.zeros_like(others), torch.zeros_like(bias)
        total, chunk = inputs.new_zeros(()), at_once(inputs.device)
        for start in range(0, count, chunk):
            part = slice(start, start + chunk)
            rows, chosen = inputs[part], (inputs[part] * own[part]).sum(1) + own_bias[part]  # (C, W), (C,)
            logits = affine(rows, table.t(), bias)  # (C, n)
            struck = (hit[part] >= 0).nonzero()[:, 0]
            logits[struck, hit[part][struck]] = -torch.inf
            top = torch.maximum(logits.amax(1), chosen)
            mine = (chosen - top).exp_()
            sums = logits.sub_(top[:, None]).exp_().sum(1) + mine
            total += (sums.log() - chosen + top).sum()
            slope = logits.div_((sums * count)[:, None])  # (C, n)
            by_own_bias[part] = (mine / sums - 1.0) / count
            by_bias += slope.sum(0)
            slope = rounded(slope, arithmetic)
            by_inputs[part] = torch.mm(slope, table)
            add_product(by_others, slope.t(), rows)
        by_inputs += by_own_bias[:, None] * own
        ctx.save_for_backward(by_inputs, by_own_bias[:, None] * inputs, by_own_bias, by_others, by_bias)
        return total / count

    @staticmethod
    def backward(ctx: Any, *scales: Tensor) -> tuple[Tensor | None, ...]:
        return (*(gradient * scales[0] for gradient in ctx.saved_tensors), None, None)
