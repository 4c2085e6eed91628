"""표 관리: open a table from a file, take the chosen one out into a file, and see what was brought in."""

from __future__ import annotations

import streamlit as st

from ui.i18n import t
from ui.messages import show_errors
from ui.state import choose_table, current_table
from ui.table_files import export_fields, keep_fields, kept_as, kept_list, opened, preview, show_kept, source_fields

st.title(t("tables.title"))
left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader(t("tables.import"))
    with show_errors(key="tables"):
        source = source_fields()
        if source is None:
            st.info(t("tables.hint", limit=st.get_option("server.maxUploadSize")), icon=None)
        elif name := kept_as(source):
            show_kept(name)
        else:
            table = opened(source)
            if table is not None:
                preview(table)
                kept = keep_fields(table, source)
                if kept is not None:
                    choose_table(kept)
                    st.rerun()

with right:
    st.subheader(t("tables.export"))
    with show_errors(key="tables_export"):
        chosen = current_table()
        if chosen is None:
            st.caption(t("table.none"))
        else:
            export_fields(chosen)
    st.subheader(t("tables.kept"))
    with show_errors(key="tables_kept"):
        kept_list()
