"""The equations of a unit as TeX: the symbols, the numbers of this step, the result."""

from __future__ import annotations

from lstm_core.inside.arithmetic import Sum, UnitStep
from ui.text import amount

_SYMBOLS = {
    "input_gate": "i", "forget_gate": "f", "candidate": "g", "output_gate": "o", "reset_gate": "r", "update_gate": "z",
    "hidden": "h",
}  # fmt: skip


def equations(found: UnitStep) -> str:
    """Return the lines of ``found`` as one TeX block; each line has its symbols first, then the numbers below them."""
    lines = [_gate(name, one) for name, one in found.sums.items()] + _KINDS[found.kind](found)
    return r"\begin{aligned}" + r" \\[6pt] ".join(lines) + r"\end{aligned}"


def _gate(name: str, one: Sum) -> str:
    symbol, squash = _SYMBOLS[name], r"\tanh" if name in ("candidate", "hidden") else r"\sigma"
    numbers = " ".join((_number(one.from_input), _signed(one.from_state), _signed(one.bias)))
    return (
        rf"{symbol}_t &= {squash}(W_{symbol}\,x_t + U_{symbol}\,h_{{t-1}} + b_{symbol}) \\ "
        rf"&= {squash}({numbers}) = {squash}({_number(one.total)}) = \mathbf{{{_number(one.value)}}}"
    )


def _lstm(found: UnitStep) -> list[str]:
    now, cell = found.now, found.before["cell"]
    kept = rf"{_number(now['forget_gate'])} \cdot ({_number(cell)})"
    new = rf"{_number(now['input_gate'])} \cdot ({_number(now['candidate'])})"
    return [
        rf"c_t &= f_t\,c_{{t-1}} + i_t\,g_t \\ &= {kept} + {new} = \mathbf{{{_number(now['cell'])}}}",
        rf"h_t &= o_t \tanh(c_t) = {_number(now['output_gate'])} \cdot \tanh({_number(now['cell'])})"
        rf" = \mathbf{{{_number(now['hidden'])}}}",
    ]


def _gru(found: UnitStep) -> list[str]:
    now, before = found.now, found.before["hidden"]
    update = now["update_gate"]
    mixed = rf"{_number(1 - update)} \cdot ({_number(now['candidate'])}) + {_number(update)} \cdot ({_number(before)})"
    return [rf"h_t &= (1 - z_t)\,g_t + z_t\,h_{{t-1}} \\ &= {mixed} = \mathbf{{{_number(now['hidden'])}}}"]


_KINDS = {"lstm": _lstm, "gru": _gru, "rnn": lambda found: []}


def _number(value: float) -> str:
    return amount(value)


def _signed(value: float) -> str:
    return f"+ {amount(value)}" if value >= 0 else f"- {amount(-value)}"
