"""The lesson's sixth section: a direction for an attribute, found on half of the words and tested on the others."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.shares import Shares, shares_figure
from lstm_core.figures.two_groups import two_groups_figure
from lstm_core.lesson.dimensions import Direction, Tested, find_direction
from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import t
from ui.lesson import choose_contrast, group_names, own_field, respell_in
from ui.map import is_dark, show_map
from ui.messages import show_errors
from ui.text import amount, percent, plain_list
from ui.waiting import once

_WRONG = 12


def show_dimensions(table: EmbeddingTable) -> None:
    """Draw the section. Raises what is wrong with the words."""
    fields = [own_field(table, "lesson_direction", end) for end in ("low", "high")]
    with show_errors(replace=respell_in(fields), key="lesson_direction"):
        contrast = choose_contrast(table, key="lesson_direction")
        seed = st.number_input(
            t("map.seed"), 0, 2**31 - 1, 0, key="lesson_direction_seed", help=t("lesson.halves_help"), persist_state="session"
        )
        if contrast is None:
            return
        found = once(
            (table.fingerprint, "lesson_direction", contrast, seed),
            lambda _: find_direction(table, contrast, seed=int(seed)),
        )
        _answer(found, table)
        _picture(found)


def _answer(found: Direction, table: EmbeddingTable) -> None:
    one, other = found.by_direction, found.by_dimension
    with st.container(key="lesson_direction_answer"):
        st.markdown(
            t(
                "lesson.direction_answer",
                asked=one.asked,
                direction=percent(one.accuracy),
                single=percent(other.accuracy),
                number=found.single + 1,
                null=percent(one.null),
            )
        )
    names = [t("lesson.by_direction"), t("lesson.by_dimension", number=found.single + 1)]
    rows = [
        Shares(t("lesson.accuracy"), [one.accuracy, other.accuracy], [one.interval, other.interval]),
        Shares(t("lesson.null_mean"), [one.null, other.null]),
        Shares(t("lesson.null_most"), [one.null_most, other.null_most]),
    ]
    figure = shares_figure(names, rows, dark=is_dark(), height=220)
    show_map(figure, key="lesson_tested", label=t("lesson.accuracy"), height=220)
    records = [_row(name, each) for name, each in zip(names, (one, other), strict=True)]
    st.dataframe(records, hide_index=True, width="stretch", key="lesson_nulls")
    st.caption(t("lesson.direction_read", trained=found.trained, asked=one.asked, shuffles=found.shuffles, seed=found.seed))
    st.markdown(
        t(
            "lesson.spread",
            dimensions=table.dimension,
            used=amount(found.dimensions_used, digits=0),
            share=percent(found.largest_share),
        )
    )


def _row(name: str, found: Tested) -> dict[str, str]:
    return {
        t("lesson.column_by"): name,
        t("lesson.accuracy"): percent(found.accuracy, digits=1),
        t("lesson.column_interval"): f"{percent(found.interval[0])} – {percent(found.interval[1])}",
        t("lesson.null_mean"): percent(found.null, digits=1),
        t("lesson.null_most"): percent(found.null_most, digits=1),
        "p": f"{found.p:.3f}",
    }


def _picture(found: Direction) -> None:
    figure = two_groups_figure(
        found.words,
        found.is_high,
        (found.along, found.single_values),
        groups=group_names(found.contrast),
        axes=(t("lesson.by_direction"), t("lesson.by_dimension", number=found.single + 1)),
        dark=is_dark(),
    )
    show_map(figure, key="lesson_groups_picture", label=t("lesson.direction_picture"), height=420)
    st.caption(t("lesson.picture_read"))
    wrong = found.wrong
    if wrong:
        more = "" if len(wrong) <= _WRONG else " …"
        st.caption(t("lesson.wrong", words=plain_list(wrong[:_WRONG]) + more, count=len(wrong)))
