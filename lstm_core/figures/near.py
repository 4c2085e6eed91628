"""The nearest words of every point in the true space, as layers of the map."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from lstm_core.figures.word_map import Layer
from lstm_core.table.batch import nearest_rows
from lstm_core.table.embedding_table import EmbeddingTable

NONE = 2**32 - 1
PAIRS = 1_000_000_000  # cosines worked out for one map
_STEP = 500  # points at a time


def near_layers(table: EmbeddingTable, rows: NDArray[np.int64], *, k: int = 5, pairs: int = PAIRS) -> dict[str, Layer]:
    """Return the ``k`` nearest words of the points that are ``rows`` ``(N,)`` of ``table``, nearest first, by name of layer.

    ``near`` ``(N, k)``: numbers of points and, from N on, places in ``near_words``, the words that are not drawn; ``NONE``
    for a row without direction and for the less frequent points beyond ``pairs`` cosines.
    """
    k = min(k, len(table) - 1)
    near = np.full((len(rows), max(k, 0)), -1, dtype=np.int64)
    for points in _asked(table, rows, pairs) if k > 0 else ():
        near[points] = nearest_rows(table, table.unit_rows(rows[points]), k=k, own=rows[points]).rows
    others = np.setdiff1d(near[near >= 0], rows)
    number = np.full(len(table) + 1, NONE, dtype=np.uint32)  # the last is that of no row
    number[rows] = np.arange(len(rows), dtype=np.uint32)
    number[others] = len(rows) + np.arange(len(others), dtype=np.uint32)
    words = json.dumps([table.labels[row] for row in others.tolist()], ensure_ascii=False)
    return {
        "near": Layer("u4", number[near].astype("<u4").tobytes()),
        "near_words": Layer("json", words.encode("utf-8", "replace")),
    }


def _asked(table: EmbeddingTable, rows: NDArray[np.int64], pairs: int) -> list[NDArray[np.int64]]:
    """Return the points whose neighbours are sought, the most frequent words first, some at a time."""
    points = np.argsort(table.frequency_ranks[rows], kind="stable")[: max(1, pairs // len(table))]
    points = points[table.lengths[rows[points]] > 0]
    return [points[start : start + _STEP] for start in range(0, len(points), _STEP)]
