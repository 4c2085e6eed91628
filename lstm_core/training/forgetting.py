"""Three kinds of cells practise copying over a growing delay: see :mod:`lstm_core.demos.forgetting`.

``python -m lstm_core.training.forgetting`` writes the answer that ships.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from lstm_core.demos.forgetting import CELLS, COPIED, DELAYS, KIND, SHIPPED, SHIPPED_SEEDS, SYMBOLS, ForgettingOptions
from lstm_core.files import atomic_write_json

Tell = Callable[[float, dict[str, Any]], None]
_NOISE = 4
_NOW = SYMBOLS + _NOISE
_DIMENSION, _BATCH, _RATE, _CLIP = 16, 32, 1e-2, 1.0
_MASTERED, _LONGEST = 0.9, 60
_BACK = 40  # steps over which gradients are followed
_MODULES: Mapping[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Copier(nn.Module):
    """A table, one recurrent layer of a kind, and a score for each symbol."""

    def __init__(self, cell: str, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.embedding = nn.Embedding(_NOW + 1, _DIMENSION)
        self.layer = _MODULES[cell](_DIMENSION, hidden, batch_first=True)
        self.output = nn.Linear(hidden, SYMBOLS)
        with torch.no_grad():
            self.embedding.weight.normal_(generator=generator)
            for parameter in (*self.layer.parameters(), *self.output.parameters()):
                parameter.uniform_(-(hidden**-0.5), hidden**-0.5, generator=generator)
            if cell == "lstm":
                dict(self.layer.named_parameters())["bias_ih_l0"][hidden : 2 * hidden] = 1.0  # open, as in the app's models

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores at the last :data:`COPIED` places: (B, T) -> (B, COPIED, SYMBOLS)."""
        read, _ = self.layer(self.embedding(ids))  # (B, T, H)
        scores: Tensor = self.output(read[:, -COPIED:])
        return scores


def task(size: int, delay: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return ``size`` sequences (B, 2 COPIED + delay) and the symbols to be said at their end (B, COPIED)."""
    symbols = torch.randint(SYMBOLS, (size, COPIED), generator=generator)
    noise = SYMBOLS + torch.randint(_NOISE, (size, delay), generator=generator)
    return torch.cat([symbols, noise, torch.full((size, COPIED), _NOW)], 1), symbols


def measure_forgetting(asked: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Return the answer to ``asked`` (the fields of :class:`ForgettingOptions`); ``tell`` hears how far each cell has got."""
    options, began = ForgettingOptions(**asked), time.monotonic()
    found: dict[str, dict[str, Any]] = {
        cell: {"cell": cell, "accuracy": [], "reached": [], "gradient": [], "gradient_before": []} for cell in CELLS
    }
    reached: dict[str, list[int]] = {}
    rounds = [(seed, cell) for seed in range(options.seeds) for cell in CELLS]
    for number, (seed, cell) in enumerate(rounds):
        drawn = torch.Generator().manual_seed(seed)
        model = Copier(cell, options.hidden, drawn)
        found[cell]["gradient_before"].append(gradient_by_distance(model, drawn))
        way = reached[f"{cell} {seed + 1}"] = [1]

        def heard(share: float, way: list[int] = way, number: int = number) -> None:
            tell((number + share) / len(rounds), {"reached": reached})

        practise(model, options.steps, generator=drawn, way=way, heard=heard)
        found[cell]["reached"].append(way[-1])
        found[cell]["accuracy"].append([accuracy(model, delay, drawn) for delay in DELAYS])
        found[cell]["gradient"].append(gradient_by_distance(model, drawn))
    seconds = round(time.monotonic() - began, 1)
    return {"cells": list(found.values()), "options": options.model_dump(mode="json"), "seconds": seconds}


def practise(
    model: Copier, steps: int, *, generator: torch.Generator, way: list[int], heard: Callable[[float], None]
) -> None:
    """Train ``model``; the longest delay (the end of ``way``) grows by a quarter whenever it is mastered twice running.

    Every other step practises the longest delay, the others one up to it. ``way`` gets the longest delay every 20 steps.
    """
    optimizer, longest, mastered = torch.optim.Adam(model.parameters(), _RATE), 1, 0
    for step in range(steps):
        delay = longest if step % 2 == 0 else int(torch.randint(1, longest + 1, (1,), generator=generator))
        ids, wanted = task(_BATCH, delay, generator)
        scores = model(ids)
        optimizer.zero_grad()
        nn.functional.cross_entropy(scores.flatten(0, 1), wanted.flatten()).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
        optimizer.step()
        if delay == longest:
            right = float((scores.argmax(2) == wanted).float().mean())
            mastered = mastered + 1 if right >= _MASTERED else 0
            if mastered == 2 and longest < _LONGEST:
                longest, mastered = min(_LONGEST, max(longest + 1, longest * 5 // 4)), 0
        if (step + 1) % 20 == 0:
            way.append(longest)
            heard((step + 1) / steps)


@torch.no_grad()
def accuracy(model: Copier, delay: int, generator: torch.Generator) -> float:
    """Return the share of symbols that ``model`` says right after ``delay`` tokens of noise (512 sequences)."""
    ids, wanted = task(512, delay, generator)
    return float((model(ids).argmax(2) == wanted).float().mean())


def gradient_by_distance(model: Copier, generator: torch.Generator) -> list[float]:
    """Return how strongly the right symbol's score at the end hangs on the state 0, 1, … steps earlier, relative to 0.

    The size (2-norm, over hidden and cell state together) of the gradient, averaged over 32 sequences.
    """
    ids, wanted = task(32, _BACK + 5, generator)
    ids = ids[:, : 1 - COPIED]  # up to the first "now"
    values, state, states = model.embedding(ids).detach(), None, []
    for at in range(ids.shape[1]):
        _, state = model.layer(values[:, at : at + 1], state)
        parts = state if isinstance(state, tuple) else (state,)
        states.append(parts)
    score = model.output(parts[0][-1]).gather(1, wanted[:, :1]).sum()
    flat = [part for parts in states[-_BACK - 1 :] for part in parts]
    slopes = torch.autograd.grad(score, flat, allow_unused=True)
    each = len(parts)
    sizes = []
    for at in range(0, len(flat), each):
        squares = sum((slope**2).sum((0, 2)) for slope in slopes[at : at + each] if slope is not None)
        sizes.append(float(torch.as_tensor(squares).sqrt().mean()))
    return [size / sizes[-1] for size in reversed(sizes)]


def main() -> None:
    """Write the answer that ships."""
    torch.set_num_threads(1)
    answer = measure_forgetting({"seeds": SHIPPED_SEEDS}, lambda share, so_far: None)
    rounded = _rounded(answer)
    atomic_write_json(SHIPPED, {"kind": KIND, "command": "python -m lstm_core.training.forgetting", **rounded})


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
