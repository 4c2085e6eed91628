"""The training of a table as a film on the map: every snapshot once, aligned, in one plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from lstm_core.projection import Projection
from lstm_core.projection.trajectory import Trajectory, trajectory
from lstm_core.run_history import spread
from lstm_core.runs import RunDirectory, Snapshot, read_snapshot, read_vocabulary, snapshots
from lstm_core.table.embedding_table import EmbeddingTable
from ui.compare_sides import run_with_snapshots
from ui.i18n import t
from ui.state import table_choices
from ui.text import percent
from ui.waiting import Progress, once

MOST = 5000  # words that move


@dataclass(frozen=True, eq=False)
class Replay:
    """``path`` of the words that ``projection``, the last frame, shows."""

    path: Trajectory
    projection: Projection


def replay(table: EmbeddingTable) -> Replay | None:
    """Offer to play the training of ``table``, when its run kept snapshots; return the film while it is wanted."""
    run = next((run for each in table_choices() if each.name == table.name and (run := run_with_snapshots(each))), None)
    if run is None or not st.toggle(t("replay.toggle"), key="map_replay", help=t("replay.help"), persist_state="session"):
        return None
    taken = spread(snapshots(run))
    key = ("replay", table.fingerprint, tuple((one.step, one.path.stat().st_mtime_ns) for one in taken))
    film: Replay = once(key, lambda progress: _film(table, run, taken, progress), text=t("replay.computing"))
    return film


def replay_caption(film: Replay) -> None:
    """Say what is played and how much of the table the plane shows."""
    steps = film.path.steps
    share = percent(sum(film.path.explained_variance_ratio), digits=1)
    st.caption(t("replay.caption", snapshots=len(steps), words=f"{len(film.path.words):,}", last=f"{steps[-1]:,}", share=share))


def _film(table: EmbeddingTable, run: RunDirectory, taken: tuple[Snapshot, ...], progress: Progress) -> Replay:
    position = {word: row for row, word in enumerate(read_vocabulary(run).words)}
    known = [row for row in table.frequency_order.tolist() if table.labels[row] in position]
    rows = np.sort(np.array(known[:MOST], dtype=np.int64))
    words = [table.labels[row] for row in rows]
    places = np.array([position[word] for word in words], dtype=np.int64)
    matrices = []
    for number, one in enumerate(taken, start=1):
        matrices.append(read_snapshot(run, one)[places])
        progress(0.5 * number / len(taken))
    path = trajectory(matrices, words, [one.step for one in taken])
    last = Projection(
        path.coordinates[-1],
        rows,
        "pca",
        {},
        0,
        table.fingerprint,
        len(table),
        explained_variance_ratio=path.explained_variance_ratio,
    )
    return Replay(path, last)
