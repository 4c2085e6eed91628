"""A corpus on its way to this computer: downloaded beside the page, with its progress and a way to stop it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from lstm_core.errors import WordAtlasError
from ui.i18n import t
from ui.messages import explain
from ui.text import file_size, percent, span

_FAILED = "download_failed_"


class _Stopped(Exception):
    """Somebody pressed stop."""


@dataclass
class _Download:
    """One download in its own thread; several visitors who want the same corpus share it."""

    corpus: Any
    fraction: float = 0.0
    error: Exception | None = None
    ended: bool = False
    began: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self.corpus.fetch(self._report)
        except _Stopped:
            pass
        except Exception as error:  # shown by whoever looks, whatever it is
            self.error = error
        finally:
            self.ended = True

    def _report(self, fraction: float) -> None:
        if self.stop.is_set():
            raise _Stopped
        self.fraction = fraction

    @property
    def seconds_left(self) -> float:
        elapsed = time.monotonic() - self.began
        return elapsed / max(self.fraction, 0.001) * (1 - self.fraction)


@st.cache_resource(show_spinner=False)
def _downloads() -> dict[str, _Download]:
    return {}


def offer_download(corpus: Any, *, key: str) -> None:
    """Show a button that downloads ``corpus``; while it is on its way, how far it is. What went wrong is said."""
    going = _downloads().get(key)
    if going is not None and going.ended:
        _downloads().pop(key, None)
        st.session_state[_FAILED + key] = going.error
        going = None
    if going is None:
        _say(key)
        st.caption(t("corpus.fetch_hint"))
        label = t("corpus.fetch", size=file_size(corpus.missing))
        st.button(label, key="corpus_fetch", on_click=_begin, args=(corpus, key), width="stretch")
    else:
        _follow(key)


def _begin(corpus: Any, key: str) -> None:
    st.session_state.pop(_FAILED + key, None)
    if key not in _downloads():
        _downloads()[key] = going = _Download(corpus)
        going.start()


@st.fragment(run_every="0.5s")
def _follow(key: str) -> None:
    going = _downloads().get(key)
    if going is None or going.ended:
        st.rerun()  # the whole page: it shows the preview, or what went wrong
    text = t("corpus.fetching", share=percent(going.fraction), left=span(going.seconds_left))
    st.progress(min(1.0, going.fraction), text=text)
    asked = going.stop.is_set()
    st.button(t("corpus.stopping" if asked else "corpus.stop"), key="corpus_stop", on_click=going.stop.set, disabled=asked)


def _say(key: str) -> None:
    """Say why this visitor's download failed, until it is tried again."""
    error = st.session_state.get(_FAILED + key)
    if isinstance(error, WordAtlasError):
        explain(error, key="download")
    elif error is not None:
        st.session_state.pop(_FAILED + key)
        raise error
