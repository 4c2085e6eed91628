"""The equations of one unit at one step with their real numbers, worked out again from the weights in float64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidOption
from lstm_core.inside.cells import GATES, SIGNALS, CellKind, Layer, Trace


@dataclass(frozen=True)
class Sum:
    """What goes into one gate: from the input, from the hidden state before, the bias; and its value once squashed."""

    from_input: float
    from_state: float
    bias: float
    value: float

    @property
    def total(self) -> float:
        """The sum before squashing."""
        return self.from_input + self.from_state + self.bias


@dataclass(frozen=True)
class UnitStep:
    """One unit of a layer of ``kind`` at one step.

    ``sums``: the gates by name; ``before``: ``hidden`` (and ``cell``) one step earlier; ``now``: every signal as these
    equations give it. ``difference``: the largest distance of ``now`` from what the running network had.
    """

    kind: CellKind
    sums: Mapping[str, Sum]
    before: Mapping[str, float]
    now: Mapping[str, float]
    difference: float


def unit_step(layer: Layer, trace: Trace, *, step: int, unit: int) -> UnitStep:
    """Return the equations of ``unit`` at ``step`` of the first sentence of ``trace``. Raises :class:`InvalidOption`."""
    steps = trace.inputs.shape[1]
    for name, value, end in (("step", step, steps), ("unit", unit, layer.size)):
        if not 0 <= value < end:
            raise InvalidOption(name=name, value=value, rule=f"0 to {end - 1}", least=0, most=end - 1)
    kept = [name for name in ("cell", "hidden") if name in trace.signals]
    before = {name: float(trace.signals[name][0, step - 1, unit]) if step else 0.0 for name in kept}
    state = trace.hidden[0, step - 1].astype(np.float64) if step else np.zeros(layer.size)
    sums, now = _KINDS[layer.kind](_parts(layer, trace.inputs[0, step].astype(np.float64), state, unit), before)
    there = {name: float(trace.signals[name][0, step, unit]) for name in SIGNALS[layer.kind]}
    return UnitStep(layer.kind, sums, before, now, max(abs(now[name] - there[name]) for name in now))


def _parts(layer: Layer, given: np.ndarray, state: np.ndarray, unit: int) -> dict[str, tuple[float, float, float, float]]:
    """Return for each gate: from the input, from the state, and the two biases."""
    rows = {name: block * layer.size + unit for block, name in enumerate(GATES[layer.kind])}
    return {
        name: (
            float(layer.of_input[row].astype(np.float64) @ given),
            float(layer.of_state[row].astype(np.float64) @ state),
            float(layer.input_bias[row]),
            float(layer.state_bias[row]),
        )
        for name, row in rows.items()
    }


Parts = Mapping[str, tuple[float, float, float, float]]
Solved = tuple[dict[str, Sum], dict[str, float]]


def _sigmoid(value: float) -> float:
    return float(0.5 * (np.tanh(0.5 * value) + 1.0))


def _squashed(parts: tuple[float, float, float, float], *, wide: bool) -> Sum:
    of_input, of_state, *biases = parts
    total = of_input + of_state + sum(biases)
    return Sum(of_input, of_state, sum(biases), float(np.tanh(total)) if wide else _sigmoid(total))


def _lstm(parts: Parts, before: Mapping[str, float]) -> Solved:
    sums = {name: _squashed(part, wide=name == "candidate") for name, part in parts.items()}
    now = {name: one.value for name, one in sums.items()}
    now["cell"] = now["forget_gate"] * before["cell"] + now["input_gate"] * now["candidate"]
    now["hidden"] = now["output_gate"] * float(np.tanh(now["cell"]))
    return sums, now


def _gru(parts: Parts, before: Mapping[str, float]) -> Solved:
    sums = {name: _squashed(parts[name], wide=False) for name in ("reset_gate", "update_gate")}
    of_input, of_state, input_bias, state_bias = parts["candidate"]
    reset, update = sums["reset_gate"].value, sums["update_gate"].value
    sums["candidate"] = _squashed((of_input, reset * (of_state + state_bias), input_bias, 0.0), wide=True)
    now = {name: one.value for name, one in sums.items()}
    now["hidden"] = (1.0 - update) * now["candidate"] + update * before["hidden"]
    return sums, now


def _rnn(parts: Parts, before: Mapping[str, float]) -> Solved:
    sums = {"hidden": _squashed(parts["hidden"], wide=True)}
    return sums, {"hidden": sums["hidden"].value}


_KINDS = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}
