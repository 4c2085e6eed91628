"""The lesson's fourth section: some steps of learning on a sentence, and which rows they moved."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.curves import CurveLabels, loss_figure
from lstm_core.lesson.examples import examples
from lstm_core.lesson.movement import Movement, movement
from lstm_core.model.losses import LOSSES, loss_for
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.normalize import normalize
from lstm_core.options import build
from lstm_core.runs import read_config
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.training.config import config_from_json
from lstm_core.training.lesson import Learned, LearnOptions, learn
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.lesson import lookup_of, network_of, teach_network
from ui.map import is_dark, show_map
from ui.text import amount, percent, plain
from ui.waiting import once

STEPS = (1, 10, 100)
_LEAST = 0.001
_STOPPED = "lesson_step_stopped"


def show_step(table: EmbeddingTable) -> None:
    """Draw the section. Raises what is wrong with the sentence or the run."""
    run = network_of(table)
    if run is None:
        teach_network("lesson.step_needs")
        return
    config = config_from_json(read_config(run))
    if OBJECTIVES[config.objective].labelled:
        teach_network("lesson.step_labelled")
        return
    sentence = st.text_input(
        t("lesson.step_sentence"), examples(table).sentences[0], key=f"lesson_step_sentence_{table.name}", max_chars=500
    )
    left, right = st.columns(2, gap="large")
    steps = left.segmented_control(
        t("lesson.steps"),
        STEPS,
        format_func=named(STEPS, lambda count: t("lesson.steps_of", count=count)),
        default=STEPS[0],
        required=True,
        key="lesson_steps",
        persist_state="session",
    )
    trained = loss_for(config.loss, lookup_of(table).size)
    losses = [one.key for one in LOSSES if one.tabled == trained.tabled]
    loss = right.segmented_control(
        t("lesson.loss"),
        losses,
        format_func=named(losses, lambda key: t_text(LOSSES[key].label)),
        default=next((key for key in losses if LOSSES[key].samples), losses[0]),
        required=True,
        key="lesson_loss" if trained.tabled else "lesson_loss_grouped",
        help=t("lesson.loss_help"),
        persist_state="session",
    )
    with st.expander(t("similar.options")):
        values = option_fields(LearnOptions, key="lesson_learn", only=("lr", "negatives", "seed"))
    options = build(LearnOptions, {**values, "steps": steps, "loss": loss})
    if not normalize(sentence):
        st.info(t("lesson.step_empty"), icon=None)
        return
    key = (table.fingerprint, "lesson_step", normalize(sentence), options)
    if st.session_state.get(_STOPPED) == key:
        st.info(t("evaluate.stopped"), icon=None)
        st.button(t("evaluate.again"), key="lesson_step_again", on_click=st.session_state.pop, args=(_STOPPED,))
        return
    with st.spinner(t("lesson.learning")):
        learned = once(
            key,
            lambda progress: learn(run, sentence, options, progress=progress),
            text=t("lesson.learning"),
            on_stop=lambda: st.session_state.update({_STOPPED: key}),
        )
    moved = movement(table, learned.before, learned.after, sentence=learned.tokens, compared=learned.compared)
    _answer(learned, moved)
    _groups(moved, learned)
    _words(moved)
    st.caption(t("lesson.step_copy", loss=plain(t_text(trained.label))))


def _answer(learned: Learned, moved: Movement) -> None:
    steps = len(learned.losses) - 1
    with st.container(key="lesson_step_answer"):
        st.markdown(
            t(
                "lesson.step_answer",
                steps=steps,
                changed=f"{moved.changed:,}",
                total=f"{moved.total:,}",
                share=percent(moved.changed / moved.total, digits=1),
                before=_loss(learned.losses[0]),
                after=_loss(learned.losses[-1]),
            )
        )
    st.markdown(t(_reason(learned)))
    if learned.cut:
        st.caption(t("lesson.step_cut", count=learned.cut))
    if steps > 1:
        rows = [{"step": step, "loss": loss} for step, loss in enumerate(learned.losses)]
        labels = CurveLabels(step=t("lesson.step_axis"), loss=t("lesson.loss_axis"), training=t("lesson.loss_axis"))
        figure = loss_figure(rows, labels=labels, dark=is_dark(), height=240)
        show_map(figure, key="lesson_loss_curve", label=t("lesson.loss_axis"), height=240)


def _loss(loss: float) -> str:
    """Return a loss with three decimals, or that it is smaller than they can show."""
    return amount(loss) if loss >= _LEAST else plain(f"< {_LEAST:g}")


def _reason(learned: Learned) -> str:
    if LOSSES[learned.loss].samples:
        return "lesson.reason_sampled"
    return "lesson.reason_tied" if learned.tied else "lesson.reason_untied"


def _groups(moved: Movement, learned: Learned) -> None:
    st.subheader(t("lesson.groups_heading"))
    records = [
        {
            t("lesson.column_group"): t(f"lesson.group_{one.name}"),
            t("lesson.column_rows"): f"{one.rows:,}",
            t("lesson.column_moved"): f"{one.moved:,}",
            t("lesson.column_mean"): amount(one.mean, digits=4),
            t("lesson.column_most"): amount(one.most, digits=4),
        }
        for one in moved.groups
    ]
    st.dataframe(records, hide_index=True, width="stretch", key="lesson_groups")
    st.caption(t("lesson.groups_read"))


def _words(moved: Movement) -> None:
    st.subheader(t("lesson.moves_heading"))
    records = [
        {
            t("lesson.column_word"): one.word,
            t("lesson.column_distance"): amount(one.distance),
            t("lesson.column_share"): percent(one.share),
            t("lesson.column_before"): ", ".join(one.before),
            t("lesson.column_after"): ", ".join(one.after),
            t("lesson.column_toward"): ", ".join(f"{word} (+{amount(gain, digits=2)})" for word, gain in one.toward),
        }
        for one in moved.words
    ]
    if records:
        st.dataframe(records, hide_index=True, width="stretch", key="lesson_moves")
    else:
        st.caption(t("lesson.moves_none"))
