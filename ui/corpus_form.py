"""What is learned from: a corpus that is built in, an upload, files on this computer; with a preview of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.errors import WordAtlasError
from lstm_core.options import describe
from lstm_core.text.corpus import CORPORA, open_corpus
from lstm_core.text.find import stem_of
from lstm_core.text.places import text_folders
from lstm_core.text.preview import ROWS, Preview, allowed, preview, preview_upload
from lstm_core.text.readers import READERS, FileOptions
from ui.downloads import offer_download
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.messages import explain
from ui.text import file_size

UPLOADED, PATH = "upload", "path"
_KEPT = 60  # seconds a preview is shown without looking at the file again


@dataclass(frozen=True)
class ChosenText:
    """The settings ``corpus`` ("" while there is no usable text) and ``corpus_options``, a name for a run, the upload.

    ``on_disk``: the corpus is a path, to be checked once more by :func:`allowed` when it is used.
    """

    corpus: str
    options: dict[str, Any]
    stem: str
    upload: Any = None
    on_disk: bool = False


def choose_text() -> ChosenText:
    """Draw the choice of the text and what is known about it."""
    names = {corpus.key: t_text(corpus.label) for corpus in CORPORA if corpus.key not in (UPLOADED, PATH)}
    names |= {UPLOADED: t("train.corpus_upload"), PATH: t("train.corpus_path")}
    chosen = st.selectbox(t("train.corpus"), list(names), format_func=names.__getitem__, key="train_corpus")
    if chosen == UPLOADED:
        return _uploaded()
    if chosen == PATH:
        return _on_this_computer()
    return _built_in(chosen)


def _built_in(key: str) -> ChosenText:
    kind = CORPORA[key]
    st.caption(t_text(kind.note))
    options = option_fields(kind.Options, key=f"train_{key}") if describe(kind.Options) else {}
    try:
        corpus = open_corpus(key, options)
        if corpus.missing:
            offer_download(corpus, key=f"{key}:{sorted(options.items())}")
        else:
            with st.expander(t("corpus.preview")):
                st.dataframe({t("corpus.line"): _first_sentences(key, options)}, hide_index=True)
    except WordAtlasError as error:
        explain(error, key="corpus")
    return ChosenText(key, options, key)


def _uploaded() -> ChosenText:
    upload = st.file_uploader(t("train.file"), key="train_file", help=t("train.file_help"))
    if upload is None:
        return ChosenText("", {}, "text")
    options = _previewed(lambda asked: _upload_preview(upload.file_id, asked, upload), key=upload.file_id)
    return ChosenText("" if options is None else UPLOADED, options or {}, stem_of(upload.name) or "text", upload)


def _on_this_computer() -> ChosenText:
    folders = ", ".join(map(str, text_folders()))
    hint = f"{t('train.file_help')} {t('corpus.path_help', folders=folders)}"
    path = st.text_input(t("train.path"), key="train_path", help=hint).strip()
    if not path:
        return ChosenText("", {}, "text")
    options = _previewed(lambda asked: _path_preview(path, asked), key=path)
    return ChosenText("" if options is None else path, options or {}, stem_of(Path(path).name) or "text", on_disk=True)


def _previewed(look: Any, *, key: str) -> dict[str, Any] | None:
    """Show what ``look(options)`` finds, with the choices there are; return the options chosen, None for no usable text."""
    place = st.container()
    asked = _reading_options(key)
    try:
        with place:
            with st.spinner(t("corpus.looking")):
                seen: Preview = look(asked)
            return _show(seen, key=key) | asked
    except WordAtlasError as error:
        with place:
            explain(error, key="corpus")
        return None


def _reading_options(key: str) -> dict[str, Any]:
    """Draw how the file is read, folded away; return what differs from letting the file tell."""
    formats = {"": t("corpus.format_own")} | {reader.key: t_text(reader.label) for reader in READERS}
    with st.expander(t("form.advanced")):
        format = st.selectbox(t("corpus.format"), list(formats), format_func=formats.__getitem__, key=f"corpus_format_{key}")
        values = option_fields(FileOptions, key=f"corpus_{key}", only=("encoding", "header"), folded=False)
    return {name: value for name, value in {"format": format, **values}.items() if value not in ("", "auto")}


def _show(seen: Preview, *, key: str) -> dict[str, Any]:
    """Show a preview; return the columns chosen."""
    about = [t_text(READERS[seen.format].label), seen.encoding.upper().replace("-SIG", " BOM"), file_size(seen.size)]
    about += [t("corpus.files", files=f"{seen.files:,}")] if seen.files > 1 else []
    st.caption(" · ".join([part for part in about if part] + [t("corpus.texts", texts=f"{seen.texts:,}")]))
    columns = {name: [row[i] for row in seen.rows] for i, name in enumerate(seen.columns or (t("corpus.line"),))}
    chosen_first = sorted(columns, key=lambda name: (name != seen.text_column, name != seen.label_column))
    st.dataframe(columns, hide_index=True, column_order=chosen_first)
    if not seen.columns:
        return {}
    at = seen.columns.index(seen.text_column)
    text = st.selectbox(t("corpus.text_column"), seen.columns, index=at, key=f"corpus_text_{key}")
    labels = ("", *(column for column in seen.columns if column != text))
    at = labels.index(seen.label_column) if seen.label_column in labels else 0
    name = named(labels, lambda column: column or t("corpus.label_none"))
    label = st.selectbox(t("corpus.label_column"), labels, index=at, format_func=name, key=f"corpus_label_{key}")
    return {"text_column": text, **({"label_column": label} if label else {})}


@st.cache_data(max_entries=32, ttl=_KEPT, show_spinner=False)
def _path_preview(path: str, options: dict[str, Any]) -> Preview:
    return preview(allowed(path), options)


@st.cache_data(max_entries=32, show_spinner=False)
def _upload_preview(file_id: str, options: dict[str, Any], _upload: Any) -> Preview:
    return preview_upload(_upload.getbuffer(), _upload.name, options)


@st.cache_data(max_entries=32, ttl=_KEPT, show_spinner=False)
def _first_sentences(key: str, options: dict[str, Any]) -> list[str]:
    return list(islice(open_corpus(key, options).sentences(), ROWS))
