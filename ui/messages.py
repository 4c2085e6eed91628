"""Failures as one calm sentence; no traceback reaches a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from lstm_core.errors import UnknownWords, WordAtlasError
from lstm_core.table.formula import MINUS, PLUS
from ui.i18n import has, t
from ui.text import plain, plain_list

Replace = Callable[[str, str], None]
_log = logging.getLogger("word_atlas")


def sentence(error: WordAtlasError) -> str:
    """Return what ``error`` means in the session's language, safe to render as Markdown."""
    values = {name: _value(error.code, name, value) for name, value in error.data.items()}
    if error.data.get("least") is not None and error.data.get("most") is not None:
        values["rule"] = t("error.range", least=values["least"], most=values["most"])
    return t(f"error.{error.code}", **values)


def explain(error: WordAtlasError, *, replace: Replace | None = None, key: str = "near") -> None:
    """Show the sentence of ``error``; near spellings become buttons that call ``replace(word, spelling)``."""
    st.warning(sentence(error), icon=None)
    if isinstance(error, UnknownWords) and any(sign in word for word in error.words for sign in PLUS + MINUS):
        st.caption(t("error.signs"))
    if isinstance(error, UnknownWords) and replace is not None:
        for word, near in error.suggestions.items():
            _offer(word, near, replace=replace, key=key)


@contextmanager
def show_errors(*, replace: Replace | None = None, key: str = "near") -> Iterator[None]:
    """Turn whatever goes wrong inside into a sentence on the page; unexpected failures are also logged in full."""
    try:
        yield
    except WordAtlasError as error:
        explain(error, replace=replace, key=key)
    except Exception:
        _log.exception("unexpected failure while drawing a page")
        st.error(t("error.unexpected"), icon=None)


def _offer(word: str, near: tuple[str, ...], *, replace: Replace, key: str) -> None:
    if not near:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_offer_{word}"):
        st.caption(t("error.near", word=plain(word)), width="content")
        for spelling in near:
            st.button(plain(spelling), key=f"{key}_{word}_{spelling}", on_click=replace, args=(word, spelling))


def _value(code: str, name: str, value: Any) -> str:
    if isinstance(value, str) and has(f"error.{code}.{value}"):
        return t(f"error.{code}.{value}")
    if name == "position":
        return str(int(value) + 1)
    if isinstance(value, Mapping):
        return plain_list(value)
    return plain_list(value) if isinstance(value, (tuple, list)) else plain(value)
