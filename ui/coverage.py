"""What a run's vocabulary keeps of its corpus, in two lines."""

from __future__ import annotations

import streamlit as st

from lstm_core.runs import RunDirectory, read_coverage
from ui.i18n import t
from ui.text import plain_list


def show_coverage(run: RunDirectory) -> None:
    """Say how much of the text and how many of its different tokens are in the vocabulary, and which were left out."""
    report = read_coverage(run)
    if report is None:
        return
    st.caption(
        t(
            "train.coverage",
            share=f"{report.token_share:.1%}",
            kept=f"{report.types_kept:,}",
            types=f"{report.types:,}",
            tokens=f"{report.tokens:,}",
        )
    )
    if report.dropped:
        with st.expander(t("train.coverage_dropped")):
            st.caption(t("train.coverage_dropped_hint"))
            st.markdown(plain_list(f"{token} ({count:,})" for token, count in report.dropped))
