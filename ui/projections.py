"""Projections computed once per question: quick ones at once, long ones by a worker that the page follows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.files import cache_root
from lstm_core.projection import PROJECTIONS, Projection
from lstm_core.projection.cache import cached_project, read_cached
from lstm_core.projection.methods import Question, question
from lstm_core.projection.place import with_words
from lstm_core.projection.quality import SAMPLE, Quality, projection_quality
from lstm_core.projection.work import Work, begin, warm
from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import t, t_text
from ui.waiting import shelf

PATIENCE = 0.8  # seconds a worker may take before the page shows how far it is
_PAIRS = 20_000_000  # distances looked at for the quality of a picture: above 10,000 points the sample shrinks
_WORK, _KEPT = "map_work", "map_kept"


@dataclass(frozen=True)
class MapQuestion:
    """What picture is wanted of a table. ``words``: these alone; empty for ``limit`` words of a ``sample``."""

    method: str
    dimension: int
    options: tuple[tuple[str, Any], ...]
    seed: int
    limit: int
    sample: str = "frequent"
    words: tuple[str, ...] = ()

    def asked(self, table: EmbeddingTable) -> dict[str, Any]:
        """Return it as the core is asked. Raises :class:`UnknownWords`."""
        chosen = {"indices": table.indices(self.words)} if self.words else {"limit": self.limit, "sample": self.sample}
        about = {"method": self.method, "dimension": self.dimension, "options": dict(self.options), "seed": self.seed}
        return about | chosen


def projection_of(table: EmbeddingTable, asked: MapQuestion) -> Projection | None:
    """Return the picture that answers ``asked``; None while a worker computes it, which :func:`work_of` gives.

    Raises what :func:`lstm_core.projection.project` raises.
    """
    key = (table.fingerprint, asked)
    if st.session_state.get(_KEPT, (None,))[0] == key:
        kept: Projection = st.session_state[_KEPT][1]
        return kept
    known: Projection | None = shelf().get(key)
    if known is None:
        known = _compute(table, asked)
        if known is not None:
            shelf().put(key, known)
    if known is not None:
        _leave_other(key)
    return known


def with_asked(table: EmbeddingTable, projection: Projection, words: Iterable[str]) -> Projection:
    """Return ``projection`` with those of ``words`` that the table has put where they belong; nothing moves."""
    return with_words(table, projection, [word for word in words if word in table])


def work_of(table: EmbeddingTable, asked: MapQuestion) -> Work | None:
    """Return this session's work on the answer to ``asked``, if it waits for one."""
    key, work = st.session_state.get(_WORK, (None, None))
    return work if key == (table.fingerprint, asked) else None


def keep_layout(table: EmbeddingTable, asked: MapQuestion) -> None:
    """Take the layout as it is now for the answer, in this session, and no longer wait for the finished one."""
    work = work_of(table, asked)
    layout = work.keep() if work is not None else None
    if layout is not None:
        st.session_state[_KEPT] = ((table.fingerprint, asked), layout)
        stop_waiting()


def forget_kept() -> None:
    """Ask for finished pictures again."""
    st.session_state.pop(_KEPT, None)


def stop_waiting() -> None:
    """No longer wait for the worker of this session; it ends unless another session waits for it."""
    _, work = st.session_state.pop(_WORK, (None, None))
    if work is not None:
        work.leave()


def warm_up() -> None:
    """Let a spare worker get ready while the person looks at the first map."""
    warm()


def quality_of(table: EmbeddingTable, asked: MapQuestion, projection: Projection) -> Quality:
    """Return how true ``projection``, the answer to ``asked``, is. Raises :class:`TooFew` for a handful of points."""
    key = (table.fingerprint, asked, projection.quality.get("done"), len(projection))
    known: Quality | None = shelf().get(key)
    if known is None:
        known = projection_quality(table, projection, sample=max(200, min(SAMPLE, _PAIRS // len(projection))))
        shelf().put(key, known)
    return known


def _compute(table: EmbeddingTable, asked: MapQuestion) -> Projection | None:
    wanted, place = question(table, **asked.asked(table)), cache_root() / "projections"
    if not wanted.method.quick:
        found = read_cached(wanted, place)
        try:
            return found or _wait_for(wanted, (table.fingerprint, asked), place)
        except OSError:
            pass  # no folder to work in: computed here and now
    with st.spinner(t("map.computing", method=t_text(PROJECTIONS[asked.method].label))):
        return cached_project(table, place, **asked.asked(table))


def _wait_for(wanted: Question, key: tuple[str, MapQuestion], place: Path) -> Projection | None:
    _leave_other(key)
    if _WORK not in st.session_state:
        st.session_state[_WORK] = (key, begin(wanted, place))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found: Projection | None = st.session_state[_WORK][1].look().answer
        if found is not None:
            return found
        time.sleep(0.05)
    return None


def _leave_other(key: tuple[str, MapQuestion]) -> None:
    """Give up what this session waited for before, when it now asks something else."""
    if st.session_state.get(_WORK, (key,))[0] != key:
        stop_waiting()
