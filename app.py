"""The frame: page settings, language, the chosen table, and the pages. Started by ``python3 run.py``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.i18n import language_switch, t
from ui.map import preload
from ui.messages import show_errors
from ui.state import table_switch

PAGES = ("map", "analogy", "similar", "lesson", "lstm", "compare", "evaluate", "train", "tables")

st.set_page_config(page_title=t("app.name"), page_icon=str(Path(__file__).parent / "static" / "icon.png"), layout="wide")

pages = [
    st.Page(f"pages/{name}.py", title=t(f"{name}.title"), url_path=name, default=name == PAGES[0])
    for name in PAGES
    if (Path(__file__).parent / "pages" / f"{name}.py").exists()
]
page = st.navigation(pages, position="sidebar")

with st.sidebar:
    preload()

with st.sidebar:
    with show_errors():
        table_switch()
    language_switch()
    st.caption(t("app.about"))

st.html(Path(__file__).parent / "ui" / "page.css")
with show_errors():
    page.run()
