"""The words of a comparison from the most moved down, and the neighbours of one of them in both tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from lstm_core.projection.comparison import TableComparison
from lstm_core.table.search import Neighbors
from ui import trail
from ui.i18n import t
from ui.text import amount, plain, plain_list


def show_words(found: TableComparison, word: str) -> None:
    """Show the words from the most moved down, and beside them the neighbours of one word in both tables."""
    words, near = st.columns(2, gap="large")
    with words:
        st.subheader(t("compare.most_moved"))
        _word_table(found)
        _downloads(found)
    with near:
        if word and word not in found:
            st.info(t("compare.absent", word=plain(word)), icon=None)
        else:
            _neighborhoods(found, found.place(word) if word else int(found.most_moved[0]))


def _downloads(found: TableComparison) -> None:
    stem = "-".join(name.replace("@", "-") for name in found.names)
    csv_name, json_name = f"{stem}.csv", f"{stem}.json"
    with st.container(horizontal=True):
        st.download_button(t("compare.csv"), data=found.to_csv, file_name=csv_name, key="compare_csv")
        st.download_button(t("compare.json"), data=lambda: _json(found), file_name=json_name, key="compare_json")


def _json(found: TableComparison) -> str:
    return json.dumps(found.to_json(), ensure_ascii=False, indent=1)


def _word_table(found: TableComparison) -> None:
    records = found.records()
    cosine, overlap = t("compare.column_cosine"), t("compare.column_overlap")
    columns = {
        cosine: [one["cosine"] for one in records],
        overlap: [100 * one["overlap"] for one in records],
        t("compare.column_count_a"): [one["count_a"] for one in records],
        t("compare.column_count_b"): [one["count_b"] for one in records],
    }
    form = {
        cosine: st.column_config.NumberColumn(format="%.2f"),
        overlap: st.column_config.NumberColumn(format="%.0f %%"),
    }
    word_table([one["word"] for one in records], columns, key="compare_words", form=form)


def word_table(
    words: list[str], columns: Mapping[str, list[Any]], *, key: str, form: Mapping[str, Any] | None = None, height: int = 360
) -> None:
    """Draw a table with one row per word; picking a row makes its word the chosen one."""
    st.dataframe(
        {t("similar.word"): words, **columns},
        hide_index=True,
        height=height,
        key=key,
        on_select=lambda: _picked(key, words),
        selection_mode="single-row",
        column_config=dict(form or {}),
    )


def _picked(key: str, words: list[str]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows and rows[0] < len(words):
        trail.choose(words[rows[0]])


def _neighborhoods(found: TableComparison, place: int) -> None:
    """Show the nearest words of the word at ``place`` in each table, with those they have in common named first."""
    word = found.words[place]
    with st.container(key="compare_word"):
        st.subheader(plain(word), anchor=False)
    trail.way_back()
    counts = [None if each is None else int(each[place]) for each in (found.counts_a, found.counts_b)]
    facts = [t("compare.word_cosine", value=amount(float(found.cosines[place]), digits=2))]
    if not found.cosines[place] > found.cosine_null.line:
        facts.append(t("compare.word_lost", line=amount(found.cosine_null.line, digits=2)))
    if None not in counts:
        facts.append(t("compare.word_counts", a=f"{counts[0]:,}", b=f"{counts[1]:,}"))
    st.caption(" · ".join(facts))
    sides = found.neighbors(place)
    common = [one.word for one in sides[0] if one.word in {other.word for other in sides[1]}]
    st.markdown(
        t("compare.common", count=len(common), k=found.k, words=plain_list(common)) if common else t("compare.common_none")
    )
    for side, column, results, name, fingerprint in zip(
        "ab", st.columns(2), sides, found.names, found.fingerprints, strict=True
    ):
        with column:
            st.caption(t("compare.near_in", name=plain(name)))
            trail.neighbor_list(
                Neighbors(word, "cosine", None, results, (), len(found) - 1, fingerprint), key=f"compare_near_{side}"
            )
