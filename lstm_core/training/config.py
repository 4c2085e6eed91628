"""Every setting of a training, in one flat set of options. Imports no torch: pages and the command line read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from lstm_core.model.config import ModelConfig
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build, option
from lstm_core.registry import Text
from lstm_core.training.learning_config import LearningConfig

UPLOAD = "upload:"
"""A corpus that begins with this is the text stored in the run folder; what follows is the name it had."""


class TrainConfig(LearningConfig):
    """What is trained on what, how long and how. The defaults of the page and of the command line are these."""

    corpus: str = Field("world", min_length=1, max_length=4096)
    corpus_options: dict[str, Any] = Field(default_factory=dict)
    objective: str = Field("next-word", max_length=100)
    objective_options: dict[str, Any] = Field(default_factory=dict)
    tokenizer: str = Field("", max_length=100)  # "": the one that suits the corpus
    tokenizer_options: dict[str, Any] = Field(default_factory=dict)
    loss: str = Field("", max_length=100)  # "": the one that suits the size of the vocabulary
    init_table: str = Field("", max_length=4096)  # a run, a shipped name or a table file: its rows are the first ones
    init_from: str = Field("", max_length=4096)  # a run: its weights are the first ones wherever the shapes agree
    freeze_table: bool = False  # rows that were given stay as they are; the others are learned

    snapshots: int = option(
        30,
        ge=0,
        le=1000,
        label=Text("스냅숏 수", "Snapshots"),
        help=Text("학습 도중 표를 남기는 횟수", "How many times the table is kept along the way"),
        advanced=True,
    )
    checkpoint_seconds: float = option(
        15.0,
        ge=0.0,
        le=86_400.0,
        label=Text("체크포인트 간격(초)", "Seconds between checkpoints"),
        help=Text(
            "학습이 갑자기 끊겨도 이 시간만큼의 일만 잃습니다.", "At most this much work is lost when the training is cut off."
        ),
        advanced=True,
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = option(
        "auto",
        label=Text("계산 장치", "Device"),
        help=Text(
            "어디에서 계산할지. 자동이면 GPU가 있을 때 GPU에서, 없을 때 CPU에서 계산합니다.",
            "What computes: by itself, a GPU if there is one, else the CPU",
        ),
        advanced=True,
    )
    precision: Literal["auto", "float32", "bf16"] = option(
        "auto",
        label=Text("계산 정밀도", "Precision"),
        help=Text(
            "16비트(bfloat16)는 큰 행렬을 곱할 때 수를 16비트로 줄입니다. 그런 곱셈을 갖춘 GPU와 최신 CPU에서는 훨씬 빠르고, "
            "배우는 것은 거의 같습니다. 자동이면 그런 GPU에서만 16비트를 씁니다.",
            "16 bits (bfloat16) shorten the numbers of large products: much faster on GPUs and recent processors that are made "
            "for it, and nearly the same is learned. By itself, only such GPUs use them.",
        ),
        advanced=True,
    )
    threads: int = option(
        2,
        ge=0,
        le=256,
        label=Text("스레드 수", "Threads"),
        help=Text(
            "계산에 쓰는 스레드의 수. 0이면 쓸 수 있는 코어를 모두 씁니다.",
            "How many threads compute; 0 uses every core there is.",
        ),
        advanced=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _sorted_in(cls, values: Any) -> Any:
        """Take settings that only the objective knows, such as ``max_length``, as its options."""
        chosen = values.get("objective", "next-word") if isinstance(values, Mapping) else ""
        if chosen not in OBJECTIVES:
            return values
        its = {key: values[key] for key in values if key in OBJECTIVES[chosen].Options.model_fields}
        if not its:
            return values
        rest = {key: value for key, value in values.items() if key not in its}
        return {**rest, "objective_options": {**(values.get("objective_options") or {}), **its}}

    @property
    def rows_a_step(self) -> int:
        """How many streams, or texts, one change of the weights learns from."""
        return self.batch_size * self.accumulate

    @property
    def task(self) -> Any:
        """The options of the objective. Raises :class:`UnknownChoice`, :class:`InvalidOption`."""
        return build(OBJECTIVES[self.objective].Options, dict(self.objective_options))

    @property
    def model(self) -> ModelConfig:
        """The part that describes the network."""
        return ModelConfig(**{name: getattr(self, name) for name in ModelConfig.model_fields})


def config_from_json(data: Mapping[str, Any]) -> TrainConfig:
    """Return the settings in a ``config.json``. Raises :class:`InvalidOption` naming the first setting at fault."""
    about = {"format", "created"}
    return build(TrainConfig, {key: value for key, value in data.items() if key not in about})  # type: ignore[no-any-return]
