"""Which rows of a table some steps of training moved, how far, and where to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.search import most_neighbors, nearest

GROUPS = ("sentence", "compared", "others")
NEAR = 5
_TOWARD = 3


@dataclass(frozen=True)
class Group:
    """Rows of one group: how many there are, how many changed at all, and the mean and greatest distance they went."""

    name: str
    rows: int
    moved: int
    mean: float
    most: float


@dataclass(frozen=True)
class WordMove:
    """How far one word's row went, as a distance and as a ``share`` of its former length, and what is near it before and after.

    ``toward`` are the words whose cosine with it rose most, with how much.
    """

    word: str
    distance: float
    share: float
    before: tuple[str, ...]
    after: tuple[str, ...]
    toward: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Movement:
    """What changed in a table: by group of rows, and for each word of the sentence, the farthest first.

    ``changed`` of ``total`` rows are no longer the same to the last bit.
    """

    groups: tuple[Group, ...]
    words: tuple[WordMove, ...]
    changed: int
    total: int


def movement(
    table: EmbeddingTable, before: Matrix, after: Matrix, *, sentence: Sequence[str], compared: Iterable[int] = ()
) -> Movement:
    """Return how the rows ``before`` of the words of ``table`` became ``after``, ``(V, D)`` each.

    ``sentence`` are the words that were read, ``compared`` the rows that the loss drew to compare with. Words that the table
    lacks are passed over. Raises :class:`InvalidOption` for another shape.
    """
    for rows in (before, after):
        if rows.shape != table.matrix.shape:
            raise InvalidOption(name="rows", value=rows.shape, rule=f"{table.matrix.shape} is needed")
    old, new = (EmbeddingTable(table.labels, rows, table.counts) for rows in (before, after))
    distances = np.linalg.norm(new.matrix.astype(np.float64) - old.matrix, axis=1)  # (V,)
    group = np.full(len(table), GROUPS.index("others"))
    group[np.fromiter(compared, dtype=np.int64)] = GROUPS.index("compared")
    read = table.indices(dict.fromkeys(word for word in sentence if word in table))
    group[read] = GROUPS.index("sentence")
    order = read[np.argsort(-distances[read], kind="stable")]
    words = tuple(_word_move(old, new, row, float(distances[row])) for row in order.tolist())
    groups = tuple(_group(name, distances[group == number]) for number, name in enumerate(GROUPS))
    return Movement(groups, words, int(np.count_nonzero(distances)), len(table))


def _group(name: str, distances: NDArray[np.float64]) -> Group:
    if not len(distances):
        return Group(name, 0, 0, 0.0, 0.0)
    return Group(name, len(distances), int(np.count_nonzero(distances)), float(distances.mean()), float(distances.max()))


def _word_move(old: EmbeddingTable, new: EmbeddingTable, row: int, distance: float) -> WordMove:
    word, length = old.labels[row], float(old.lengths[row])
    before, after = (_near(each, word) for each in (old, new))
    gain = new.unit @ new.unit[row] - old.unit @ old.unit[row]  # (V,)
    gain[row] = -np.inf
    best = np.argsort(-gain, kind="stable")[:_TOWARD]
    toward = tuple((old.labels[at], float(gain[at])) for at in best.tolist() if gain[at] > 0)
    return WordMove(word, distance, distance / length if length else 0.0, before, after, toward)


def _near(table: EmbeddingTable, word: str) -> tuple[str, ...]:
    if len(table) < 2 or not table.lengths[table.index(word)]:
        return ()
    return nearest(table, word, k=most_neighbors(table, NEAR, excluded=1)).words
