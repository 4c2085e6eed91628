"""What the units of a layer do while a sentence is read: maps of all, curves of one, and the network unrolled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from lstm_core.figures.style import ACCENT, CATEGORIES, SECOND, base_figure, hover_text, theme

SIGNED_LIGHT = ((0.0, "#0072B2"), (0.5, "#F7F7F7"), (1.0, "#D55E00"))
SIGNED_DARK = ((0.0, "#56B4E9"), (0.5, "#1A1D24"), (1.0, "#E69F00"))
_OPEN_LIGHT = ((0.0, "#F7F7F7"), (1.0, "#004B75"))
_OPEN_DARK = ((0.0, "#1A1D24"), (1.0, "#56B4E9"))
_SHOWN = 8  # steps of the unrolled network in view
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "solid")


def gates_figure(
    tokens: Sequence[str], signals: Mapping[str, ArrayLike], *, step: int, unit: int, dark: bool = False, columns: int = 2
) -> go.Figure:
    """Return one map of colours for each of ``signals`` ((steps, H) by the name shown), steps across and units downwards.

    Names in ``signals`` whose values all lie in 0-1 get a scale from closed to open, the others one around 0. ``step`` and
    ``unit`` are framed; a cell knows its step as ``customdata``, so that it can be clicked.
    """
    maps = {name: np.asarray(values, dtype=np.float32).T for name, values in signals.items()}  # (H, steps)
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    figure = make_subplots(
        rows, columns, subplot_titles=[hover_text(name) for name in maps], shared_xaxes=True, shared_yaxes=True,
        vertical_spacing=0.09, horizontal_spacing=0.04,
    )  # fmt: skip
    figure.update_layout(base_figure(dark=dark, height=90 + 190 * rows).layout)
    for number, (name, values) in enumerate(maps.items()):
        place = {"row": number // columns + 1, "col": number % columns + 1}
        figure.add_trace(_map(name, values, tokens, dark=dark), **place)
        for box in _frames(step, unit, values.shape, dark=dark):
            figure.add_shape(box, **place)
    ticks = {"tickmode": "array", "tickvals": list(range(len(tokens))), "ticktext": [hover_text(token) for token in tokens]}
    figure.update_xaxes(**ticks, showgrid=False, zeroline=False, tickangle=-45 if len(tokens) > 6 else 0)
    figure.update_yaxes(showgrid=False, zeroline=False, autorange="reversed", nticks=5)
    figure.update_layout(margin={"l": 36, "r": 8, "t": 30, "b": 70}, showlegend=False)
    return figure


def _map(name: str, values: np.ndarray, tokens: Sequence[str], *, dark: bool) -> go.Heatmap:
    opens = bool(values.min() >= 0.0 and values.max() <= 1.0)
    widest = float(np.abs(values).max()) or 1.0
    scale = (_OPEN_DARK if dark else _OPEN_LIGHT) if opens else (SIGNED_DARK if dark else SIGNED_LIGHT)
    return go.Heatmap(
        z=values,
        zmin=0.0 if opens else -widest,
        zmax=1.0 if opens else widest,
        colorscale=scale,
        showscale=False,
        customdata=np.tile(np.arange(values.shape[1]), (len(values), 1)),
        text=[[hover_text(token) for token in tokens]] * len(values),
        hovertemplate=f"{hover_text(name)}<br>%{{text}} · %{{y}}<br>%{{z:.3f}}<extra></extra>",
    )


def _frames(step: int, unit: int, shape: tuple[int, ...], *, dark: bool) -> tuple[dict[str, object], ...]:
    line = {"color": theme(dark).text, "width": 1.5}
    units, steps = shape
    across = {"type": "rect", "x0": -0.5, "x1": steps - 0.5, "y0": unit - 0.5, "y1": unit + 0.5, "line": {**line, "width": 1}}
    down = {"type": "rect", "x0": step - 0.5, "x1": step + 0.5, "y0": -0.5, "y1": units - 0.5, "line": line}
    return down, across


def unit_figure(
    tokens: Sequence[str], signals: Mapping[str, ArrayLike], *, step: int, dark: bool = False, height: int = 280
) -> go.Figure:
    """Return the curves of one unit: each of ``signals`` (steps,) by the name shown, and a line at ``step``."""
    figure = base_figure(dark=dark, height=height)
    for number, (name, values) in enumerate(signals.items()):
        figure.add_trace(
            go.Scatter(
                x=list(range(len(tokens))),
                y=np.asarray(values, dtype=np.float32),
                mode="lines+markers",
                name=hover_text(name),
                line={"color": CATEGORIES[number % len(CATEGORIES)], "dash": _DASHES[number % len(_DASHES)], "width": 2},
                marker={"size": 6},
                customdata=list(range(len(tokens))),
                hovertemplate="%{y:.3f}<extra>%{fullData.name}</extra>",
            )
        )
    figure.add_vline(x=step, line={"color": theme(dark).faint, "width": 1.5, "dash": "dot"})
    ticks = {"tickmode": "array", "tickvals": list(range(len(tokens))), "ticktext": [hover_text(token) for token in tokens]}
    figure.update_xaxes(**ticks, gridcolor=theme(dark).grid, zeroline=False)
    figure.update_yaxes(gridcolor=theme(dark).grid, zerolinecolor=theme(dark).faint)
    return figure


def verdict_figure(
    tokens: Sequence[str], chances: Mapping[str, ArrayLike], *, step: int, dark: bool = False, height: int = 240
) -> go.Figure:
    """Return the curves of what a network says after each token: a probability 0-1 (steps,) for each label by its name."""
    figure = unit_figure(tokens, chances, step=step, dark=dark, height=height)
    figure.update_traces(hovertemplate="%{y:.1%}<extra>%{fullData.name}</extra>")
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%")
    return figure


def unrolled_figure(
    tokens: Sequence[str],
    guesses: Sequence[str],
    kept: ArrayLike | None,
    *,
    step: int,
    chances: Sequence[float],
    dark: bool = False,
) -> go.Figure:
    """Return the network unrolled: one box a step, the token it reads below, the token it expects next above.

    ``kept`` (steps,): the share of the cell that stays at each step (None: the network has no cell), drawn as the width of
    the line into its box. ``chances`` (steps,): probabilities of ``guesses``. Boxes know their step as ``customdata``.
    """
    steps = len(tokens)
    figure = base_figure(dark=dark, height=250)
    colours = theme(dark)
    widths = np.full(steps, 2.0) if kept is None else 0.5 + 6.0 * np.asarray(kept, dtype=np.float64)
    for at in range(1, steps):
        line = {"color": colours.faint, "width": float(widths[at])}
        figure.add_shape(type="line", x0=at - 1, x1=at, y0=0.0, y1=0.0, line=line, layer="below")
    shares = ["" if kept is None or not at else f"{np.asarray(kept)[at]:.0%}" for at in range(steps)]
    figure.add_trace(
        go.Scatter(
            x=list(range(steps)), y=[0.0] * steps, mode="markers+text",
            marker={
                "symbol": "square", "size": 20,
                "color": [ACCENT if at == step else SECOND if at < step else colours.grid for at in range(steps)],
            },
            text=[str(at) for at in range(steps)],
            textfont={"color": ["#FFFFFF" if at <= step else colours.text for at in range(steps)]},
            customdata=list(range(steps)), hoverinfo="none", showlegend=False,
        )
    )  # fmt: skip
    small = {"showarrow": False, "xref": "x", "yref": "y"}
    for at in range(steps):
        bold, lower = at == step, 0.22 * (at % 2)  # neighbours stand at two heights, so that long tokens do not meet
        word, guess = hover_text(tokens[at]), hover_text(guesses[at])
        figure.add_annotation(**small, x=at, y=-0.42 - lower, text=f"<b>{word}</b>" if bold else word)
        text = f"{guess}<br>{chances[at]:.0%}"
        font = {"size": 13, "color": ACCENT if bold else colours.text}
        figure.add_annotation(**small, x=at, y=0.48 + 2 * lower, text=f"<b>{text}</b>" if bold else text, font=font)
        if shares[at]:
            figure.add_annotation(**small, x=at - 0.5, y=-0.17, text=shares[at], font={"size": 11, "color": colours.point})
    first = max(0, min(step - _SHOWN + 3, steps - _SHOWN))  # a long sentence is a window around the step; the rest by panning
    figure.update_xaxes(visible=False, range=[first - 0.6, min(steps, first + _SHOWN) - 0.4])
    figure.update_yaxes(visible=False, range=[-0.85, 1.2])
    figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4})
    return figure

