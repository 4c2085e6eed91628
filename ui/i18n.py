"""Every sentence a person reads, in Korean and English, from one catalogue per language."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.registry import Text
from lstm_core.text.particles import PAIRS, particle_for

LANGUAGES = ("ko", "en")
DEFAULT = "ko"
_STATE = "language"
_WIDGET = "language_switch"
_LOCALES = Path(__file__).parent / "locales"
_CLOSING = "*\"'’”)»"  # what may stand between a word and its particle


class _Sentences(string.Formatter):
    """Fills in values; ``{word:particle}`` adds the particle of :data:`PAIRS` that fits the word."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec in PAIRS:
            bare = str(value).rstrip(_CLOSING)
            return f"{value}{particle_for(bare, format_spec)}"
        return super().format_field(value, format_spec)


_SENTENCES = _Sentences()


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return all entries of ``language``; keys are the same in every language."""
    entries: dict[str, str] = json.loads((_LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    return entries


def language() -> str:
    """Return the language of this session: what was switched to, else ``?lang=``, else Korean."""
    if _STATE not in st.session_state:
        wanted = st.query_params.get("lang", DEFAULT)
        st.session_state[_STATE] = wanted if wanted in LANGUAGES else DEFAULT
    return str(st.session_state[_STATE])


def t(key: str, **values: object) -> str:
    """Return the entry ``key`` in the session's language with ``values`` filled in. Raises ``KeyError`` for an unknown key.

    ``values`` go in as they are: words that will be rendered as Markdown must have been through ``ui.text.plain``.
    """
    return _SENTENCES.format(catalogue(language())[key], **values)


def has(key: str) -> bool:
    """Tell whether the catalogue knows ``key``."""
    return key in catalogue(DEFAULT)


def t_text(text: Text) -> str:
    """Return the wording of a registered thing's ``text`` in the session's language."""
    return text[language()]


def named(values: Iterable[Any], name: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return a ``format_func`` that calls each of ``values`` by its ``name`` in the language of now."""
    return {value: name(value) for value in values}.__getitem__


def language_switch() -> None:
    """Draw the switch between the languages; it writes the stable code to ``?lang=``."""
    st.session_state[_WIDGET] = language()
    st.segmented_control(
        t("language.label"),
        LANGUAGES,
        format_func=lambda code: catalogue(code)["language.name"],
        key=_WIDGET,
        required=True,
        on_change=_switch,
        label_visibility="collapsed",
    )
    if language() != DEFAULT and st.query_params.get("lang") != language():
        st.query_params["lang"] = language()


def _switch() -> None:
    chosen = st.session_state[_WIDGET]
    if chosen in LANGUAGES:
        st.session_state[_STATE] = chosen
        st.query_params["lang"] = chosen
