"""Long answers, computed once for everybody, with a bar, the time left and a way to stop."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from ui.i18n import t

KEPT = 72  # answers held in memory
PATIENCE = 0.4  # seconds before a bar appears
Answer = TypeVar("Answer")
Progress = Callable[[float], None]


@dataclass
class Shelf:
    """The newest answers, by what they answer."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    items: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def get(self, key: Hashable) -> Any:
        """Return what is kept under ``key``, or None."""
        with self.lock:
            if key in self.items:
                self.items.move_to_end(key)
            return self.items.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep ``value``, and forget the oldest when there are too many."""
        with self.lock:
            self.items[key] = value
            while len(self.items) > KEPT:
                self.items.popitem(last=False)


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """Return the one shelf, for all sessions."""
    return Shelf()


def once(
    key: Hashable, compute: Callable[[Progress], Answer], *, text: str = "", on_stop: Callable[[], Any] | None = None
) -> Answer:
    """Return ``compute(progress)``, or what it gave before for ``key``; a long computation shows ``text`` and its progress.

    With ``on_stop`` there is a button that calls it and ends the computation. An answer is never None.
    """
    known: Answer | None = shelf().get(key)
    if known is not None:
        return known
    made = watched(compute, text=text, on_stop=on_stop)
    shelf().put(key, made)
    return made


def watched(compute: Callable[[Progress], Answer], *, text: str = "", on_stop: Callable[[], Any] | None = None) -> Answer:
    """Return ``compute(progress)`` as :func:`once` does, for what is remembered elsewhere."""
    place = st.empty()
    with place.container():
        made = compute(_Bar(text, on_stop))
    place.empty()
    return made


class _Bar:
    """A bar with the time left; it appears once a computation proves to be long."""

    def __init__(self, text: str, on_stop: Callable[[], Any] | None) -> None:
        self.text, self.on_stop = text, on_stop
        self.started = time.monotonic()
        self.bar: Any = None

    def __call__(self, done: float) -> None:
        elapsed = time.monotonic() - self.started
        if elapsed < PATIENCE or done >= 1:
            return
        left = elapsed / max(done, 0.01) * (1 - done)
        text = t("map.progress", what=self.text, left=f"{left:.0f}")
        if self.bar is None:
            self.bar = st.progress(0.0, text=text)
            if self.on_stop is not None:
                st.button(t("map.stop"), key="waiting_stop", on_click=self.on_stop)
        self.bar.progress(min(1.0, max(0.0, done)), text=text)
