"""Two tables side by side: the same words in the same basis, colours and frame, so that only what differs looks different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lstm_core.figures.coloring import Coloring
from lstm_core.figures.scatter import Highlight, map_figure
from lstm_core.figures.style import ACCENT, SECOND
from lstm_core.projection.comparison import TableComparison
from lstm_core.projection.value import Projection

_ROOM = 0.04  # of the extent, around the points
_BAR = {"orientation": "h", "y": -0.16, "yanchor": "top", "thickness": 8, "len": 0.7, "title": {"side": "bottom"}}


@dataclass(frozen=True)
class LinkedLabels:
    """Words on the linked maps, already in the reader's language."""

    both: str = "near in both"
    only: str = "near only here"


def linked_figures(
    comparison: TableComparison,
    pictures: tuple[Projection, Projection],
    *,
    chosen: int | None = None,
    color: Coloring | None = None,
    labels: LinkedLabels | None = None,
    dark: bool = False,
    named: int = 20,
    height: int | None = 520,
) -> tuple[go.Figure, go.Figure]:
    """Return the two flat ``pictures`` of ``comparison`` as figures with one frame; ``customdata`` are places in its ``words``.

    The word at the place ``chosen`` is joined by lines to its nearest words, those near in both tables in one colour and
    those near in this table alone in another; a dashed line leads from where it stands in the first to where in the second.
    """
    labels = labels or LinkedLabels()
    figures = []
    for picture, own, other in zip(
        pictures, (comparison.near_a, comparison.near_b), (comparison.near_b, comparison.near_a), strict=True
    ):
        highlight = () if chosen is None else _highlights(chosen, own[chosen], other[chosen], labels)
        words = [comparison.words[place] for place in picture.indices]
        few = named if chosen is None else named // 3
        figure = map_figure(picture, words, color=color, highlight=highlight, dark=dark, named=few, height=height)
        figure.update_traces(marker={"colorbar": _BAR}, selector={"name": figure.data[0].name})
        hold_frame(figure, pictures)
        _add_way(figure, pictures, chosen)
        figures.append(figure)
    return figures[0], figures[1]


def _highlights(chosen: int, own: NDArray[np.int64], other: NDArray[np.int64], labels: LinkedLabels) -> Sequence[Highlight]:
    kept = np.isin(own, other)
    return (
        Highlight(chosen, tuple(map(int, own[kept])), name=labels.both, color=SECOND),
        Highlight(None, tuple(map(int, own[~kept])), name=labels.only, color=ACCENT),
    )


def hold_frame(figure: go.Figure, pictures: Sequence[Projection]) -> None:
    """Give a flat map the frame that holds the points of all ``pictures``, so that maps beside each other can be compared."""
    points = np.concatenate([picture.coordinates for picture in pictures]).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    room = _ROOM * float((high - low).max() or 1.0)
    figure.update_xaxes(range=[low[0] - room, high[0] + room])
    figure.update_yaxes(range=[low[1] - room, high[1] + room])


def _add_way(figure: go.Figure, pictures: tuple[Projection, Projection], chosen: int | None) -> None:
    where = [np.flatnonzero(picture.indices == chosen) for picture in pictures]
    if chosen is None or not all(len(found) for found in where):
        return
    ends = np.stack([picture.coordinates[found[0]] for picture, found in zip(pictures, where, strict=True)])  # (2, 2)
    line = {"color": ACCENT, "width": 1.5, "dash": "dash"}
    figure.add_trace(go.Scatter(x=ends[:, 0], y=ends[:, 1], mode="lines", line=line, hoverinfo="skip", showlegend=False))
