"""Projections computed once per question, with a way to stop a long one."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from lstm_core.files import cache_root
from lstm_core.projection import PROJECTIONS, Projection, cached_project
from lstm_core.projection.quality import Quality, projection_quality
from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import t, t_text

KEPT = 48  # projections and qualities held in memory


@dataclass(frozen=True)
class MapQuestion:
    """What picture is wanted of a table."""

    method: str
    dimension: int
    options: tuple[tuple[str, Any], ...]
    seed: int
    limit: int
    always: tuple[str, ...] = ()


@dataclass
class Shelf:
    """The newest answers that took time, by what they answer."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    items: OrderedDict[Any, Any] = field(default_factory=OrderedDict)

    def get(self, key: Any) -> Any:
        """Return what is kept under ``key``, or None."""
        with self.lock:
            if key in self.items:
                self.items.move_to_end(key)
            return self.items.get(key)

    def put(self, key: Any, value: Any) -> None:
        """Keep ``value``, and forget the oldest when there are too many."""
        with self.lock:
            self.items[key] = value
            while len(self.items) > KEPT:
                self.items.popitem(last=False)


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """Return the one shelf of answers that took time, for all sessions."""
    return Shelf()


def projection_of(table: EmbeddingTable, question: MapQuestion, *, on_stop: Any = None) -> Projection:
    """Return the projection that answers ``question``; a long computation shows its progress and a button that stops it.

    ``on_stop()`` is called before the page is drawn anew. Raises what :func:`lstm_core.projection.project` raises.
    """
    key = (table.fingerprint, question)
    known: Projection | None = shelf().get(key)
    if known is None:
        place = st.empty()
        with place.container():
            known = _compute(table, question, on_stop)
        place.empty()
        shelf().put(key, known)
    return known


def quality_of(table: EmbeddingTable, question: MapQuestion, projection: Projection) -> Quality:
    """Return how true ``projection``, the answer to ``question``, is. Raises :class:`TooFew` for a handful of points."""
    key = (table.fingerprint, question, "quality")
    known: Quality | None = shelf().get(key)
    if known is None:
        known = projection_quality(table, projection)
        shelf().put(key, known)
    return known


def _compute(table: EmbeddingTable, question: MapQuestion, on_stop: Any) -> Projection:
    bar = Progress(t("map.computing", method=t_text(PROJECTIONS[question.method].label)), on_stop)
    return cached_project(
        table,
        cache_root() / "projections",
        method=question.method,
        dimension=question.dimension,
        options=dict(question.options),
        seed=question.seed,
        limit=question.limit,
        always=question.always,
        progress=bar,
    )


class Progress:
    """A bar with the time left; it appears once a computation proves to be long."""

    PATIENCE = 0.4  # seconds

    def __init__(self, text: str, on_stop: Any) -> None:
        self.text, self.on_stop = text, on_stop
        self.started = time.monotonic()
        self.bar: Any = None

    def __call__(self, done: float) -> None:
        """Show the share ``done`` (0-1)."""
        elapsed = time.monotonic() - self.started
        if elapsed < self.PATIENCE or done >= 1:
            return
        left = elapsed / max(done, 0.01) * (1 - done)
        text = t("map.progress", what=self.text, left=f"{left:.0f}")
        if self.bar is None:
            self.bar = st.progress(0.0, text=text)
            st.button(t("map.stop"), key="map_stop", on_click=self.on_stop)
        self.bar.progress(min(1.0, max(0.0, done)), text=text)
