"""Evaluations computed once per table and question, with progress and a way to stop a long one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from lstm_core.errors import WordAtlasError
from lstm_core.run_history import first_rows
from lstm_core.runs import find_run
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import Evaluation, EvaluationOptions, evaluate_analogies
from lstm_core.table.health import Health, health
from lstm_core.table.odd_sets import OddEvaluation, OddQuestion, evaluate_odd
from lstm_core.table.pairs import PairEvaluation, evaluate_pairs
from lstm_core.table.questions import Pair, Question
from ui.i18n import t
from ui.text import plain
from ui.waiting import once

_STOPPED = "evaluate_stopped"


@dataclass(frozen=True)
class Asked:
    """What the page asks of every table; ``key`` tells sets of questions apart."""

    key: str
    options: EvaluationOptions
    analogies: Mapping[str, Sequence[Question]] = field(default_factory=dict)
    odd: Mapping[str, Sequence[OddQuestion]] = field(default_factory=dict)
    pairs: Sequence[Pair] = ()


def analogies_of(table: EmbeddingTable, asked: Asked) -> Evaluation | None:
    """Return the analogies of ``table``; a long evaluation shows its progress. None when it was stopped."""
    key = (table.fingerprint, asked.key, asked.options)
    if st.session_state.get(_STOPPED) == key:
        st.info(t("evaluate.stopped"), icon=None)
        st.button(t("evaluate.again"), key=f"again_{table.name}", on_click=st.session_state.pop, args=(_STOPPED,))
        return None
    return once(
        key,
        lambda progress: evaluate_analogies(table, asked.analogies, options=asked.options, progress=progress),
        text=t("evaluate.computing", table=plain(table.name)),
        on_stop=lambda: st.session_state.update({_STOPPED: key}),
    )


def odd_of(table: EmbeddingTable, asked: Asked) -> OddEvaluation:
    """Return how often ``table`` finds the odd one out."""
    return once((table.fingerprint, asked.key, "odd"), lambda _: evaluate_odd(table, asked.odd))


def pairs_of(table: EmbeddingTable, asked: Asked) -> PairEvaluation:
    """Return the correlation of ``table`` with human scores."""
    return once((table.fingerprint, asked.key, "pairs"), lambda _: evaluate_pairs(table, asked.pairs))


def health_of(table: EmbeddingTable) -> Health:
    """Return the health of ``table``, with its first snapshot when it comes from a training that kept one."""
    return once((table.fingerprint, "health"), lambda _: health(table, first=_first(table)))


def _first(table: EmbeddingTable) -> Any:
    try:
        first = first_rows(find_run(table.name))
    except WordAtlasError:
        return None
    return first if first is None or first.shape == table.matrix.shape else None
