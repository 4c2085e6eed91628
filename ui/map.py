"""The one map of every page: plotly.js in a component that keeps its camera, and whose points can be clicked in 2-D and 3-D."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import orjson
import plotly
import plotly.graph_objects as go
import plotly.io
import streamlit as st

from ui.i18n import language, t

STATIC = Path(__file__).resolve().parents[1] / "static"
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


@cache
def plotly_url() -> str:
    """Return the address of plotly.js on this server; the file is copied out of the plotly package the first time."""
    name = f"plotly-{plotly.__version__}.min.js"
    if not (STATIC / name).exists():
        _copy_plotly(STATIC / name)
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/app/static/{name}"


def is_dark() -> bool:
    """Tell whether the page is shown in the dark theme."""
    return st.context.theme.get("type") == "dark"


def preload() -> None:
    """Let the browser fetch plotly.js while Python is still computing the first map."""
    _preload(key="atlas_preload", data={"library": plotly_url()})


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


def _copy_plotly(target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with as_file(files("plotly") / "package_data" / "plotly.min.js") as source:
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".new")
        os.close(handle)
        shutil.copyfile(source, name)
    os.chmod(name, 0o644)
    os.replace(name, target)
