"""The map of words: its arrays go to the browser by addresses that name their content, so each travels once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from numpy.typing import NDArray
from streamlit.runtime import get_instance

from lstm_core.figures.coloring import Coloring
from lstm_core.figures.scatter import axis_title
from lstm_core.figures.style import ACCENT
from lstm_core.figures.word_map import Layer, colour_layer, frame_layer, place_layer, word_layers
from lstm_core.projection import Projection
from lstm_core.projection.trajectory import Trajectory
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import Neighbors
from ui.i18n import language, t
from ui.near import ask_near, near_known
from ui.static_files import scripts_url
from ui.trail import FIELD
from ui.waiting import shelf

_HERE = Path(__file__).parent
_WORDS = (
    *("loading", "no_data", "no_library", "canvas", "moving", "move", "box", "lasso", "zoom_in", "zoom_out", "reset"),
    *("save", "save_svg", "link", "copied", "in_address", "only", "rank", "play", "pause", "step_back", "step_on", "scrub"),
    *("speed", "trails", "step", "near"),
)
_PLACES = {name: f"{{{name}}}" for name in ("shown", "rank", "count", "step")}  # filled in by the scripts
_PARTS = (
    '<div class="atlas-plot" tabindex="0" role="application"><canvas></canvas><canvas></canvas></div>'
    '<div class="atlas-hover" hidden></div><div class="atlas-tools"></div><div class="atlas-legend" hidden></div>'
    '<ul class="atlas-found" role="listbox" hidden></ul><div class="atlas-player" hidden></div>'
    '<div class="atlas-live" aria-live="polite"></div><div class="atlas-note" role="status"></div>'
)

_component = st.components.v2.component(
    "word_atlas_words",
    html=f'<div class="atlas-map atlas-words" data-field="{FIELD}">{_PARTS}</div>',
    css=(_HERE / "word_map.css").read_text(encoding="utf-8"),
    js=(_HERE / "word_map.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True, eq=False)
class WordPicture:
    """What is to be seen: a projection, its colours, the word with its neighbours, rows chosen by hand, arrows, frames to play.

    ``revision``: as long as it stays the same, so does the camera. ``view``: a camera as the address holds it.
    ``live``: the layout is still forming.
    """

    projection: Projection
    revision: str
    coloring: Coloring | None = None
    neighbors: Neighbors | None = None
    chosen: tuple[int, ...] = ()
    arrows: tuple[tuple[str, str], ...] = ()
    path: Trajectory | None = None
    view: str = ""
    live: bool = False


def show_words(
    table: EmbeddingTable,
    picture: WordPicture,
    *,
    key: str,
    label: str,
    height: int,
    on_click: Callable[[int], Any],
    on_chosen: Callable[[Sequence[int], int], Any],
) -> None:
    """Draw ``picture`` in a place that survives reruns; ``label`` describes it to a screen reader.

    Before the page is drawn anew, ``on_click(row)`` is called with the row of a clicked word, ``on_chosen(rows, total)`` with
    the words around which a line was drawn: the first of ``total``, none when they are let go.
    """
    projection = picture.projection
    near = ("near", table.fingerprint, _digest(projection.indices))
    known, near_wanted = near_known(near)
    layers = {**_layers(table, picture), **known}
    values, colouring = (None, None) if picture.coloring is None else colour_layer(picture.coloring)
    if values is not None:
        layers["values"] = values
    data = {
        "script": scripts_url(),
        "layers": {name: {"url": _address(key, name, layer), "kind": layer.kind} for name, layer in layers.items()},
        "dimension": 2 if picture.path else projection.dimension,
        "axes": _axis_titles(picture),
        "steps": picture.path.steps if picture.path else None,
        "colouring": colouring,
        "highlight": _highlight(table, picture.neighbors),
        "chosen": picture.chosen or None,
        "arrows": [table.indices(pair).tolist() for pair in picture.arrows],
        "revision": picture.revision,
        "view": picture.view,
        "live": picture.live,
        "near_wanted": near_wanted,
        "accent": ACCENT,
        "height": height,
        "label": label,
        "file": f"{table.name}-{projection.method}",
        "language": language(),
        "words": {word: t(f"atlas.{word}", **_PLACES) for word in _WORDS},
    }
    _component(
        key=key,
        data=data,
        on_near_change=lambda: ask_near(near, table, projection),
        on_click_change=lambda: _clicked(key, on_click),
        on_chosen_change=lambda: _drawn_around(key, on_chosen),
    )


def _layers(table: EmbeddingTable, picture: WordPicture) -> dict[str, Layer]:
    """Return the arrays of the picture; those of one picture are made once."""
    projection = picture.projection
    known = _kept(("words", table.fingerprint, _digest(projection.indices)), lambda: word_layers(table, projection.indices))
    if picture.path is not None:
        return {**known, "frames": frame_layer(picture.path)}
    return {**known, "places": place_layer(projection)}


def points_of(projection: Projection) -> bytes:
    """Return what tells this picture from every other: a hash of its points and where they are."""
    return _digest(projection.indices) + _digest(projection.coordinates)


def _digest(array: NDArray[Any]) -> bytes:
    return hashlib.blake2b(array.tobytes(), digest_size=16).digest()


def _kept(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    known = shelf().get(key)
    if known is None:
        known = make()
        shelf().put(key, known)
    return known


def _address(key: str, name: str, layer: Layer) -> str:
    """Return where the browser finds ``layer``: Streamlit keeps it, by its hash, as long as a session shows it."""
    url: str = get_instance().media_file_mgr.add(layer.content, "application/octet-stream", f"{key}-{name}")
    return url


def _axis_titles(picture: WordPicture) -> list[str]:
    if picture.path is not None:
        shares = picture.path.explained_variance_ratio
        return [f"PC{place} ({100 * share:.1f} %)" for place, share in enumerate(shares, start=1)]
    return [axis_title(picture.projection, axis) for axis in range(picture.projection.dimension)]


def _highlight(table: EmbeddingTable, neighbors: Neighbors | None) -> Mapping[str, Any] | None:
    if neighbors is None:
        return None
    return {"center": table.index(neighbors.query), "rows": [int(row) for row in table.indices(neighbors.words)]}


def _told(key: str, name: str) -> Mapping[str, Any]:
    told = (st.session_state.get(key) or {}).get(name)
    return told if isinstance(told, Mapping) else {}


def _clicked(key: str, on_click: Callable[[int], Any]) -> None:
    row = _told(key, "click").get("row")
    if isinstance(row, int) and row >= 0:
        on_click(row)


def _drawn_around(key: str, on_chosen: Callable[[Sequence[int], int], Any]) -> None:
    told = _told(key, "chosen")
    rows = [row for row in told.get("rows", ()) if isinstance(row, int) and row >= 0]
    on_chosen(rows, max(len(rows), int(told.get("total", 0))))
