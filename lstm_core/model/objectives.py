"""What a network is asked to do while it trains. Choosing one imports no torch; training with one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lstm_core.model.config import ModelConfig
from lstm_core.options import Options
from lstm_core.registry import Registry, Text
from lstm_core.text.vocabulary import BOS

if TYPE_CHECKING:
    import torch

    from lstm_core.model.language_model import LSTMLanguageModel, State


class Objective(Protocol):
    """Builds a network and says how wrong it is."""

    key: str
    label: Text
    Options: type[Options]

    @staticmethod
    def network(config: ModelConfig, *, vocab_size: int, generator: torch.Generator) -> LSTMLanguageModel:
        """Return a fresh network whose weights and dropout draw from ``generator``."""

    @staticmethod
    def loss(
        network: LSTMLanguageModel, inputs: torch.Tensor, *, targets: torch.Tensor, state: State | None
    ) -> tuple[torch.Tensor, int, State]:
        """Return the mean loss (nats) over the counted positions, how many those are, and the state to carry on with."""


OBJECTIVES: Registry[Objective] = Registry("objective")


class NextWord:
    """Predict each token from all that came before it, the state being carried from one stretch of text to the next."""

    key = "next-word"
    label = Text("다음 낱말", "Next word")
    Options = Options

    @staticmethod
    def network(config: ModelConfig, *, vocab_size: int, generator: torch.Generator) -> LSTMLanguageModel:
        """Return a fresh language model whose weights and dropout draw from ``generator``."""
        from lstm_core.model.language_model import LSTMLanguageModel

        return LSTMLanguageModel(config, vocab_size=vocab_size, generator=generator)

    @staticmethod
    def loss(
        network: LSTMLanguageModel, inputs: torch.Tensor, *, targets: torch.Tensor, state: State | None
    ) -> tuple[torch.Tensor, int, State]:
        """Return the mean negative log probability (nats) of ``targets`` (B, T) after ``inputs`` (B, T).

        A ``<bos>`` to be predicted is not counted: sentences are shuffled and it always follows ``<eos>``.
        """
        from lstm_core.model.fused_loss import linear_cross_entropy

        hidden, state = network.encode(inputs, state)  # (B, T, W)
        counted = (targets != BOS).reshape(-1)
        rows = hidden.reshape(-1, hidden.shape[-1])[counted]  # (N, W)
        loss = linear_cross_entropy(rows, network.output, targets.reshape(-1)[counted])
        return loss, rows.shape[0], state


OBJECTIVES.register(NextWord)
