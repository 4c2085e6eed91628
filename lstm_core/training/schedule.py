"""What happens at which step: the learning rate, the snapshots, the checks on held-out text."""

from __future__ import annotations

import math

from lstm_core.training.config import TrainConfig


def learning_rate(config: TrainConfig, step: int, *, total: int) -> float:
    """Return the rate of step ``step`` (from 0) of ``total``: linear warm-up, then constant or a cosine down to 2 %."""
    warm = round(config.warmup * total)
    if step < warm:
        return config.lr * (step + 1) / warm
    if config.schedule == "constant":
        return config.lr
    done = (step - warm) / max(1, total - warm)
    return config.lr * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, done))))


def snapshot_steps(total: int, *, count: int) -> frozenset[int]:
    """Return up to ``count`` steps in 0..total, denser early on (quadratic), the first and the last among them."""
    if count < 2:
        return frozenset((total,) if count else ())
    return frozenset(round(total * (i / (count - 1)) ** 2) for i in range(count))


def evaluation_steps(steps_per_epoch: int, *, epochs: int, per_epoch: int) -> frozenset[int]:
    """Return the steps (counted from 1) after which the validation loss is measured; the end of each epoch is one."""
    within = {max(1, round(steps_per_epoch * (i + 1) / per_epoch)) for i in range(per_epoch)}
    return frozenset(epoch * steps_per_epoch + step for epoch in range(epochs) for step in within)
