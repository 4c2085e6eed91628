"""How a network does on text it does not learn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch

from lstm_core.model.fused_loss import linear_cross_entropy
from lstm_core.model.network import WordNetwork
from lstm_core.model.objectives import Objective
from lstm_core.training.batches import Batch
from lstm_core.training.scores import LabelScores


@dataclass(frozen=True)
class HeldOut:
    """The mean loss (nats), and how well labels were told: None where there are none."""

    loss: float
    scores: LabelScores | None = None


@torch.no_grad()
def measure_held_out(
    network: WordNetwork, objective: Objective, *, batches: Iterable[Batch], labels: tuple[str, ...] = ()
) -> HeldOut:
    """Return how ``network`` does on all ``batches``: whatever it is trained with, every word or label is compared.

    ``labels`` are the names of the labels, for an objective that tells them.
    """
    total, count, state = 0.0, 0, None
    size = len(labels)
    confusion = torch.zeros(size, size, dtype=torch.int64)
    learning = network.training
    network.eval()
    for batch in batches:
        inputs, targets = (torch.from_numpy(one).to(network.device) for one in batch)
        features, wanted, state = objective.predictions(network, inputs, targets=targets, state=state)
        total += linear_cross_entropy(features, network.output, wanted).item() * len(wanted)
        count += len(wanted)
        if size:
            told = (wanted * size + network.output(features).argmax(1)).cpu()
            confusion.view(-1).index_add_(0, told, torch.ones_like(told))
    network.train(learning)
    scores = LabelScores(labels, tuple(tuple(row) for row in confusion.tolist())) if size else None
    return HeldOut(total / count, scores)
