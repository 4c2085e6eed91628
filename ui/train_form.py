"""The form that starts a training: which text, which settings, what name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.model.losses import LOSSES
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build, describe
from lstm_core.runs import RunDirectory, free_name, runs_root
from lstm_core.text.corpus import CORPORA
from lstm_core.text.tokenizers import TOKENIZERS
from lstm_core.training.config import TrainConfig
from lstm_core.training.launch import begin
from ui.forms import option_fields
from ui.i18n import t, t_text

UPLOADED, PATH = "upload", "path"
_ASKED = "train_asked"


def start_form() -> RunDirectory | None:
    """Draw the form; return the run that was just started. Raises what is wrong with the settings, the text or the name."""
    values, upload, stem = _corpus()
    name = st.text_input(
        t("train.name"), placeholder=free_name(runs_root(), stem), key="train_name", max_chars=48, help=t("train.name_help")
    )
    st.button(t("train.start"), type="primary", key="train_start", on_click=_ask, width="stretch")
    values |= _method()
    values |= option_fields(TrainConfig, key="train")
    if not st.session_state.pop(_ASKED, False):  # the click is remembered until all fields have been read
        return None
    if values["corpus"] == "":
        st.warning(t("train.no_text"), icon=None)
        return None
    config = build(TrainConfig, values)
    text = None if upload is None else upload.getvalue()
    return begin(name or free_name(runs_root(), stem), config, text=text, filename=upload.name if upload else "")


def _ask() -> None:
    st.session_state[_ASKED] = True


def _corpus() -> tuple[dict[str, Any], Any, str]:
    """Draw the choice of the text; return its settings, the uploaded file if any, and what a run might be called after it."""
    named = {corpus.key: t_text(corpus.label) for corpus in CORPORA if corpus.key not in (UPLOADED, PATH)}
    named |= {UPLOADED: t("train.corpus_upload"), PATH: t("train.corpus_path")}
    chosen = st.selectbox(t("train.corpus"), list(named), format_func=named.__getitem__, key="train_corpus")
    if chosen == UPLOADED:
        upload = st.file_uploader(t("train.file"), key="train_file", help=t("train.file_help"))
        return {"corpus": UPLOADED if upload else ""}, upload, Path(upload.name).stem if upload else "text"
    if chosen == PATH:
        path = st.text_input(t("train.path"), key="train_path", max_chars=4096, help=t("train.file_help")).strip()
        return {"corpus": path}, None, Path(path).stem if path else "text"
    st.caption(t_text(CORPORA[chosen].note))
    options = CORPORA[chosen].Options
    fields = option_fields(options, key=f"train_{chosen}") if describe(options) else {}
    return {"corpus": chosen, "corpus_options": fields}, None, chosen


def _method() -> dict[str, Any]:
    """Draw the choices that have more than one answer: tokenizer, loss and objective."""
    tokenizers = {"": t("train.tokenizer_own")} | {one.key: t_text(one.label) for one in TOKENIZERS}
    values = {
        "tokenizer": st.selectbox(
            t("train.tokenizer"), list(tokenizers), format_func=tokenizers.__getitem__, key="train_tokenizer"
        )
    }
    losses = {"": t("train.loss_auto")} | {one.key: t_text(one.label) for one in LOSSES}
    values["loss"] = st.selectbox(t("train.loss_kind"), list(losses), format_func=losses.__getitem__, key="train_loss_kind")
    objectives = {one.key: t_text(one.label) for one in OBJECTIVES}
    if len(objectives) > 1:
        values["objective"] = st.selectbox(
            t("train.objective"), list(objectives), format_func=objectives.__getitem__, key="train_objective"
        )
    return values
