"""Words of two groups along a direction and along a single dimension."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from lstm_core.errors import InvalidOption
from lstm_core.figures.style import ACCENT, SECOND, base_figure, hover_text, theme


def two_groups_figure(
    words: Sequence[str],
    is_high: ArrayLike,
    places: tuple[ArrayLike, ArrayLike],
    *,
    groups: tuple[str, str],
    axes: tuple[str, str],
    dark: bool = False,
    height: int = 420,
) -> go.Figure:
    """Return ``words`` (n) at ``places``: along the direction across, along the single dimension upwards; ``(n,)`` each.

    ``groups`` name the low and the high words. Lines at 0 are the thresholds of both. Raises :class:`InvalidOption` where
    the numbers of words and places differ.
    """
    across, upwards, high = (np.asarray(each) for each in (*places, is_high))
    if not len(words) == len(across) == len(upwards) == len(high):
        raise InvalidOption(name="places", value=len(across), rule=f"{len(words)} places are needed")
    figure = base_figure(dark=dark, height=height)
    for side, (name, colour, symbol) in enumerate(zip(groups, (SECOND, ACCENT), ("circle", "diamond"), strict=True)):
        chosen = np.flatnonzero(high == bool(side))
        figure.add_trace(
            go.Scatter(
                x=across[chosen],
                y=upwards[chosen],
                mode="markers",
                name=hover_text(name),
                marker={"color": colour, "size": 8, "symbol": symbol, "opacity": 0.8},
                text=[hover_text(words[at]) for at in chosen.tolist()],
                hovertemplate="%{text}<br>%{x:.3f} · %{y:.3f}<extra>%{fullData.name}</extra>",
            )
        )
    line = {"color": theme(dark).faint, "width": 1.5, "dash": "dot"}
    figure.add_vline(x=0, line=line)
    figure.add_hline(y=0, line=line)
    figure.update_xaxes(title={"text": hover_text(axes[0])}, gridcolor=theme(dark).grid, zeroline=False)
    figure.update_yaxes(title={"text": hover_text(axes[1])}, gridcolor=theme(dark).grid, zeroline=False)
    return figure
