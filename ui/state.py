"""Which table is being explored: chosen in the sidebar or by ``?table=``, loaded once for everybody."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from lstm_core.errors import RunNotFound
from lstm_core.run_tables import list_tables
from lstm_core.runs import RunDirectory, list_runs, models_root, read_table, runs_root
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import read_table as read_file
from lstm_core.table.index import is_large, search_index
from lstm_core.text.corpus import CORPORA
from ui.i18n import has, named, t, t_text
from ui.messages import explain
from ui.text import plain

DEFAULT_TABLE = "world-ko"
_STATE = "table"
_WIDGET = "table_choice"


@dataclass(frozen=True)
class TableChoice:
    """One table that can be opened: a shipped model, a finished run of one's own, or a file that was brought in."""

    name: str
    path: Path
    shipped: bool

    @property
    def version(self) -> tuple[int, int]:
        """Changes when the table is written anew: time (ns) and size of its file, or of the manifest of its folder."""
        about = (self.path if self.path.is_file() else RunDirectory(self.path).manifest).stat()
        return about.st_mtime_ns, about.st_size


def table_choices() -> tuple[TableChoice, ...]:
    """Return every table that can be opened: shipped ones, runs of one's own, files brought in; these from the newest."""
    shipped = [TableChoice(run.name, run.path, True) for run in list_runs(models_root()) if run.manifest.is_file()]
    own = [TableChoice(run.name, run.path, False) for run in list_runs(runs_root()) if run.manifest.is_file()]
    own += [TableChoice(path.stem, path, False) for path in list_tables()]
    known = {choice.name for choice in shipped}
    first = sorted(shipped, key=lambda choice: (choice.name != DEFAULT_TABLE, choice.name))
    return (*first, *(choice for choice in own if choice.name not in known))


def _choice_name(choice: TableChoice) -> str:
    if choice.path.is_file():
        return t("table.kept", name=choice.name)
    return t("table.shipped" if choice.shipped else "table.own", name=choice.name)


def table_switch() -> None:
    """Draw the choice of the table in the sidebar."""
    choices = table_choices()
    if not choices:
        st.caption(t("table.none"))
        return
    name, gone = _chosen_name(choices)
    st.session_state[_WIDGET] = name
    by_name = {choice.name: choice for choice in choices}
    st.selectbox(
        t("table.label"),
        list(by_name),
        format_func=named(by_name, lambda each: _choice_name(by_name[each])),
        key=_WIDGET,
        on_change=lambda: choose_table(st.session_state[_WIDGET]),
    )
    if by_name[name].shipped and has(f"table.good_for.{name}"):
        st.caption(t(f"table.good_for.{name}"))
    if gone:
        explain(RunNotFound(name=gone[:80]))
        st.button(t("table.stay", name=plain(name)), key="table_stay", on_click=choose_table, args=(name,), type="tertiary")
    elif name != DEFAULT_TABLE and st.query_params.get("table") != name:
        st.query_params["table"] = name


def choose_table(name: str) -> None:
    """Make ``name`` the table of this session and of the page's address."""
    st.session_state[_STATE] = name
    st.query_params["table"] = name


def current_table() -> EmbeddingTable | None:
    """Return the chosen table, or None when there is none at all. Raises what is wrong with its files."""
    choices = table_choices()
    if not choices:
        return None
    name, _ = _chosen_name(choices)
    choice = next(each for each in choices if each.name == name)
    return load_table(str(choice.path), choice.version)


def require_table() -> EmbeddingTable:
    """Return the chosen table; without any, teach what to do and end the page."""
    table = current_table()
    if table is None:
        st.info(t("table.empty_title") + "  \n" + t("table.empty_hint"), icon=None)
        st.page_link("pages/train.py", label=t("table.empty_link"))
        st.stop()
    return table


def describe(table: EmbeddingTable) -> str:
    """Return one line on a table: its words, its width, where it comes from; safe as Markdown."""
    parts = [t("table.size", words=f"{len(table):,}", dimension=table.dimension)]
    corpus, steps = table.metadata.get("corpus"), table.metadata.get("steps")
    if corpus:
        label = t_text(CORPORA[corpus].label) if corpus in CORPORA else corpus
        parts.append(t("table.corpus", corpus=plain(label)))
    if steps:
        parts.append(t("table.steps", steps=f"{int(steps):,}"))
    return " · ".join(parts)


@st.cache_resource(max_entries=6, show_spinner=False)
def load_table(path: str, version: tuple[int, int]) -> EmbeddingTable:
    """Return the table of the run folder or file ``path``; ``version`` makes a rewritten one a new entry of the cache.

    A large one is indexed meanwhile: until that is done, questions are answered the slower way, with the same answers.
    """
    table = read_file(path) if Path(path).is_file() else read_table(RunDirectory.open(path))
    if is_large(table):
        threading.Thread(target=search_index, args=(table,), daemon=True).start()
    return table


def _chosen_name(choices: Sequence[TableChoice]) -> tuple[str, str]:
    """Return which table is shown, and the name of the chosen one when it is gone ("" else).

    A choice that is gone is not forgotten: it is shown again as soon as it is back.
    """
    names = {choice.name for choice in choices}
    wanted = str(st.session_state.setdefault(_STATE, st.query_params.get("table") or choices[0].name))
    return (wanted, "") if wanted in names else (choices[0].name, wanted)
