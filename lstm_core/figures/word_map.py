"""The map of words as arrays: what a browser needs to draw it, each array apart, so that only what changed has to travel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lstm_core.figures.coloring import Coloring
from lstm_core.figures.style import SCALE
from lstm_core.projection.trajectory import Trajectory
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable

Kind = Literal["f4", "u4", "u1", "json"]


@dataclass(frozen=True)
class Layer:
    """One array of the map: ``content`` are little-endian numbers of ``kind``, or UTF-8 JSON."""

    kind: Kind
    content: bytes


def place_layer(projection: Projection) -> Layer:
    """Return the coordinates of the points, ``(N, 2 or 3)`` float32."""
    return _numbers(projection.coordinates, "f4")


def frame_layer(path: Trajectory) -> Layer:
    """Return the coordinates of all points at every step, ``(S, N, 2)`` float32."""
    return _numbers(path.coordinates, "f4")


def word_layers(table: EmbeddingTable, rows: NDArray[np.int64]) -> dict[str, Layer]:
    """Return what is known of the points that are ``rows`` ``(N,)`` of ``table``, ascending, by name.

    ``words``; ``ranks`` ``(N,)``, the place of each by frequency among all words, from 1 (in table order where no counts are
    known); ``counts`` ``(N,)`` if they are known; ``rows`` unless the points are the first N of the table.
    """
    words = json.dumps([table.labels[row] for row in rows.tolist()], ensure_ascii=False)
    layers = {
        "words": Layer("json", words.encode("utf-8", "replace")),
        "ranks": _numbers(table.frequency_ranks[rows], "u4"),
    }
    if table.counts is not None:
        layers["counts"] = _numbers(np.minimum(table.counts[rows], 2**32 - 1), "u4")
    if not np.array_equal(rows, np.arange(len(rows))):
        layers["rows"] = _numbers(rows, "u4")
    return layers


def colour_layer(coloring: Coloring) -> tuple[Layer, dict[str, Any]]:
    """Return the value of each point and how it becomes a colour, as JSON.

    Categories: numbers of ``names`` (the largest first, what remains last) with their ``colours``. Numbers: float32 between
    ``low`` and ``high`` on a ``scale`` of colours, on a logarithmic one when ``logarithmic``. Colours are ``[r, g, b]``, 0-255.
    """
    if coloring.categorical:
        legend = coloring.legend()
        number = {name: place for place, (name, _) in enumerate(coloring.categories().items())}
        places = [number.get(str(value), len(number)) for value in coloring.values]
        about = {"names": [name for name, _ in legend], "colours": [rgb(colour) for _, colour in legend]}
        return _numbers(np.array(places), "u1"), {"title": coloring.title, **about}
    values = np.asarray(coloring.values, dtype=np.float32)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    ends = [f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}" for value in (low, high)]
    about = {"scale": _scale(), "low": low, "high": high, "ends": ends, "logarithmic": coloring.logarithmic}
    return _numbers(values, "f4"), {"title": coloring.title, **about}


def rgb(colour: str) -> list[int]:
    """Return ``#rrggbb`` as three numbers, 0-255."""
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _scale() -> list[list[int]]:
    from plotly.colors import get_colorscale

    return [rgb(colour) for _, colour in get_colorscale(SCALE)]


def _numbers(values: NDArray[Any], kind: Literal["f4", "u4", "u1"]) -> Layer:
    return Layer(kind, np.ascontiguousarray(values).astype("<" + kind).tobytes())
