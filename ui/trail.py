"""The chosen word and the way that led to it."""

from __future__ import annotations

import streamlit as st

from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import Neighbors
from ui.i18n import t
from ui.text import amount, plain

FIELD = "chosen_word"  # the text field that shows and changes the chosen word
_TRAIL, _TYPED = "trail", "typed_word"
_LENGTH = 12


def trail() -> list[str]:
    """Return the words that were chosen, the newest last."""
    words: list[str] = st.session_state.setdefault(_TRAIL, [])
    return words


def choose(word: str) -> None:
    """Make ``word`` the chosen one and remember the way."""
    word = normalize(word)
    st.session_state[FIELD] = word
    if word and trail()[-1:] != [word]:
        st.session_state[_TRAIL] = [*trail(), word][-_LENGTH:]


def search_for(word: str) -> None:
    """Make ``word`` the chosen one and the one that was searched for, which is drawn on the map in any case."""
    choose(word)
    st.session_state[_TYPED] = normalize(word)


def searched() -> str:
    """Return the word that was last searched for; "" for none. A click on another word does not change it."""
    return str(st.session_state.get(_TYPED, ""))


def go_back() -> None:
    """Return to the word chosen before."""
    st.session_state[_TRAIL] = trail()[:-1]
    st.session_state[FIELD] = trail()[-1] if trail() else ""


def clear() -> None:
    """Choose no word."""
    st.session_state[FIELD] = st.session_state[_TYPED] = ""
    st.session_state[_TRAIL] = []


def word_field(label: str, *, placeholder: str) -> str:
    """Draw the text field of the chosen word and return what stands in it, normalised; "" for nothing."""
    st.session_state.setdefault(FIELD, "")
    st.text_input(
        label,
        key=FIELD,
        placeholder=placeholder,
        max_chars=200,
        on_change=lambda: search_for(st.session_state[FIELD]),
        autocomplete="off",
        persist_state="session",
    )
    return normalize(st.session_state[FIELD])


def way_back() -> None:
    """Draw the way that led here: each earlier word is a step back to it."""
    earlier = [word for word in trail()[:-1] if word]
    if not earlier:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="trail_box"):
        st.button(t("trail.back"), key="trail_back", on_click=go_back, type="tertiary", icon=None)
        for place, word in enumerate(earlier[-4:]):
            st.button(plain(word), key=f"trail_{place}", on_click=choose, args=(word,), type="tertiary")


def neighbor_list(found: Neighbors, *, key: str) -> str | None:
    """Draw ranked words with scores; a click makes a word the chosen one. Return the word that was just clicked."""
    clicked = None
    with st.container(key=f"{key}_list", gap=None):
        for one in found.results:
            label = t("neighbors.row", rank=one.rank, word=plain(one.word), score=amount(one.score))
            if st.button(label, key=f"{key}_{one.rank}", on_click=choose, args=(one.word,), type="tertiary"):
                clicked = one.word
    return clicked


def known(table: EmbeddingTable, word: str) -> bool:
    """Tell whether ``word`` is a non-empty word of the table."""
    return bool(word) and word in table
