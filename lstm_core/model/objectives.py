"""What a network is asked to do while it trains. Choosing one imports no torch; training with one does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from lstm_core.model.config import ModelConfig
from lstm_core.options import Options
from lstm_core.registry import Registry, Text
from lstm_core.text.vocabulary import BOS

if TYPE_CHECKING:
    import torch

    from lstm_core.model.cloze_model import ClozeModel
    from lstm_core.model.language_model import LSTMLanguageModel
    from lstm_core.model.network import Embed, State, WordNetwork


class Objective(Protocol):
    """Builds a network and says which words it has to predict from what; ``suits``: settings to begin with in place of the usual."""

    key: str
    label: Text
    Options: type[Options]
    suits: Mapping[str, Any]

    @staticmethod
    def network(config: ModelConfig, *, vocab_size: int, generator: torch.Generator) -> WordNetwork:
        """Return a fresh network whose weights and dropout draw from ``generator``."""

    @staticmethod
    def reads(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the ids whose rows of the table are looked up, (n,); they may repeat."""

    @staticmethod
    def predictions(
        network: Any,
        inputs: torch.Tensor,
        *,
        targets: torch.Tensor,
        state: State | None,
        embed: Embed | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, State]:
        """Return what the output layer reads at the N counted positions (N, W), the words wanted there (N,), the state.

        ``inputs`` and ``targets`` are ids (B, T); ``embed`` looks up rows in place of the network's own table. A loss of
        :data:`lstm_core.model.losses.LOSSES` says how wrong the predictions are.
        """


OBJECTIVES: Registry[Objective] = Registry("objective")


def suited(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``settings`` of a new training with what suits its objective where nothing else was asked for.

    Raises :class:`UnknownChoice`.
    """
    chosen = settings.get("objective")
    return {**(OBJECTIVES[chosen].suits if chosen else {}), **settings}


class NextWord:
    """Predict each token from all that came before it, the state being carried from one stretch of text to the next."""

    key = "next-word"
    label = Text("다음 낱말", "Next word")
    Options = Options
    suits: Mapping[str, Any] = MappingProxyType({})

    @staticmethod
    def network(config: ModelConfig, *, vocab_size: int, generator: torch.Generator) -> LSTMLanguageModel:
        """Return a fresh language model whose weights and dropout draw from ``generator``."""
        from lstm_core.model.language_model import LSTMLanguageModel

        return LSTMLanguageModel(config, vocab_size=vocab_size, generator=generator)

    @staticmethod
    def reads(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the ids of the inputs."""
        return inputs.reshape(-1)

    @staticmethod
    def predictions(
        network: LSTMLanguageModel,
        inputs: torch.Tensor,
        *,
        targets: torch.Tensor,
        state: State | None,
        embed: Embed | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, State]:
        """Return features and wanted words of all positions but those whose word is ``<bos>``.

        Sentences are shuffled and ``<bos>`` always follows ``<eos>``, so there is nothing to predict.
        """
        hidden, state = network.encode(inputs, state, embed=embed)  # (B, T, W)
        return *_counted(hidden, targets), state


class Cloze:
    """Predict each token from what stands on both sides of it: the one meant for good tables."""

    key = "cloze"
    label = Text("빈칸 채우기", "Cloze")
    Options = Options
    suits: Mapping[str, Any] = MappingProxyType(
        {"embedding_dim": 128, "neighbours": 5, "tie_weights": False, "rows": "output", "subsample": 1e-4, "lr": 0.004}
    )

    @staticmethod
    def network(config: ModelConfig, *, vocab_size: int, generator: torch.Generator) -> ClozeModel:
        """Return a fresh model of two directions whose weights and dropout draw from ``generator``."""
        from lstm_core.model.cloze_model import ClozeModel

        return ClozeModel(config, vocab_size=vocab_size, generator=generator)

    @staticmethod
    def reads(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the ids of both sides: from the left the inputs are read, from the right the later targets."""
        import torch

        return torch.cat([inputs.reshape(-1), targets[:, 1:].reshape(-1)])

    @staticmethod
    def predictions(
        network: ClozeModel,
        inputs: torch.Tensor,
        *,
        targets: torch.Tensor,
        state: State | None,
        embed: Embed | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, State]:
        """Return features and wanted words of all positions but those whose word is ``<bos>``, which ``<eos>`` gives away."""
        hidden, state = network.encode(inputs, targets, state, embed=embed)  # (B, T, W)
        return *_counted(hidden, targets), state


def _counted(hidden: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the rows of ``hidden`` (B, T, W) whose target is not ``<bos>``, (N, W), and these targets, (N,)."""
    counted = (targets != BOS).reshape(-1)
    return hidden.reshape(-1, hidden.shape[-1])[counted], targets.reshape(-1)[counted]


OBJECTIVES.register(NextWord)
OBJECTIVES.register(Cloze)
