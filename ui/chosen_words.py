"""Words around which a line was drawn on the map: listed, kept as a file, or drawn alone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lstm_core.table.embedding_table import EmbeddingTable
from ui.compare_words import word_table
from ui.i18n import t
from ui.map_controls import draw_only

_CHOSEN = "map_chosen"  # fingerprint of the table, rows, how many there were


def chosen_rows(table: EmbeddingTable) -> tuple[int, ...]:
    """Return the rows of ``table`` that were chosen by hand."""
    fingerprint, rows, _ = st.session_state.get(_CHOSEN, ("", (), 0))
    return rows if fingerprint == table.fingerprint else ()


def choose_rows(table: EmbeddingTable, rows: Sequence[int], total: int) -> None:
    """Take ``rows``, the first of ``total``, for the chosen ones; none lets all go."""
    st.session_state[_CHOSEN] = (table.fingerprint, tuple(row for row in rows if row < len(table)), total)


def show_chosen(table: EmbeddingTable) -> None:
    """List the chosen words, if there are any, with what can be done with them."""
    rows = chosen_rows(table)
    if not rows:
        return
    total = st.session_state[_CHOSEN][2]
    words = [table.labels[row] for row in rows]
    with st.container(key="chosen_words"):
        st.markdown(t("chosen.title", total=f"{total:,}"))
        if total > len(rows):
            st.caption(t("chosen.first", shown=f"{len(rows):,}"))
        counts = {} if table.counts is None else {t("map.color_frequency"): [int(table.counts[row]) for row in rows]}
        word_table(words, counts, key="chosen_table", height=240)
        with st.container(horizontal=True):
            st.button(t("chosen.only"), key="chosen_only", on_click=draw_only, args=(table, words))
            st.button(t("chosen.clear"), key="chosen_clear", on_click=choose_rows, args=(table, (), 0))
            st.download_button(t("chosen.save"), "\n".join(words) + "\n", file_name="words.txt", key="chosen_save")
