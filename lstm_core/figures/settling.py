"""When words find their place: the share of their final neighbours they already have, over the training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lstm_core.figures.style import CATEGORIES, base_figure, hover_text, theme
from lstm_core.projection.drift import SETTLED, Drift


def settling_figure(
    found: Drift,
    *,
    emphasis: Sequence[str] = (),
    mean: str = "mean",
    step: str = "step",
    share: str = "final neighbours",
    dark: bool = False,
    height: int | None = 360,
) -> go.Figure:
    """Return the share (0-1) of final neighbours against the step: the mean of all words, and each word of ``emphasis``.

    A dotted line marks the share from which a word counts as settled.
    """
    figure = base_figure(dark=dark, height=height)
    figure.add_trace(_curve(found, found.kept.mean(axis=1), mean, theme(dark).faint, 4.0))
    for number, word in enumerate(dict.fromkeys(word for word in emphasis if word in found.words)):
        colour = CATEGORIES[number % len(CATEGORIES)]
        figure.add_trace(_curve(found, found.kept[:, found.words.index(word)], word, colour, 2.0))
    figure.add_hline(y=SETTLED, line={"color": theme(dark).faint, "width": 1, "dash": "dot"})
    figure.update_xaxes(title={"text": hover_text(step)}, gridcolor=theme(dark).grid, zeroline=False, tickformat=",")
    figure.update_yaxes(
        title={"text": hover_text(share)}, gridcolor=theme(dark).grid, zeroline=False, range=[-0.02, 1.04], tickformat=".0%"
    )
    return figure


def _curve(found: Drift, values: np.ndarray, name: str, colour: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=list(found.steps),
        y=values,
        mode="lines",
        name=hover_text(name),
        line={"color": colour, "width": width},
        hovertemplate="%{x:,} · %{y:.0%}<extra>%{fullData.name}</extra>",
    )
