"""How long a plain RNN, a GRU and an LSTM of equal size remember: the question, and the answer that ships.

The task is to copy: three symbols (of eight), a growing stretch of noise, then three times "now": say the three symbols.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lstm_core.demos.work import DemoWork, question
from lstm_core.files import read_json
from lstm_core.options import Options, option
from lstm_core.registry import Text

KIND = "forgetting"
CELLS = ("rnn", "gru", "lstm")
SYMBOLS, COPIED = 8, 3
CHANCE = 1.0 / SYMBOLS
DELAYS = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 90)
SHIPPED = Path(__file__).with_name("forgetting.json")
SHIPPED_SEEDS = 5


class ForgettingOptions(Options):
    """How large the networks are and how long they practise."""

    hidden: int = option(
        32,
        ge=4,
        le=128,
        label=Text("은닉 상태 크기", "Hidden size"),
        help=Text("세 신경망이 모두 같습니다.", "The same for all three networks."),
    )
    steps: int = option(
        1000,
        ge=50,
        le=3000,
        label=Text("연습 횟수", "Steps of practice"),
        help=Text("가중치를 고치는 횟수", "How often the weights are changed."),
    )
    seeds: int = option(
        2,
        ge=1,
        le=5,
        label=Text("되풀이", "Repetitions"),
        help=Text("씨앗을 바꾸어 가며 몇 번 할지 정합니다.", "How often, each time with another seed."),
    )


@dataclass(frozen=True)
class Remembered:
    """What one kind of cell remembers, a list for each seed.

    ``accuracy``: share of symbols said right (0-1) at each of :data:`DELAYS`. ``reached``: the longest delay practised.
    ``gradient`` and ``gradient_before``: the size of the gradient of the right symbol's score with respect to the state k
    steps earlier (k = 0, 1, …), relative to k = 0, after and before the training.
    """

    cell: str
    accuracy: tuple[tuple[float, ...], ...]
    reached: tuple[int, ...]
    gradient: tuple[tuple[float, ...], ...]
    gradient_before: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Forgetting:
    """What each kind of cell remembers, by its key; and the settings."""

    cells: tuple[Remembered, ...]
    options: ForgettingOptions
    seconds: float


def forgetting_work(options: ForgettingOptions) -> DemoWork:
    """Return the work that practises with ``options``."""
    return question(KIND, **options.model_dump(mode="json"))


def forgetting_of(answer: Mapping[str, Any]) -> Forgetting:
    """Return the value written as ``answer``."""
    cells = tuple(
        Remembered(
            one["cell"],
            tuple(map(tuple, one["accuracy"])),
            tuple(one["reached"]),
            tuple(map(tuple, one["gradient"])),
            tuple(map(tuple, one["gradient_before"])),
        )
        for one in answer["cells"]
    )
    return Forgetting(cells, ForgettingOptions(**answer["options"]), float(answer["seconds"]))


@cache
def shipped_forgetting() -> Forgetting:
    """Return the answer that ships; ``python -m lstm_core.training.forgetting`` writes it anew."""
    return forgetting_of(read_json(SHIPPED))
