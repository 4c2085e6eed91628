"""The choices of the page 평가: which questions, which method, which tables beside the chosen one."""

from __future__ import annotations

import hashlib
from typing import Any

import streamlit as st

from lstm_core.table.analogy import METHODS
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import EvaluationOptions
from lstm_core.table.question_sets import QUESTION_SETS, set_for
from lstm_core.table.questions import read_odd, read_pairs, read_questions
from ui.evaluations import Asked
from ui.i18n import named, t, t_text
from ui.state import load_table, table_choices

OWN = "own"
MOST_BESIDE = 3


def question_form(table: EmbeddingTable) -> tuple[Asked | None, tuple[EmbeddingTable, ...]]:
    """Draw the choices; return what is asked (None: nothing yet) and the other tables. Raises what is wrong with a file."""
    source, method, beside = st.columns([2, 3, 3])
    with source:
        sources = {one.key: t_text(one.label) for one in QUESTION_SETS} | {OWN: t("evaluate.own")}
        at = list(sources).index(set_for(table).key)
        chosen = st.selectbox(
            t("evaluate.questions"),
            list(sources),
            index=at,
            format_func=named(sources, sources.__getitem__),
            key=f"evaluate_set_{table.name}",
            help=t("evaluate.questions_help"),
        )
    with method:
        way = st.segmented_control(
            t("analogy.method"),
            METHODS,
            format_func=named(METHODS, lambda each: t(f"analogy.{each}")),
            default=METHODS[0],
            required=True,
            key="evaluate_method",
            help=t("analogy.method_help"),
            persist_state="session",
        )
    with beside:
        others = _others(table)
    options = EvaluationOptions(method=way)
    if chosen == OWN:
        return _own_files(options), others
    questions = QUESTION_SETS[chosen]
    return Asked(chosen, options, questions.analogies, questions.odd), others


def _others(table: EmbeddingTable) -> tuple[EmbeddingTable, ...]:
    choices = {choice.name: choice for choice in table_choices() if choice.name != table.name}
    if not choices:
        return ()
    names = st.multiselect(
        t("evaluate.beside"),
        list(choices),
        max_selections=MOST_BESIDE,
        key=f"evaluate_beside_{table.name}",
        placeholder=t("evaluate.beside_hint"),
        help=t("evaluate.beside_help"),
    )
    return tuple(load_table(str(choices[name].path), choices[name].version) for name in names)


def _own_files(options: EvaluationOptions) -> Asked | None:
    """Draw the fields for files; return what stands in them, or None without any."""
    fields = st.columns(3)
    readers = {"analogies": read_questions, "odd": read_odd, "pairs": read_pairs}
    labels = {"analogies": t("evaluate.tab_analogies"), "odd": t("evaluate.tab_odd"), "pairs": t("evaluate.tab_pairs")}
    hints = {"analogies": t("evaluate.file_analogies"), "odd": t("evaluate.file_odd"), "pairs": t("evaluate.file_pairs")}
    digest, found = hashlib.sha256(), {}
    for place, (kind, reader) in zip(fields, readers.items(), strict=True):
        upload: Any = place.file_uploader(labels[kind], key=f"evaluate_{kind}", help=hints[kind])
        if upload is not None:
            data = upload.getvalue()
            digest.update(kind.encode() + hashlib.sha256(data).digest())
            found[kind] = reader(upload.name, data=data)
    return Asked(digest.hexdigest(), options, **found) if found else None
