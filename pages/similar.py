"""비슷한 낱말: the nearest words of one, the similarity of two, the matrix of many."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.heatmap import similarity_figure
from lstm_core.table.search import METRICS, most_neighbors, nearest, similarity_matrix
from lstm_core.table.standing import pair_standing
from ui import trail
from ui.answers import show_candidates
from ui.i18n import named, t
from ui.map import is_dark, show_map
from ui.messages import show_errors
from ui.probes import example_word
from ui.state import require_table
from ui.text import amount, percent, plain, replace_word, split_words

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
    trail.way_back()
    metric = st.session_state.get("similar_metric", METRICS[0])
    most = most_neighbors(table, 200, excluded=1)
    count = min(most, int(st.session_state.get(f"similar_count_{table.name}", 10)))
    with show_errors(replace=lambda _, spelling: trail.choose(spelling), key="similar"):
        if word:
            found = nearest(table, word, k=count, metric=metric)
            trail.neighbor_list(found, key="similar_words")
            show_candidates(found)
    with st.expander(t("similar.options")):
        st.segmented_control(
            t("similar.metric"),
            METRICS,
            format_func=named(METRICS, lambda each: t(f"metric.{each}")),
            default=METRICS[0],
            required=True,
            key="similar_metric",
            persist_state="session",
        )
        st.number_input(t("similar.count"), 1, most, min(10, most), key=f"similar_count_{table.name}", persist_state="session")

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

    st.subheader(t("similar.matrix"))
    list_field = f"matrix_{table.name}"
    st.session_state.setdefault(list_field, ", ".join(example_word(table, number=number) for number in range(8)))
    given = st.text_area(t("similar.list"), key=list_field, height=80, max_chars=4000, help=t("similar.list_help"))
    with show_errors(replace=lambda wrong, spelling: respell(list_field, wrong, spelling), key="matrix"):
        listed = split_words(given)
        words = listed[:MOST]
        if len(words) < 2:
            st.caption(t("similar.list_short"))
        else:
            figure = similarity_figure(words, similarity_matrix(table, words), dark=is_dark())
            show_map(figure, key="matrix", label=t("similar.matrix"), height=480)
        if len(listed) > MOST:
            st.caption(t("similar.list_cut", shown=MOST, total=f"{len(listed):,}"))
