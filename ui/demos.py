"""A small training beside the page: begun, followed and stopped by the person who watches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from lstm_core.demos.work import DemoWork
from lstm_core.errors import WordAtlasError
from ui.i18n import t
from ui.messages import explain

SoFar = Callable[[dict[str, Any]], None]


def follow_demo(work: DemoWork, *, key: str, text: str, draw: SoFar, on_stop: Callable[[], Any]) -> None:
    """Show how far ``work`` is, and what is known so far by ``draw``, until its answer is there; then run the page anew."""

    @st.fragment(run_every="0.5s")
    def tick() -> None:
        try:
            now = work.look()
        except WordAtlasError as error:
            explain(error)
            st.button(t("lstm.again"), key=f"{key}_again", on_click=work.begin)
            return
        if now.answer is not None:
            st.rerun()
        said = text if now.left is None else t("map.progress", what=text, left=f"{now.left:.0f}")
        st.progress(min(1.0, now.share), text=said)
        st.button(t("map.stop"), key=f"{key}_stop", on_click=lambda: (work.stop(), on_stop()))
        draw(now.so_far)

    tick()
