"""What the sections of the lesson share: the network behind a table, how its text is cut, fields that mend themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.lesson.contrast import Contrast, contrasts, own_contrast
from lstm_core.lesson.sentence import Lookup
from lstm_core.normalize import normalize
from lstm_core.run_history import special_rows
from lstm_core.runs import RunDirectory
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.tokenizers import Piece, Tokenizer, read_tokenizer
from ui.columns import column_name, value_name
from ui.i18n import named, t
from ui.state import table_choices
from ui.text import replace_word, split_words

_OWN = "own"
_BY_TABLE: dict[Any, Any] = {EmbeddingTable: lambda table: table.fingerprint}


def network_of(table: EmbeddingTable) -> RunDirectory | None:
    """Return the run whose network ``table`` was taken from; None for a table that was brought in, or whose run lacks files."""
    path = next((choice.path for choice in table_choices() if choice.name == table.name), None)
    run = RunDirectory(path) if path is not None and path.is_dir() else None
    whole = run is not None and run.model.is_file() and run.tokenizer.is_file()
    return run if whole else None


def teach_network(key: str) -> None:
    """Say which part needs a network, and offer to train one."""
    st.info(t(key), icon=None)
    st.page_link("pages/train.py", label=t("table.empty_link"))


def lookup_of(table: EmbeddingTable) -> Lookup:
    """Return the embedding layer that ``table`` is part of."""
    run = network_of(table)
    return Lookup(table) if run is None else _lookup(table, str(run.path), run.model.stat().st_mtime_ns)


def pieces_of(table: EmbeddingTable, sentence: str) -> tuple[list[str], list[Piece]]:
    """Return ``sentence`` cut as the table's text was: the tokens, and how a person reads them. Else it is cut at blanks."""
    run = network_of(table)
    if run is None:
        tokens = normalize(sentence).split()
        return tokens, [Piece(token, "") for token in tokens]
    with st.spinner(t("tokens.cutting")):
        tokenizer = _tokenizer(str(run.tokenizer), run.tokenizer.stat().st_mtime_ns)
        return tokenizer.tokenize(normalize(sentence)), tokenizer.pieces(normalize(sentence))


def part_of_speech(table: EmbeddingTable, token: str, piece: Piece) -> str:
    """Return what kind of word a token is, unescaped: by its tokenizer, else by the table's columns; "" where unknown."""
    if piece.tag:
        return f"{value_name(piece.tag.partition('-')[0])} ({piece.tag})"
    column = next((table.columns[name] for name in ("pos", "kind") if name in table.columns), None)
    return value_name(column[table.index(token)]) if column is not None and token in table else ""


def respell_in(fields: Iterable[str]) -> Callable[[str, str], None]:
    """Return a function that puts a spelling in the place of a word in the fields of these keys."""

    def respell(word: str, spelling: str) -> None:
        for field in fields:
            if isinstance(st.session_state.get(field), str):
                st.session_state[field] = replace_word(st.session_state[field], word, spelling)

    return respell


def word_box(place: Any, label: str, start: str, *, key: str) -> str:
    """Draw a field for one word in ``place`` and return what stands in it, normalised."""
    return normalize(str(place.text_input(label, start, key=key, max_chars=200, autocomplete="off")))


def choose_contrast(table: EmbeddingTable, *, key: str) -> Contrast | None:
    """Draw the choice of an attribute, or of two lists of words; None while a list is empty. Raises what is wrong with them."""
    known = {one.name: one for one in _contrasts(table)}
    names = named([*known, _OWN], lambda name: t("lesson.own_lists") if name == _OWN else contrast_name(known[name]))
    chosen = st.selectbox(t("lesson.attribute"), [*known, _OWN], format_func=names, key=f"{key}_attribute_{table.name}")
    if chosen != _OWN:
        return known[chosen]
    low_box, high_box = st.columns(2)
    low, high = (
        split_words(place.text_area(t(f"lesson.{end}_list"), key=own_field(table, key, end), height=90, max_chars=4000))
        for place, end in ((low_box, "low"), (high_box, "high"))
    )
    if not (low and high):
        st.caption(t("lesson.own_invite"))
        return None
    return own_contrast(table, low=low, high=high)


def own_field(table: EmbeddingTable, key: str, end: str) -> str:
    """Return the key of the field with the ``"low"`` or ``"high"`` words."""
    return f"{key}_{end}_{table.name}"


def group_names(contrast: Contrast) -> tuple[str, str]:
    """Return what both groups are called, unescaped."""
    if not contrast.name:
        return t("lesson.low_list"), t("lesson.high_list")
    return value_name(contrast.low_name), value_name(contrast.high_name)


def contrast_name(contrast: Contrast) -> str:
    """Return what a contrast is called, unescaped."""
    return t("lesson.contrast", name=column_name(contrast.name), low=group_names(contrast)[0], high=group_names(contrast)[1])


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=_BY_TABLE)
def _contrasts(table: EmbeddingTable) -> tuple[Contrast, ...]:
    return contrasts(table)


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=_BY_TABLE)
def _lookup(table: EmbeddingTable, path: str, stamp: int) -> Lookup:
    return Lookup(table, special_rows(RunDirectory(Path(path))))


@st.cache_resource(max_entries=3, show_spinner=False)
def _tokenizer(path: str, stamp: int) -> Tokenizer:
    return read_tokenizer(Path(path))[0]
