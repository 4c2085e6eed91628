"""A training as it goes on: read from its folder time and again, until it has ended."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import streamlit as st

from lstm_core.errors import TooFew
from lstm_core.figures.curves import CurveLabels, loss_figure, probe_figure
from lstm_core.figures.trajectory import trajectory_figure
from lstm_core.projection.alignment import snapshot_rotation
from lstm_core.projection.trajectory import Trajectory, trajectory
from lstm_core.run_folder import quiet_json
from lstm_core.run_history import followed_rows, probe_ranks, read_probes, spread, words_of, words_to_follow
from lstm_core.runs import RunDirectory, Snapshot, read_snapshot, read_vocabulary, snapshot_path, snapshots
from lstm_core.table.probes import Probe
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training.failure import error_from_json
from lstm_core.training.launch import launch, request_stop, terminate
from lstm_core.training.watch import RunView, accuracies, perplexities, watch
from ui.coverage import show_coverage
from ui.i18n import t
from ui.label_scores import show_scores
from ui.map import is_dark, show_map
from ui.messages import sentence, show_errors
from ui.state import choose_table
from ui.text import plain, span
from ui.tokens import cut_caption

PATIENCE = 10.0
"""Seconds after which a trainer that does not answer may be ended by force."""
_FOLLOWED = 40
_SINCE = "getting_ready_since_"


def follow(run: RunDirectory) -> None:
    """Show ``run``; while its trainer lives, look again and again."""
    view = watch(run)
    if view.ended:
        _show(run, view)
    else:
        _tick(str(run.path))


@st.fragment(run_every="1.5s")  # with the drawing itself, something moves every two seconds
def _tick(path: str) -> None:
    run = RunDirectory(Path(path))
    view = watch(run)
    if view.ended:
        st.rerun()  # the whole page: it stops looking, and the new table appears in the sidebar
    _show(run, view)


def _show(run: RunDirectory, view: RunView) -> None:
    with show_errors(key="follow"):
        _headline(run, view)
        _numbers(view)
        show_coverage(run)
        _started(run)
        if view.state in ("failed", "crashed"):
            _trouble(view)
        if view.ended:
            cut_caption(run)
        if run.manifest_state is not None:
            show_scores(run)
        _curves(run, view)


def _headline(run: RunDirectory, view: RunView) -> None:
    """Show what the run is doing, how far it is, and what can be done about it."""
    line, action = st.columns([4, 1], vertical_alignment="center")
    parts = [f"**{plain(view.name)}**", t(f"train.state.{view.state}")]
    if (waited := _waited(view)) is not None:
        parts.append(span(waited))
    if view.total_steps:
        parts.append(t("train.steps", step=f"{view.step:,}", total=f"{view.total_steps:,}"))
    if view.state in ("preparing", "training") and view.seconds_left is not None:
        parts.append(t("train.left", time=span(view.seconds_left)))
    line.progress(view.fraction, text=" · ".join(parts))
    with action:
        _action(run, view)


def _waited(view: RunView) -> float | None:
    """Return for how many seconds this page has seen the run get ready; None once it learns or has ended."""
    key = f"{_SINCE}{view.name}"
    if view.state not in ("waiting", "preparing"):
        st.session_state.pop(key, None)
        return None
    return time.time() - float(st.session_state.setdefault(key, time.time()))


def _action(run: RunDirectory, view: RunView) -> None:
    if not view.ended:
        asked = _stop_asked(run)
        if asked is not None and time.time() - asked > PATIENCE:
            st.button(t("train.force"), key="train_force", on_click=terminate, args=(run,), kwargs={"force": True})
        else:
            label = t("train.stop" if asked is None else "train.stopping")
            st.button(label, key="train_stop", on_click=request_stop, args=(run,), disabled=asked is not None)
        return
    if run.manifest.is_file() and st.button(t("train.open"), type="primary", key="train_open"):
        choose_table(run.name)
        st.switch_page("pages/map.py")
    if view.state != "done" and run.config.is_file():
        st.button(t("train.resume"), key="train_resume", on_click=_resume, args=(run,))


def _resume(run: RunDirectory) -> None:
    with show_errors(key="resume"):
        launch(run, resume=True)


def _stop_asked(run: RunDirectory) -> float | None:
    try:
        return run.stop.stat().st_mtime
    except OSError:
        return None


def _numbers(view: RunView) -> None:
    """Show the newest loss, validation loss, speed, and perplexity or how well labels are told."""
    measured = view.measured
    told = measured.get("accuracy") is not None
    shown = (
        (t("train.loss"), view.last.get("loss"), "{:.3f}"),
        (t("train.val_loss"), measured.get("val_loss"), "{:.3f}"),
        (t("train.accuracy"), measured.get("accuracy"), "{:.1%}")
        if told
        else (t("train.perplexity"), (measured or view.last).get("perplexity"), "{:,.1f}"),
        *(((t("train.macro_f1"), measured.get("macro_f1"), "{:.3f}"),) if told else ()),
        (t("train.speed"), view.speed, "{:,.0f}"),
    )
    for column, (label, value, form) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, "–" if value is None else form.format(value))


def _started(run: RunDirectory) -> None:
    """Say how many words began with rows that were there before."""
    start = quiet_json(run.start)
    if start:
        names = ", ".join(plain(Path(str(name)).name) for name in (start.get("table"), start.get("run")) if name)
        st.caption(t("train.started", matched=start.get("matched"), words=start.get("words"), names=names))


def _trouble(view: RunView) -> None:
    """Say what went wrong, with the last lines the trainer wrote."""
    failure = error_from_json(view.error)
    if failure is not None:
        st.warning(sentence(failure), icon=None)
    else:
        st.warning(t(f"train.{view.state}_hint"), icon=None)
    if view.log:
        with st.expander(t("train.log")):
            st.code("\n".join(view.log), language=None)


def _curves(run: RunDirectory, view: RunView) -> None:
    """Draw loss and perplexity, the ranks of the probes, and the map in motion."""
    dark = is_dark()
    left, right = st.columns(2, gap="large")
    labels = CurveLabels(
        step=t("train.step"),
        loss=t("train.loss"),
        training=t("train.curve_training"),
        validation=t("train.curve_validation"),
        rank=t("train.rank"),
    )
    rows = view.metrics
    if len(rows) > 1:
        with left:
            st.subheader(t("train.loss"))
            show_map(loss_figure(rows, labels=labels, dark=dark), key="train_loss", label=t("train.loss"), height=320)
        with right:
            _second_curve(view, labels=labels, dark=dark)
    taken = spread(snapshots(run))
    if len(taken) < 2:
        return
    with left:
        _probes(run, taken, labels=labels, dark=dark)
    with right:
        _motion(run, taken, dark=dark)


def _second_curve(view: RunView, *, labels: CurveLabels, dark: bool) -> None:
    """Draw the perplexity, or the accuracy where labels are told."""
    told = view.measured.get("accuracy") is not None
    name = t("train.accuracy") if told else t("train.perplexity")
    st.subheader(name)
    figure = loss_figure((accuracies if told else perplexities)(view.metrics), labels=replace(labels, loss=name), dark=dark)
    figure.update_yaxes(tickformat=".0%") if told else figure.update_yaxes(type="log", dtick="D2")
    show_map(figure, key="train_ppl", label=name, height=320)


def _probes(run: RunDirectory, taken: tuple[Snapshot, ...], *, labels: CurveLabels, dark: bool) -> None:
    _, probes = _asked(str(run.path), _stamp(run.columns))
    ranks = [_ranks(str(run.path), one.step, _stamp(one.path)) for one in taken]
    named = {f"{probe.formula} → {probe.expected}": [rank[i] for rank in ranks] for i, probe in enumerate(probes)}
    named = {name: values for name, values in named.items() if any(values)}
    if not named:
        return
    st.subheader(t("train.probes"))
    st.caption(t("train.probes_hint"))
    figure = probe_figure([one.step for one in taken], named, labels=labels, dark=dark, height=460)
    show_map(figure, key="train_probes", label=t("train.probes"), height=460)


def _motion(run: RunDirectory, taken: tuple[Snapshot, ...], *, dark: bool) -> None:
    st.subheader(t("train.motion"))
    st.caption(t("train.motion_hint"))
    try:
        moved = _paths(str(run.path), tuple((one.step, _stamp(one.path)) for one in taken))
    except TooFew:
        return
    _, probes = _asked(str(run.path), _stamp(run.columns))
    emphasis = words_of(probes[0]) if probes else ()
    figure = trajectory_figure(moved, emphasis=emphasis, dark=dark, trail=12, height=460)
    show_map(figure, key="train_motion", label=t("train.motion"), height=460)


@st.cache_resource(max_entries=4, show_spinner=False)
def _asked(path: str, stamp: int) -> tuple[Vocabulary, tuple[Probe, ...]]:
    """Return the words and the probes of the run, read once; ``stamp`` tells that the corpus was read anew."""
    run = RunDirectory(Path(path))
    return read_vocabulary(run), read_probes(run)


@st.cache_data(max_entries=4000, show_spinner=False)
def _ranks(path: str, step: int, stamp: int) -> tuple[int | None, ...]:
    """Return the ranks of the run's probes at ``step``; ``stamp`` tells a snapshot that was written anew."""
    run = RunDirectory(Path(path))
    vocabulary, probes = _asked(path, _stamp(run.columns))
    return probe_ranks(run, Snapshot(step, snapshot_path(run, step)), probes=probes, vocabulary=vocabulary)


@st.cache_data(max_entries=40, show_spinner=False)
def _paths(path: str, taken: tuple[tuple[int, int], ...]) -> Trajectory:
    run = RunDirectory(Path(path))
    chosen = [Snapshot(step, snapshot_path(run, step)) for step, _ in taken]
    vocabulary, _ = _asked(path, _stamp(run.columns))
    words = words_to_follow(run, count=_FOLLOWED, vocabulary=vocabulary)
    rows = followed_rows(run, chosen, words=words, vocabulary=vocabulary)
    whole = pairwise(read_snapshot(run, one) for one in chosen)  # 40 words in 64 dimensions would fit too well
    turns = [snapshot_rotation(older, newer) for older, newer in whole]
    return trajectory(rows, words, [one.step for one in chosen], turns=turns)


def _stamp(path: Path) -> int:
    """Return when the file was last written (ns), 0 without it."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
