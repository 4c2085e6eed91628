"""Writing on from a prompt: every token with its probability and what else was possible."""

from __future__ import annotations

import streamlit as st

from lstm_core.inside.network import InsideNetwork
from lstm_core.inside.writing import Writing, write_on
from lstm_core.model.generation import GenerationOptions
from lstm_core.options import build
from ui.forms import option_fields
from ui.i18n import t
from ui.lstm_network import network_of
from ui.state import require_table
from ui.text import percent, plain, plain_list

_SEED = "lstm_seed"
_MOST = 200  # tokens that can still be looked at one by one


def show_writing() -> None:
    """Draw the section: a prompt, how to draw, the text, and each of its tokens."""
    network = network_of(require_table())
    if network is None:
        return
    st.markdown(t("lstm.writing_claim"))
    if network.both_sides or network.labels:
        st.info(t("lstm.writing_labels" if network.labels else "lstm.writing_both"), icon=None)
        st.page_link("pages/train.py", label=t("table.empty_link"))
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        prompt = st.text_input(
            t("lstm.prompt"), _beginning(network), key=f"lstm_prompt_{network.name}", max_chars=1000, persist_state="session"
        )
        values = option_fields(GenerationOptions, key="lstm_writing", only=("temperature", "top_k", "top_p"))
        most = st.number_input(t("lstm.most_tokens"), 1, _MOST, 40, key="lstm_most_tokens", persist_state="session")
        st.session_state.setdefault(_SEED, 0)
        seed = st.number_input(t("map.seed"), 0, 2**31 - 1, key=_SEED, help=t("map.seed_help"))
        st.button(t("lstm.other"), key="lstm_other", on_click=_another_seed)
    with right:
        found = write_on(network, prompt, options=build(GenerationOptions, {**values, "max_tokens": most}), seed=seed)
        if found.unknown:
            st.caption(t("lstm.unknown", words=plain_list(found.unknown)))
        _show(found)


def _another_seed() -> None:
    st.session_state[_SEED] = (st.session_state[_SEED] + 1) % 2**31


def _beginning(network: InsideNetwork) -> str:
    """Return a prompt whose tokens the network knows: the example of either language, else nothing."""
    for name in ("lstm.prompt_ko", "lstm.prompt_en"):
        if all(piece in network.vocabulary for piece in network.tokenizer.tokenize(t(name))):
            return t(name)
    return ""


def _show(found: Writing) -> None:
    st.subheader(plain(found.text) or t("lstm.writing_nothing"))
    st.caption(t("lstm.writing_ended" if found.ended else "lstm.writing_cut"))
    places = range(len(found.steps))
    names = [f"{plain(token)} {percent(step.probability)}" for token, step in zip(found.tokens, found.steps, strict=True)]
    shown = st.pills(
        t("lstm.written"), places, default=0, key=f"lstm_written_{len(names)}", required=True, format_func=names.__getitem__
    )
    step = found.steps[shown]
    before = " ".join((*found.prompt, *found.tokens[:shown]))
    share = percent(step.probability, digits=1)
    st.markdown(t("lstm.choices", before=plain(before), token=plain(found.tokens[shown]), share=share))
    bar = st.column_config.ProgressColumn(t("lstm.probability"), format="percent", min_value=0.0, max_value=1.0)
    rows = {
        t("lstm.token"): [found.vocabulary[token] for token, _ in step.choices],
        t("lstm.probability"): [chance for _, chance in step.choices],
    }
    st.dataframe(rows, hide_index=True, column_config={t("lstm.probability"): bar}, width=520)
    st.caption(t("lstm.choices_help"))
