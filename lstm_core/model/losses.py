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

    def __call__(self, network: WordNetwork, inputs: torch.Tensor, *, targets: torch.Tensor, state: State | None) -> StepLoss:
        """Return the loss of ``network`` on these ids."""


class Loss(Protocol):
    """A loss that can be chosen.

    ``samples``: it reads some rows of the tables only. ``tabled``: the output layer has one row a word, of one width.
    """

    key: str
    label: Text
    note: Text
    samples: bool
    tabled: bool

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
    note = Text(
        "정확하지만 어휘가 크면 느립니다.",
        "Exact, but slow for a large vocabulary.",
    )
    samples = False
    tabled = True

    @staticmethod
    def prepare(network: WordNetwork, *, counts: Sequence[int]) -> None:
        """Begin with each word as likely as it is frequent, so that the first steps need not learn that."""
        from lstm_core.model.first_biases import begin_with_frequencies

        begin_with_frequencies(network, counts)

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int] = (), negatives: int = 0, generator: torch.Generator | None = None
    ) -> Callable[..., StepLoss]:
        """Return the measure; it needs neither counts nor a generator."""
        from lstm_core.model.fused_loss import linear_cross_entropy

        def measure(network: WordNetwork, inputs: torch.Tensor, *, targets: torch.Tensor, state: State | None) -> StepLoss:
            features, wanted, state = objective.predictions(network, inputs, targets=targets, state=state)
            loss = linear_cross_entropy(features, network.output, wanted, arithmetic=network.arithmetic)
            return StepLoss(loss, len(wanted), state)

        return measure


class SampledSoftmax:
    """The probability of the wanted word among itself and some words drawn by frequency (Jean et al. 2015)."""

    key = "sampled"
    label = Text("뽑은 낱말과 비교", "Sampled softmax")
    note = Text(
        "뽑은 낱말 사이에서 확률을 견줍니다. 어휘가 커도 빠르고, 모두와 비교할 때와 거의 같은 것을 배웁니다.",
        "The probability among drawn words: fast for any vocabulary, and close to what the full softmax learns.",
    )
    samples = True
    tabled = True

    @staticmethod
    def prepare(network: WordNetwork, *, counts: Sequence[int]) -> None:
        """Begin with each word as likely as it is frequent: rare words are drawn too seldom to find their bias soon."""
        from lstm_core.model.first_biases import begin_with_frequencies

        begin_with_frequencies(network, counts)

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int], negatives: int, generator: torch.Generator
    ) -> Callable[..., StepLoss]:
        """Return the measure: ``negatives`` words are drawn for each step and shared by all its positions."""
        from lstm_core.model.sampled_loss import SampledMeasure

        return SampledMeasure(objective, counts=counts, negatives=negatives, generator=generator)


class NegativeSampling(SampledSoftmax):
    """Telling the wanted word from words drawn at random, one by one (noise-contrastive estimation)."""

    key = "negative"
    label = Text("뽑은 낱말과 가려내기", "Negative sampling (NCE)")
    note = Text(
        "진짜 낱말과 뽑은 낱말을 하나씩 가려냅니다. 점수는 로그 확률에 다가가지만 합이 꼭 1은 아니라서, 혼란도와 글쓰기는 "
        "모든 낱말의 합으로 나누어 셈합니다.",
        "Each drawn word is told from the real one. Scores approach log probabilities, but need not add up to 1, so perplexity "
        "and generation divide by the sum over all words.",
    )

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int], negatives: int, generator: torch.Generator
    ) -> Callable[..., StepLoss]:
        """Return the measure: ``negatives`` words are drawn for each step and shared by all its positions."""
        from lstm_core.model.negative_loss import NegativeMeasure

        return NegativeMeasure(objective, counts=counts, negatives=negatives, generator=generator)


class AdaptiveSoftmax:
    """The probability of the wanted word, rare words being compared in groups with shorter rows (Grave et al. 2017).

    Groups have rows of their own, so there is no single table of output rows: the table that is learned are the input rows.
    """

    key = "adaptive"
    label = Text("드문 낱말은 묶어서 비교", "Adaptive softmax")
    note = Text(
        "드문 낱말은 짧은 행으로 묶어 견줍니다. 출력층이 표 하나가 아니므로 입력 행만 표가 되고, 가중치 공유를 꺼야 합니다.",
        "Rare words are compared in groups of shorter rows. The output layer is then no single table: only input rows become "
        "one, and weights cannot be tied.",
    )
    samples = False
    tabled = False

    @staticmethod
    def prepare(network: WordNetwork, *, counts: Sequence[int]) -> None:
        """Give the network an output layer of groups."""
        from lstm_core.model.adaptive_loss import use_adaptive_output

        use_adaptive_output(network)

    @staticmethod
    def measure(
        objective: Objective, *, counts: Sequence[int] = (), negatives: int = 0, generator: torch.Generator | None = None
    ) -> Callable[..., StepLoss]:
        """Return the measure; it draws nothing."""
        from lstm_core.model.adaptive_loss import AdaptiveMeasure

        return AdaptiveMeasure(objective)


LOSSES.register(Softmax)
LOSSES.register(SampledSoftmax)
LOSSES.register(NegativeSampling)
LOSSES.register(AdaptiveSoftmax)


class LabelSoftmax:
    """The probability of the wanted label among all labels: what learning from labels uses, so nobody has to choose it."""

    key = "labels"
    label = Text("모든 라벨과 비교", "All labels")
    note = Text(
        "라벨을 배울 때 씁니다.",
        "For learning labels.",
    )
    samples = True
    tabled = True

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
