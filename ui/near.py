"""The nearest words that the box beside the pointer names: worked out beside the page once somebody points at a word."""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import streamlit as st

from lstm_core.figures.near import near_layers
from lstm_core.figures.word_map import Layer
from lstm_core.projection import Projection
from lstm_core.table.embedding_table import EmbeddingTable
from ui.waiting import shelf

_PATIENCE = 0.2  # seconds


@st.cache_resource(show_spinner=False)
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="near")


def ask_near(key: Hashable, table: EmbeddingTable, projection: Projection) -> None:
    """Begin to work out the neighbours of all points, kept under ``key``, and wait a moment for them."""
    future = shelf().get(key)
    if future is None:
        future = _worker().submit(near_layers, table, projection.indices)
        shelf().put(key, future)
    wait([future], timeout=_PATIENCE)


def near_known(key: Hashable) -> tuple[dict[str, Layer], bool]:
    """Return the layers that are ready, and whether it is of use to ask for them."""
    future: Future[dict[str, Layer]] | None = shelf().get(key)
    if future is None or not future.done():
        return {}, True
    return ({}, False) if future.exception() else (future.result(), False)
