"""From a projection and the view that was asked for to the figure on the page and the caption under it."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from lstm_core.errors import TooFew
from lstm_core.figures.coloring import Coloring
from lstm_core.figures.placement import first_of_each
from lstm_core.figures.scatter import Highlight, map_figure
from lstm_core.projection import PROJECTIONS, Projection
from lstm_core.projection.point_quality import point_recall
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import Neighbors
from ui.columns import value_name
from ui.i18n import t, t_text
from ui.map_controls import FREQUENCY, PLAIN, RECALL, MapView, color_name
from ui.projections import quality_of
from ui.text import amount, percent, plain
from ui.waiting import once

HEIGHT = 640


def map_picture(
    table: EmbeddingTable, projection: Projection, view: MapView, neighbors: Neighbors | None, *, dark: bool
) -> go.Figure:
    """Return the map with the view's colours; the chosen word and its neighbours in the true space are joined by lines."""
    return map_figure(
        projection,
        projection.labels(table),
        color=coloring(table, projection, view.color),
        highlight=_highlights(table, neighbors),
        importance=_importance(table, projection, view.color),
        named=30 if projection.dimension == 2 else 20,
        dark=dark,
        height=HEIGHT,
    )


def map_caption(table: EmbeddingTable, projection: Projection, view: MapView, *, placed: int = 0) -> None:
    """Say how the picture was made, what it is worth, and what it cannot say; ``placed`` words were put on it afterwards."""
    method = PROJECTIONS[projection.method]
    parts = [
        t(
            "map.caption",
            method=plain(t_text(method.label)),
            dimension=t(f"map.dimension_{projection.dimension}"),
            total=f"{projection.total:,}",
            shown=f"{len(projection):,}",
            seed=projection.seed,
        )
    ]
    if projection.explained_variance_ratio:
        parts.append(t("map.explained", share=percent(sum(projection.explained_variance_ratio), digits=1)))
    if "done" in projection.quality:
        parts.append(t("map.kept", share=percent(projection.quality["done"])))
    if placed:
        parts.append(t("map.placed", count=placed, how=plain(t_text(method.placing))))
    place = st.empty()
    place.caption(_joined(parts, method.caution))
    with suppress(TooFew):
        place.caption(_joined([*parts, *_worth(table, projection, view)], method.caution))
    if projection.spectrum:
        _spectrum(projection.spectrum)


def _spectrum(shares: tuple[float, ...]) -> None:
    """Show how much of the variance each component explains, and how many it takes for half and for nine tenths."""
    with st.expander(t("map.spectrum")):
        sums = np.cumsum(shares)
        counts = [int(np.searchsorted(sums, part)) + 1 for part in (0.5, 0.9)]
        st.caption(t("map.spectrum_sums", half=min(counts[0], len(shares)), most=min(counts[1], len(shares)), all=len(shares)))
        numbered = {str(number): f"{100 * share:.3g}" for number, share in enumerate(shares, 1)}
        st.dataframe(
            {t("map.component"): list(numbered), t("map.share"): list(numbered.values())}, hide_index=True, height=240
        )


def _joined(parts: list[str], caution: Text) -> str:
    return " · ".join(parts) + "  \n" + plain(t_text(caution))


def _worth(table: EmbeddingTable, projection: Projection, view: MapView) -> list[str]:
    worth = quality_of(table, view.question, projection)
    sampled = [t("map.sampled", sample=f"{worth.sample:,}")] if worth.sample < worth.points else []
    return [
        t("map.trustworthiness", value=amount(worth.trustworthiness, digits=2)),
        t("map.recall", k=worth.k, value=percent(worth.neighbor_recall), chance=percent(worth.chance, digits=1)),
        *sampled,
    ]


def coloring(table: EmbeddingTable, projection: Projection, color: str) -> Coloring | None:
    """Return what the way of colouring called ``color`` says of each point; None for one colour."""
    if color == PLAIN:
        return None
    if color == RECALL:
        key = ("point recall", table.fingerprint, projection.coordinates.tobytes())
        k = min(10, len(projection) - 1)
        shares = once(
            key, lambda progress: point_recall(table, projection, k=k, progress=progress), text=t("map.color_recall")
        )
        return Coloring(shares, title=color_name(color))
    if color == FREQUENCY:
        counts = np.asarray(table.counts)[projection.indices]
        return Coloring(counts, title=color_name(color), logarithmic=True)
    values = [value_name(value) for value in table.columns[color]]
    return Coloring([values[row] for row in projection.indices], title=color_name(color), other=t("map.color_other"))


def _importance(table: EmbeddingTable, projection: Projection, color: str) -> NDArray[np.float64] | None:
    """Return what decides which words are named: frequency, within each colour where colours are categories."""
    if table.counts is None:
        return None
    groups = table.columns.get(color)
    counts = table.counts[projection.indices].astype(np.float64)
    return counts if groups is None else first_of_each(counts, [groups[row] for row in projection.indices])


def _highlights(table: EmbeddingTable, neighbors: Neighbors | None) -> tuple[Highlight, ...]:
    if neighbors is None:
        return ()
    rows = tuple(int(row) for row in table.indices(neighbors.words))
    return (Highlight(table.index(neighbors.query), rows),)
