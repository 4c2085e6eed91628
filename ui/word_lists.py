"""What is said about a list of words: which does not go with the others, and where they stand along an axis."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lstm_core.table.axes import AxisRanking, rank_along
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.odd import odd_one_out
from ui.i18n import t
from ui.messages import show_errors
from ui.text import amount, plain, plain_list, replace_word, split_words

_FEWEST = 3


def show_odd_one(table: EmbeddingTable, words: Sequence[str]) -> None:
    """Say which of ``words`` does not go with the others; nothing for fewer than three."""
    if len(words) >= _FEWEST:
        found = odd_one_out(table, words)
        fit, following = (amount(each, digits=2) for each in found.fits[:2])
        st.markdown(t("similar.odd", word=plain(found.word), fit=fit, next=following))


def show_axis(table: EmbeddingTable, words: Sequence[str]) -> None:
    """Draw the two ends of an axis and ``words`` along it."""
    st.subheader(t("axis.heading"))
    low_box, high_box = st.columns(2)
    kept = {"max_chars": 1000, "help": t("axis.help")}
    low = low_box.text_input(t("axis.low"), key=_field(table, "low"), **kept)
    high = high_box.text_input(t("axis.high"), key=_field(table, "high"), **kept)
    with show_errors(replace=lambda wrong, spelling: _respell(table, wrong, spelling), key="axis"):
        if not (words and low.strip() and high.strip()):
            st.caption(t("axis.invite"))
            return
        found = rank_along(table, words, low=split_words(low), high=split_words(high))
        st.dataframe(_rows(found), hide_index=True, width="stretch", key="axis_rows")
        ends = {"low": plain_list(found.low), "high": plain_list(found.high)}
        if found.places[0].interval is None:
            st.caption(t("axis.said_single", **ends))
        else:
            st.caption(t("axis.said", **ends, samples=f"{found.samples:,}", seed=found.seed))


def _rows(found: AxisRanking) -> list[dict[str, object]]:
    return [
        {
            t("axis.rank"): one.rank,
            t("axis.word"): one.word,
            t("axis.position"): amount(one.position, digits=2),
            t("axis.interval"): "" if one.interval is None else " … ".join(amount(end, digits=2) for end in one.interval),
        }
        for one in found.places
    ]


def _field(table: EmbeddingTable, end: str) -> str:
    return f"axis_{end}_{table.name}"


def _respell(table: EmbeddingTable, word: str, spelling: str) -> None:
    for end in ("low", "high"):
        field = _field(table, end)
        st.session_state[field] = replace_word(st.session_state[field], word, spelling)
