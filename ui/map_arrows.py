"""The differences of an analogy as arrows on the map: b -> a and c -> answer, which are parallel where the analogy holds."""

from __future__ import annotations

import streamlit as st

from lstm_core.table.analogy import Parallelogram
from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import t
from ui.text import plain

_ARROWS = "map_arrows"  # fingerprint of the table, and its pairs of words


def draw_arrows(drawn: Parallelogram) -> None:
    """Have the map draw the two differences of ``drawn``."""
    a, b, c, answer, _ = drawn.points
    st.session_state[_ARROWS] = (drawn.fingerprint, ((b, a), (c, answer)))


def arrows(table: EmbeddingTable) -> tuple[tuple[str, str], ...]:
    """Return the pairs of words of ``table`` that arrows join."""
    fingerprint, pairs = st.session_state.get(_ARROWS, ("", ()))
    return pairs if fingerprint == table.fingerprint else ()


def arrows_caption(table: EmbeddingTable) -> None:
    """Say what the arrows are, and offer to take them away."""
    pairs = arrows(table)
    if not pairs:
        return
    said = " · ".join(f"{plain(start)} → {plain(end)}" for start, end in pairs)
    with st.container(horizontal=True, vertical_alignment="center", key="map_arrows_box"):
        st.caption(t("arrows.caption", arrows=said), width="content")
        st.button(t("arrows.clear"), key="map_arrows_clear", on_click=_forget, type="tertiary")


def _forget() -> None:
    st.session_state.pop(_ARROWS, None)
