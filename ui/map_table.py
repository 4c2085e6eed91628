"""The map as a table: the same words for screen readers, and as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import streamlit as st

from lstm_core.projection import Projection
from lstm_core.projection.coordinates import write_coordinates
from lstm_core.table.embedding_table import EmbeddingTable
from ui.compare_words import word_table
from ui.i18n import t

SUFFIXES = (".csv", ".parquet")


def show_map_table(table: EmbeddingTable, projection: Projection) -> None:
    """Offer the drawn words, the most frequent first, with their places; nothing is worked out before it is opened."""
    box = st.expander(t("places.title"), key="map_places", on_change="rerun")
    if not box.open:
        return
    with box:
        order = np.argsort(table.frequency_ranks[projection.indices], kind="stable")
        rows = projection.indices[order]
        columns = {} if table.counts is None else {t("map.color_frequency"): table.counts[rows].tolist()}
        for name, places in zip("xyz", projection.coordinates[order].T, strict=False):
            columns[name] = places.tolist()
        word_table([table.labels[row] for row in rows], columns, key="map_places_table")
        st.caption(t("places.hint"))
        with st.container(horizontal=True):
            for suffix in SUFFIXES:
                st.download_button(
                    t("places.save", kind=suffix[1:].upper()),
                    lambda suffix=suffix: _file(table, projection, suffix),
                    file_name=f"{table.name}-{projection.method}{suffix}",
                    key=f"map_places{suffix}",
                )


def _file(table: EmbeddingTable, projection: Projection, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"places{suffix}"
        write_coordinates(path, table, projection)
        return path.read_bytes()
