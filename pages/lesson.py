"""낱말에서 벡터로: each claim of the lesson as something to try, with the numbers of the chosen table."""

from __future__ import annotations

import streamlit as st

from lstm_core.training.lesson import warm
from ui.i18n import named, t
from ui.lesson import network_of
from ui.lesson_contexts import show_contexts
from ui.lesson_dimensions import show_dimensions
from ui.lesson_ids import show_ids
from ui.lesson_onehot import show_onehot
from ui.lesson_sentence import show_sentence
from ui.lesson_step import show_step
from ui.messages import show_errors
from ui.state import describe, require_table

SECTIONS = {
    "sentence": show_sentence,
    "onehot": show_onehot,
    "ids": show_ids,
    "step": show_step,
    "contexts": show_contexts,
    "dimensions": show_dimensions,
}

table = require_table()
st.title(t("lesson.title"))
st.caption(describe(table))
section = st.segmented_control(
    t("lesson.section"),
    list(SECTIONS),
    format_func=named(SECTIONS, lambda each: t(f"lesson.{each}_name")),
    default=next(iter(SECTIONS)),
    required=True,
    key="lesson_section",
    label_visibility="collapsed",
    persist_state="session",
)
st.markdown(t(f"lesson.{section}_claim"))
with show_errors(key="lesson"):
    SECTIONS[section](table)
if network_of(table) is not None:
    warm()  # importing torch takes a helper process seconds: it begins before anybody asks for a step of learning
