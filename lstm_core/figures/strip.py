"""Rows of a table as strips of colours, and where the tokens of a padded batch stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from lstm_core.errors import InvalidOption
from lstm_core.figures.heatmap import SCALES
from lstm_core.figures.style import base_figure, hover_text, theme

_ROW = 26  # pixels
_MOST = 560
_APART = 64  # cells; more of them have no gaps, which would be all one sees on a telephone


def strip_figure(names: Sequence[str], rows: ArrayLike, *, dark: bool = False, dimension: str = "dimension") -> go.Figure:
    """Return ``rows`` ``(n, D)`` as n strips of D colours, the first on top; white (or black) is 0, equal ends either way.

    Raises :class:`InvalidOption` for another number of ``names``.
    """
    values = np.asarray(rows, dtype=np.float32)
    if values.ndim != 2 or len(names) != len(values):
        raise InvalidOption(name="rows", value=values.shape, rule=f"{len(names)} rows are needed")
    most = float(np.abs(values).max(initial=0.0)) or 1.0
    figure = base_figure(dark=dark, height=_height(len(names)))
    figure.add_trace(
        go.Heatmap(
            z=values,
            x=np.arange(1, values.shape[1] + 1),
            zmin=-most,
            zmax=most,
            colorscale=SCALES[dark],
            colorbar={"thickness": 12},
            text=[[hover_text(name)] * values.shape[1] for name in names],
            hovertemplate="%{text} · %{x}<br>%{z:.4f}<extra></extra>",
        )
    )
    _axes(figure, names, dimension)
    return figure


def mask_figure(
    names: Sequence[str], mask: ArrayLike, texts: Sequence[Sequence[str]], *, dark: bool = False, place: str = "place"
) -> go.Figure:
    """Return a padded batch ``mask`` ``(B, T)`` as B strips of T cells, coloured where a token stands; ``texts`` on hovering.

    Raises :class:`InvalidOption` for another number of ``names``.
    """
    values = np.asarray(mask, dtype=np.uint8)
    if values.ndim != 2 or len(names) != len(values):
        raise InvalidOption(name="mask", value=values.shape, rule=f"{len(names)} rows are needed")
    colours = theme(dark)
    figure = base_figure(dark=dark, height=_height(len(names)))
    figure.add_trace(
        go.Heatmap(
            z=values,
            x=np.arange(1, values.shape[1] + 1),
            zmin=0,
            zmax=1,
            colorscale=((0.0, colours.grid), (1.0, SCALES[dark][2][1])),
            showscale=False,
            xgap=1 if values.shape[1] <= _APART else 0,
            ygap=3,
            text=[[hover_text(text) for text in line] for line in texts],
            hovertemplate="%{x} · %{text}<extra></extra>",
        )
    )
    _axes(figure, names, place)
    return figure


def _height(rows: int) -> int:
    return min(_MOST, 90 + _ROW * max(1, rows))


def _axes(figure: go.Figure, names: Sequence[str], along: str) -> None:
    places = np.arange(len(names))
    labels = [hover_text(name) for name in names]
    figure.update_yaxes(tickmode="array", tickvals=places, ticktext=labels, autorange="reversed", automargin=True)
    figure.update_xaxes(title={"text": hover_text(along)})
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(showgrid=False, zeroline=False)
    figure.update_layout(margin={"l": 16, "r": 16, "t": 8, "b": 44})
