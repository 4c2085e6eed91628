"""Where a similarity stands among random pairs of words, and what to think of the answer to an analogy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lstm_core.errors import FormulaError, TooFew
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import Formula, parse_formula
from lstm_core.table.probes import Probe
from lstm_core.table.search import Neighbors, most_neighbors, nearest, similarity

SAMPLE = 20_000
WORDS = 400
WEAK = 0.05
"""An answer is called weak when fewer than this share of words are as far from their own nearest neighbour."""


@dataclass(frozen=True)
class Standing:
    """``score`` among ``sample`` random pairs: ``share`` (0-1) of them are at least as similar; ``median`` is theirs."""

    score: float
    share: float
    median: float
    sample: int
    seed: int
    fingerprint: str


@dataclass(frozen=True)
class Closeness:
    """How close words are to their own nearest neighbour: the ``median`` cosine and the ``low`` one (:data:`WEAK` quantile)."""

    median: float
    low: float
    words: int
    seed: int
    fingerprint: str


@dataclass(frozen=True)
class Verdict:
    """What is to be said of ``answer``, the best word found for a formula.

    ``expected`` and ``expected_rank`` come from a probe with the same formula (rank None: further down than what was found).
    ``neighbor_of`` is the added word whose own nearest neighbour the answer is, so that the sum did not move far. ``first``
    is the word of the formula that would have been ranked first had it been let in. ``score`` is a cosine, or None for
    3CosMul, and ``usual`` says how close words of this table are to their nearest neighbours.
    """

    answer: str
    expected: str | None
    expected_rank: int | None
    neighbor_of: str | None
    first: str | None
    score: float | None
    usual: Closeness

    @property
    def hoped(self) -> bool:
        """Whether the answer is the expected one."""
        return self.expected is not None and self.expected_rank == 1

    @property
    def weak(self) -> bool:
        """Whether the answer is further from where the formula points than words are from their neighbours."""
        return self.score is not None and self.score < self.usual.low


def standing(table: EmbeddingTable, score: float, *, sample: int = SAMPLE, seed: int = 0) -> Standing:
    """Return where the cosine ``score`` stands among ``sample`` seeded random pairs of different words.

    Raises :class:`TooFew` for a table of fewer than two words.
    """
    if len(table) < 2:
        raise TooFew(what="words", given=len(table), needed=2)
    random = np.random.default_rng(seed)
    one = random.integers(len(table), size=sample)
    other = (one + random.integers(1, len(table), size=sample)) % len(table)
    cosines = np.einsum("nd,nd->n", table.unit[one], table.unit[other])  # (sample,)
    share = float(np.count_nonzero(cosines >= score)) / sample
    return Standing(score, share, float(np.median(cosines)), sample, seed, table.fingerprint)


def pair_standing(table: EmbeddingTable, a: str, b: str, *, sample: int = SAMPLE, seed: int = 0) -> Standing:
    """Return the cosine of ``a`` and ``b`` and where it stands among random pairs. Raises :class:`UnknownWords`."""
    return standing(table, similarity(table, a, b), sample=sample, seed=seed)


@lru_cache(maxsize=8)
def usual_closeness(table: EmbeddingTable, *, words: int = WORDS, seed: int = 0) -> Closeness:
    """Return how close ``words`` seeded random words are to their nearest neighbours, by cosine; remembered by table.

    Raises :class:`TooFew` for a table of fewer than two words.
    """
    if len(table) < 2:
        raise TooFew(what="words", given=len(table), needed=2)
    rows = np.random.default_rng(seed).permutation(len(table))[:words]
    cosines = table.unit[rows] @ table.unit.T  # (n, V)
    cosines[np.arange(len(rows)), rows] = -np.inf
    low, median = np.quantile(cosines.max(axis=1), (WEAK, 0.5))
    return Closeness(float(median), float(low), len(rows), seed, table.fingerprint)


def judge(table: EmbeddingTable, formula: Formula, found: Neighbors, *, probes: Iterable[Probe] = ()) -> Verdict:
    """Return what is to be said of the best word of ``found``, the answer to ``formula``.

    Raises :class:`TooFew` when nothing was found.
    """
    if not found.results:
        raise TooFew(what="answers", given=0, needed=1)
    best = found.results[0]
    expected = next((probe.expected for probe in probes if _asks(table, probe, formula)), None)
    rank = next((one.rank for one in found.results if one.word == expected), None)
    return Verdict(
        answer=best.word,
        expected=expected,
        expected_rank=rank,
        neighbor_of=_neighbor_of(table, formula, best.word),
        first=next((one.word for one in found.excluded if one.rank == 1), None),
        score=best.score if found.method != "3cosmul" else None,
        usual=usual_closeness(table),
    )


def _asks(table: EmbeddingTable, probe: Probe, formula: Formula) -> bool:
    """Tell whether ``probe`` has the terms of ``formula``, however either is spaced and signed."""
    try:
        return parse_formula(probe.formula, table).terms == formula.terms
    except FormulaError:
        return False


def _neighbor_of(table: EmbeddingTable, formula: Formula, answer: str) -> str | None:
    """Return the first added word whose nearest word outside the formula is ``answer``."""
    words = set(formula.words)
    for term in formula.terms:
        if term.weight > 0 and table.unit[table.index(term.word)].any():
            near = nearest(table, term.word, k=most_neighbors(table, len(words) + 1, excluded=1))
            if next((word for word in near.words if word not in words), None) == answer:
                return term.word
    return None
