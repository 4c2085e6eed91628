"""The contexts of words in a corpus: concordance, counts, and the similarity that counts alone would give (PPMI)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew, UnknownWords
from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import similarity
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import SPECIALS, Vocabulary

WINDOW = 4
"""Words on either side that belong to a context."""
MOST_TOKENS = 20_000_000
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Line:
    """One occurrence of a word with the words left and right of it."""

    left: str
    word: str
    right: str


@dataclass(frozen=True)
class SharedContext:
    """A word near both: how often near each, its PPMI with each, and its ``share`` (0-1) of the cosine of the PPMI vectors."""

    word: str
    count_a: int
    count_b: int
    ppmi_a: float
    ppmi_b: float
    share: float


@dataclass(frozen=True)
class ContextPair:
    """Two words: how often each occurs, what is near both, the cosine of their PPMI vectors and that of their rows."""

    a: str
    b: str
    count_a: int
    count_b: int
    shared: tuple[SharedContext, ...]
    shared_total: int
    ppmi_cosine: float
    table_cosine: float
    window: int


@dataclass(frozen=True)
class Compared:
    """A word beside the one asked about: cosine and Euclidean distance of their rows, cosine of their PPMI vectors.

    ``ppmi_cosine`` is None where the corpus lacks one of them.
    """

    word: str
    cosine: float
    distance: float
    ppmi_cosine: float | None


@dataclass(frozen=True, eq=False)
class Contexts:
    """Which words stand near which in ``sentences``, at most ``window`` apart and in one sentence.

    Only the first 20 million tokens are read. ``<unk>`` is no word and counts as no context.
    """

    sentences: Sentences
    vocabulary: Vocabulary
    window: int = WINDOW

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """The tokens that are read, ``(N,)``."""
        return self.sentences.take(slice(0, int(self._ends[-1])))

    @cached_property
    def totals(self) -> Counts:
        """How many neighbours within the window all occurrences of each id have, ``(V,)``: symmetric, so also of contexts."""
        total = np.zeros(len(self.vocabulary), dtype=np.int64)
        for near, centre in self._pairs():
            total += np.bincount(self.ids[centre][_words(self.ids[near])], minlength=len(total))
        total[: len(SPECIALS)] = 0
        return total

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.vocabulary.id_of(word) >= len(SPECIALS) and self.count(word) > 0

    def count(self, word: str) -> int:
        """Return how often ``word`` occurs in what is read. Raises :class:`UnknownWords`."""
        return len(self._places(word))

    def counts_near(self, word: str) -> Counts:
        """Return how often each id stands within the window of ``word``, ``(V,)``; specials 0. Raises :class:`UnknownWords`."""
        places = self._places(word)
        near = np.zeros(len(self.vocabulary), dtype=np.int64)
        for shift in (*range(-self.window, 0), *range(1, self.window + 1)):
            at = places + shift
            inside = (at >= 0) & (at < len(self.ids))
            at, centre = at[inside], places[inside]
            same = self._sentence(at) == self._sentence(centre)
            near += np.bincount(self.ids[at[same]], minlength=len(near))
        near[: len(SPECIALS)] = 0
        return near

    def ppmi(self, word: str) -> NDArray[np.float64]:
        """Return max(0, log2 p(word, c) / (p(word) p(c))) for each id c, ``(V,)``: positive pointwise mutual information.

        Church & Hanks 1990; Bullinaria & Levy 2007.
        Raises :class:`UnknownWords`, :class:`TooFew` for a word that is never beside another.
        """
        near = self.counts_near(word).astype(np.float64)
        if not near.sum():
            raise TooFew(what="contexts", given=0, needed=1)
        seen = near > 0
        expected = near.sum() * self.totals[seen] / self.totals.sum()
        values = np.zeros(len(near))
        values[seen] = np.maximum(0.0, np.log2(near[seen] / expected))
        return values

    def concordance(self, word: str, *, limit: int = 10, seed: int = 0) -> tuple[Line, ...]:
        """Return ``limit`` occurrences of ``word`` drawn by ``seed``, in order of the text, with their sentences.

        Raises :class:`UnknownWords`.
        """
        places = self._places(word)
        if len(places) > limit:
            places = np.sort(np.random.default_rng(seed).choice(places, size=limit, replace=False))
        return tuple(self._line(int(place)) for place in places)

    @cached_property
    def _ends(self) -> Counts:
        offsets = self.sentences.offsets
        return offsets[1 : max(1, int(np.searchsorted(offsets[1:], MOST_TOKENS, side="right"))) + 1]

    def _sentence(self, places: Counts) -> Counts:
        return np.searchsorted(self._ends, places, side="right")

    def _places(self, word: str) -> Counts:
        spelled = normalize(word)
        if spelled not in self.vocabulary or self.vocabulary.id_of(spelled) < len(SPECIALS):
            raise UnknownWords(words=(spelled,))
        return np.flatnonzero(self.ids == self.vocabulary.id_of(spelled))

    def _line(self, place: int) -> Line:
        number = int(self._sentence(np.array([place]))[0])
        start = int(self._ends[number - 1]) if number else 0
        left, right = (
            self.vocabulary.decode(self.ids[first:last])
            for first, last in ((start, place), (place + 1, int(self._ends[number])))
        )
        return Line(" ".join(left), self.vocabulary.tokens[int(self.ids[place])], " ".join(right))

    def _pairs(self) -> Iterator[tuple[slice | Counts, slice | Counts]]:
        """Yield the places of neighbours and of their centres, for each distance up to the window, both ways."""
        numbers = self._sentence(np.arange(len(self.ids)))
        for shift in range(1, self.window + 1):
            left = np.flatnonzero(numbers[:-shift] == numbers[shift:])
            yield left, left + shift
            yield left + shift, left


def _words(ids: NDArray[np.int32]) -> NDArray[np.bool_]:
    return ids >= len(SPECIALS)


def compare_contexts(contexts: Contexts, table: EmbeddingTable, *, a: str, b: str, limit: int = 20) -> ContextPair:
    """Return what the contexts of ``a`` and ``b`` have in common: the ``limit`` words that add most to the PPMI cosine.

    Raises :class:`UnknownWords` for a word that table or corpus lack, :class:`TooFew`, :class:`NoDirection`.
    """
    table_cosine = similarity(table, a, b)
    near_a, near_b = contexts.counts_near(a), contexts.counts_near(b)
    one, other = contexts.ppmi(a), contexts.ppmi(b)
    products, scale = one * other, float(np.linalg.norm(one) * np.linalg.norm(other))
    both = np.flatnonzero((near_a > 0) & (near_b > 0))
    order = both[np.lexsort((-np.minimum(near_a, near_b)[both], -products[both]))][:limit]
    whole = float(products.sum())
    shared = tuple(
        SharedContext(
            contexts.vocabulary.tokens[at],
            int(near_a[at]),
            int(near_b[at]),
            float(one[at]),
            float(other[at]),
            float(products[at]) / whole if whole else 0.0,
        )
        for at in order.tolist()
    )
    cosine = whole / scale if scale else 0.0
    counts = contexts.count(a), contexts.count(b)
    return ContextPair(a, b, *counts, shared, len(both), cosine, table_cosine, contexts.window)


def rank_by_distance(
    table: EmbeddingTable, word: str, others: tuple[str, ...], *, contexts: Contexts | None = None
) -> tuple[Compared, ...]:
    """Return ``others`` from the highest cosine with ``word`` down, with the PPMI cosine where ``contexts`` know both.

    Raises :class:`UnknownWords`, :class:`NoDirection` for a zero row.
    """
    own = table.vector(word).astype(np.float64)
    compared = []
    for other in dict.fromkeys(map(normalize, others)):
        apart = float(np.linalg.norm(table.vector(other).astype(np.float64) - own))
        known = contexts is not None and word in contexts and other in contexts
        cosine = _ppmi_cosine(contexts, word, other) if known and contexts is not None else None
        compared.append(Compared(other, similarity(table, word, other), apart, cosine))
    return tuple(sorted(compared, key=lambda one: -one.cosine))


def _ppmi_cosine(contexts: Contexts, a: str, b: str) -> float | None:
    try:
        one, other = contexts.ppmi(a), contexts.ppmi(b)
    except TooFew:
        return None
    scale = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / scale if scale else None
