"""The similarity matrix of a list of words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from lstm_core.errors import InvalidOption
from lstm_core.figures.style import base_figure, hover_text

_NUMBERS_UP_TO = 15
# Blue, white, orange: Okabe & Ito's pair that every colour vision tells apart, white (or black) at cosine 0.
_LIGHT_SCALE = ((0.0, "#0072B2"), (0.5, "#F7F7F7"), (1.0, "#D55E00"))
_DARK_SCALE = ((0.0, "#56B4E9"), (0.5, "#1A1D24"), (1.0, "#E69F00"))
SCALES = {False: _LIGHT_SCALE, True: _DARK_SCALE}
"""From below 0 to above it, by whether the page is dark."""


def similarity_figure(
    words: Sequence[str], matrix: ArrayLike, *, dark: bool = False, title: str = "", height: int | None = 480
) -> go.Figure:
    """Return the cosines ``matrix`` ``(n, n)`` of ``words`` (n) as a square of colours from -1 to 1.

    The numbers stand in the cells up to 15 words, in the hover box always. Raises :class:`InvalidOption` for another shape.
    """
    values = np.asarray(matrix, dtype=np.float32)
    if values.shape != (len(words), len(words)):
        raise InvalidOption(name="matrix", value=values.shape, rule=f"{len(words)} x {len(words)} numbers are needed")
    names = [hover_text(word) for word in words]
    places = np.arange(len(names))
    figure = base_figure(dark=dark, title=title, height=height)
    figure.add_trace(
        go.Heatmap(
            z=values,
            zmin=-1.0,
            zmax=1.0,
            colorscale=SCALES[dark],
            colorbar={"thickness": 12, "len": 0.8},
            text=[[f"{row} · {column}" for column in names] for row in names],
            texttemplate="%{z:.2f}" if len(names) <= _NUMBERS_UP_TO else None,
            hovertemplate="%{text}<br>%{z:.4f}<extra></extra>",
        )
    )
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": names, "showgrid": False, "zeroline": False}
    figure.update_xaxes(**ticks, side="top", constrain="domain")
    figure.update_yaxes(**ticks, autorange="reversed", scaleanchor="x", constrain="domain")
    figure.update_layout(margin={"l": 16, "r": 16, "t": 64 if title else 32, "b": 16})
    return figure
