"""What the colours of the map say, and the caption under it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lstm_core.errors import TooFew
from lstm_core.figures.coloring import Coloring
from lstm_core.figures.colorings import COLORINGS, Asked, Values
from lstm_core.options import build
from lstm_core.projection import PROJECTIONS, Projection
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from ui.columns import value_name
from ui.i18n import language, t, t_text
from ui.map_controls import MapView, color_name
from ui.projections import quality_of
from ui.text import amount, percent, plain
from ui.waiting import once
from ui.word_map import points_of

HEIGHT = 640


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


def coloring(table: EmbeddingTable, projection: Projection, view: MapView) -> Coloring | None:
    """Return what the colours of ``view`` say of each point; None for one colour."""
    if view.color in table.columns:
        return column_coloring(table, projection, view.color)
    if view.color not in COLORINGS:
        return None
    way = COLORINGS[view.color]
    word = view.word if way.follows_word and view.word in table else ""
    key = ("coloring", way.key, view.color_options, word, table.fingerprint, points_of(projection), language())
    options = build(way.Options, dict(view.color_options))
    asked = Asked(table, projection, word)
    made: _Made = once(key, lambda progress: _Made(way.values(asked, options, progress=progress)), text=color_name(view.color))
    if made.values is None:
        return None
    return Coloring(made.values, title=color_name(view.color), other=t("map.color_other"), logarithmic=way.logarithmic)


def column_coloring(table: EmbeddingTable, projection: Projection, column: str) -> Coloring:
    """Return what ``column`` of the table says of each point."""
    values = table.columns[column]
    names = {value: value_name(value) for value in set(values)}
    return Coloring([names[values[row]] for row in projection.indices], title=color_name(column), other=t("map.color_other"))


@dataclass(frozen=True, eq=False)
class _Made:
    values: Values | None
