"""One-hot vectors beside an embedding: how much each stores, and what each can say about which words are near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidOption
from lstm_core.table.embedding_table import EmbeddingTable

BYTES = 4
"""Of one number (float32)."""
_MOST_NUMBERS = 8_000_000  # that the compared one-hot vectors may hold together


@dataclass(frozen=True)
class Sizes:
    """What one-hot vectors and an embedding of ``words`` (V) words in ``dimension`` (D) numbers take."""

    words: int
    dimension: int

    def __post_init__(self) -> None:
        for name, value in (("words", self.words), ("dimension", self.dimension)):
            if value < 1:
                raise InvalidOption(name=name, value=value, rule="at least 1 is needed")

    @property
    def zero_share(self) -> float:
        """The share (0-1) of zeros in a one-hot vector: all but one of V."""
        return (self.words - 1) / self.words

    @property
    def reduction(self) -> float:
        """By which share (0-1) a vector of D numbers is shorter than one of V; negative when it is longer."""
        return 1 - self.dimension / self.words

    @property
    def one_hot_bytes(self) -> int:
        """Bytes of one word as a one-hot vector."""
        return self.words * BYTES

    @property
    def embedding_bytes(self) -> int:
        """Bytes of one word as a row of the table."""
        return self.dimension * BYTES

    @property
    def all_one_hot(self) -> int:
        """How many numbers the one-hot vectors of all words are: V x V."""
        return self.words * self.words

    @property
    def all_embedding(self) -> int:
        """How many numbers the table is: V x D, all of them learned."""
        return self.words * self.dimension


@dataclass(frozen=True)
class OneHotAnswer:
    """What one-hot vectors answer to "what is near ``word``": the least and greatest cosine and distance of those compared.

    ``compared`` other words out of ``others`` had their vectors written out.
    """

    word: str
    compared: int
    others: int
    cosines: tuple[float, float]
    distances: tuple[float, float]

    @property
    def tells_apart(self) -> bool:
        """Whether any of the other words is nearer than another."""
        return self.cosines[0] != self.cosines[1] or self.distances[0] != self.distances[1]


def one_hot_neighbors(table: EmbeddingTable, word: str) -> OneHotAnswer:
    """Return how near the one-hot vectors of the other words are to that of ``word``; really worked out, vector by vector.

    The most frequent other words are compared, as many as 8 million numbers allow. Raises :class:`UnknownWords`.
    """
    own, size = table.index(word), len(table)
    others = table.frequency_order[table.frequency_order != own][: max(1, _MOST_NUMBERS // size)]
    asked = np.zeros(size, dtype=np.float32)
    asked[own] = 1.0
    written = np.zeros((len(others), size), dtype=np.float32)  # (n, V)
    written[np.arange(len(others)), others] = 1.0
    cosines = written @ asked  # of unit vectors
    distances = np.sqrt(np.square(written - asked).sum(axis=1, dtype=np.float64))
    ends = [(float(values.min()), float(values.max())) for values in (cosines, distances)] if len(others) else [(0.0, 0.0)] * 2
    return OneHotAnswer(table.labels[own], len(others), size - 1, *ends)
