"""The lesson's third section: ids are added, renumbered, and given to a classifier beside one-hot vectors and rows."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.shares import Shares, shares_figure
from lstm_core.lesson.classify import Classified, classify_by_inputs
from lstm_core.lesson.examples import examples
from lstm_core.lesson.ids import IdAnswers, ask_ids
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import nearest_to_center
from ui.i18n import t
from ui.lesson import choose_contrast, own_field, respell_in, word_box
from ui.map import is_dark, show_map
from ui.messages import show_errors
from ui.text import percent, plain, plain_list
from ui.waiting import once

_DEALT = "lesson_dealt"
_SHOWN = 3


def show_ids(table: EmbeddingTable) -> None:
    """Draw the section. Raises what is wrong with the words."""
    fields = [f"lesson_id_{end}_{table.name}" for end in "ab"]
    boxes = st.columns([2, 2, 1], vertical_alignment="bottom")
    words = [
        word_box(place, t(f"lesson.word_{end}"), start, key=field)
        for place, end, start, field in zip(boxes, "ab", examples(table).pair, fields, strict=False)
    ]
    boxes[2].button(t("lesson.renumber"), key="lesson_renumber", on_click=_deal, width="stretch")
    if not all(words):
        st.caption(t("lesson.word_invite"))
    else:
        with show_errors(replace=respell_in(fields), key="lesson_ids"):
            _arithmetic(table, *words)
    _classifier(table)


def _deal() -> None:
    st.session_state[_DEALT] = int(st.session_state.get(_DEALT, 1)) + 1


def _arithmetic(table: EmbeddingTable, a: str, b: str) -> None:
    dealt = int(st.session_state.get(_DEALT, 1))
    seeds = [None, *range(dealt, max(0, dealt - _SHOWN), -1)]
    answers = [ask_ids(table, a, b, seed=seed) for seed in seeds]
    own = answers[0]
    with st.container(key="lesson_id_sum"):
        st.markdown(
            t(
                "lesson.id_sum" if own.word is not None else "lesson.id_sum_none",
                a=plain(a),
                b=plain(b),
                id_a=f"{own.id_a:,}",
                id_b=f"{own.id_b:,}",
                total=f"{own.total:,}",
                word=plain(own.word),
            )
        )
        center = nearest_to_center(table, (a, b), k=max(1, min(3, len(table) - 2)))
        st.markdown(t("lesson.row_sum", a=plain(a), b=plain(b), words=plain_list(center.words)))
    st.dataframe([_row(one, a) for one in answers], hide_index=True, width="stretch", key="lesson_numberings")
    same = len({one.near_rows for one in answers}) == 1
    st.caption(t("lesson.ids_read" if same else "lesson.ids_read_changed"))


def _row(one: IdAnswers, a: str) -> dict[str, str]:
    return {
        t("lesson.column_numbering"): t("lesson.own_numbering") if one.seed is None else t("lesson.dealt", seed=one.seed),
        t("lesson.column_sum"): f"{one.id_a:,} + {one.id_b:,} = {one.total:,}",
        t("lesson.column_sum_word"): one.word if one.word is not None else "–",
        t("lesson.column_near_ids"): ", ".join(one.near_ids),
        t("lesson.column_near_rows"): ", ".join(one.near_rows),
    }


def _classifier(table: EmbeddingTable) -> None:
    st.subheader(t("lesson.classifier_heading"))
    st.markdown(t("lesson.classifier_about"))
    fields = [own_field(table, "lesson_classify", end) for end in ("low", "high")]
    with show_errors(replace=respell_in(fields), key="lesson_classifier"):
        contrast = choose_contrast(table, key="lesson_classify")
        if contrast is not None:
            _show_classified(
                once(
                    (table.fingerprint, "lesson_classify", contrast),
                    lambda progress: classify_by_inputs(table, contrast, progress=progress),
                    text=t("lesson.classifying"),
                )
            )


def _show_classified(found: Classified) -> None:
    names = [t(f"lesson.given_{one.given}") for one in found.results]
    rows = [
        Shares(t("lesson.accuracy"), [one.accuracy for one in found.results], [one.interval for one in found.results]),
        Shares(t("lesson.chance"), [found.chance] * len(names)),
    ]
    figure = shares_figure(names, rows, dark=is_dark(), height=290)
    show_map(figure, key="lesson_classified", label=t("lesson.classifier_heading"), height=290)
    with st.container(key="lesson_classified_said"):
        st.markdown(
            " · ".join(
                t(
                    "lesson.accuracy_of",
                    name=name,
                    share=percent(one.accuracy),
                    low=percent(one.interval[0]),
                    high=percent(one.interval[1]),
                )
                for name, one in zip(names, found.results, strict=True)
            )
        )
    st.caption(
        t(
            "lesson.classifier_read",
            words=len(found.contrast.words),
            tested=found.tested,
            splits=found.splits,
            seed=found.seed,
            chance=percent(found.chance),
        )
    )
