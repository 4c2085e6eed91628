"""Which of several words does not go with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import TooFew
from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import similarity_matrix


@dataclass(frozen=True)
class OddOneOut:
    """The ``word`` that goes least with the others.

    ``words`` are all of them from the least to the most fitting, ``fits`` their mean cosines to the others; ``margin`` is how
    much worse the odd word fits than the next one: near 0, the table has hardly an opinion.
    """

    word: str
    words: tuple[str, ...]
    fits: tuple[float, ...]
    margin: float
    fingerprint: str


def odd_one_out(table: EmbeddingTable, words: Sequence[str]) -> OddOneOut:
    """Return which of ``words`` has the lowest mean cosine to the others; the first of them among equals.

    Raises :class:`TooFew` below three different words, :class:`UnknownWords`, and :class:`NoDirection` for a zero row.
    """
    different = tuple(dict.fromkeys(normalize(word) for word in words))
    if len(different) < 3:
        raise TooFew(what="words", given=len(different), needed=3)
    cosines = similarity_matrix(table, different)
    fits = (cosines.sum(axis=1) - 1.0) / (len(different) - 1)
    order = np.argsort(fits, kind="stable")
    ranked = tuple(different[place] for place in order)
    values = tuple(float(fits[place]) for place in order)
    return OddOneOut(ranked[0], ranked, values, values[1] - values[0], table.fingerprint)
