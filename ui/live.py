"""A picture while a worker computes it: how far it is, the layout so far, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lstm_core.errors import WordAtlasError
from lstm_core.projection import PROJECTIONS, Projection
from lstm_core.projection.work import Glance, Work
from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import t, t_text
from ui.messages import explain
from ui.projections import MapQuestion, keep_layout, stop_waiting, work_of

Draw = Callable[[Projection], None]


def follow_map(table: EmbeddingTable, asked: MapQuestion, *, draw: Draw, on_stop: Callable[[], None]) -> None:
    """Show the computation of the answer to ``asked`` until it is there, then run the page anew.

    ``draw(projection)`` draws the layout so far, of methods that show it. ``on_stop()`` is called when the person stops it.
    """

    @st.fragment(run_every="0.6s")
    def tick() -> None:
        work = work_of(table, asked)
        if work is None:  # stopped, or kept as it was
            st.rerun()
        try:
            now = work.look()
        except WordAtlasError as error:
            explain(error)
            st.button(t("map.again"), key="map_again", on_click=stop_waiting)
            return
        if now.answer is not None:
            st.rerun()
        _controls(work, now, table, asked, on_stop)
        if now.frame is not None:
            layout = work.keep()
            if layout is not None:
                draw(layout)

    tick()


def _controls(work: Work, now: Glance, table: EmbeddingTable, asked: MapQuestion, on_stop: Callable[[], None]) -> None:
    method = PROJECTIONS[asked.method]
    st.progress(min(1.0, now.share), text=_said(t_text(method.label), now))
    with st.container(horizontal=True, key="map_live"):
        if method.live:
            label = t("map.resume" if now.paused else "map.pause")
            st.button(label, key="map_pause", on_click=work.pause, args=(not now.paused,), disabled=now.frame is None)
            st.button(t("map.keep"), key="map_keep", on_click=keep_layout, args=(table, asked), disabled=now.frame is None)
        st.button(t("map.stop"), key="map_stop", on_click=lambda: (stop_waiting(), on_stop()))


def _said(method: str, now: Glance) -> str:
    what = t("map.computing", method=method)
    if now.paused:
        return t("map.paused", what=what)
    if now.left is None:
        return what
    return t("map.progress", what=what, left=f"{now.left:.0f}")
