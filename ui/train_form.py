"""The form that starts a training: which text, which settings, what name."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lstm_core.model.losses import LOSSES
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build
from lstm_core.runs import RunDirectory, free_name, runs_root
from lstm_core.text.preview import allowed
from lstm_core.text.tokenizers import TOKENIZERS
from lstm_core.training.config import TrainConfig
from lstm_core.training.launch import begin
from ui.corpus_form import choose_text
from ui.forms import option_fields
from ui.i18n import t, t_text
from ui.tokens import Source, tokens_button

_ASKED = "train_asked"


def start_form() -> RunDirectory | None:
    """Draw the form; return the run that was just started. Raises what is wrong with the settings, the text or the name."""
    chosen = choose_text()
    proposed = free_name(runs_root(), chosen.stem)
    name = st.text_input(t("train.name"), placeholder=proposed, key="train_name", max_chars=48, help=t("train.name_help"))
    st.button(t("train.start"), type="primary", key="train_start", on_click=_ask, width="stretch")
    source = Source(chosen.corpus, tuple(chosen.options.items()), chosen.upload)
    values = {"corpus": chosen.corpus, "corpus_options": chosen.options, **_method(source)}
    values |= _settings(values.get("objective", ""))
    if not st.session_state.pop(_ASKED, False):  # the click is remembered until all fields have been read
        return None
    if chosen.corpus == "":
        st.warning(t("train.no_text"), icon=None)
        return None
    if chosen.on_disk:
        values["corpus"] = allowed(chosen.corpus)
    config = build(TrainConfig, values)
    upload = chosen.upload
    text = None if upload is None else upload.getvalue()
    return begin(name or proposed, config, text=text, filename=upload.name if upload else "")


def _settings(objective: str) -> dict[str, Any]:
    """Draw the settings, which begin with what suits the objective; each objective remembers its own."""
    suits = OBJECTIVES[objective].suits if objective else {}
    return option_fields(TrainConfig, key=f"train_{objective}" if suits else "train", defaults=suits)


def _ask() -> None:
    st.session_state[_ASKED] = True


def _method(source: Source) -> dict[str, Any]:
    """Draw the choices that have more than one answer: tokenizer, with its own options, loss and objective."""
    tokenizers = {"": t("train.tokenizer_own")} | {one.key: t_text(one.label) for one in TOKENIZERS}
    chosen = st.selectbox(t("train.tokenizer"), list(tokenizers), format_func=tokenizers.__getitem__, key="train_tokenizer")
    options: dict[str, Any] = {}
    if chosen:
        st.caption(t_text(TOKENIZERS[chosen].note))
        options = option_fields(TOKENIZERS[chosen].Options, key=f"train_{chosen}")
    tokens_button(source, chosen=chosen, options=options)
    values = {"tokenizer": chosen, "tokenizer_options": options}
    losses = {"": t("train.loss_auto")} | {one.key: t_text(one.label) for one in LOSSES}
    values["loss"] = st.selectbox(t("train.loss_kind"), list(losses), format_func=losses.__getitem__, key="train_loss_kind")
    objectives = {one.key: t_text(one.label) for one in OBJECTIVES}
    if len(objectives) > 1:
        values["objective"] = st.selectbox(
            t("train.objective"), list(objectives), format_func=objectives.__getitem__, key="train_objective"
        )
    return values
