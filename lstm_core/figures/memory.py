"""What networks remember over a growing delay, and forecasts of a series with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from lstm_core.figures.style import ACCENT, CATEGORIES, SECOND, base_figure, hover_text, theme

_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")


def spread_figure(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    x_title: str,
    y_title: str,
    logarithmic: bool = False,
    level: tuple[float, str] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Return one curve for each of ``curves`` ((seeds, X) by name): the median over its rows, bars from least to most.

    ``logarithmic``: the y axis goes by powers of ten, else from 0 to 100 %. ``level``: a line across, and what it means.
    """
    figure = base_figure(dark=dark, height=340)
    for number, (name, values) in enumerate(curves.items()):
        rows = np.asarray(values, dtype=np.float64)  # (seeds, X)
        middle = np.median(rows, axis=0)
        figure.add_trace(
            go.Scatter(
                x=np.asarray(x), y=middle, name=hover_text(name), mode="lines+markers",
                error_y={
                    "type": "data", "symmetric": False, "array": rows.max(0) - middle, "arrayminus": middle - rows.min(0),
                    "thickness": 1, "width": 3,
                } if len(rows) > 1 and not logarithmic else None,
                line={"color": CATEGORIES[number], "dash": _DASHES[number % 4], "width": 2},
                marker={"symbol": _SYMBOLS[number % 4], "size": 7 if not logarithmic else 4},
                hovertemplate=f"%{{x}} · %{{y:{'.2g' if logarithmic else '.0%'}}}<extra>%{{fullData.name}}</extra>",
            )
        )  # fmt: skip
    if level is not None:
        figure.add_hline(y=level[0], line={"color": theme(dark).faint, "dash": "dot"}, annotation_text=hover_text(level[1]))
    figure.update_xaxes(title={"text": hover_text(x_title)}, gridcolor=theme(dark).grid, zeroline=False)
    figure.update_yaxes(title={"text": hover_text(y_title)}, gridcolor=theme(dark).grid, zeroline=False)
    if logarithmic:
        figure.update_yaxes(type="log", exponentformat="power", dtick=2)
    else:
        figure.update_yaxes(range=[-0.03, 1.05], tickformat=".0%")
    figure.update_layout(margin={"l": 60, "t": 40})
    return figure


def forecast_figure(
    labels: Sequence[str],
    truth: ArrayLike,
    forecasts: Mapping[str, tuple[ArrayLike, float]],
    *,
    truth_name: str,
    test_from: int,
    test_name: str,
    dark: bool = False,
) -> go.Figure:
    """Return the ``truth`` (M,) and ``forecasts`` ((M,), half width of the interval) by name; the first has its band drawn.

    A line stands where the test part begins (place ``test_from``). Labels stand under the ticks.
    """
    places = np.arange(len(labels))
    figure = base_figure(dark=dark, height=400)
    figure.update_layout(hovermode="x unified")
    for number, (name, (values, half)) in enumerate(forecasts.items()):
        told = np.asarray(values, dtype=np.float64)
        colour = (ACCENT, *CATEGORIES[2:])[number]
        if number == 0:
            band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
            figure.add_trace(go.Scatter(x=places, y=told - half, **band))
            figure.add_trace(go.Scatter(x=places, y=told + half, fill="tonexty", fillcolor="rgba(213,94,0,0.18)", **band))
        line = {"color": colour, "width": 1.5, "dash": _DASHES[number % 4]}
        hover = "%{y:.4g}<extra>%{fullData.name}</extra>"
        figure.add_trace(go.Scatter(x=places, y=told, name=hover_text(name), line=line, hovertemplate=hover))
    hover = "%{y:.4g}<extra>%{fullData.name}</extra>"
    line = {"color": SECOND if not dark else "#56B4E9", "width": 1.5}
    figure.add_trace(go.Scatter(x=places, y=np.asarray(truth), name=hover_text(truth_name), line=line, hovertemplate=hover))
    figure.add_vline(x=test_from, line={"color": theme(dark).text, "width": 1, "dash": "dot"})
    figure.add_annotation(x=test_from, y=1.0, yref="paper", text=hover_text(test_name), showarrow=False, xanchor="left")
    ticks = np.unique(np.linspace(0, len(labels) - 1, 6).astype(int)).tolist()
    figure.update_xaxes(
        tickmode="array", tickvals=ticks, ticktext=[hover_text(labels[at]) for at in ticks], gridcolor=theme(dark).grid,
        range=[max(0, test_from - 60), min(len(labels) - 1, test_from + 180)], zeroline=False,
    )  # fmt: skip
    figure.update_yaxes(gridcolor=theme(dark).grid, zeroline=False)
    return figure
