"""비교: two tables, one table through its training, one table drawn in several ways."""

from __future__ import annotations

import streamlit as st

from ui.compare_sweep import show_sweep
from ui.compare_tables import show_tables
from ui.compare_training import show_training
from ui.i18n import named, t
from ui.messages import show_errors
from ui.state import require_table

VIEWS = {
    "tables": ("compare.view_tables", show_tables),
    "training": ("compare.view_training", show_training),
    "sweep": ("compare.view_sweep", show_sweep),
}

table = require_table()
st.title(t("compare.title"))
view = st.segmented_control(
    t("compare.view"),
    list(VIEWS),
    format_func=named(VIEWS, lambda each: t(VIEWS[each][0])),
    default=next(iter(VIEWS)),
    required=True,
    key="compare_view",
    label_visibility="collapsed",
    persist_state="session",
)
with show_errors(key="compare"):
    VIEWS[view][1](table)
