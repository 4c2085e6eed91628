"""How wrong a prediction is. Choosing a loss imports no torch; training with one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lstm_core.model.objectives import Objective
from lstm_core.registry import Registry, Text

if TYPE_CHECKING:
    import torch

    from lstm_core.model.network import State, WordNetwork
    from lstm_core.model.rows import UsedRows

FULL_UP_TO = 10_000
"""Vocabulary size up to which every word is compared when nobody chooses; beyond it sampling is several times faster."""


class StepLoss(NamedTuple):
    """Mean loss (nats) over ``counted`` positions, the state to carry on with, and the rows that alone were used.

    ``used`` is empty when the loss reads whole tables; else only those rows have gradients, and the tables have none.
    """

    loss: torch.Tensor
    counted: int
    state: State
    used: tuple[UsedRows, ...] = ()


class Measure(Protocol):
    """The loss of one step: called with ids (B, T) each."""

    def __call__(
        self, network: WordNetwork, inputs: torch.Tensor, *, targets: torch.Tensor, state: State | None
    ) -> StepLoss:
        """Return the loss of ``network`` on these ids."""


class Loss(Protocol):
    """A loss that can be chosen; ``samples``: it reads some rows of the tables only."""

    key: str
    label: Text
    samples: bool

    @staticmethod
    def prepare(network: WordNetwork, *, counts: Sequence[int]) -> None:
        """Make a fresh network ready for this loss, given how often each word was seen."""

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int], negatives: int, generator: torch.Generator
    ) -> Callable[..., StepLoss]:
        """Return the :class:`Measure` of ``objective`` for words seen ``counts`` times; draws from ``generator``."""


LOSSES: Registry[Loss] = Registry("loss")


class Softmax:
    """The probability of the wanted word among all words of the vocabulary."""

    key = "softmax"
    label = Text("모든 낱말과 비교", "Full softmax")
    samples = False

    @staticmethod
    def prepare(network: WordNetwork, *, counts: Sequence[int]) -> None:
        """Change nothing: every word is compared in every step."""

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int] = (), negatives: int = 0, generator: torch.Generator | None = None
    ) -> Callable[..., StepLoss]:
        """Return the measure; it needs neither counts nor a generator."""
        from lstm_core.model.fused_loss import linear_cross_entropy

        def measure(
            network: WordNetwork, inputs: torch.Tensor, *, targets: torch.Tensor, state: State | None
        ) -> StepLoss:
            features, wanted, state = objective.predictions(network, inputs, targets=targets, state=state)
            return StepLoss(linear_cross_entropy(features, network.output, wanted), len(wanted), state)

        return measure


class SampledSoftmax:
    """The probability of the wanted word among itself and some words drawn by frequency (Jean et al. 2015)."""

    key = "sampled"
    label = Text("뽑은 낱말과 비교", "Sampled softmax")
    samples = True

    @staticmethod
    def prepare(network: WordNetwork, *, counts: Sequence[int]) -> None:
        """Begin with each word as likely as it is frequent: rare words are drawn too seldom to find their bias soon."""
        from lstm_core.model.sampled_loss import begin_with_frequencies

        begin_with_frequencies(network, counts)

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int], negatives: int, generator: torch.Generator
    ) -> Callable[..., StepLoss]:
        """Return the measure: ``negatives`` words are drawn for each step and shared by all its positions."""
        from lstm_core.model.sampled_loss import SampledMeasure

        return SampledMeasure(objective, counts=counts, negatives=negatives, generator=generator)


LOSSES.register(Softmax)
LOSSES.register(SampledSoftmax)


class LabelSoftmax:
    """The probability of the wanted label among all labels: what learning from labels uses, so nobody has to choose it."""

    key = "labels"
    label = Text("모든 라벨과 비교", "All labels")
    samples = True

    @staticmethod
    def prepare(network: WordNetwork, *, counts: Sequence[int]) -> None:
        """Change nothing."""

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int] = (), negatives: int = 0, generator: torch.Generator | None = None
    ) -> Callable[..., StepLoss]:
        """Return the measure; it draws nothing."""
        from lstm_core.model.label_loss import LabelMeasure

        return LabelMeasure(objective)


def loss_for(key: str, vocab_size: int, *, labelled: bool = False) -> Loss:
    """Return the loss called ``key``; for "" the one that suits the vocabulary. Raises :class:`UnknownChoice`.

    ``labelled``: what is predicted are labels, which are always compared with each other.
    """
    if labelled:
        return LabelSoftmax
    return LOSSES[key or (Softmax.key if vocab_size <= FULL_UP_TO else SampledSoftmax.key)]
