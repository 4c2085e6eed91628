"""How a sentence is cut, by every tokenizer side by side; and what a run was cut with."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.normalize import normalize
from lstm_core.options import build
from lstm_core.registry import Text
from lstm_core.runs import RunDirectory
from lstm_core.text.corpus import open_corpus
from lstm_core.text.tokenizers import TOKENIZERS, Piece, Tokenizer, VersionNote, read_tokenizer
from ui.columns import value_name
from ui.i18n import t, t_text
from ui.messages import show_errors
from ui.text import plain

SAMPLE = 2_000
"""Sentences from which tokenizers that learn are fitted for the page; a training reads more."""
LONGEST = 300


@dataclass(frozen=True)
class Source:
    """The text that tokenizers learn from: a corpus with its options, or an uploaded file. Without either, ``spec`` is ""."""

    spec: str
    options: tuple[tuple[str, Any], ...] = ()
    upload: Any = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells one text from another."""
        return self.spec, self.options, self.upload and self.upload.file_id


def tokens_button(source: Source, *, chosen: str, options: Mapping[str, Any]) -> None:
    """Draw the button that opens the comparison; the tokenizer ``chosen`` cuts with ``options``, the others with their own."""
    if st.button(t("tokens.open"), key="train_tokens", width="stretch"):
        st.dialog(t("tokens.title"), width="large")(_comparison)(source, chosen, dict(options))


def _comparison(source: Source, chosen: str, options: dict[str, Any]) -> None:
    with show_errors(key="tokens"):
        sample = _sample(source) if source.spec else ()
        first = next(iter(sample), t("tokens.sentence_default"))[:LONGEST]
        sentence = normalize(st.text_input(t("tokens.sentence"), value=first, max_chars=LONGEST, key="tokens_sentence"))
        tags: dict[str, None] = {}
        for kind in TOKENIZERS:
            tags |= dict.fromkeys(_row(kind, sentence, source, options if kind.key == chosen else {}))
        if tags:
            st.caption(" · ".join(f"{plain(tag)} {plain(value_name(_bare(tag)))}" for tag in tags))
        st.caption(t("tokens.learned", count=f"{len(sample):,}"))


def _row(kind: type[Tokenizer], sentence: str, source: Source, options: dict[str, Any]) -> list[str]:
    """Show what ``kind`` makes of the sentence; return the parts of speech it names."""
    about, cut = st.columns([2, 5], vertical_alignment="top")
    about.markdown(f"**{plain(t_text(kind.label))}**", help=t_text(kind.note))
    with cut, show_errors(key=f"tokens_{kind.key}"):
        if kind.needs_fit and not source.spec:
            st.caption(t("tokens.needs_text"))
            return []
        with st.spinner(t("tokens.cutting")):
            pieces = _fitted(kind.key, tuple(options.items()), source).pieces(sentence)
        st.markdown(_written(pieces))
        st.caption(t("tokens.count", count=len(pieces)))
        return [piece.tag for piece in pieces if piece.tag]
    return []


def _written(pieces: Sequence[Piece]) -> str:
    """Return the pieces with dots between them, parts of speech in grey; safe as Markdown."""
    shown = [plain(piece.text) + (f" :small[:gray[{plain(piece.tag)}]]" if piece.tag else "") for piece in pieces]
    return " ‧ ".join(shown) or "–"


def _bare(tag: str) -> str:
    return tag.partition("-")[0]


_BY_KEY: dict[Any, Any] = {Source: lambda source: source.key}


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_BY_KEY)
def _sample(source: Source) -> tuple[str, ...]:
    """Return the first sentences of ``source``."""
    if source.upload is None:
        return tuple(islice(open_corpus(source.spec, dict(source.options) or None).sentences(), SAMPLE))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"text{Path(source.upload.name).suffix}")
        path.write_bytes(source.upload.getvalue())
        return tuple(islice(open_corpus(str(path), dict(source.options) or None).sentences(), SAMPLE))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=_BY_KEY)
def _fitted(key: str, options: tuple[tuple[str, Any], ...], source: Source) -> Tokenizer:
    """Return the tokenizer, fitted on the sample where it learns."""
    kind = TOKENIZERS[key]
    return kind.fit(_sample(source) if kind.needs_fit else (), build(kind.Options, dict(options)))


def cut_caption(run: RunDirectory) -> None:
    """Say how the text of a finished run was cut, and whether the same is installed now."""
    if not run.tokenizer.is_file():
        return
    label, note = _cut_of(str(run.path), run.tokenizer.stat().st_mtime_ns)
    st.caption(t("tokens.of_run", tokenizer=plain(t_text(label))))
    if note is not None:
        st.warning(t("tokens.version", saved=plain(note.saved), installed=plain(note.installed)), icon=None)


@st.cache_resource(max_entries=50, show_spinner=False)
def _cut_of(path: str, stamp: int) -> tuple[Text, VersionNote | None]:
    """Return the tokenizer's label and both versions if they differ; ``stamp`` tells a file that was written anew."""
    tokenizer, note = read_tokenizer(RunDirectory(Path(path)).tokenizer)
    return tokenizer.label, note
