"""Sentences about the answer to an analogy."""

from __future__ import annotations

import streamlit as st

from lstm_core.table.analogy import Parallelogram, analogy
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import Formula
from lstm_core.table.search import Mask, Neighbors
from lstm_core.table.standing import Verdict
from ui.i18n import t
from ui.text import amount, percent, plain

SHOWN = 10


def answer(
    table: EmbeddingTable, formula: Formula, *, method: str, let_in: bool, among: Mask | None, left_over: int
) -> Neighbors:
    """Return the ten best answers to ``formula``, fewer when only ``left_over`` words may answer. Raises as the core does."""
    k = max(1, min(SHOWN, left_over))
    return analogy(table, formula, k=k, method=method, exclude_query=not let_in, among=among)


def show_verdict(verdict: Verdict) -> None:
    """Say plainly whether the answer is the hoped one, and what weakens it."""
    for line in verdict_lines(verdict):
        st.markdown(line)


def verdict_lines(verdict: Verdict) -> list[str]:
    """Return the sentences on ``verdict``, safe as Markdown."""
    lines = []
    if verdict.expected is not None:
        lines.append(_expectation(verdict))
    if verdict.weak and not verdict.hoped and verdict.score is not None:
        lines.append(t("verdict.weak", score=amount(verdict.score, digits=2), usual=amount(verdict.usual.median, digits=2)))
    if verdict.neighbor_of is not None:
        lines.append(t("verdict.neighbor", answer=plain(verdict.answer), word=plain(verdict.neighbor_of)))
    return lines


def show_excluded(found: Neighbors) -> None:
    """Say which words of the query were left out and where they would have stood, and how many were compared."""
    words = ", ".join(
        t("neighbors.excluded_word", word=plain(one.word), rank=one.rank, score=amount(one.score)) for one in found.excluded
    )
    if words:
        st.caption(t("neighbors.excluded", words=words))
    show_candidates(found)


def show_candidates(found: Neighbors) -> None:
    """Say how many words were compared, and when the word asked about is not one of the table's."""
    st.caption(t("neighbors.candidates", candidates=f"{found.candidates:,}"))
    if found.inferred:
        st.caption(t("neighbors.inferred", word=plain(found.query)))
    if (about := found.approximate) is not None:
        st.caption(t("neighbors.approximate", recall=amount(about.recall), sample=about.sample, seed=about.seed))


def show_parallelogram_caption(drawn: Parallelogram) -> None:
    """Say how much of the truth the flat picture holds."""
    first, second, third, found = (plain(word) for word in drawn.points[:4])
    st.caption(
        t(
            "analogy.honest",
            a=first,
            b=second,
            c=third,
            answer=found,
            cosine=amount(drawn.cosine, digits=2),
            shown=percent(drawn.shown_ab),
            other=percent(drawn.shown_ca),
        )
    )


def _expectation(verdict: Verdict) -> str:
    expected = plain(verdict.expected)
    if verdict.hoped:
        return t("verdict.hoped")
    if verdict.expected_rank is None:
        return t("verdict.missed", expected=expected)
    return t("verdict.ranked", expected=expected, rank=verdict.expected_rank)
