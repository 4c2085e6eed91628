"""Units that stay on over some words, and where else in the corpus they behave alike."""

from __future__ import annotations

import streamlit as st

from lstm_core.errors import UnreadableText
from lstm_core.inside.network import InsideNetwork
from lstm_core.inside.reading import Reading, read_sentence
from lstm_core.inside.units import (
    SENTENCES,
    CorpusStates,
    Matches,
    Passage,
    Pattern,
    corpus_states,
    find_matches,
    first_sentences,
    pattern_of,
)  # fmt: skip
from lstm_core.run_folder import find_run
from ui.i18n import t
from ui.lstm_network import network_of, sentence_field
from ui.state import require_table
from ui.text import percent, plain
from ui.waiting import once

_MOST_UNITS = 12
_STOPPED = "lstm_units_stopped"


def show_units() -> None:
    """Draw the section: words of a sentence, the units that are on there, and passages where these are on too."""
    table = require_table()
    network = network_of(table)
    if network is None:
        return
    st.markdown(t("lstm.units_claim"))
    reading = read_sentence(network, sentence_field(network))
    first, last, threshold = _choose_span(network, reading)
    pattern = pattern_of(reading.signal("hidden", layer=-1), first=first, last=last, threshold=threshold)
    if not pattern.units:
        st.info(t("lstm.units_none"), icon=None)
        return
    pattern = _choose_units(pattern, key=f"{network.name}_{first}_{last}_{threshold}_{reading.pieces}")
    states = _states(network, table.fingerprint)
    if states is None or not pattern.units:
        return
    _show(find_matches(states, pattern, length=last - first + 1), [reading.piece(at) for at in range(first, last + 1)])


def _choose_span(network: InsideNetwork, reading: Reading) -> tuple[int, int, float]:
    left, right = st.columns([3, 2], gap="large")
    places = range(1, reading.steps)
    middle = places[(len(places) - 1) // 3]
    with left:
        span = st.select_slider(
            t("lstm.span"), places, (middle, middle), format_func=lambda at: f"{at} {reading.pieces[at]}",
            key=f"lstm_span_{network.name}_{reading.pieces}", help=t("lstm.span_help"),
        ) if len(places) > 1 else (1, 1)  # fmt: skip
    with right:
        threshold = st.slider(
            t("lstm.threshold"), 0.05, 0.95, 0.4, 0.05, key="lstm_threshold", help=t("lstm.threshold_help"),
            persist_state="session",
        )  # fmt: skip
    return span[0], span[1], threshold


def _choose_units(pattern: Pattern, *, key: str) -> Pattern:
    """Let the person take units away; at first the strongest are chosen."""
    signs = dict(zip(pattern.units, pattern.signs, strict=True))
    chosen = st.multiselect(
        t("lstm.units_on", count=len(signs)), list(signs), list(signs)[:_MOST_UNITS],
        format_func=lambda unit: f"{unit} {'+' if signs[unit] > 0 else chr(0x2212)}", key=f"lstm_units_{key}",
        help=t("lstm.units_on_help"),
    )  # fmt: skip
    return Pattern(tuple(chosen), tuple(signs[unit] for unit in chosen), pattern.threshold)


def _states(network: InsideNetwork, fingerprint: str) -> CorpusStates | None:
    """Return the states over the corpus, worked out once for everybody; None when that was stopped."""
    key = ("lstm_states", fingerprint)
    if st.session_state.get(_STOPPED) == key:
        st.info(t("lstm.units_stopped"), icon=None)
        st.button(t("lstm.again"), key="lstm_units_again", on_click=st.session_state.pop, args=(_STOPPED,))
        return None
    try:
        return once(
            key,
            lambda progress: corpus_states(network, first_sentences(find_run(network.name)), progress=progress),
            text=t("lstm.units_reading", count=f"{SENTENCES:,}"),
            on_stop=lambda: st.session_state.update({_STOPPED: key}),
        )
    except UnreadableText:
        st.info(t("lstm.units_no_text"), icon=None)
        return None


def _show(found: Matches, asked: list[str]) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(t("lstm.passages", words=plain(" ".join(asked))))
        st.markdown("\n".join(f"1. {_passage(one)}" for one in found.passages))
        st.caption(t("lstm.passages_help"))
    with right:
        st.subheader(t("lstm.preferred"))
        if not found.preferred:
            st.caption(t("lstm.preferred_none"))
            return
        share = st.column_config.ProgressColumn(t("lstm.share_on"), format="percent", min_value=0.0, max_value=1.0)
        rows = {
            t("lstm.token"): [one.token for one in found.preferred],
            t("lstm.times"): [one.times for one in found.preferred],
            t("lstm.share_on"): [one.share for one in found.preferred],
        }
        st.dataframe(rows, hide_index=True, column_config={t("lstm.share_on"): share})
        st.caption(t("lstm.preferred_help", places=f"{found.places:,}", share=percent(found.share, digits=1)))


def _passage(found: Passage) -> str:
    """Return the tokens as Markdown: the span bold, a background where at least half of the units are on."""
    shown = []
    for at, (piece, share) in enumerate(zip(found.pieces, found.shares, strict=True)):
        word = f"**{plain(piece)}**" if found.first <= at <= found.last else plain(piece)
        shown.append(f":orange-background[{word}]" if share >= 0.5 else word)
    return " ".join(shown)
