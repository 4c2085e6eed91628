"""One recurrent layer in numpy, keeping everything that happens in it: gates, candidate, cell and hidden state.

The equations and the order of the rows are those of ``torch.nn.LSTM``, ``GRU`` and ``RNN`` (PyTorch documentation):
LSTM i, f, g, o; GRU r, z, n, whose state goes through its own bias inside the reset gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
CellKind = Literal["lstm", "gru", "rnn"]
GATES: Mapping[CellKind, tuple[str, ...]] = {
    "lstm": ("input_gate", "forget_gate", "candidate", "output_gate"),
    "gru": ("reset_gate", "update_gate", "candidate"),
    "rnn": ("hidden",),
}
"""Blocks of rows of the weights, in order."""
SIGNALS: Mapping[CellKind, tuple[str, ...]] = {
    "lstm": ("input_gate", "forget_gate", "candidate", "output_gate", "cell", "hidden"),
    "gru": ("reset_gate", "update_gate", "candidate", "hidden"),
    "rnn": ("hidden",),
}
"""What a layer of each kind has at every step."""
_KINDS: Mapping[int, CellKind] = {len(gates): kind for kind, gates in GATES.items()}


@dataclass(frozen=True, eq=False)
class Layer:
    """Weights of one layer: ``of_input`` (G*H, D), ``of_state`` (G*H, H), a bias (G*H,) for each; G gates by its kind."""

    of_input: Floats
    of_state: Floats
    input_bias: Floats
    state_bias: Floats

    @property
    def size(self) -> int:
        """Units of the layer, H."""
        return int(self.of_state.shape[1])

    @property
    def kind(self) -> CellKind:
        """Told by the number of blocks. Raises ``KeyError`` for any other number than 1, 3 and 4."""
        return _KINDS[self.of_state.shape[0] // self.size]


@dataclass(frozen=True, eq=False)
class Trace:
    """What a layer did: ``inputs`` (B, T, D) and every signal of its kind, (B, T, H) by name."""

    kind: CellKind
    inputs: Floats
    signals: Mapping[str, Floats]

    @property
    def hidden(self) -> Floats:
        """The hidden states (B, T, H)."""
        return self.signals["hidden"]


def run_layer(layer: Layer, inputs: Floats, state: Mapping[str, Floats] | None = None) -> Trace:
    """Return what ``layer`` does with ``inputs`` (B, T, D), from ``state`` (``hidden``, ``cell``; (B, H)) or zeros."""
    batch, steps, _ = inputs.shape
    kept = {name: np.empty((batch, steps, layer.size), np.float32) for name in SIGNALS[layer.kind]}
    nothing = np.zeros((batch, layer.size), np.float32)
    now = {"hidden": nothing, "cell": nothing, **(state or {})}
    given = inputs @ layer.of_input.T + layer.input_bias  # (B, T, G*H)
    step = _STEPS[layer.kind]
    for at in range(steps):
        past = now["hidden"] @ layer.of_state.T + layer.state_bias  # (B, G*H)
        now = step(given[:, at], past, now)
        for name, values in kept.items():
            values[:, at] = now[name]
    return Trace(layer.kind, inputs, kept)


def sigmoid(values: Floats) -> Floats:
    """Return 1 / (1 + exp(-values)), written so that nothing overflows."""
    return np.asarray(0.5 * (np.tanh(0.5 * values) + 1.0), dtype=values.dtype)


def _lstm(given: Floats, past: Floats, before: Mapping[str, Floats]) -> dict[str, Floats]:
    i, f, g, o = np.split(given + past, 4, axis=1)  # (B, H) each
    opened = {"input_gate": sigmoid(i), "forget_gate": sigmoid(f), "candidate": np.tanh(g), "output_gate": sigmoid(o)}
    cell = opened["forget_gate"] * before["cell"] + opened["input_gate"] * opened["candidate"]
    return {**opened, "cell": cell, "hidden": opened["output_gate"] * np.tanh(cell)}


def _gru(given: Floats, past: Floats, before: Mapping[str, Floats]) -> dict[str, Floats]:
    of_input, of_state = np.split(given, 3, axis=1), np.split(past, 3, axis=1)
    reset, update = sigmoid(of_input[0] + of_state[0]), sigmoid(of_input[1] + of_state[1])
    candidate = np.tanh(of_input[2] + reset * of_state[2])
    hidden = (1.0 - update) * candidate + update * before["hidden"]
    return {"reset_gate": reset, "update_gate": update, "candidate": candidate, "hidden": hidden}


def _rnn(given: Floats, past: Floats, before: Mapping[str, Floats]) -> dict[str, Floats]:
    return {"hidden": np.tanh(given + past)}


_STEPS = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}
