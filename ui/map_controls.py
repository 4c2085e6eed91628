"""The row of controls above the map, and the view they describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lstm_core.figures.colorings import COLORINGS
from lstm_core.projection import PROJECTIONS
from lstm_core.projection.sample import SAMPLES
from lstm_core.table.embedding_table import EmbeddingTable
from ui import trail
from ui.columns import column_name, shown_columns
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.map_link import linked_word, map_link, unusual, write_link
from ui.probes import suggested_axes
from ui.projections import MapQuestion, forget_kept
from ui.text import plain, split_words

PLAIN, FREQUENCY = "-plain", "-frequency"  # one colour; a registered way. Others are registered too, or the name of a column
LIST = "list"  # words of one's own instead of a sample
SHOWN = {2: 5000, 3: 3000}  # points drawn unless told otherwise
_METHOD, _DIMENSION, _BACK = "map_method", "map_dimension", "map_back_to_pca"


@dataclass(frozen=True)
class MapView:
    """What the controls say: the chosen word, the picture wanted, and what its colours mean."""

    word: str
    question: MapQuestion
    color: str
    color_options: tuple[tuple[str, Any], ...] = ()

    def revision(self, table: EmbeddingTable) -> str:
        """Return what must stay equal for camera and zoom to be kept."""
        asked = self.question
        return f"{table.fingerprint[:16]}-{asked}"


def map_controls(table: EmbeddingTable) -> MapView:
    """Draw the controls and return what they say. Raises :class:`InvalidOption`."""
    if st.session_state.pop(_BACK, False):
        st.session_state[_METHOD] = PROJECTIONS.keys()[0]
    if trail.FIELD not in st.session_state and linked_word():
        trail.search_for(linked_word())
    find, how, depth, colour, more = st.columns([3, 2.4, 1.9, 2.2, 1.2], vertical_alignment="bottom")
    with find:
        word = trail.word_field(t("map.find"), placeholder=t("map.find_hint"))
    link = map_link()
    method = how.selectbox(
        t("map.method"),
        PROJECTIONS.keys(),
        index=PROJECTIONS.keys().index(link.choice("method", PROJECTIONS.keys(), PROJECTIONS.keys()[0])),
        format_func=named(PROJECTIONS.keys(), lambda key: t_text(PROJECTIONS[key].label)),
        key=_METHOD,
        persist_state="session",
    )
    dimension = depth.segmented_control(
        t("map.dimension"),
        (2, 3),
        format_func=named((2, 3), lambda n: t(f"map.dimension_{n}")),
        default=link.choice("dim", (2, 3), 2),
        required=True,
        key=_DIMENSION,
        persist_state="session",
    )
    ways = _colorings(table)
    color = colour.selectbox(
        t("map.color"),
        ways,
        index=ways.index(link.choice("color", ways, ways[0])),
        format_func=named(ways, color_name),
        key=f"map_color_{table.name}",
        persist_state="session",
    )
    color_options: dict[str, Any] = {}
    with more, st.popover(t("map.options"), width="stretch"):
        if color in COLORINGS:
            wanted = COLORINGS[color].Options
            color_options = option_fields(wanted, key=f"map_color{color}", defaults=link.options("c.", wanted))
        asked = _options(table, str(method), int(dimension or 2))
    view = MapView(word, asked, str(color), tuple(sorted(color_options.items())))
    _write_link(table, view)
    return view


def _write_link(table: EmbeddingTable, view: MapView) -> None:
    """Put into the address what is not as usual."""
    asked, color = view.question, COLORINGS[view.color].Options if view.color in COLORINGS else None
    usual = {
        "word": "",
        "method": PROJECTIONS.keys()[0],
        "dim": 2,
        "color": _colorings(table)[0],
        "sample": SAMPLES[0],
        "limit": _usual_limit(table, asked.dimension),
        "seed": 0,
    }
    now = {
        "word": view.word,
        "method": asked.method,
        "dim": asked.dimension,
        "color": view.color,
        "sample": asked.sample,
        "limit": asked.limit,
        "seed": asked.seed,
    }
    parts = {name: None if value == usual[name] else value for name, value in now.items()}
    parts |= unusual("m.", dict(asked.options), PROJECTIONS[asked.method].Options)
    parts |= unusual("c.", dict(view.color_options), color) if color else {}
    write_link(view.revision(table), parts)


def _usual_limit(table: EmbeddingTable, dimension: int) -> int:
    return min(SHOWN[dimension], len(table))


def use_pca() -> None:
    """Go back, when the page is drawn anew, to the method that is there at once: what stopping a long one does.

    The wish is kept apart from the widget's own value: a fragment that asks for a rerun would send that again as it was.
    """
    st.session_state[_BACK] = True


def draw_only(table: EmbeddingTable, words: Sequence[str]) -> None:
    """Ask for a picture of ``words`` of ``table`` alone."""
    st.session_state["map_sample"] = LIST
    st.session_state[f"map_words_{table.name}"] = "\n".join(words)


def color_name(key: str) -> str:
    """Return what a way of colouring is called."""
    if key == PLAIN:
        return t("map.color_none")
    return t_text(COLORINGS[key].label) if key in COLORINGS else column_name(key)


def _colorings(table: EmbeddingTable) -> list[str]:
    return [*shown_columns(table), *(way.key for way in COLORINGS if way.possible(table)), PLAIN]


def _options(table: EmbeddingTable, method: str, dimension: int) -> MapQuestion:
    link = map_link()
    own = suggested_axes(table) if method == "axes" else {}
    meant = link.choice("method", PROJECTIONS.keys(), PROJECTIONS.keys()[0]) == method
    linked = link.options("m.", PROJECTIONS[method].Options) if meant else {}
    with st.form(f"map_options_{method}", border=False):
        st.caption(plain(t_text(PROJECTIONS[method].caution)))
        key = f"map_{method}_{table.name}" if own else f"map_{method}"
        values = option_fields(PROJECTIONS[method].Options, key=key, defaults=own | linked)
        seed = st.number_input(
            t("map.seed"),
            0,
            2**31 - 1,
            link.number("seed", 0, least=0, most=2**31 - 1),
            key="map_seed",
            help=t("map.seed_help"),
            persist_state="session",
        )
        sample, limit, words = _rows(table, dimension)
        st.form_submit_button(t("map.draw"), type="primary", on_click=forget_kept)
    return MapQuestion(method, dimension, tuple(sorted(values.items())), int(seed), limit, sample, words)


def _rows(table: EmbeddingTable, dimension: int) -> tuple[str, int, tuple[str, ...]]:
    """Draw what says which words are shown, and return the sample, how many of it, and the list that takes its place."""
    link = map_link()
    sample = st.selectbox(
        t("map.sample"),
        (*SAMPLES, LIST),
        index=SAMPLES.index(link.choice("sample", SAMPLES, SAMPLES[0])),
        format_func=named((*SAMPLES, LIST), lambda key: t(f"map.sample_{key}")),
        key="map_sample",
        help=t("map.sample_help"),
        persist_state="session",
    )
    limit = st.number_input(
        t("map.limit"),
        1,
        len(table),
        link.number("limit", _usual_limit(table, dimension), least=1, most=len(table)),
        key=f"map_limit_{dimension}_{table.name}",
        help=t("map.limit_help"),
        persist_state="session",
    )
    text = st.text_area(
        t("map.words"), key=f"map_words_{table.name}", help=t("map.words_help"), max_chars=100_000, persist_state="session"
    )
    if sample == LIST:
        return SAMPLES[0], int(limit), tuple(split_words(text))
    return str(sample), int(limit), ()
