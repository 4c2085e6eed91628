"""LSTM 속: a sentence step by step, one unit in the corpus, writing on, forgetting, and series of numbers."""

from __future__ import annotations

import streamlit as st

from ui.i18n import named, t
from ui.lstm_forgetting import show_forgetting
from ui.lstm_series import show_series
from ui.lstm_step import show_steps
from ui.lstm_unit import show_units
from ui.lstm_writing import show_writing
from ui.messages import show_errors

VIEWS = {
    "steps": ("lstm.view_steps", show_steps),
    "units": ("lstm.view_units", show_units),
    "writing": ("lstm.view_writing", show_writing),
    "forgetting": ("lstm.view_forgetting", show_forgetting),
    "series": ("lstm.view_series", show_series),
}

st.title(t("lstm.title"))
view = st.segmented_control(
    t("lstm.view"),
    list(VIEWS),
    format_func=named(VIEWS, lambda each: t(VIEWS[each][0])),
    default=next(iter(VIEWS)),
    required=True,
    key="lstm_view",
    label_visibility="collapsed",
    persist_state="session",
)
with show_errors(key="lstm"):
    VIEWS[view][1]()
