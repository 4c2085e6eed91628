"""An LSTM that reads numbers instead of words, and forecasts the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lstm_core.series.data import Values
from lstm_core.series.forecast import Split, windows

Tell = Callable[[float, dict[str, Any]], None]
_BATCH, _PATIENCE, _RATE = 64, 10, 3e-3


class SeriesModel(nn.Module):
    """The LSTM of the language models with one number a step as its input, and one number out: the change that follows."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.output = nn.Linear(hidden, 1)

    def forward(self, values: Tensor) -> Tensor:
        """Return the change expected after each window: (B, T) -> (B,)."""
        read, _ = self.lstm(values[..., None])  # (B, T, H)
        changes: Tensor = self.output(read[:, -1])[:, 0]
        return changes


def train_series(asked: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Return the forecasts of the LSTM for every value from the validation part on, of the best epoch on that part.

    ``asked``: ``values`` (N,), ``window``, ``hidden``, ``epochs``, ``seed``. ``tell(share, so_far)`` is called each epoch;
    training ends when the validation error has not become less for ten of them.
    """
    values: Values = np.array(asked["values"])
    split, window = Split.of(len(values)), int(asked["window"])
    inputs, changes, scale = windows(values, window)
    first, last = split.train - window, split.validation - window
    given, wanted = (torch.from_numpy(np.array(part, dtype=np.float32)) for part in (inputs, changes))
    torch.manual_seed(int(asked["seed"]))  # a process of its own
    model, drawn = SeriesModel(int(asked["hidden"])), torch.Generator().manual_seed(int(asked["seed"]))
    optimizer = torch.optim.AdamW(model.parameters(), _RATE, weight_decay=1e-3)
    best, told, losses = float("inf"), wanted[first:], []
    for epoch in range(int(asked["epochs"])):
        for rows in torch.split(torch.randperm(first, generator=drawn), _BATCH):
            loss = nn.functional.mse_loss(model(given[rows]), wanted[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        with torch.no_grad():
            now = model(given[first:])
        losses.append(float((now[: last - first] - wanted[first:last]).square().mean()))
        if losses[-1] < best:
            best, told, at = losses[-1], now, epoch
        tell((epoch + 1) / int(asked["epochs"]), {"losses": losses})
        if epoch - at >= _PATIENCE:
            break
    predicted = values[split.train - 1 : -1] + scale * told.double().numpy()
    return {"predicted": predicted.tolist(), "losses": losses, "best_epoch": at + 1}
