"""The lesson's fifth section: the contexts of two words side by side, and what counting them would say."""

from __future__ import annotations

import streamlit as st

from lstm_core.lesson.contexts import ContextPair, Contexts, Line, compare_contexts, rank_by_distance
from lstm_core.lesson.examples import examples
from lstm_core.runs import RunDirectory, read_config
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.training.config import config_from_json
from lstm_core.training.prepare import text_of
from ui.i18n import t
from ui.lesson import network_of, respell_in, teach_network, word_box
from ui.messages import show_errors
from ui.text import amount, percent, plain, plain_list, split_words
from ui.waiting import Progress, once

_LINES = 8
_MOST = 20
_STOPPED = "lesson_contexts_stopped"


def show_contexts(table: EmbeddingTable) -> None:
    """Draw the section. Raises what is wrong with the words or the corpus."""
    run = network_of(table)
    if run is None:
        teach_network("lesson.contexts_needs")
        return
    start = examples(table)
    fields = [f"lesson_context_{end}_{table.name}" for end in "ab"]
    words = [
        word_box(place, t(f"lesson.word_{end}"), word, key=field)
        for place, end, word, field in zip(st.columns(2, gap="large"), "ab", start.drinks, fields, strict=True)
    ]
    if st.session_state.get(_STOPPED) == table.fingerprint:
        st.info(t("evaluate.stopped"), icon=None)
        st.button(t("evaluate.again"), key="lesson_contexts_again", on_click=st.session_state.pop, args=(_STOPPED,))
        return
    contexts = once(
        (table.fingerprint, "lesson_contexts"),
        lambda progress: _contexts(run, progress),
        text=t("lesson.reading"),
        on_stop=lambda: st.session_state.update({_STOPPED: table.fingerprint}),
    )
    if not all(words):
        st.caption(t("lesson.word_invite"))
    else:
        with show_errors(replace=respell_in(fields), key="lesson_contexts"):
            _pair(contexts, table, *words)
    _ranking(contexts, table, start.rank)


def _contexts(run: RunDirectory, progress: Progress) -> Contexts:
    read = text_of(run, config_from_json(read_config(run)), tick=progress)
    return Contexts(read.sentences, read.vocabulary)


def _pair(contexts: Contexts, table: EmbeddingTable, a: str, b: str) -> None:
    absent = [word for word in (a, b) if word in table and word not in contexts]
    if absent:
        st.info(t("lesson.not_in_corpus", words=plain_list(absent)), icon=None)
        return
    found = compare_contexts(contexts, table, a=a, b=b)
    with st.container(key="lesson_contexts_answer"):
        st.markdown(
            t(
                "lesson.contexts_answer",
                a=plain(found.a),
                b=plain(found.b),
                ppmi=amount(found.ppmi_cosine),
                cosine=amount(found.table_cosine),
            )
        )
    st.caption(t("lesson.contexts_read"))
    st.subheader(t("lesson.concordance_heading"))
    for place, word, count in zip(st.columns(2, gap="large"), (a, b), (found.count_a, found.count_b), strict=True):
        with place:
            st.markdown(t("lesson.seen", word=plain(word), count=f"{count:,}"))
            st.dataframe(
                [_line(one) for one in contexts.concordance(word, limit=_LINES)],
                hide_index=True,
                width="stretch",
                key=f"lesson_lines_{word is a}",
                column_config={t("lesson.column_left"): st.column_config.TextColumn(alignment="right")},
            )
    _shared(found)


def _line(one: Line) -> dict[str, str]:
    return {t("lesson.column_left"): one.left, t("lesson.column_word"): one.word, t("lesson.column_right"): one.right}


def _shared(found: ContextPair) -> None:
    st.subheader(t("lesson.shared_heading"))
    if not found.shared:
        st.caption(t("lesson.shared_none", window=found.window))
        return
    records = [
        {
            t("lesson.column_context"): one.word,
            t("lesson.column_near", word=found.a): one.count_a,
            t("lesson.column_near", word=found.b): one.count_b,
            t("lesson.column_ppmi", word=found.a): round(one.ppmi_a, 2),
            t("lesson.column_ppmi", word=found.b): round(one.ppmi_b, 2),
            t("lesson.column_part"): percent(one.share, digits=1),
        }
        for one in found.shared
    ]
    st.dataframe(records, hide_index=True, width="stretch", key="lesson_shared")
    st.caption(t("lesson.shared_read", total=f"{found.shared_total:,}", shown=len(records), window=found.window))


def _ranking(contexts: Contexts, table: EmbeddingTable, start: tuple[str, ...]) -> None:
    st.subheader(t("lesson.ranking_heading"))
    field = f"lesson_rank_{table.name}"
    typed = split_words(st.text_input(t("lesson.ranking_words"), ", ".join(start), key=field, max_chars=1000))
    if len(typed) < 2:
        st.caption(t("lesson.ranking_short"))
        return
    with show_errors(replace=respell_in([field]), key="lesson_rank"):
        asked, *others = typed[: _MOST + 1]
        ranked = rank_by_distance(table, asked, tuple(others), contexts=contexts)
        records = [
            {
                t("axis.rank"): rank,
                t("lesson.column_word"): one.word,
                t("lesson.column_cosine"): amount(one.cosine),
                t("lesson.column_distance"): amount(one.distance, digits=2),
                t("lesson.column_ppmi_cosine"): "–" if one.ppmi_cosine is None else amount(one.ppmi_cosine),
            }
            for rank, one in enumerate(ranked, start=1)
        ]
        st.dataframe(records, hide_index=True, width="stretch", key="lesson_ranked")
        st.caption(t("lesson.ranking_read", word=plain(asked)))
        if len(typed) > _MOST + 1:
            st.caption(t("similar.list_cut", shown=_MOST + 1, total=f"{len(typed):,}"))
