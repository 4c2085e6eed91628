"""Words on the move: where they stand now, and the trail each has left since training began."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lstm_core.figures.placement import spread_out
from lstm_core.figures.style import CATEGORIES, base_figure, hover_text, theme
from lstm_core.projection.trajectory import Trajectory


def trajectory_figure(
    path: Trajectory,
    *,
    emphasis: Sequence[str] = (),
    dark: bool = False,
    title: str = "",
    trail: int | None = None,
    height: int | None = 520,
) -> go.Figure:
    """Return the newest positions of the words, with the names that do not cover each other, and their trails.

    Trails show the last ``trail`` moves (all: None). Words of ``emphasis`` get a colour and a thicker trail. Two traces
    whatever the number of words, two more per word of emphasis; ``uirevision`` is fixed, so that a page that redraws the
    figure keeps zoom and pan.
    """
    kept = path.coordinates if trail is None else path.coordinates[-(trail + 1) :]
    bright = {word: CATEGORIES[i % len(CATEGORIES)] for i, word in enumerate(dict.fromkeys(emphasis)) if word in path.words}
    quiet = [i for i, word in enumerate(path.words) if word not in bright]
    figure = base_figure(dark=dark, title=title, height=height)
    figure.add_trace(_trails(kept, quiet, theme(dark).faint, 1.0, 0.45))
    figure.add_trace(_words(path, quiet, theme(dark).point, theme(dark).text, 6, named=_readable(path, quiet, list(bright))))
    for word, colour in bright.items():
        place = path.words.index(word)
        figure.add_trace(_trails(kept, [place], colour, 2.5, 0.9))
        figure.add_trace(_words(path, [place], colour, theme(dark).text, 10))
    axis = {"showticklabels": False, "zeroline": False, "gridcolor": theme(dark).grid}
    titles = [f"{number} ({100 * share:.1f} %)" for number, share in enumerate(path.explained_variance_ratio, start=1)]
    figure.update_xaxes(**axis, title={"text": titles[0]})
    figure.update_yaxes(**axis, title={"text": titles[1]}, scaleanchor="x", scaleratio=1)
    figure.update_layout(uirevision="trajectory", showlegend=False, dragmode="pan")
    return figure


def _trails(coordinates: NDArray[np.float32], places: list[int], colour: str, width: float, opacity: float) -> go.Scatter:
    """Return the paths of the words at ``places`` as one broken line."""
    steps = len(coordinates)
    points = np.full((len(places), steps + 1, 2), np.nan, dtype=np.float32)  # (n, S + 1, 2): a gap ends each path
    points[:, :steps] = coordinates[:, places].transpose(1, 0, 2)
    x, y = points.reshape(-1, 2).T
    line = {"color": colour, "width": width}
    return go.Scatter(x=x.copy(), y=y.copy(), mode="lines", line=line, opacity=opacity, hoverinfo="skip", connectgaps=False)


def _readable(path: Trajectory, quiet: list[int], bright: Sequence[str]) -> set[int]:
    """Return which of the ``quiet`` words can be named without covering each other or those of emphasis."""
    taken = [path.words.index(word) for word in bright]
    order = np.array(quiet, dtype=np.int64)
    return set(spread_out(path.coordinates[-1], order, most=len(quiet), taken=taken).tolist())


def _words(
    path: Trajectory, places: list[int], colour: str, text: str, size: int, *, named: set[int] | None = None
) -> go.Scatter:
    names = [hover_text(path.words[place]) for place in places]
    x, y = path.coordinates[-1][places].reshape(-1, 2).T
    return go.Scatter(
        x=x.copy(),
        y=y.copy(),
        mode="markers+text",
        marker={"color": colour, "size": size},
        text=[name if named is None or place in named else "" for place, name in zip(places, names, strict=True)],
        textposition="top center",
        textfont={"size": 12, "color": text},
        hovertext=names,
        hovertemplate="%{hovertext}<extra></extra>",
    )
