"""The one map of every page: plotly.js in a component that keeps its camera, and whose points can be clicked in 2-D and 3-D."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import plotly.graph_objects as go
import plotly.io
import streamlit as st

from ui.i18n import language, t
from ui.static_files import plotly_url, scripts_url

_HERE = Path(__file__).parent
_WORDS = ("loading", "no_library", "no_webgl", "zoom_in", "zoom_out", "pan", "reset", "save", "turn", "orbit")

_component = st.components.v2.component(
    "word_atlas_map",
    html='<div class="atlas-map"><div class="atlas-plot"></div><div class="atlas-note" role="status"></div></div>',
    css=(_HERE / "map.css").read_text(encoding="utf-8"),
    js=(_HERE / "map.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_preload = st.components.v2.component("word_atlas_preload", js=(_HERE / "preload.js").read_text(encoding="utf-8"))


def is_dark() -> bool:
    """Tell whether the page is shown in the dark theme."""
    return st.context.theme.get("type") == "dark"


def preload() -> None:
    """Let the browser fetch the scripts of the map while Python is still computing it, and plotly.js after that."""
    _preload(key="atlas_preload", data={"scripts": scripts_url(), "library": plotly_url()})


def show_map(
    figure: go.Figure | bytes,
    *,
    key: str,
    label: str,
    revision: str = "",
    height: int = 620,
    on_click: Callable[[int], Any] | None = None,
) -> None:
    """Draw ``figure`` (or its JSON) in a place that survives reruns.

    Camera and zoom are kept as long as ``revision`` stays the same. ``on_click(row)`` is called, before the page is drawn
    anew, with the ``customdata`` of a clicked point: a row of the table. ``label`` describes the picture to a screen reader.
    """
    about = {
        "library": plotly_url(),
        "revision": revision,
        "height": height,
        "label": label,
        "dark": is_dark(),
        "language": language(),
        "words": {word: t(f"plot.{word}") for word in _WORDS},
    }
    spec = figure if isinstance(figure, bytes) else figure_json(figure)
    payload = b'{"about":' + orjson.dumps(about) + b',"figure":' + spec + b"}"
    _component(key=key, data=payload, on_click_change=lambda: _clicked(key, on_click), on_theme_change=_drawn_anew)


def figure_json(figure: go.Figure) -> bytes:
    """Return ``figure`` as JSON; arrays travel as base64."""
    text: str = plotly.io.to_json(figure, engine="orjson", validate=False, remove_uids=False)
    return text.encode()


def _clicked(key: str, on_click: Callable[[int], Any] | None) -> None:
    click = (st.session_state.get(key) or {}).get("click")
    row = click.get("row") if isinstance(click, dict) else None
    if on_click is not None and isinstance(row, int) and row >= 0:
        on_click(row)


def _drawn_anew() -> None:
    """Do nothing: that the page runs again, now knowing the browser's theme, is all that was asked for."""
