"""What happens while a network learns: loss, 혼란도(PPL), and the rank of each probe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import Any

import plotly.graph_objects as go

from lstm_core.errors import InvalidOption
from lstm_core.figures.style import ACCENT, CATEGORIES, SECOND, base_figure, hover_text, theme


@dataclass(frozen=True)
class CurveLabels:
    """Words on a figure of curves, already in the reader's language."""

    step: str = "step"
    loss: str = "loss"
    training: str = "training"
    validation: str = "validation"
    rank: str = "rank"
    title: str = ""


def loss_figure(
    rows: Iterable[Mapping[str, Any]],
    *,
    labels: CurveLabels | None = None,
    dark: bool = False,
    height: int | None = 320,
) -> go.Figure:
    """Return training and validation loss against the step, from metrics ``rows`` with ``step``, ``loss``, ``val_loss``.

    Validation is drawn with markers. Rows without a number, or with one that is not finite, are left out.
    """
    labels = labels or CurveLabels()
    rows = tuple(rows)
    figure = base_figure(dark=dark, title=labels.title, height=height)
    figure.add_trace(_curve(rows, "loss", labels.training, SECOND, mode="lines"))
    figure.add_trace(_curve(rows, "val_loss", labels.validation, ACCENT, mode="lines+markers"))
    _step_axes(figure, labels.step, labels.loss, dark=dark)
    return figure


def probe_figure(
    steps: Sequence[int],
    ranks: Mapping[str, Sequence[int | None]],
    *,
    labels: CurveLabels | None = None,
    dark: bool = False,
    height: int | None = 320,
) -> go.Figure:
    """Return the rank of each probe's expected word against the step: rank 1 on top, logarithmic downwards.

    ``ranks`` maps a probe's text to one rank per step (None: not answerable then, a gap in its curve).
    Raises :class:`InvalidOption` when the numbers of ranks and steps differ.
    """
    labels = labels or CurveLabels()
    figure = base_figure(dark=dark, title=labels.title, height=height)
    for number, (probe, values) in enumerate(ranks.items()):
        if len(values) != len(steps):
            raise InvalidOption(name="ranks", value=len(values), rule=f"{len(steps)} are needed, one a step")
        figure.add_trace(
            go.Scatter(
                x=list(steps),
                y=list(values),
                mode="lines+markers",
                name=hover_text(probe),
                line={"color": CATEGORIES[number % len(CATEGORIES)], "width": 2, "dash": _dash(number)},
                marker={"size": 5},
                connectgaps=False,
                hovertemplate="%{fullData.name}<br>%{x:,} · %{y:,}<extra></extra>",
            )
        )
    worst = max((rank for values in ranks.values() for rank in values if rank is not None), default=10)
    _step_axes(figure, labels.step, labels.rank, dark=dark)
    figure.update_yaxes(**_rank_axis(worst))
    return figure


def _rank_axis(worst: int) -> dict[str, Any]:
    """Return a logarithmic axis from ``worst`` at the bottom to 1 at the top, ticks at powers of ten."""
    powers = [10**power for power in range(len(str(max(worst, 10))) + 1)]
    low = max(1.0, log10(worst) + 0.15)
    ticks = {"tickvals": powers, "ticktext": [f"{power:,}" for power in powers]}
    return {"type": "log", "range": [low, -0.15], **ticks}


def _curve(rows: Sequence[Mapping[str, Any]], key: str, name: str, colour: str, *, mode: str) -> go.Scatter:
    points = [(row["step"], row[key]) for row in rows if _is_number(row.get("step")) and _is_number(row.get(key))]
    return go.Scatter(
        x=[step for step, _ in points],
        y=[value for _, value in points],
        mode=mode,
        name=hover_text(name),
        line={"color": colour, "width": 2},
        marker={"size": 6},
        hovertemplate="%{x:,} · %{y:.4g}<extra>%{fullData.name}</extra>",
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def _step_axes(figure: go.Figure, step: str, value: str, *, dark: bool) -> None:
    figure.update_xaxes(title={"text": hover_text(step)}, gridcolor=theme(dark).grid, zeroline=False, tickformat=",")
    figure.update_yaxes(title={"text": hover_text(value)}, gridcolor=theme(dark).grid, zeroline=False)


def _dash(number: int) -> str:
    return ("solid", "dash", "dot")[number // len(CATEGORIES) % 3]
