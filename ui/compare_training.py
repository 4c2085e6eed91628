"""Words on their way through a training: how far they went, how their neighbours changed, when they settled."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lstm_core.figures.settling import settling_figure
from lstm_core.figures.trajectory import trajectory_figure
from lstm_core.projection.drift import SETTLED, Drift, drift
from lstm_core.run_history import read_probes, spread, words_of, words_to_follow
from lstm_core.runs import RunDirectory, Snapshot, read_snapshot, read_vocabulary, snapshots
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.vocabulary import Vocabulary
from ui import trail
from ui.compare_sides import run_with_snapshots
from ui.compare_words import word_table
from ui.i18n import t
from ui.map import is_dark, show_map
from ui.state import TableChoice, choose_table, table_choices
from ui.text import amount, percent, plain
from ui.waiting import Progress, once


def show_training(table: EmbeddingTable) -> None:
    """Show how words moved while the open table, or another one that kept snapshots, was trained."""
    choices = table_choices()
    run = next((run for each in choices if each.name == table.name and (run := run_with_snapshots(each))), None)
    if run is None:
        _teach([each for each in choices if run_with_snapshots(each)])
        return
    find, many = st.columns([3, 1], vertical_alignment="bottom")
    with find:
        word = trail.word_field(t("drift.word"), placeholder=t("map.find_hint"))
    count = int(many.number_input(t("drift.count"), 10, 500, 60, step=10, key="drift_count", persist_state="session"))
    found = _drift(run, count, word)
    _overview(found, word)
    emphasis = _emphasis(run, word)
    _pictures(found, emphasis)
    _word_table(found, table)


def _teach(known: list[TableChoice]) -> None:
    st.info(t("drift.none"), icon=None)
    with st.container(horizontal=True):
        for each in known[:6]:
            label = t("drift.open", name=plain(each.name))
            st.button(label, key=f"drift_open_{each.name}", on_click=choose_table, args=(each.name,))
    if not known:
        st.page_link("pages/train.py", label=t("table.empty_link"))


def _drift(run: RunDirectory, count: int, word: str) -> Drift:
    taken = spread(snapshots(run))
    vocabulary = read_vocabulary(run)
    words = list(words_to_follow(run, count=count, vocabulary=vocabulary))
    if word in vocabulary and word not in words:
        words.append(word)
    key = ("drift", str(run.path), tuple((one.step, one.path.stat().st_mtime_ns) for one in taken), tuple(words))
    return once(
        key,
        lambda progress: _measured(run, taken, words, vocabulary, progress),
        text=t("drift.computing"),
        on_stop=lambda: st.session_state.__setitem__("compare_view", "tables"),
    )


def _measured(
    run: RunDirectory, taken: tuple[Snapshot, ...], words: list[str], vocabulary: Vocabulary, progress: Progress
) -> Drift:
    position = {each: row for row, each in enumerate(vocabulary.words)}
    k = min(10, len(position) - 1)
    matrices = (read_snapshot(run, one) for one in taken)
    return drift(matrices, words, [one.step for one in taken], rows=[position[each] for each in words], k=k, progress=progress)


def _overview(found: Drift, word: str) -> None:
    with st.container(key="drift_answer"):
        st.markdown(
            t(
                "drift.overview",
                snapshots=len(found.steps),
                words=len(found.words),
                settled=f"{int(np.median(found.settled())):,}",
                last=f"{found.steps[-1]:,}",
                share=percent(SETTLED),
                turnover=percent(float(found.turnover[-1].mean())),
            )
        )
    if word in found.words:
        place = found.words.index(word)
        st.markdown(
            t(
                "drift.word_line",
                word=plain(word),
                path=amount(float(found.path_lengths[place]), digits=2),
                longer=percent(float((found.path_lengths < found.path_lengths[place]).mean())),
                settled=f"{found.settled()[place]:,}",
            )
        )
    elif word:
        st.caption(t("drift.absent", word=plain(word)))


def _emphasis(run: RunDirectory, word: str) -> tuple[str, ...]:
    probes = read_probes(run)
    return tuple(dict.fromkeys([*([word] if word else []), *(words_of(probes[0]) if probes else ())]))


def _pictures(found: Drift, emphasis: tuple[str, ...]) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("drift.trails"))
        figure = trajectory_figure(found.path, emphasis=emphasis, dark=is_dark(), height=460)
        show_map(figure, key="drift_trails", label=t("drift.trails"), height=460)
        share = percent(sum(found.path.explained_variance_ratio), digits=1)
        st.caption(t("drift.trails_hint") + " " + t("map.explained", share=share))
    with right:
        st.subheader(t("drift.settling"))
        curves = settling_figure(
            found,
            emphasis=emphasis,
            mean=t("drift.mean"),
            step=t("train.step"),
            share=t("drift.kept"),
            dark=is_dark(),
            height=460,
        )
        show_map(curves, key="drift_settling", label=t("drift.settling"), height=460)
        st.caption(t("drift.settling_hint", share=percent(SETTLED), chance=percent(found.chance, digits=1)))


def _word_table(found: Drift, table: EmbeddingTable) -> None:
    records = found.records()
    words = [one["word"] for one in records]
    path, turnover = t("drift.column_path"), t("drift.column_turnover")
    columns = {
        path: [one["path"] for one in records],
        turnover: [100 * one["turnover"] for one in records],
        t("drift.column_settled"): [one["settled"] for one in records],
    }
    if table.counts is not None:
        columns[t("map.color_frequency")] = [int(table.counts[table.index(word)]) if word in table else None for word in words]
    form = {
        path: st.column_config.NumberColumn(format="%.2f"),
        turnover: st.column_config.NumberColumn(format="%.0f %%"),
    }
    word_table(words, columns, key="drift_words", form=form)
    st.caption(t("drift.table_hint", k=found.k, candidates=f"{found.candidates:,}"))
