"""The lesson's second section: how much one-hot vectors and an embedding store, and what each says about nearness."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lstm_core.lesson.examples import examples
from lstm_core.lesson.onehot import Sizes, one_hot_neighbors
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import most_neighbors, nearest
from ui.i18n import t
from ui.lesson import respell_in, word_box
from ui.messages import show_errors
from ui.text import amount, file_size, percent, plain

_WORDS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 1_000_000)
_WIDTHS = (8, 16, 32, 50, 64, 100, 128, 200, 256, 300, 512, 768, 1_000)
_SHOWN = 5


def show_onehot(table: EmbeddingTable) -> None:
    """Draw the section. Raises what is wrong with the word."""
    kept: dict[str, Any] = {"persist_state": "session"}
    left, right = st.columns(2, gap="large")
    kept["format_func"] = lambda count: f"{count:,}"
    words = left.select_slider(t("lesson.words"), _WORDS, 10_000, key="lesson_v", help=t("lesson.words_help"), **kept)
    width = right.select_slider(t("lesson.width"), _WIDTHS, 300, key="lesson_d", help=t("lesson.width_help"), **kept)
    sizes = Sizes(words, width)
    with st.container(key="lesson_sizes"):
        st.markdown(
            t(
                "lesson.sizes",
                words=f"{words:,}",
                width=f"{width:,}",
                zeros=_share(sizes.zero_share, words),
                reduction=_share(sizes.reduction, words),
            )
        )
    st.dataframe(_rows(sizes), hide_index=True, width="stretch", key="lesson_sizes_table")
    own = Sizes(len(table), table.dimension)
    st.caption(
        t(
            "lesson.sizes_read",
            words=f"{own.words:,}",
            width=own.dimension,
            numbers=f"{own.all_embedding:,}",
            one_hot=f"{own.all_one_hot:,}",
        )
    )
    _same_question(table)


def _share(share: float, words: int) -> str:
    """Return a share as a percentage with as many decimals as one in ``words`` needs, without zeros at the end."""
    most = max(2, len(str(words)) - 3)
    value = 100 * share
    digits = next(each for each in range(most + 1) if round(value, each) == round(value, most))
    return percent(share, digits=digits)


def _rows(sizes: Sizes) -> list[dict[str, str]]:
    what, one_hot, row = t("lesson.column_what"), t("lesson.column_one_hot"), t("lesson.column_embedding")
    zeros = _share(sizes.zero_share, sizes.words)
    return [
        {what: t("lesson.row_numbers"), one_hot: f"{sizes.words:,}", row: f"{sizes.dimension:,}"},
        {what: t("lesson.row_zeros"), one_hot: zeros, row: t("lesson.row_no_zeros")},
        {what: t("lesson.row_bytes"), one_hot: file_size(sizes.one_hot_bytes), row: file_size(sizes.embedding_bytes)},
        {what: t("lesson.row_all"), one_hot: f"{sizes.all_one_hot:,}", row: f"{sizes.all_embedding:,}"},
    ]


def _same_question(table: EmbeddingTable) -> None:
    st.subheader(t("lesson.same_question"))
    field = f"lesson_onehot_word_{table.name}"
    word = word_box(st, t("similar.word"), examples(table).pair[1], key=field)
    if not word:
        st.caption(t("lesson.word_invite"))
        return
    with show_errors(replace=respell_in([field]), key="lesson_onehot"):
        found, answer = nearest(table, word, k=most_neighbors(table, _SHOWN, excluded=1)), one_hot_neighbors(table, word)
        one_hot, rows = st.columns(2, gap="large")
        with one_hot, st.container(key="lesson_one_hot_answer"):
            st.markdown("**" + t("lesson.column_one_hot") + "**")
            st.markdown(
                t(
                    "lesson.one_hot_answer",
                    compared=f"{answer.compared:,}",
                    others=f"{answer.others:,}",
                    least=amount(answer.cosines[0], digits=2),
                    most=amount(answer.cosines[1], digits=2),
                    near=amount(answer.distances[0], digits=4),
                    far=amount(answer.distances[1], digits=4),
                )
            )
        with rows, st.container(key="lesson_table_answer"):
            st.markdown("**" + t("lesson.column_embedding") + "**")
            st.markdown("\n".join(f"{one.rank}. {plain(one.word)} · {amount(one.score)}" for one in found.results))
        st.caption(t("lesson.same_question_read", word=plain(found.query)))
