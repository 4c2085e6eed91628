"""The row of controls above the map, and the view they describe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from lstm_core.projection import PROJECTIONS
from lstm_core.table.embedding_table import EmbeddingTable
from ui import trail
from ui.columns import column_name, shown_columns
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.projections import MapQuestion
from ui.text import plain

PLAIN, FREQUENCY, RECALL = "-plain", "-frequency", "-recall"  # ways to colour that are not the name of a column
SHOWN = {2: 5000, 3: 3000}  # points drawn unless told otherwise
MOST_SHOWN = 20_000
_METHOD, _DIMENSION = "map_method", "map_dimension"


@dataclass(frozen=True)
class MapView:
    """What the controls say: the chosen word, the picture wanted, and what its colours mean."""

    word: str
    question: MapQuestion
    color: str

    def revision(self, table: EmbeddingTable) -> str:
        """Return what must stay equal for camera and zoom to be kept."""
        asked = self.question
        return f"{table.fingerprint[:16]}-{asked.method}-{asked.dimension}-{asked.seed}-{asked.limit}-{asked.options}"


def map_controls(table: EmbeddingTable) -> MapView:
    """Draw the controls and return what they say. Raises :class:`InvalidOption`."""
    find, how, depth, colour, more = st.columns([3, 2.4, 1.9, 2.2, 1.2], vertical_alignment="bottom")
    with find:
        word = trail.word_field(t("map.find"), placeholder=t("map.find_hint"))
    method = how.selectbox(
        t("map.method"),
        PROJECTIONS.keys(),
        format_func=named(PROJECTIONS.keys(), lambda key: t_text(PROJECTIONS[key].label)),
        key=_METHOD,
        persist_state="session",
    )
    dimension = depth.segmented_control(
        t("map.dimension"),
        (2, 3),
        format_func=named((2, 3), lambda n: t(f"map.dimension_{n}")),
        default=2,
        required=True,
        key=_DIMENSION,
        persist_state="session",
    )
    color = colour.selectbox(
        t("map.color"),
        _colorings(table),
        format_func=named(_colorings(table), color_name),
        key=f"map_color_{table.name}",
        persist_state="session",
    )
    with more, st.popover(t("map.options"), width="stretch"):
        options, seed, limit = _options(table, str(method), int(dimension or 2))
    question = MapQuestion(str(method), int(dimension or 2), options, seed, limit, _always(table, trail.searched(), limit))
    return MapView(word, question, str(color))


def use_pca() -> None:
    """Go back to the method that is there at once: what stopping a long one does."""
    st.session_state[_METHOD] = PROJECTIONS.keys()[0]


def color_name(key: str) -> str:
    """Return what a way of colouring is called."""
    if key in (PLAIN, FREQUENCY, RECALL):
        return t({PLAIN: "map.color_none", FREQUENCY: "map.color_frequency", RECALL: "map.color_recall"}[key])
    return column_name(key)


def _always(table: EmbeddingTable, word: str, limit: int) -> tuple[str, ...]:
    """Return ``word``, searched for, if it is in the table but not among the ``limit`` most frequent.

    A word that is only clicked is not added: each click on a rare one would compute another map.
    """
    return (word,) if trail.known(table, word) and table.index(word) not in table.frequency_order[:limit] else ()


def _colorings(table: EmbeddingTable) -> list[str]:
    return [*shown_columns(table), *([FREQUENCY] if table.counts is not None else []), RECALL, PLAIN]


def _options(table: EmbeddingTable, method: str, dimension: int) -> tuple[tuple[tuple[str, Any], ...], int, int]:
    with st.form(f"map_options_{method}", border=False):
        st.caption(plain(t_text(PROJECTIONS[method].caution)))
        values = option_fields(PROJECTIONS[method].Options, key=f"map_{method}")
        seed = st.number_input(t("map.seed"), 0, 2**31 - 1, 0, key="map_seed", help=t("map.seed_help"), persist_state="session")
        most = min(len(table), MOST_SHOWN)
        limit = st.number_input(
            t("map.limit"),
            1,
            most,
            min(SHOWN[dimension], most),
            key=f"map_limit_{dimension}_{table.name}",
            help=t("map.limit_help"),
            persist_state="session",
        )
        st.form_submit_button(t("map.draw"), type="primary")
    return tuple(sorted(values.items())), int(seed), int(limit)
