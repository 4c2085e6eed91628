"""How to come by a second table: the same text learned once more, with another seed."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from lstm_core.errors import WordAtlasError
from lstm_core.options import build
from lstm_core.runs import RunDirectory, free_name, read_config, runs_root
from lstm_core.text.corpus import CORPORA
from lstm_core.training.config import TrainConfig
from lstm_core.training.launch import begin
from ui.i18n import t
from ui.state import TableChoice
from ui.text import plain

_NOT_SETTINGS = ("format", "created", "snapshots")  # a shipped table was trained without snapshots; the new one keeps some


def teach(first: TableChoice) -> None:
    """Say what two tables tell, and offer to train a second one like ``first``; a click starts it and shows it."""
    st.info(t("compare.teach"), icon=None)
    config = _once_more(RunDirectory(first.path))
    if config is None:
        st.page_link("pages/train.py", label=t("table.empty_link"))
        return
    label = t("compare.again", name=plain(first.name), seed=config.seed)
    if st.button(label, type="primary", key="compare_again"):
        st.session_state["run"] = begin(free_name(runs_root(), first.name), config).name
        st.switch_page("pages/train.py")


def _once_more(run: RunDirectory) -> TrainConfig | None:
    """Return the settings of ``run`` with the next seed; None when it is not known, or its text is no longer there."""
    with suppress(WordAtlasError):
        settings = {key: value for key, value in read_config(run).items() if key not in _NOT_SETTINGS}
        if settings.get("corpus") in CORPORA:
            config: TrainConfig = build(TrainConfig, settings | {"seed": int(settings.get("seed", 0)) + 1})
            return config
    return None
