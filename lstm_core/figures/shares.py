"""Shares of right answers by category, with their intervals, and beside them what is got right by simpler means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from lstm_core.errors import InvalidOption
from lstm_core.figures.style import CATEGORIES, base_figure, hover_text, theme
from lstm_core.table.intervals import Interval

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "star", "hexagon")
_PLAIN = ("line-ns-open", "x-thin-open", "circle-open", "diamond-open", "square-open")
_SPREAD = 0.34  # how far apart the marks of one category stand, of the distance between categories


@dataclass(frozen=True)
class Shares:
    """One row of marks: ``values`` (0-1, None: nothing was asked), one a category, with ``intervals`` or without.

    Marks with intervals are filled; those without are baselines, drawn thin and grey.
    """

    name: str
    values: Sequence[float | None]
    intervals: Sequence[Interval | None] | None = None


def shares_figure(
    categories: Sequence[str], rows: Sequence[Shares], *, dark: bool = False, title: str = "", height: int | None = None
) -> go.Figure:
    """Return a dot plot of ``rows``, categories downwards and shares of 0-100 % across.

    ``height`` None gives every category the same room. Raises :class:`InvalidOption` when a row has another length.
    """
    figure = base_figure(dark=dark, title=title, height=height or 130 + 40 * max(2, len(categories)))
    measured = [row for row in rows if row.intervals is not None]
    for row in rows:
        if len(row.values) != len(categories) or (row.intervals is not None and len(row.intervals) != len(categories)):
            raise InvalidOption(name=row.name, value=len(row.values), rule=f"{len(categories)} values are needed")
    for number, row in enumerate(one for one in rows if one.intervals is None):
        figure.add_trace(_baseline(row, number, categories, theme(dark).point))
    for number, row in enumerate(measured):
        offset = _SPREAD * (number - (len(measured) - 1) / 2) / max(1, len(measured) - 1)
        figure.add_trace(_measured(row, number, categories, offset))
    grid = theme(dark).grid
    names = [hover_text(name) for name in categories]
    ticks = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names}
    figure.update_yaxes(**ticks, range=[len(names) - 0.5, -0.5], gridcolor=grid, zeroline=False, automargin=True)
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", gridcolor=grid, zeroline=False)
    return figure


def _measured(row: Shares, number: int, categories: Sequence[str], offset: float) -> go.Scatter:
    places = [place for place, value in enumerate(row.values) if value is not None]
    values = [row.values[place] or 0.0 for place in places]
    given = row.intervals or [None] * len(row.values)
    intervals = [given[place] or (value, value) for place, value in zip(places, values, strict=True)]
    return go.Scatter(
        x=values,
        y=[place + offset for place in places],
        mode="markers",
        name=hover_text(row.name),
        marker={"size": 10, "color": CATEGORIES[number % len(CATEGORIES)], "symbol": _SYMBOLS[number % len(_SYMBOLS)]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - value for (_, high), value in zip(intervals, values, strict=True)],
            "arrayminus": [value - low for (low, _), value in zip(intervals, values, strict=True)],
            "thickness": 2,
            "width": 4,
        },
        text=[
            f"{hover_text(categories[place])} {low:.1%} – {high:.1%}"
            for place, (low, high) in zip(places, intervals, strict=True)
        ],
        hovertemplate="%{text}<br>%{x:.1%}<extra>%{fullData.name}</extra>",
    )


def _baseline(row: Shares, number: int, categories: Sequence[str], colour: str) -> go.Scatter:
    places = [place for place, value in enumerate(row.values) if value is not None]
    return go.Scatter(
        x=[row.values[place] for place in places],
        y=places,
        mode="markers",
        name=hover_text(row.name),
        marker={"size": 10, "color": colour, "symbol": _PLAIN[number % len(_PLAIN)], "line": {"width": 2, "color": colour}},
        text=[hover_text(categories[place]) for place in places],
        hovertemplate="%{text}<br>%{x:.1%}<extra>%{fullData.name}</extra>",
    )
