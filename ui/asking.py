"""What every page that asks a table about words shares: how rows are treated, which words may answer, words half typed."""

from __future__ import annotations

from contextlib import nullcontext

import streamlit as st

from lstm_core.table.approximate import approximate_index, is_huge, nearest_approximate
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.filters import WordFilter
from lstm_core.table.index import is_large
from lstm_core.table.lookup import find_words
from lstm_core.table.search import Mask, Neighbors
from lstm_core.table.transforms import TRANSFORMS, transform, transform_of
from ui import trail
from ui.columns import column_name, shown_columns, value_name
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.text import plain
from ui.waiting import watched

_TREATMENT = "transform"
_QUICKLY = "approximate"
_OFFERED = 8


def treated(*tables: EmbeddingTable) -> tuple[EmbeddingTable, ...]:
    """Draw the choice of a transform and return ``tables`` so treated. Raises what :func:`transform` raises."""
    keys = TRANSFORMS.keys()
    key = st.selectbox(
        t("asking.transform"),
        keys,
        format_func=named(keys, lambda each: t_text(TRANSFORMS[each].label)),
        key=_TREATMENT,
        persist_state="session",
    )
    st.caption(t_text(TRANSFORMS[key].help))
    options = option_fields(TRANSFORMS[key].Options, key=f"{_TREATMENT}_{key}")
    with st.spinner(t("asking.transform_working")) if any(map(is_large, tables)) else nullcontext():
        return tuple(transform(table, key, options) for table in tables)


def show_treatment(table: EmbeddingTable) -> None:
    """Say beside a number how the rows it was measured on were treated; nothing where they are as learned."""
    key, _ = transform_of(table)
    if key != "raw":
        st.caption(t("asking.transform_said", name=plain(t_text(TRANSFORMS[key].label))))


def quickly(table: EmbeddingTable, *, metric: str, among: Mask | None) -> bool:
    """Draw, for a table of a million words, the choice of an approximate search; tell whether it is to be used."""
    if not is_huge(table):
        return False
    unfit = metric != "cosine" or among is not None
    wanted = st.toggle(
        t("asking.approximate"), key=_QUICKLY, disabled=unfit, help=t("asking.approximate_help"), persist_state="session"
    )
    return wanted and not unfit


def quick_answer(table: EmbeddingTable, word: str, *, k: int) -> Neighbors:
    """Return the approximate neighbours of ``word``; an index is built first, with progress; to stop it is to switch it off."""
    watched(
        lambda progress: approximate_index(table, progress=progress),
        text=t("asking.approximate_working"),
        on_stop=lambda: st.session_state.update({_QUICKLY: False}),
    )
    return nearest_approximate(table, word, k=k)


def who_may_answer(table: EmbeddingTable, *, key: str) -> Mask | None:
    """Draw the conditions on answers and return the mask of the words that meet them; None without conditions."""
    columns = {name: _values(table, name, key) for name in shown_columns(table)}
    least = 0
    if table.counts is not None:
        most = int(table.counts.max())
        least = int(
            st.number_input(
                t("asking.least"),
                0,
                most,
                0,
                key=f"{key}_least_{table.name}",
                help=t("asking.least_help"),
                persist_state="session",
            )
        )
    wanted = WordFilter(least=least or None, columns={name: values for name, values in columns.items() if values})
    return None if wanted.is_open else wanted.mask(table)


def passing(table: EmbeddingTable, among: Mask | None, words: tuple[str, ...]) -> int:
    """Return how many words other than ``words`` may be answers; words the table lacks count for nothing."""
    known = list({int(table.index(word)) for word in words if word in table})
    return len(table) - len(known) if among is None else int(among.sum() - among[known].sum())


def offer_matches(table: EmbeddingTable, text: str) -> None:
    """Under a find box: words that hold what was typed, as buttons, unless it is a word itself."""
    if not text or text in table:
        return
    found = find_words(table, text, k=_OFFERED)
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="matches"):
        st.caption(t("asking.holding", text=plain(text)), width="content")
        for place, word in enumerate(found):
            st.button(plain(word), key=f"match_{place}", on_click=trail.choose, args=(word,), type="tertiary")


def _values(table: EmbeddingTable, name: str, key: str) -> tuple[str, ...]:
    values = sorted({value for value in table.columns[name] if value})
    chosen = st.multiselect(
        plain(column_name(name)),
        values,
        format_func=named(values, value_name),
        placeholder=t("asking.any"),
        key=f"{key}_{name}_{table.name}",
        persist_state="session",
    )
    return tuple(chosen)
