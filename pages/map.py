"""임베딩 지도: the table as a picture, and beside it what the true space says."""

from __future__ import annotations

import streamlit as st

from lstm_core.projection import PROJECTIONS, Projection
from lstm_core.projection.trajectory import Trajectory
from ui import trail
from ui.chosen_words import choose_rows, chosen_rows, show_chosen
from ui.i18n import t, t_text
from ui.inspector import offer_place, show_inspector
from ui.live import follow_map
from ui.map_arrows import arrows, arrows_caption
from ui.map_controls import map_controls, use_pca
from ui.map_figure import HEIGHT, coloring, map_caption
from ui.map_link import map_link
from ui.map_replay import replay, replay_caption
from ui.map_table import show_map_table
from ui.messages import show_errors
from ui.projections import projection_of, warm_up, with_asked
from ui.state import describe, require_table
from ui.word_map import WordPicture, show_words

table = require_table()
st.title(t("map.title"))
st.caption(describe(table))

view = map_controls(table)
canvas, inspector = st.columns([3, 1], gap="medium")
neighbors = None  # a wrong word leaves the map as it is
with inspector, show_errors(replace=lambda _, spelling: trail.choose(spelling), key="map"):
    neighbors = show_inspector(table, view.word)


def draw(projection: Projection, *, live: bool = True, path: Trajectory | None = None) -> None:
    """Draw one picture of the table, or the film of its training."""
    show_words(
        table,
        WordPicture(
            projection,
            revision=view.revision(table) + (" film" if path else ""),
            coloring=coloring(table, projection, view),
            neighbors=neighbors,
            chosen=chosen_rows(table),
            arrows=arrows(table),
            path=path,
            view=map_link().given.get("view", ""),
            live=live,
        ),
        key="word_map",
        label=t("map.picture", method=t_text(PROJECTIONS[projection.method].label), shown=len(projection)),
        height=HEIGHT,
        on_click=lambda row: trail.choose(table.labels[row]),
        on_chosen=lambda rows, total: choose_rows(table, rows, total),
    )


with canvas, show_errors():
    arrows_caption(table)
    film = replay(table)
    projection = None if film else projection_of(table, view.question)
    if film is not None:
        draw(film.projection, live=False, path=film.path)
        show_chosen(table)
        replay_caption(film)
    elif projection is None:
        follow_map(table, view.question, draw=draw, on_stop=use_pca)
    else:
        shown = with_asked(table, projection, [trail.searched(), *(word for pair in arrows(table) for word in pair)])
        draw(shown, live=False)
        if neighbors is not None:
            with inspector:
                offer_place(neighbors, table, shown)
        show_chosen(table)
        map_caption(table, projection, view, placed=len(shown) - len(projection))
        show_map_table(table, shown)
        warm_up()
