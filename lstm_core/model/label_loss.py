"""The loss of telling labels apart: all labels are compared, and of the table only the rows that were read are touched."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from lstm_core.model.losses import StepLoss
from lstm_core.model.network import State, WordNetwork
from lstm_core.model.objectives import Objective
from lstm_core.model.rows import StepRows, UsedRows
from lstm_core.model.sampled_loss import predicted


class LabelMeasure:
    """Cross entropy of the label of each text; only the rows of the table that are read get gradients."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective

    def rows(self, network: WordNetwork, inputs: Tensor, targets: Tensor) -> StepRows:
        """Return the rows that the texts ``inputs`` read."""
        read = UsedRows(self._objective.reads(inputs, targets), network.embedding.weight)
        return StepRows(read, read)

    def __call__(
        self, network: WordNetwork, inputs: Tensor, *, targets: Tensor, state: State | None, rows: StepRows | None = None
    ) -> StepLoss:
        """Return the loss on texts ``inputs`` (B, T) and their labels ``targets`` (B,), with the rows it used."""
        touched = rows or self.rows(network, inputs, targets)
        features, wanted, state = predicted(self._objective, network, inputs, targets=targets, state=state, rows=touched)
        return StepLoss(F.cross_entropy(network.output(features), wanted), len(wanted), state, touched.used)
