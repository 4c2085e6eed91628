"""A sentence read step by step: the network unrolled, its gates, the equations of one unit, what it expects, and why."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.gates import gates_figure, unit_figure, unrolled_figure, verdict_figure
from lstm_core.inside.arithmetic import unit_step
from lstm_core.inside.cells import SIGNALS
from lstm_core.inside.network import LEFT, RIGHT, InsideNetwork
from lstm_core.inside.reading import Reading, busiest_unit, influence, likeliest_words, read_sentence
from ui.i18n import named, t
from ui.lstm_equations import equations
from ui.lstm_network import answer_name, network_of, sentence_field
from ui.map import is_dark, show_map
from ui.state import require_table
from ui.text import percent, plain, plain_list

_STEP = "lstm_step"
_MOST_LABELS = 6


def show_steps() -> None:
    """Draw the section: a sentence, its steps, and everything about the chosen one."""
    table = require_table()
    network = network_of(table)
    if network is None:
        return
    st.markdown(t("lstm.steps_claim_labels" if network.labels else "lstm.steps_claim"))
    reading = _reading(network, table.fingerprint, sentence_field(network))
    if reading.unknown:
        st.caption(t("lstm.unknown", words=plain_list(reading.unknown)))
    step = _choose_step(network, reading)
    if network.labels:
        _verdict_curve(network, reading, step)
    _expected(network, reading, step)
    _inside(network, reading, step)


@st.cache_resource(max_entries=8, show_spinner=False)
def _reading(_network: InsideNetwork, fingerprint: str, sentence: str) -> Reading:
    """Return the reading of ``sentence``, kept so that a step costs nothing; ``fingerprint`` stands for the network."""
    return read_sentence(_network, sentence)


def _choose_step(network: InsideNetwork, reading: Reading) -> int:
    last = reading.steps - 1
    st.session_state[_STEP] = min(last, max(0, st.session_state.get(_STEP, last)))
    step: int = st.session_state[_STEP]
    guesses = likeliest_words(reading)
    gated = "forget_gate" in reading.traces[LEFT][-1].signals
    kept = reading.signal("forget_gate", layer=-1).mean(1)[: reading.steps] if gated else None
    figure = unrolled_figure(
        reading.pieces, [answer_name(network, one.token) for one in guesses], kept, step=step,
        chances=[one.probability for one in guesses], dark=is_dark(),
    )  # fmt: skip
    show_map(
        figure, key="lstm_unrolled", label=t("lstm.unrolled"), height=250, on_click=_go_to, revision=" ".join(reading.pieces)
    )
    above = t("lstm.unrolled_labels" if network.labels else "lstm.unrolled_plain")
    st.caption(f"{above} {t('lstm.unrolled_kept')}" if gated else above)
    if last:
        st.slider(t("lstm.step"), 0, last, key=_STEP)
    with st.container(horizontal=True):
        st.button(t("lstm.back"), key="lstm_back", on_click=_go_to, args=(step - 1,), disabled=step == 0)
        st.button(t("lstm.on"), key="lstm_on", on_click=_go_to, args=(step + 1,), disabled=step == last)
    return step


def _go_to(step: int) -> None:
    st.session_state[_STEP] = step


def _verdict_curve(network: InsideNetwork, reading: Reading, step: int) -> None:
    """Draw how likely each label is after every token; the likeliest at the end come first, no more than six of them."""
    chances = reading.chances()  # (T + 1, labels)
    best = (-chances[-1]).argsort(kind="stable")[:_MOST_LABELS]
    curves = {answer_name(network, reading.answers[label]): chances[:, label] for label in best}
    st.subheader(t("lstm.verdicts"))
    figure = verdict_figure(reading.pieces, curves, step=step, dark=is_dark())
    show_map(figure, key="lstm_verdicts", label=t("lstm.verdicts"), height=240, on_click=_go_to)
    st.caption(t("lstm.verdicts_both" if network.both_sides else "lstm.verdicts_left"))


def _expected(network: InsideNetwork, reading: Reading, step: int) -> None:
    """Draw what the network expects after ``step``, what really comes, and which other words made it expect that."""
    left, right = st.columns(2, gap="large")
    with left:
        title = "lstm.told" if network.labels else "lstm.expects_both" if network.both_sides else "lstm.expects"
        st.subheader(t(title, word=plain(reading.pieces[step])))
        share = st.column_config.ProgressColumn(t("lstm.probability"), format="percent", min_value=0.0, max_value=1.0)
        guesses = reading.guesses(step)
        answers = [answer_name(network, one.token) for one in guesses]
        rows = {t("lstm.label" if network.labels else "lstm.token"): answers}
        rows[t("lstm.probability")] = [one.probability for one in guesses]
        st.dataframe(rows, hide_index=True, column_config={t("lstm.probability"): share})
        if not network.labels:
            wanted = reading.wanted(step)
            st.caption(t("lstm.really", word=plain(wanted.token), share=percent(wanted.probability, digits=2)))
    with right:
        st.subheader(t("lstm.because"))
        found = influence(network, reading, step)
        if not found:
            st.caption(t("lstm.because_none"))
            return
        moved = st.column_config.ProgressColumn(t("lstm.moved"), format="percent", min_value=0.0, max_value=1.0)
        rows = {t("lstm.left_out"): [reading.pieces[place] for place in found], t("lstm.moved"): list(found.values())}
        st.dataframe(rows, hide_index=True, column_config={t("lstm.moved"): moved})
        st.caption(t("lstm.because_help"))


def _inside(network: InsideNetwork, reading: Reading, step: int) -> None:
    st.subheader(t("lstm.gates"))
    direction, layer = _which(network)
    trace, order = reading.traces[direction][layer], reading.order[direction]
    at = order.index(step) if step in order else len(order) - 1
    size = network.layers[direction][layer].size
    field = f"lstm_unit_{network.name}_{direction}_{layer}"
    st.session_state.setdefault(field, busiest_unit(reading, direction=direction, layer=layer))
    unit = st.number_input(t("lstm.unit", last=size - 1), 0, size - 1, key=field, help=t("lstm.unit_help"), width=260)
    shown = {name: reading.signal(name, direction=direction, layer=layer) for name in SIGNALS[trace.kind]}
    tokens = [reading.piece(place) for place in order]
    names = {name: t(f"lstm.signal_{name}") for name in shown}
    figure = gates_figure(
        tokens, {names[name]: values for name, values in shown.items()}, step=at, unit=unit, dark=is_dark()
    )
    show_map(figure, key="lstm_gates", label=t("lstm.gates"), height=int(figure.layout.height),
             on_click=lambda clicked: _go_to(min(reading.steps - 1, order[clicked])))  # fmt: skip
    whole = network.labels and direction == RIGHT
    st.caption(f"{t('lstm.gates_help')} {t('lstm.gates_whole')}" if whole else t("lstm.gates_help"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader(t("lstm.one_unit", unit=unit))
        curves = unit_figure(tokens, {names[name]: values[:, unit] for name, values in shown.items()}, step=at, dark=is_dark())
        show_map(curves, key="lstm_curves", label=t("lstm.one_unit", unit=unit), height=280)
    with right:
        st.subheader(t("lstm.equations", word=plain(tokens[at])))
        found = unit_step(network.layers[direction][layer], trace, step=at, unit=unit)
        with st.container(key="lstm_equations"):
            st.latex(equations(found))
        st.caption(t("lstm.equations_help", difference=f"{found.difference:.0e}"))


def _which(network: InsideNetwork) -> tuple[str, int]:
    """Return the direction and the layer to look at; asked only where there are several."""
    directions = tuple(network.layers)
    direction, layer = directions[0], len(network.layers[directions[0]]) - 1
    if len(directions) > 1:
        chosen = st.segmented_control(
            t("lstm.direction"), directions, format_func=named(directions, lambda one: t(f"lstm.direction_{one}")),
            default=direction, required=True, key="lstm_direction", persist_state="session",
        )  # fmt: skip
        direction = str(chosen)
    if layer:
        layer = st.segmented_control(
            t("lstm.layer"), range(layer + 1), format_func=lambda one: str(one + 1), default=layer, required=True,
            key=f"lstm_layer_{network.name}", persist_state="session",
        )  # fmt: skip
    return direction, int(layer)
