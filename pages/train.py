"""학습: start a training, follow it, resume it; the list of all runs."""

from __future__ import annotations

import streamlit as st

from lstm_core.runs import list_runs
from lstm_core.training.watch import overview
from ui.follow import follow
from ui.i18n import t
from ui.messages import show_errors
from ui.train_form import start_form

ALIVE = ("waiting", "preparing", "training")


def choose(name: str) -> None:
    """Show the run ``name``, and put it into the page's address."""
    st.session_state["run"] = name
    st.query_params["run"] = name


def draw_list() -> None:
    """List the runs; the one picked is shown."""
    rows = [overview(run) for run in runs.values()]
    st.selectbox(
        t("train.runs"),
        list(runs),
        index=list(runs).index(chosen.name),
        key=f"train_run_{chosen.name}_{len(runs)}",
        on_change=lambda: choose(st.session_state[f"train_run_{chosen.name}_{len(runs)}"]),
    )
    shown = {
        t("train.name"): [row["name"] for row in rows],
        t("train.state"): [t(f"train.state.{row['state']}") for row in rows],
        "PPL": [row["perplexity"] for row in rows],
    }
    narrow = {
        t("train.state"): st.column_config.Column(width=70),
        "PPL": st.column_config.NumberColumn(format="%.1f", width=60),
    }
    st.dataframe(shown, hide_index=True, column_config=narrow)


runs = {run.name: run for run in list_runs()}
asked = st.session_state.get("run", st.query_params.get("run"))
alive = [run for run in runs.values() if run.state in ALIVE]
chosen = runs.get(str(asked)) or next(iter([*alive, *runs.values()]), None)

st.title(t("train.title"))
side, main = st.columns([1, 3], gap="large")
with side:
    st.subheader(t("train.new"))
    with show_errors(key="start"):
        started = start_form()
        if started is not None:
            choose(started.name)
            st.rerun()
    if chosen is not None:
        draw_list()
with main, show_errors(key="follow"):
    if chosen is None:
        st.info(t("train.none"), icon=None)
    else:
        follow(chosen)
