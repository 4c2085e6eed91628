"""What a training says about itself while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal["preparing", "training", "done", "stopped"]


@dataclass(frozen=True)
class Progress:
    """One moment of a training. Losses are nats per token; ``perplexity`` is exp of the validation loss when there is one.

    Where labels are learned, losses are nats per text, there is no perplexity, and ``accuracy`` and ``macro_f1`` (0-1) are
    those of the held-out texts.
    """

    stage: Stage
    step: int = 0
    total_steps: int = 0
    epoch: int = 0
    fraction: float = 0.0
    loss: float | None = None
    val_loss: float | None = None
    perplexity: float | None = None
    accuracy: float | None = None
    macro_f1: float | None = None
    lr: float | None = None
    tokens_per_second: float | None = None
    seconds_left: float | None = None
