"""How well a classifier tells labels: the share it gets right, F1, and what it takes for what."""

from __future__ import annotations

import streamlit as st

from lstm_core.runs import RunDirectory
from lstm_core.training.scores import LabelScores, read_scores
from ui.i18n import t


def show_scores(run: RunDirectory) -> None:
    """Show the confusion matrices of a finished run; nothing for one that tells no labels."""
    for part, scores in read_scores(run).items():
        st.subheader(t(f"labels.{part}"))
        st.caption(t("labels.told", texts=f"{scores.texts:,}", accuracy=f"{scores.accuracy:.1%}", f1=f"{scores.macro_f1:.3f}"))
        st.dataframe(_matrix(scores), hide_index=True, width="content", key=f"labels_{part}")


def _matrix(scores: LabelScores) -> dict[str, list[object]]:
    """Return the confusion matrix by columns: the true label, how often each label was told, and F1."""
    told = {t("labels.given", label=label): [row[i] for row in scores.confusion] for i, label in enumerate(scores.labels)}
    return {t("labels.true"): list(scores.labels), **told, "F1": [round(one, 3) for one in scores.f1]}
