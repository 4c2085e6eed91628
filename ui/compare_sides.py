"""Which two tables are compared: each a table that can be opened, or what it was at some step of its training."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from lstm_core.errors import WordAtlasError
from lstm_core.projection.comparison import ComparisonOptions
from lstm_core.run_history import snapshot_table
from lstm_core.runs import RunDirectory, Snapshot, read_manifest, read_vocabulary, snapshot_path, snapshots
from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import named, t
from ui.state import TableChoice, choose_table, load_table, table_choices

LAST = -1  # the table a training ended with, not a snapshot
_A, _WITH = "compare_a", "with"
_ENOUGH = ComparisonOptions().k + 2  # shared words without which two tables are not proposed


@dataclass(frozen=True)
class Side:
    """A table that is compared, at the end of its training or at a snapshot's ``step``."""

    choice: TableChoice
    step: int = LAST

    def load(self) -> EmbeddingTable:
        """Return the table. Raises what is wrong with its files."""
        if self.step == LAST:
            return load_table(str(self.choice.path), self.choice.version)
        taken = snapshot_path(RunDirectory(self.choice.path), self.step)
        return _load_snapshot(str(self.choice.path), self.step, taken.stat().st_mtime_ns if taken.exists() else 0)


def choose_sides(table: EmbeddingTable) -> tuple[Side, Side | None]:
    """Draw the choices of the two tables and return them; None while the second is not chosen. ``table`` is the open one."""
    choices = {choice.name: choice for choice in table_choices()}
    first, second = st.columns(2, gap="large")
    with first:
        opened = table.name if table.name in choices else next(iter(choices))
        st.session_state[_A] = opened
        chosen, moment = st.columns([3, 2], vertical_alignment="bottom")
        chosen.selectbox(
            t("compare.a"),
            list(choices),
            format_func=_named(choices),
            key=_A,
            on_change=lambda: choose_table(st.session_state[_A]),
        )
        one = Side(choices[opened], _moment(moment, choices[opened], "a", LAST))
    with second:
        return one, _other_side(one.choice, choices)


def forget_other() -> None:
    """Choose no second table: what stopping a long comparison does."""
    for key in [key for key in st.session_state if str(key).startswith("compare_b_")]:
        st.session_state[key] = None
    st.query_params.pop(_WITH, None)


def run_with_snapshots(choice: TableChoice) -> RunDirectory | None:
    """Return the run of ``choice`` when it kept at least two snapshots."""
    run = RunDirectory(choice.path)
    return run if len(snapshots(run)) > 1 else None


def _other_side(first: TableChoice, choices: dict[str, TableChoice]) -> Side | None:
    names = [name for name in choices if name != first.name or run_with_snapshots(first)]
    wanted = st.query_params.get(_WITH)
    start = wanted if wanted in names else _partner(first, [choices[name] for name in names])
    key = f"compare_b_{first.name}"
    if key not in st.session_state or st.session_state[key] not in (None, *names):
        st.session_state[key] = start
    chosen, moment = st.columns([3, 2], vertical_alignment="bottom")
    name = chosen.selectbox(
        t("compare.b"),
        names,
        index=None,
        format_func=_named(choices),
        placeholder=t("compare.b_hint"),
        key=key,
        persist_state="session",
    )
    if name is None:
        return None
    if name != start:
        st.query_params[_WITH] = name
    taken = snapshots(RunDirectory(choices[name].path))
    early = taken[len(taken) // 2].step if name == first.name and taken else LAST
    return Side(choices[name], _moment(moment, choices[name], "b", early))


def _moment(place: Any, choice: TableChoice, side: str, start: int) -> int:
    """Draw the choice of the moment of the training, where there are several, and return it."""
    steps = [LAST, *(snapshot.step for snapshot in snapshots(RunDirectory(choice.path)))]
    if len(steps) == 1:
        return LAST
    names = named(steps, lambda step: t("compare.moment_last") if step == LAST else t("compare.moment", step=f"{step:,}"))
    return int(
        place.selectbox(
            t("compare.when"),
            steps,
            index=steps.index(start),
            format_func=names,
            key=f"compare_when_{side}_{choice.name}_{start}",
            persist_state="session",
        )
    )


def _named(choices: dict[str, TableChoice]) -> Any:
    return named(choices, lambda name: t("table.shipped" if choices[name].shipped else "table.own", name=name))


def _partner(first: TableChoice, others: list[TableChoice]) -> str | None:
    """Return the first of ``others`` that shares words with ``first``; else ``first`` if it is one of them; else None."""
    words = _words(str(first.path), first.version)
    for other in others:
        if other.name != first.name and len(words & _words(str(other.path), other.version)) >= _ENOUGH:
            return other.name
    return first.name if any(other.name == first.name for other in others) else None


@st.cache_resource(max_entries=24, show_spinner=False)
def _words(path: str, version: tuple[int, int]) -> frozenset[str]:
    """Return the words of the run in ``path``; none when they cannot be read."""
    with suppress(WordAtlasError):
        run = RunDirectory(Path(path))
        read_manifest(run)
        return frozenset(read_vocabulary(run).words)
    return frozenset()


@st.cache_resource(max_entries=6, show_spinner=False)
def _load_snapshot(path: str, step: int, stamp: int) -> EmbeddingTable:
    """Return the table of the run in ``path`` at ``step``; ``stamp`` tells a snapshot that was written anew."""
    run = RunDirectory(Path(path))
    return snapshot_table(run, Snapshot(step, snapshot_path(run, step)))
