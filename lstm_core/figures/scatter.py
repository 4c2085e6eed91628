"""The map: a projection as a 2-D or 3-D scatter plot with one trace for all its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption
from lstm_core.figures.coloring import Coloring, marker_colours
from lstm_core.figures.placement import spread_out
from lstm_core.figures.style import ACCENT, base_figure, hover_text, theme
from lstm_core.projection.value import Projection

SVG_UP_TO = 3_000
_ORIGIN_NAME = "words"


@dataclass(frozen=True)
class Highlight:
    """A word (``center``, a row of the table) with related ``rows``, drawn over the map in ``color`` and called ``name``.

    Lines join the centre to the rows when ``lines``. Rows that are not on the map are left away.
    """

    center: int | None
    rows: tuple[int, ...] = ()
    name: str = ""
    color: str = ACCENT
    lines: bool = True


def map_figure(
    projection: Projection,
    labels: Sequence[str],
    *,
    color: Coloring | None = None,
    highlight: Sequence[Highlight] = (),
    dark: bool = False,
    title: str = "",
    importance: NDArray[np.floating] | Sequence[float] | None = None,
    named: int = 40,
    point_size: float | None = None,
    height: int | None = 640,
) -> go.Figure:
    """Return the map of ``projection``: one trace with a point per word, then its few names, then highlights.

    ``labels`` ``(N,)`` are the words of the points (shown literally), ``importance`` ``(N,)`` decides which ``named`` words
    stand on the map without hovering (default: the first ones). ``customdata`` and ``ids`` of the first trace are the row
    numbers of the table. SVG up to 3,000 points in 2-D, WebGL above and in 3-D.
    Raises :class:`InvalidOption` when ``labels``, ``importance`` or the colouring do not fit the points.
    """
    if len(labels) != len(projection):
        raise InvalidOption(name="labels", value=len(labels), rule=f"{len(projection)} are needed, one a point")
    figure = base_figure(dark=dark, title=title, height=height)
    figure.add_trace(_points(projection, labels, color, dark=dark, size=point_size, faint=bool(highlight)))
    order = _importance(projection, importance)
    shown = spread_out(projection.coordinates, order, most=named, taken=_named_already(projection, highlight))
    figure.add_trace(_names(projection, labels, shown, dark=dark))
    for group in highlight:
        for trace in _highlight(projection, labels, group, dark=dark):
            figure.add_trace(trace)
    for entry in color.legend() if color is not None else ():
        figure.add_trace(_legend_entry(projection.dimension, *entry))
    _axes(figure, projection, dark=dark)
    return figure


def _points(
    projection: Projection,
    labels: Sequence[str],
    coloring: Coloring | None,
    *,
    dark: bool,
    size: float | None,
    faint: bool,
) -> Any:
    marker: dict[str, Any] = {"color": theme(dark).point}
    hover = "%{hovertext}<extra></extra>"
    if coloring is not None:
        marker = marker_colours(coloring, len(projection))
        hover = "%{hovertext}<br>%{text}<extra></extra>"
    marker["size"] = size or _point_size(projection)
    marker["opacity"] = 0.4 if faint else 0.85 if len(projection) <= SVG_UP_TO else 0.6
    return _trace(projection.dimension, len(projection))(
        **_xyz(projection.coordinates),
        mode="markers",
        marker=marker,
        ids=projection.indices.astype(str),
        customdata=projection.indices,
        hovertext=[hover_text(label) for label in labels],
        text=[hover_text(note) for note in coloring.notes()] if coloring is not None else None,
        hovertemplate=hover,
        name=_ORIGIN_NAME,
        showlegend=False,
    )


def _names(projection: Projection, labels: Sequence[str], shown: NDArray[np.int64], *, dark: bool) -> Any:
    return _trace(projection.dimension, len(projection))(
        **_xyz(projection.coordinates[shown]),
        mode="text",
        text=_on_plot(projection, [labels[i] for i in shown]),
        textposition="top center",
        textfont={"size": 12, "color": theme(dark).text},
        hoverinfo="skip",
        showlegend=False,
    )


def _highlight(projection: Projection, labels: Sequence[str], highlight: Highlight, *, dark: bool) -> list[Any]:
    where = {int(row): point for point, row in enumerate(projection.indices)}
    around = [where[row] for row in highlight.rows if row in where]
    center = where.get(highlight.center) if highlight.center is not None else None
    traces = []
    kind = _trace(projection.dimension, len(projection))
    if highlight.lines and center is not None and around:
        ends = np.full((3 * len(around), projection.dimension), np.nan, dtype=np.float32)
        ends[0::3], ends[1::3] = projection.coordinates[center], projection.coordinates[around]
        line = {"color": highlight.color, "width": 2 if projection.dimension == 3 else 1}
        traces.append(kind(**_xyz(ends), mode="lines", line=line, hoverinfo="skip", showlegend=False))
    points = ([center] if center is not None else []) + around
    if points:
        words = [labels[point] for point in points]
        big = _point_size(projection) + 4
        sizes = [big + 4 if point == center else big for point in points]
        traces.append(
            kind(
                **_xyz(projection.coordinates[points]),
                mode="markers+text",
                marker={
                    "color": highlight.color,
                    "size": sizes,
                    "opacity": 1.0,
                    "line": {"color": theme(dark).background, "width": 1},
                },
                text=_on_plot(projection, words),
                textposition="top center",
                textfont={"size": 15, "color": theme(dark).text},
                customdata=projection.indices[points],
                hovertext=[hover_text(word) for word in words],
                hovertemplate="%{hovertext}<extra></extra>",
                name=hover_text(highlight.name),
                showlegend=bool(highlight.name),
            )
        )
    return traces


def _legend_entry(dimension: int, name: str, colour: str) -> Any:
    """Return an empty trace that puts one category into the legend: the points themselves are a single trace."""
    kind = go.Scatter3d if dimension == 3 else go.Scatter
    place = {"x": [None], "y": [None]} | ({"z": [None]} if dimension == 3 else {})
    marker = {"color": colour, "size": 10}
    return kind(**place, mode="markers", marker=marker, name=hover_text(name), hoverinfo="skip", showlegend=True)


def _axes(figure: go.Figure, projection: Projection, *, dark: bool) -> None:
    names = [axis_title(projection, axis) for axis in range(projection.dimension)]
    axis: dict[str, Any] = {"showticklabels": False, "zeroline": False, "gridcolor": theme(dark).grid}
    if projection.dimension == 3:
        axis |= {"backgroundcolor": theme(dark).background, "showspikes": False}
        scene = {letter + "axis": axis | {"title": {"text": name}} for letter, name in zip("xyz", names, strict=True)}
        figure.update_layout(scene=scene | {"aspectmode": "data"}, margin={"l": 0, "r": 0, "b": 0})
        return
    figure.update_xaxes(**axis, title={"text": names[0]})
    figure.update_yaxes(**axis, title={"text": names[1]}, scaleanchor="x", scaleratio=1)
    figure.update_layout(dragmode="pan")


def axis_title(projection: Projection, axis: int) -> str:
    """Return the title of an axis (0-based): ``PC1 (12.3 %)`` for a PCA, ``t-SNE 1`` and the like otherwise."""
    if projection.method == "pca":
        return f"PC{axis + 1} ({100 * projection.explained_variance_ratio[axis]:.1f} %)"
    return f"{'t-SNE' if projection.method == 'tsne' else projection.method} {axis + 1}"


def _trace(dimension: int, points: int) -> type[Any]:
    if dimension == 3:
        return go.Scatter3d  # type: ignore[no-any-return]
    return go.Scatter if points <= SVG_UP_TO else go.Scattergl  # type: ignore[no-any-return]


def _on_plot(projection: Projection, words: Sequence[str]) -> list[str]:
    """Return ``words`` for text on the plot: SVG reads tags and must be escaped, WebGL shows what it is given."""
    svg = projection.dimension == 2 and len(projection) <= SVG_UP_TO
    return [hover_text(word) for word in words] if svg else list(words)


def _xyz(coordinates: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    return {letter: np.ascontiguousarray(column) for letter, column in zip("xyz", coordinates.T, strict=False)}


def _point_size(projection: Projection) -> float:
    if projection.dimension == 3:
        return 3.0 if len(projection) > 2_000 else 4.0
    return float(np.clip(14 - 2.5 * np.log10(max(1, len(projection))), 4, 10))


def _named_already(projection: Projection, highlight: Sequence[Highlight]) -> list[int]:
    """Return the points whose names the highlights show."""
    rows = [row for group in highlight for row in (group.center, *group.rows) if row is not None]
    return [int(point) for point in np.flatnonzero(np.isin(projection.indices, np.array(rows, dtype=np.int64)))]


def _importance(projection: Projection, importance: NDArray[np.floating] | Sequence[float] | None) -> NDArray[np.int64]:
    if importance is None:
        return np.arange(len(projection), dtype=np.int64)
    values = np.asarray(importance, dtype=np.float64)
    if values.shape != (len(projection),):
        raise InvalidOption(name="importance", value=values.shape, rule=f"{len(projection)} numbers are needed")
    return np.argsort(-values, kind="stable")
