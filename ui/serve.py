"""The server that ``run.py`` starts: ``app.py``, warmed up before the first visitor, and no traceback in front of one."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from ui.i18n import t
from ui.static_files import plotly_url, scripts_url

# What the pages need and is slow to import; nothing here brings torch. It is imported before the server answers, not beside
# it: plotly looks at whatever part of pandas it finds, and fails while another thread is still importing the rest.
SLOW = ("pandas", "plotly.graph_objects", "lstm_core.figures.scatter", "lstm_core.figures.colorings", "lstm_core.projection")

_log = logging.getLogger("word_atlas")


def warm_up() -> None:
    """Import what is slow, put the browser's scripts into their places, and let plotly build its first figure."""
    for name in SLOW:
        importlib.import_module(name)
    figures = importlib.import_module("lstm_core.figures.style")
    figures.base_figure(dark=False).to_json(engine="orjson")
    plotly_url()
    scripts_url()


def explain_failure(error: Exception) -> bool:
    """Show one sentence for what nobody expected, and write the rest to the terminal. Return True: nothing else is shown."""
    _log.error("unexpected failure", exc_info=error)
    st.error(t("error.unexpected"))
    return True


# Streamlit takes a folder called pages/ for its old kind of pages until the first st.navigation, and would then answer a
# direct link to a page without app.py around it. This app has st.navigation only.
PagesManager.uses_pages_directory = False

warm_up()
app = st.App(Path(__file__).resolve().parents[1] / "app.py", on_script_error=explain_failure)
