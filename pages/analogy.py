"""단어 유추: a formula such as 왕 - 남자 + 여자, its answer, and what to think of it."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.parallelogram import parallelogram_figure
from lstm_core.table.analogy import METHODS, parallelogram
from lstm_core.table.formula import parse_formula
from lstm_core.table.standing import judge
from ui.answers import answer, show_excluded, show_parallelogram_caption, show_verdict
from ui.i18n import named, t
from ui.map import is_dark, show_map
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

method = st.session_state.get("analogy_method", METHODS[0])
with show_errors(replace=respell, key="analogy"):
    formula = parse_formula(formula_text, table)
    found = answer(table, formula, method=method)
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
    with picture:
        drawn = parallelogram(table, formula, verdict.answer)
        if drawn is None:
            st.caption(t("analogy.no_parallelogram"))
        else:
            label = t("analogy.picture", formula=plain(formula.text), answer=plain(verdict.answer))
            figure = parallelogram_figure(drawn, dark=is_dark(), target=t("analogy.target"))
            show_map(figure, key="parallelogram", label=label, revision=formula.text, height=460)
            show_parallelogram_caption(drawn)

st.segmented_control(
    t("analogy.method"),
    METHODS,
    format_func=named(METHODS, lambda each: t(f"analogy.{each}")),
    default=METHODS[0],
    required=True,
    key="analogy_method",
    help=t("analogy.method_help"),
    persist_state="session",
)
