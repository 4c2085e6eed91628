"""단어 유추: a formula such as 왕 - 남자 + 여자, its answer, and what to think of it."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.parallelogram import parallelogram_figure
from lstm_core.table.analogy import METHODS, parallelogram
from lstm_core.table.formula import parse_formula
from lstm_core.table.standing import judge
from ui.answers import answer, show_excluded, show_parallelogram_caption, show_verdict
from ui.asking import passing, show_treatment, treated, who_may_answer
from ui.i18n import named, t
from ui.map import is_dark, show_map
from ui.map_arrows import draw_arrows
from ui.messages import show_errors
from ui.probes import example_formula, probes_of
from ui.state import require_table
from ui.text import plain, replace_word
from ui.trail import neighbor_list

table = require_table()
field = f"formula_{table.name}"
st.session_state.setdefault(field, example_formula(table))


def ask(formula: str) -> None:
    """Put ``formula`` into the box."""
    st.session_state[field] = formula


def respell(word: str, spelling: str) -> None:
    """Put ``spelling`` in the place of ``word``."""
    ask(replace_word(st.session_state[field], word, spelling))


st.title(t("analogy.title"))
with st.form("analogy_form", border=False):
    box, button = st.columns([5, 1], vertical_alignment="bottom")
    formula_text = box.text_input(
        t("analogy.formula"),
        key=field,
        max_chars=2000,
        help=t("analogy.formula_help"),
        autocomplete="off",
        persist_state="session",
    )
    button.form_submit_button(t("analogy.ask"), type="primary", width="stretch")

with st.container(horizontal=True, vertical_alignment="center", key="examples"):
    for number, probe in enumerate(probes_of(table)[:6]):
        st.button(plain(probe.formula), key=f"example_{number}", on_click=ask, args=(probe.formula,))

answers = st.container()
method, let_in, among = METHODS[0], False, None
with st.expander(t("similar.options")), show_errors(key="options"):
    method = st.segmented_control(
        t("analogy.method"),
        METHODS,
        format_func=named(METHODS, lambda each: t(f"analogy.{each}")),
        default=METHODS[0],
        required=True,
        key="analogy_method",
        help=t("analogy.method_help"),
        persist_state="session",
    )
    let_in = st.toggle(t("analogy.let_in"), key="analogy_let_in", help=t("analogy.let_in_help"), persist_state="session")
    (table,) = treated(table)
    st.markdown(t("asking.answers"))
    among = who_may_answer(table, key="analogy")

with answers, show_errors(replace=respell, key="analogy"):
    formula = parse_formula(formula_text, table)
    left_over = passing(table, among, () if let_in else formula.words)
    if among is not None and not left_over:
        st.info(t("asking.nothing_passes"), icon=None)
        st.stop()
    found = answer(table, formula, method=method, let_in=let_in, among=among, left_over=left_over)
    verdict = judge(table, formula, found, probes=probes_of(table))
    ranking, picture = st.columns([2, 3], gap="large")
    with ranking:
        with st.container(key="answer"):
            st.subheader(t("analogy.answer", word=plain(verdict.answer)), anchor=False)
        show_verdict(verdict)
        if neighbor_list(found, key="analogy_words"):
            st.switch_page("pages/map.py")
        st.caption(t("analogy.to_map"))
        show_excluded(found)
        if among is not None:
            st.caption(t("asking.filtered"))
        if "(" in formula.text:
            st.caption(t("analogy.written_out", formula=plain(formula.written_out)))
        show_treatment(table)
    with picture:
        drawn = parallelogram(table, formula, verdict.answer)
        if drawn is None:
            st.caption(t("analogy.no_parallelogram"))
        else:
            label = t("analogy.picture", formula=plain(formula.text), answer=plain(verdict.answer))
            figure = parallelogram_figure(drawn, dark=is_dark(), target=t("analogy.target"))
            show_map(figure, key="parallelogram", label=label, revision=formula.text, height=460)
            show_parallelogram_caption(drawn)
            if st.button(t("arrows.draw"), key="analogy_arrows", on_click=draw_arrows, args=(drawn,)):
                st.switch_page("pages/map.py")
