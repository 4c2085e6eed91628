"""What a network is asked to do while it trains. Choosing one imports no torch; training with one does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from lstm_core.model.config import ModelConfig
from lstm_core.options import Options, option
from lstm_core.registry import Registry, Text
from lstm_core.text.vocabulary import BOS

if TYPE_CHECKING:
    import torch

    from lstm_core.model.classifier import TextClassifier
    from lstm_core.model.cloze_model import ClozeModel
    from lstm_core.model.language_model import LSTMLanguageModel
    from lstm_core.model.network import Embed, State, WordNetwork


class Objective(Protocol):
    """Builds a network and says what it has to predict from what.

    ``suits``: settings to begin with in place of the usual. ``ignores``: settings that mean nothing to it. ``labelled``: a
    batch is texts (B, T), filled up with ``<pad>``, and their labels (B,); else a stretch of a stream of text (B, T) and the
    same one token later.
    """

    key: str
    label: Text
    Options: Any  # a class of Options
    suits: Mapping[str, Any]
    ignores: frozenset[str]
    labelled: bool

    @staticmethod
    def network(
        config: ModelConfig, *, vocab_size: int, generator: torch.Generator, labels: int = 0, options: Any = None
    ) -> WordNetwork:
        """Return a fresh network whose weights and dropout draw from ``generator``.

        ``labels`` is how many labels there are to tell apart, ``options`` are those of this objective.
        """

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
        """Return what the output layer reads at the N counted positions (N, W), what is wanted there (N,), the state.

        ``inputs`` and ``targets`` are a batch; ``embed`` looks up rows in place of the network's own table. A loss of
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
    suits: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    ignores = frozenset({"neighbours"})
    labelled = False

    @staticmethod
    def network(
        config: ModelConfig, *, vocab_size: int, generator: torch.Generator, labels: int = 0, options: Any = None
    ) -> LSTMLanguageModel:
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
    suits: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {"embedding_dim": 96, "hidden_size": 64, "neighbours": 5, "word_dropout": 0.3, "tie_weights": False, "rows": "sum"}
        | {"subsample": 1e-4, "batch_size": 128, "negatives": 1024, "lr": 0.002, "weight_decay": 0.0}
        | {"epochs": 3, "first_rows": "spelling"}
    )
    ignores: ClassVar[frozenset[str]] = frozenset()
    labelled = False

    @staticmethod
    def network(
        config: ModelConfig, *, vocab_size: int, generator: torch.Generator, labels: int = 0, options: Any = None
    ) -> ClozeModel:
        """Return a fresh model of two directions whose weights and dropout draw from ``generator``."""
        from lstm_core.model.cloze_model import ClozeModel

        return ClozeModel(config, vocab_size=vocab_size, generator=generator)

    @staticmethod
    def reads(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the ids of both sides: from the left the inputs are read, from the right the targets."""
        import torch

        return torch.cat([inputs.reshape(-1), targets.reshape(-1)])

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


class SentimentOptions(Options):
    """How a text is read before its label is told."""

    max_length: int = option(
        200,
        ge=1,
        le=2000,
        label=Text("글의 길이(최대)", "Text length (maximum)"),
        help=Text("글에서 앞의 토큰 몇 개까지 읽을지", "So many tokens are read from the beginning of a text."),
    )
    bidirectional: bool = option(
        True,
        label=Text("양쪽에서 읽기", "Both directions"),
        help=Text("끝에서 앞으로도 한 번 더 읽습니다.", "The text is also read from its end to its beginning."),
    )
    pooling: Literal["last", "max", "mean", "max+mean"] = option(
        "max",
        label=Text("은닉 상태 모으기", "Pooling"),
        help=Text(
            "글을 읽는 동안 나온 은닉 상태를 하나로 모으는 방법: 마지막 것, 자리마다 가장 큰 값, 평균",
            "How the hidden states of a text become one: the last, the greatest of each unit, or the mean",
        ),
    )
    test: str = option(
        "",
        max_length=4096,
        label=Text("시험 파일", "Test file"),
        help=Text(
            "학습이 끝난 뒤 한 번 재어 보는 글과 라벨. 비워 두면 말뭉치가 따로 둔 시험용 부분을 씁니다.",
            "Texts with labels, measured once at the end; left empty, the part the corpus keeps for testing, if it does.",
        ),
        advanced=True,
    )


class Sentiment:
    """Tell the label of a whole text."""

    key = "sentiment"
    label = Text("감성 분류", "Sentiment")
    Options = SentimentOptions
    suits: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {"embedding_dim": 128, "hidden_size": 192, "dropout": 0.4, "word_dropout": 0.1, "batch_size": 64, "lr": 0.002}
        | {"epochs": 4}
    )
    ignores = frozenset({"loss", "rows", "subsample", "tie_weights", "neighbours", "bptt", "negatives"})
    labelled = True

    @staticmethod
    def network(
        config: ModelConfig, *, vocab_size: int, generator: torch.Generator, labels: int = 0, options: Any = None
    ) -> TextClassifier:
        """Return a fresh classifier whose weights and dropout draw from ``generator``."""
        from lstm_core.model.classifier import TextClassifier

        return TextClassifier(config, vocab_size=vocab_size, labels=labels, options=options, generator=generator)

    @staticmethod
    def reads(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the ids of the texts."""
        return inputs.reshape(-1)

    @staticmethod
    def predictions(
        network: TextClassifier,
        inputs: torch.Tensor,
        *,
        targets: torch.Tensor,
        state: State | None,
        embed: Embed | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, State]:
        """Return what was seen of each text (B, W), its label (B,), and an empty state: texts do not go on."""
        return network.encode(inputs, embed=embed), targets, ()


def _counted(hidden: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the rows of ``hidden`` (B, T, W) whose target is not ``<bos>``, (N, W), and these targets, (N,)."""
    counted = (targets != BOS).reshape(-1)
    return hidden.reshape(-1, hidden.shape[-1])[counted], targets.reshape(-1)[counted]


OBJECTIVES.register(NextWord)
OBJECTIVES.register(Cloze)
OBJECTIVES.register(Sentiment)
