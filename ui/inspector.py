"""Beside the map: the chosen word, the way to it, and its neighbours in the true space."""

from __future__ import annotations

import streamlit as st

from lstm_core.projection import Projection
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import Neighbors, most_neighbors, nearest
from ui import trail
from ui.columns import facts
from ui.i18n import t
from ui.probes import example_word
from ui.text import plain

NEIGHBORS = 10


def show_inspector(table: EmbeddingTable, word: str) -> Neighbors | None:
    """Show the chosen word with its neighbours and return them, if it has a place; without a word, say how to choose one.

    Raises :class:`UnknownWords`.
    """
    trail.way_back()
    if not word:
        _invite(table)
        return None
    found = nearest(table, word, k=most_neighbors(table, NEIGHBORS, excluded=1))
    with st.container(key="chosen"):
        st.subheader(plain(found.query), anchor=False)
    known = t("neighbors.inferred", word=plain(found.query)) if found.inferred else " · ".join(facts(table, found.query))
    st.caption(known)
    st.caption(t("inspector.neighbors"))
    trail.neighbor_list(found, key="map_neighbors")
    st.button(t("inspector.clear"), key="map_clear", on_click=trail.clear, type="tertiary")
    return None if found.inferred else found


def offer_place(neighbors: Neighbors, table: EmbeddingTable, projection: Projection) -> None:
    """Say that the chosen word is not on the map, when it is not, with a button that puts it there."""
    if table.index(neighbors.query) not in projection.indices:
        st.caption(t("map.absent"))
        st.button(t("map.put"), key="map_put", on_click=trail.search_for, args=(neighbors.query,))


def _invite(table: EmbeddingTable) -> None:
    with st.container(key="invitation"):
        st.markdown(t("inspector.empty"))
        with st.container(horizontal=True):
            for number in range(4):
                word = example_word(table, number=number)
                st.button(plain(word), key=f"invite_{number}", on_click=trail.choose, args=(word,))
