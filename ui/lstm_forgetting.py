"""How long three kinds of cells remember: what ships at once, and the same practised here."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from lstm_core.demos.forgetting import (
    CHANCE,
    DELAYS,
    SHIPPED_SEEDS,
    Forgetting,
    ForgettingOptions,
    forgetting_of,
    forgetting_work,
    shipped_forgetting,
)  # fmt: skip
from lstm_core.demos.work import DemoWork
from lstm_core.figures.memory import spread_figure
from lstm_core.options import build
from ui.demos import follow_demo
from ui.forms import option_fields
from ui.i18n import named, t
from ui.map import is_dark, show_map
from ui.text import percent, span

_OWN = "lstm_forgetting_own"
_BACK = 20  # steps back that the sentence speaks of
_LONG = 60
_WHEN = ("before", "after")


def show_forgetting() -> None:
    """Draw the section: the task, the results, and the button to practise it here."""
    st.markdown(t("lstm.forgetting_claim"))
    st.code(t("lstm.forgetting_example"), language=None)
    own: DemoWork | None = st.session_state.get(_OWN)
    answer = own.answer if own is not None else None
    if own is not None and answer is None:
        follow_demo(own, key="lstm_forgetting", text=t("lstm.forgetting_running"), draw=_so_far, on_stop=_forget)
    found = shipped_forgetting() if answer is None else forgetting_of(answer)
    _show(found, shipped=answer is None)
    _practise()


def _show(found: Forgetting, *, shipped: bool) -> None:
    settings = {"hidden": found.options.hidden, "steps": f"{found.options.steps:,}", "time": span(found.seconds)}
    seeds = SHIPPED_SEEDS if shipped else found.options.seeds
    st.caption(t("lstm.forgetting_shipped" if shipped else "lstm.forgetting_own", seeds=seeds, **settings))
    if not shipped:
        st.button(t("lstm.forgetting_back"), key="lstm_forgetting_back", on_click=_forget, type="tertiary")
    names = {one.cell: t(f"lstm.cell_{one.cell}") for one in found.cells}
    at = DELAYS.index(_LONG)
    far = {f"{one.cell}_far": percent(float(np.median([row[at] for row in one.accuracy]))) for one in found.cells}
    st.markdown(t("lstm.forgetting_result", delay=_LONG, chance=percent(CHANCE), **far))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("lstm.accuracy"))
        shares = {names[one.cell]: one.accuracy for one in found.cells}
        axes = {"x_title": t("lstm.delay"), "y_title": t("lstm.accuracy_axis")}
        figure = spread_figure(DELAYS, shares, **axes, level=(CHANCE, t("lstm.chance")), dark=is_dark())
        show_map(figure, key="lstm_accuracy", label=t("lstm.accuracy"), height=340)
        st.caption(t("lstm.accuracy_help"))
    with right:
        st.subheader(t("lstm.gradient"))
        when = st.segmented_control(
            t("lstm.gradient_when"), _WHEN, format_func=named(_WHEN, _when), default=_WHEN[0], required=True, key="lstm_when",
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        sizes = {names[one.cell]: one.gradient_before if when == _WHEN[0] else one.gradient for one in found.cells}
        steps = range(len(found.cells[0].gradient[0]))
        figure = spread_figure(
            list(steps), sizes, x_title=t("lstm.distance"), y_title=t("lstm.gradient_axis"), logarithmic=True, dark=is_dark()
        )
        show_map(figure, key="lstm_gradient", label=t("lstm.gradient"), height=340)
        median = {f"{one.cell}_size": f"{np.median([row[_BACK] for row in one.gradient_before]):.0e}" for one in found.cells}
        st.caption(t("lstm.gradient_help", back=_BACK, **median))


def _when(one: str) -> str:
    return t(f"lstm.gradient_{one}")


def _practise() -> None:
    with st.expander(t("lstm.forgetting_again")):
        with st.form("lstm_forgetting_form", border=False):
            values = option_fields(ForgettingOptions, key="lstm_forgetting")
            pressed = st.form_submit_button(t("lstm.forgetting_start"))
    if pressed:
        _forget()
        work = forgetting_work(build(ForgettingOptions, values))
        work.begin()
        st.session_state[_OWN] = work
        st.rerun()


def _forget() -> None:
    work: DemoWork | None = st.session_state.pop(_OWN, None)
    if work is not None and work.answer is None:
        work.stop()


def _so_far(known: dict[str, Any]) -> None:
    """Draw how the longest delay has grown in the network that practises now."""
    reached = known.get("reached", {})
    if reached:
        last, way = next(reversed(reached.items()))
        cell, seed = last.split()
        st.caption(t("lstm.forgetting_way", cell=t(f"lstm.cell_{cell}"), seed=seed, reached=way[-1]))
        st.line_chart({t("lstm.delay"): way}, height=180)
