"""평가: how good the table is, counted honestly, beside what simpler means get right; other tables; the table's health."""

from __future__ import annotations

import streamlit as st

from lstm_core.table.comparison import compare
from lstm_core.table.report import Report
from ui.asking import show_treatment, treated
from ui.evaluation_form import question_form
from ui.evaluation_view import offer_files, show_analogies, show_comparison, show_health, show_odd, show_pairs
from ui.evaluations import analogies_of, health_of, odd_of, pairs_of
from ui.i18n import t
from ui.messages import show_errors
from ui.state import describe, require_table

table = require_table()
st.title(t("evaluate.title"))
st.caption(describe(table))

asked, others = None, ()
with show_errors(key="evaluate"):
    asked, others = question_form(table)
tables = (table, *others)
with st.container(horizontal=True, vertical_alignment="center"), show_errors(key="evaluate_transform"):
    tables = treated(*tables)
analogies, odd, pairs = (), (), ()
tabs = st.tabs([t("evaluate.tab_analogies"), t("evaluate.tab_odd"), t("evaluate.tab_pairs"), t("evaluate.tab_health")])

with tabs[0], show_errors(key="evaluate_analogies"):
    if asked is None or not asked.analogies:
        st.info(t("evaluate.teach_analogies"), icon=None)
    else:
        analogies = tuple(found for each in tables if (found := analogies_of(each, asked)) is not None)
        if len(analogies) > 1:
            show_comparison(compare(analogies))
        if analogies:
            show_analogies(analogies[0])
            show_treatment(tables[0])
with tabs[1], show_errors(key="evaluate_odd"):
    if asked is None or not asked.odd:
        st.info(t("evaluate.teach_odd"), icon=None)
    else:
        odd = tuple(odd_of(each, asked) for each in tables)
        show_odd(odd)
        show_treatment(tables[0])
with tabs[2], show_errors(key="evaluate_pairs"):
    if asked is None or not asked.pairs:
        st.info(t("evaluate.teach_pairs"), icon=None)
    else:
        pairs = tuple(pairs_of(each, asked) for each in tables)
        show_pairs(pairs)
        show_treatment(tables[0])
with tabs[3], show_errors(key="evaluate_health"):
    show_health(health_of(tables[0]))
    show_treatment(tables[0])
with show_errors(key="evaluate_files"):
    offer_files(Report(analogies, odd, pairs, (health_of(tables[0]),)), stem=table.name)
