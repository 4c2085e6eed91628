"""비슷한 낱말: the nearest words of one, the similarity of two, the matrix of many."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.heatmap import similarity_figure
from lstm_core.table.search import METRICS, nearest, similarity_matrix
from lstm_core.table.standing import pair_standing
from ui import trail
from ui.answers import show_candidates
from ui.asking import offer_matches, passing, quick_answer, quickly, show_treatment, treated, who_may_answer
from ui.i18n import named, t
from ui.map import is_dark, show_map
from ui.messages import show_errors
from ui.probes import example_word
from ui.state import require_table
from ui.text import amount, percent, plain, replace_word, split_words
from ui.word_lists import show_axis, show_odd_one

MOST = 40  # words in a matrix that can still be read

table = require_table()
if not st.session_state.get(trail.FIELD):
    trail.choose(example_word(table))


def respell(field: str, word: str, spelling: str) -> None:
    """Put ``spelling`` in the place of ``word`` in a field."""
    st.session_state[field] = replace_word(st.session_state[field], word, spelling)


st.title(t("similar.title"))
left, right = st.columns([2, 3], gap="large")
with left:
    word = trail.word_field(t("similar.word"), placeholder=t("similar.word_hint"))
    offer_matches(table, word)
    trail.way_back()
    answers = st.container()
    among, quick = None, False
    with st.expander(t("similar.options")), show_errors(key="options"):
        metric = st.segmented_control(
            t("similar.metric"),
            METRICS,
            format_func=named(METRICS, lambda each: t(f"metric.{each}")),
            default=METRICS[0],
            required=True,
            key="similar_metric",
            persist_state="session",
        )
        most = max(1, min(200, len(table) - 1))
        count = st.number_input(
            t("similar.count"), 1, most, min(10, most), key=f"similar_count_{table.name}", persist_state="session"
        )
        (table,) = treated(table)
        st.markdown(t("asking.answers"))
        among = who_may_answer(table, key="similar")
        quick = quickly(table, metric=metric, among=among)
    with answers, show_errors(replace=lambda _, spelling: trail.choose(spelling), key="similar"):
        left_over = passing(table, among, (word,))
        if word and among is not None and not left_over:
            st.info(t("asking.nothing_passes"), icon=None)
        elif word:
            k = max(1, min(count, left_over))
            found = quick_answer(table, word, k=k) if quick else nearest(table, word, k=k, metric=metric, among=among)
            trail.neighbor_list(found, key="similar_words")
            show_candidates(found)
            if among is not None:
                st.caption(t("asking.filtered"))
            show_treatment(table)

with right:
    st.subheader(t("similar.pair"))
    one_box, other_box = st.columns(2)
    near = example_word(table, number=1)
    one = one_box.text_input(t("similar.first"), example_word(table), key=f"pair_a_{table.name}", max_chars=200)
    other = other_box.text_input(t("similar.second"), near, key=f"pair_b_{table.name}", max_chars=200)
    with show_errors(
        replace=lambda wrong, spelling: [respell(f"pair_{box}_{table.name}", wrong, spelling) for box in "ab"], key="pair"
    ):
        place = pair_standing(table, one, other)
        with st.container(key="pair_answer"):
            st.markdown(t("similar.cosine", a=plain(one), b=plain(other), score=amount(place.score)))
            st.caption(
                t(
                    "similar.standing",
                    share=percent(place.share, digits=2),
                    sample=f"{place.sample:,}",
                    median=amount(place.median),
                    seed=place.seed,
                )
            )
            show_treatment(table)

    st.subheader(t("similar.matrix"))
    list_field = f"matrix_{table.name}"
    st.session_state.setdefault(list_field, ", ".join(example_word(table, number=number) for number in range(8)))
    given = st.text_area(t("similar.list"), key=list_field, height=80, max_chars=4000, help=t("similar.list_help"))
    listed = split_words(given)
    with show_errors(replace=lambda wrong, spelling: respell(list_field, wrong, spelling), key="matrix"):
        words = listed[:MOST]
        if len(words) < 2:
            st.caption(t("similar.list_short"))
        else:
            figure = similarity_figure(words, similarity_matrix(table, words), dark=is_dark())
            show_map(figure, key="matrix", label=t("similar.matrix"), height=480)
            show_odd_one(table, words)
            show_treatment(table)
        if len(listed) > MOST:
            st.caption(t("similar.list_cut", shown=MOST, total=f"{len(listed):,}"))

    show_axis(table, listed[:MOST])
