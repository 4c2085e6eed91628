"""The parallelogram of ``a - b + c`` with the answer beside the target."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lstm_core.figures.placement import away_from_center
from lstm_core.figures.style import ACCENT, SECOND, THIRD, base_figure, hover_text, theme
from lstm_core.table.analogy import Parallelogram


def parallelogram_figure(
    shape: Parallelogram, *, dark: bool = False, title: str = "", target: str = "", height: int | None = 460
) -> go.Figure:
    """Return arrows b → a and c → answer, the dashed sides that close the parallelogram, and the target as a cross.

    ``target`` names the cross (default ``a − b + c`` in words). Both axes have the same scale, so angles are true in the
    plane; what lies outside the plane is told by the numbers of :class:`Parallelogram`.
    """
    a, b, c, answer, goal = shape.coordinates
    words = [hover_text(word) for word in shape.points[:4]]
    name = hover_text(target) or f"{words[0]} − {words[1]} + {words[2]}"
    figure = base_figure(dark=dark, title=title, height=height)
    for start, end in ((b, c), (a, goal), (c, goal)):
        figure.add_trace(_side(start, end, theme(dark).faint))
    _arrow(figure, b, a, SECOND)
    _arrow(figure, c, answer, ACCENT)
    sides = away_from_center(shape.coordinates)
    sides[3:] = ("top center", "bottom center") if answer[1] >= goal[1] else ("bottom center", "top center")
    figure.add_trace(_dots(np.stack((a, b, c)), words[:3], SECOND, theme(dark).text, sides=sides[:3]))
    figure.add_trace(_dots(answer[None], words[3:], ACCENT, theme(dark).text, sides=sides[3:4]))
    figure.add_trace(_dots(goal[None], [name], THIRD, theme(dark).text, sides=sides[4:], symbol="x"))
    _frame(figure, shape.coordinates, theme(dark).grid)
    return figure


def _side(start: NDArray[np.float64], end: NDArray[np.float64], colour: str) -> go.Scatter:
    line = {"color": colour, "dash": "dash", "width": 1.5}
    x, y = np.stack((start, end)).T
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _arrow(figure: go.Figure, start: NDArray[np.float64], end: NDArray[np.float64], colour: str) -> None:
    figure.add_annotation(
        x=end[0],
        y=end[1],
        ax=start[0],
        ay=start[1],
        xref="x",
        yref="y",
        axref="x",
        ayref="y",
        text="",
        showarrow=True,
        arrowhead=2,
        arrowsize=1.2,
        arrowwidth=2.5,
        arrowcolor=colour,
        standoff=7,
        startstandoff=7,
    )


def _dots(
    points: NDArray[np.float64], names: list[str], colour: str, text: str, *, sides: list[str], symbol: str = "circle"
) -> go.Scatter:
    return go.Scatter(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers+text",
        marker={"color": colour, "size": 11, "symbol": symbol},
        text=names,
        textposition=sides,
        textfont={"size": 15, "color": text},
        hovertext=names,
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        showlegend=False,
    )


def _frame(figure: go.Figure, points: NDArray[np.float64], grid: str) -> None:
    """Leave room for names around the points, on axes of one scale."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.3 * float((high - low).max() or 1.0)
    axis = {"showticklabels": False, "zeroline": False, "gridcolor": grid}
    figure.update_xaxes(**axis, range=[low[0] - margin, high[0] + margin])
    figure.update_yaxes(**axis, range=[low[1] - margin, high[1] + margin], scaleanchor="x", scaleratio=1)
