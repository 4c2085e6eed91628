"""Tables from files and into files: what the page of tables draws."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.errors import WordAtlasError
from lstm_core.run_tables import free_table_name, keep_table, list_tables, plain_name, remove_table, restore_table
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import FORMATS, TableFormat, format_of, read_table
from lstm_core.table.formats.compressed import COMPRESSED
from lstm_core.table.formats.export import exported, exported_name, written_formats
from ui.forms import option_fields
from ui.i18n import named, t, t_text
from ui.messages import sentence
from ui.state import choose_table, describe
from ui.text import plain

UPLOAD, PATH = "upload", "path"
SHOWN_ROWS, SHOWN_NUMBERS = 6, 5
MOST_EXPORT = 256 << 20  # bytes of the matrix; a download is built in memory
_OPENED, _STOPPED, _KEPT = "tables_opened", "tables_stopped", "tables_kept_as"
_SAVED, _REMOVED, _PROBLEM = "tables_saved", "tables_removed", "tables_problem"


@dataclass(frozen=True)
class Source:
    """A file to open: an uploaded one or a path, the one with its words, and what tells it from every other."""

    name: str
    file: Any
    words: Any
    key: tuple[Any, ...]


def source_fields() -> Source | None:
    """Draw where the file is; return it when there is one."""
    names = {UPLOAD: t("tables.upload"), PATH: t("tables.path")}
    way = st.segmented_control(
        t("tables.from"), list(names), format_func=names.__getitem__, default=UPLOAD, required=True, key="tables_way"
    )
    if way == PATH:
        text = st.text_input(t("tables.path_label"), key="tables_path", max_chars=4096, help=t("tables.path_help")).strip()
        path = Path(text.replace("\0", "?")).expanduser()
        return Source(path.name, path, None, (text, _version(path))) if text else None
    file = st.file_uploader(t("tables.file"), key="tables_file", help=t("tables.file_help", formats=_suffixes()))
    if file is None:
        return None
    words = None
    if "labels" in _member(file.name).Options.model_fields:
        words = st.file_uploader(t("tables.words"), key="tables_words", help=t("tables.words_help"))
    return Source(file.name, file, words, (file.file_id, words and words.file_id))


def opened(source: Source) -> EmbeddingTable | None:
    """Return the table of ``source``, read once; a long reading shows its progress and can be stopped (then None)."""
    member = _member(source.name) if source.words is not None or not isinstance(source.file, Path) else format_of(source.file)
    fields = set(member.Options.model_fields) - ({"labels"} if not isinstance(source.file, Path) else set())
    options = option_fields(member.Options, key=f"tables_{member.key}", only=fields)
    key = (*source.key, tuple(sorted(options.items())))
    kept = st.session_state.get(_OPENED)
    if kept is not None and kept[0] == key:
        return kept[1]  # type: ignore[no-any-return]
    st.session_state.pop(_OPENED, None)
    if st.session_state.get(_STOPPED) == key:
        st.button(t("tables.again"), key="tables_again", on_click=lambda: st.session_state.pop(_STOPPED))
        return None
    place = st.empty()
    with place.container():
        table = _read(source, options, _Progress(key))
    place.empty()
    st.session_state[_OPENED] = (key, table)
    return table


def preview(table: EmbeddingTable) -> None:
    """Show what was read: size, rows left out, the first words and numbers."""
    st.caption(describe(table))
    for fault, count in table.metadata.get("dropped", {}).items():
        st.caption(t(f"tables.dropped.{fault}", count=f"{count:,}"))
    if table.composer is not None:
        st.caption(t("tables.composer"))
    rows = table.matrix[:SHOWN_ROWS, :SHOWN_NUMBERS]
    shown: dict[str, Any] = {t("tables.word"): list(table.labels[: len(rows)])}
    shown |= {str(place): rows[:, place].tolist() for place in range(rows.shape[1])}
    numbers = {str(place): st.column_config.NumberColumn(format="%.3f") for place in range(rows.shape[1])}
    st.dataframe(shown, hide_index=True, column_config=numbers)


def keep_fields(table: EmbeddingTable, source: Source) -> str | None:
    """Draw the name and the button; return the name under which the table was kept just now. Raises what is wrong with it."""
    offered = free_table_name(_stem(source.name))
    name = st.text_input(t("tables.name"), key="tables_name", max_chars=48, placeholder=offered, help=t("tables.name_help"))
    if not st.button(t("tables.keep"), type="primary", key="tables_keep", width="stretch"):
        return None
    with st.spinner(t("tables.keeping")):
        kept = keep_table(table, name.strip() or offered).stem
    st.session_state.pop(_OPENED, None)
    st.session_state[_KEPT] = (source.key, kept)
    return kept


def kept_as(source: Source) -> str | None:
    """Return the name under which the file of ``source`` was kept just before."""
    key, name = st.session_state.get(_KEPT, (None, None))
    return name if key == source.key and name in {path.stem for path in list_tables()} else None


def show_kept(name: str) -> None:
    """Say that the table was opened, and lead to where it can be looked at."""
    st.info(t("tables.done", name=plain(name)), icon=None)
    for page in ("map", "similar"):
        st.page_link(f"pages/{page}.py", label=t(f"{page}.title"))


def export_fields(table: EmbeddingTable) -> None:
    """Draw the choice of the format and the button that hands out ``table``; the file is made when it is asked for."""
    st.caption(f"{plain(table.name)} · {describe(table)}")
    keys = {member.key: t_text(member.label) for member in written_formats()}
    key = st.selectbox(t("tables.format"), list(keys), format_func=named(keys, keys.__getitem__), key="tables_format")
    st.caption(t("tables.complete" if FORMATS[key].complete else "tables.words_only"))
    if table.matrix.nbytes > MOST_EXPORT:
        st.info(t("tables.too_large", command=f"python -m lstm_core convert {table.name} OUT"), icon=None)
        return
    if st.session_state.get(_SAVED, (None,))[:2] != (table.fingerprint, key):
        if st.button(t("tables.make"), key="tables_make", width="stretch"):
            with st.spinner(t("tables.making")):
                st.session_state[_SAVED] = (table.fingerprint, key, exported(table, key))
            st.rerun()
        return
    data = st.session_state[_SAVED][2]
    st.download_button(
        t("tables.download", size=_size(len(data))),
        data,
        file_name=exported_name(_stem(table.name), key),
        mime="application/octet-stream",
        key="tables_download",
        type="primary",
        width="stretch",
        on_click="ignore",
    )


def kept_list() -> None:
    """List the tables that were brought in; each can be opened and removed, and the last removed one brought back."""
    removed = st.session_state.get(_REMOVED)
    if removed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(t("tables.removed", name=plain(removed)), width="content")
            st.button(t("tables.undo"), key="tables_undo", on_click=_act, args=(restore_table, removed, None))
    files = list_tables()
    if not files and not removed:
        st.caption(t("tables.none_kept"))
    for path in files:
        with st.container(horizontal=True, vertical_alignment="center", key=f"tables_row_{path.stem}"):
            st.markdown(t("tables.row", name=plain(path.stem), size=_size(path.stat().st_size)))
            st.button(t("tables.open"), key=f"tables_open_{path.stem}", on_click=choose_table, args=(path.stem,))
            away = (remove_table, path.stem, path.stem)
            st.button(t("tables.remove"), key=f"tables_remove_{path.stem}", on_click=_act, args=away)
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.warning(problem, icon=None)


def _act(action: Any, name: str, removed: str | None) -> None:
    """Remove or bring back; what goes wrong is said at the next drawing."""
    try:
        action(name)
        st.session_state[_REMOVED] = removed
    except WordAtlasError as error:
        st.session_state[_PROBLEM] = sentence(error)


def _read(source: Source, options: Mapping[str, Any], progress: _Progress) -> EmbeddingTable:
    if isinstance(source.file, Path):
        return read_table(source.file, options, progress=progress)
    with tempfile.TemporaryDirectory(prefix="word-atlas-", ignore_cleanup_errors=True) as name:
        path = Path(name) / (_stem(source.name) + _suffix(source.name))
        path.write_bytes(source.file.getbuffer())
        if source.words is not None:
            words = path.with_name("words" + _suffix(source.words.name))
            words.write_bytes(source.words.getbuffer())
            options = {**options, "labels": str(words)}
        return read_table(path, options, progress=progress)


class _Progress:
    """A bar with the time left and a button that stops; it appears once the reading proves to be long."""

    PATIENCE, EVERY = 0.4, 0.2  # seconds

    def __init__(self, key: tuple[Any, ...]) -> None:
        self.key, self.started, self.bar = key, time.monotonic(), None
        self.shown = self.started + self.PATIENCE - self.EVERY

    def __call__(self, done: float) -> None:
        now = time.monotonic()
        elapsed = now - self.started
        if now - self.shown < self.EVERY or done >= 1:
            return
        self.shown = now
        text = t("tables.reading", left=f"{elapsed / max(done, 0.01) * (1 - done):.0f}")
        if self.bar is None:
            self.bar: Any = st.progress(0.0, text=text)
            st.button(t("tables.stop"), key="tables_stop", on_click=self._stop)
        self.bar.progress(min(1.0, max(0.0, done)), text=text)

    def _stop(self) -> None:
        st.session_state[_STOPPED] = self.key


def _member(name: str) -> TableFormat:
    return format_of(Path("table" + _suffix(name)))


def _suffix(name: str) -> str:
    """Return the suffix of an uploaded file's name, with that of the packed file before ``.gz``; letters and digits only."""
    suffixes = Path(name).suffixes
    wanted = suffixes[-2:] if suffixes and suffixes[-1].lower() in COMPRESSED else suffixes[-1:]
    return "".join(suffix for suffix in wanted if re.fullmatch(r"\.[A-Za-z0-9]{1,12}", suffix))


def _stem(name: str) -> str:
    """Return what an uploaded file may be called on disk and as a table."""
    return plain_name(name.removesuffix(_suffix(name)))


def _suffixes() -> str:
    return " ".join(dict.fromkeys(suffix for member in FORMATS for suffix in (*member.suffixes, *member.also)))


def _version(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return about.st_mtime_ns, about.st_size


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} KB"
