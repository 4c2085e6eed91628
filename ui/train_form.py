"""The form that starts a training: which text, which settings, what name."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lstm_core.model.losses import LOSSES
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build, describe
from lstm_core.runs import RunDirectory, free_name, list_runs, models_root, runs_root
from lstm_core.text.preview import allowed
from lstm_core.text.tokenizers import TOKENIZERS
from lstm_core.training.config import TrainConfig
from lstm_core.training.launch import begin
from ui.corpus_form import choose_text
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.state import table_choices
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
    values |= _settings(values["objective"]) | _start()
    if not st.session_state.pop(_ASKED, False):  # the click is remembered until all fields have been read
        return None
    if chosen.corpus == "":
        st.warning(t("train.no_text"), icon=None)
        return None
    if chosen.on_disk:
        values["corpus"] = allowed(chosen.corpus)
    task = values.get("objective_options", {})
    if task.get("test"):  # a path that somebody typed
        values["objective_options"] = task | {"test": allowed(task["test"])}
    config = build(TrainConfig, values)
    upload = chosen.upload
    text = None if upload is None else upload.getvalue()
    return begin(name or proposed, config, text=text, filename=upload.name if upload else "")


def _settings(objective: str) -> dict[str, Any]:
    """Draw the settings that mean something to the objective, beginning with what suits it; each remembers its own."""
    chosen = OBJECTIVES[objective]
    names = [name for name in TrainConfig.model_fields if name not in chosen.ignores]
    return option_fields(TrainConfig, key=f"train_{objective}" if chosen.suits else "train", only=names, defaults=chosen.suits)


def _start() -> dict[str, Any]:
    """Draw the choice of what the training starts from."""
    runs = [*list_runs(models_root()), *list_runs(runs_root())]
    with st.expander(t("train.from")):
        tables = [choice.name for choice in table_choices()]
        table = _known(t("train.from_table"), t("train.from_table_help"), tables, key="train_from_table")
        trained = [run.name for run in runs if run.manifest.is_file() and run.model.is_file()]
        run = _known(t("train.from_run"), t("train.from_run_help"), trained, key="train_from_run")
        held = bool(table or run) and st.toggle(
            t("train.freeze"), key="train_freeze", help=t("train.freeze_help"), persist_state="session"
        )
    return {"init_table": table, "init_from": run, "freeze_table": held}


def _known(label: str, hint: str, names: list[str], *, key: str) -> str:
    """Draw the choice between ``names`` and nothing, and return the name, "" for nothing."""
    every, nothing = ["", *names], t("train.from_nothing")
    shown = named(every, lambda name: name or nothing)
    return str(st.selectbox(label, every, format_func=shown, key=key, help=hint, persist_state="session"))


def _ask() -> None:
    st.session_state[_ASKED] = True


def _method(source: Source) -> dict[str, Any]:
    """Draw how the text is cut and what is learned from it: tokenizer and objective, with their own options, and the loss."""
    tokenizers = {"": t("train.tokenizer_own")} | {one.key: t_text(one.label) for one in TOKENIZERS}
    chosen = st.selectbox(t("train.tokenizer"), list(tokenizers), format_func=tokenizers.__getitem__, key="train_tokenizer")
    options: dict[str, Any] = {}
    if chosen:
        st.caption(t_text(TOKENIZERS[chosen].note))
        options = option_fields(TOKENIZERS[chosen].Options, key=f"train_{chosen}")
    tokens_button(source, chosen=chosen, options=options)
    return {"tokenizer": chosen, "tokenizer_options": options, **_task()}


def _task() -> dict[str, Any]:
    """Draw the objective, its own options, and the loss where there is a choice."""
    objectives = {one.key: t_text(one.label) for one in OBJECTIVES}
    key = st.selectbox(t("train.objective"), list(objectives), format_func=objectives.__getitem__, key="train_objective")
    chosen = OBJECTIVES[key]
    values: dict[str, Any] = {"objective": key}
    if describe(chosen.Options):
        values["objective_options"] = option_fields(chosen.Options, key=f"train_{key}_task", folded=False)
    if "loss" not in chosen.ignores:
        losses = {"": t("train.loss_auto")} | {one.key: t_text(one.label) for one in LOSSES}
        values["loss"] = st.selectbox(t("train.loss_kind"), list(losses), format_func=losses.__getitem__, key="train_loss_kind")
        if values["loss"]:
            st.caption(t_text(LOSSES[values["loss"]].note))
    return values
