"""Why ids themselves mean nothing: they are added, compared and dealt out anew, while the table's answers stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import nearest
from lstm_core.text.vocabulary import SPECIALS

MOST_WORDS = 20_000
"""Only the most frequent words of a larger table are dealt new ids: what is to be seen does not grow with the table."""
NEAR = 3
_FIRST = len(SPECIALS)


@dataclass(frozen=True)
class IdAnswers:
    """What ids and table say about words a and b under one numbering (``seed`` None: the vocabulary's own).

    ``total`` = id of a + id of b, and the ``word`` that has that id (None: no word has). ``near_ids`` have the ids closest to
    that of a (equal: the lower first); ``near_rows`` are nearest by cosine in the table whose rows were put in this order.
    """

    seed: int | None
    id_a: int
    id_b: int
    total: int
    word: str | None
    near_ids: tuple[str, ...]
    near_rows: tuple[str, ...]


def ask_ids(table: EmbeddingTable, a: str, b: str, *, seed: int | None = None) -> IdAnswers:
    """Return what the ids of ``a`` and ``b`` say, and what the table says, after renumbering all words by ``seed``.

    Raises :class:`UnknownWords`, :class:`NoDirection` for a zero row.
    """
    part = _part(table, (a, b))
    dealt = renumbered(part, seed=seed)
    id_a, id_b = (dealt.index(word) + _FIRST for word in (a, b))
    total = id_a + id_b
    word = dealt.labels[total - _FIRST] if total - _FIRST < len(dealt) else None
    near = min(NEAR, len(dealt) - 1)
    rows = nearest(dealt, a, k=near).words if near else ()
    return IdAnswers(seed, id_a, id_b, total, word, _near_ids(dealt, id_a - _FIRST, near), rows)


def renumbered(table: EmbeddingTable, *, seed: int | None) -> EmbeddingTable:
    """Return the same words and rows in a random order by ``seed``: the place of a row is the word's id less 4."""
    if seed is None:
        return table
    return _rows_of(table, np.random.default_rng(seed).permutation(len(table)))


def _near_ids(table: EmbeddingTable, place: int, count: int) -> tuple[str, ...]:
    places = np.arange(len(table))
    order = np.argsort(np.abs(places - place), kind="stable")[1 : count + 1]
    return tuple(table.labels[at] for at in order)


def _part(table: EmbeddingTable, words: tuple[str, ...]) -> EmbeddingTable:
    if len(table) <= MOST_WORDS:
        return table
    kept = np.union1d(table.frequency_order[:MOST_WORDS], table.indices(words))
    return _rows_of(table, kept)


def _rows_of(table: EmbeddingTable, order: NDArray[np.int64]) -> EmbeddingTable:
    labels = tuple(table.labels[row] for row in order)
    return EmbeddingTable(labels, table.matrix[order], metadata={"name": table.name})
