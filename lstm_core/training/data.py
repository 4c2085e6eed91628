"""From sentences of token ids to batches: split, shuffle, one long stream, B rows of it side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew
from lstm_core.text.token_file import Ids, Sentences
from lstm_core.text.vocabulary import BOS, EOS, Vocabulary

LEAST_TOKENS = 16
"""Fewer tokens than this in the training part cannot be learned from."""
MOST_VALIDATION = 4_000
"""Sentences; a larger validation part would only cost time."""
_WINDOWS = 64
_PIECE = 1 << 16


def split(count: int, *, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the training and of the validation sentences, disjoint, together all ``count``.

    The validation part holds ``share`` of them (rounded; at least one of ten sentences or more, never over 4,000).
    """
    order = np.random.default_rng([seed, 1]).permutation(count)
    wanted = max(round(count * share), int(share > 0 and count >= 10))
    held = min(wanted, MOST_VALIDATION, count - 1)
    return np.sort(order[held:]), np.sort(order[:held])


def epoch_order(numbers: NDArray[np.int64], *, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return ``numbers`` in the order of that epoch (counted from 0): a function of seed and epoch alone."""
    return np.random.default_rng([seed, 2, epoch]).permutation(numbers)


@dataclass(frozen=True)
class Thinning:
    """Which occurrences of frequent tokens are left out: token w stays with probability ``keep[w]``, float64 (V,).

    The draw is a hash of the position in the text (SplitMix64: Steele, Lea & Flood 2014), so that the same ones stay
    however the text is read.
    """

    keep: NDArray[np.float64]
    key: int

    @classmethod
    def of(cls, vocabulary: Vocabulary, *, threshold: float, seed: int, epoch: int) -> Thinning | None:
        """Return the thinning of that epoch; None for a threshold of 0.

        ``keep = min(1, sqrt(threshold / f))`` with f the share of the token in the text (Mikolov et al. 2013, equation 5).
        """
        if threshold == 0.0:
            return None
        keep = _kept(vocabulary, threshold)
        return cls(keep, int(np.random.SeedSequence([seed, 3, epoch]).generate_state(1, np.uint64)[0]))

    def stay(self, ids: Ids, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of the tokens ``ids``, at these positions in the text, stay."""
        mixed = (positions.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(self.key)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        drawn = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return drawn < self.keep[ids]


def _kept(vocabulary: Vocabulary, threshold: float) -> NDArray[np.float64]:
    counts = np.maximum(np.array(vocabulary.counts, dtype=np.float64), 1e-9)
    kept: NDArray[np.float64] = np.minimum(1.0, np.sqrt(threshold * counts.sum() / counts))
    return kept


def wanted_counts(vocabulary: Vocabulary, *, sentences: int, threshold: float) -> tuple[int, ...]:
    """Return how often each token of ``vocabulary`` is what has to be predicted while the text is read once, (V,).

    That is its count, less what thinning with ``threshold`` (0: none) leaves out; ``<eos>`` ends each of ``sentences``.
    """
    counts = np.array(vocabulary.counts, dtype=np.float64)
    if threshold > 0.0:
        counts *= _kept(vocabulary, threshold)
    counts[EOS] = sentences
    return tuple(np.rint(counts).astype(int).tolist())


class Stream:
    """Sentences one after another, each as ``<bos> tokens <eos>``: N ids that are read from the file piece by piece."""

    def __init__(self, sentences: Sentences, order: NDArray[np.int64], *, thinning: Thinning | None = None) -> None:
        self._sentences, self._order, self._thinning = sentences, order, thinning
        lengths = [self._lengths(order[i : i + _PIECE]) for i in range(0, len(order), _PIECE)]
        self._ends = np.cumsum(np.concatenate([np.zeros(0, np.int64), *lengths]) + 2)  # (S,)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def read(self, start: int, stop: int) -> Ids:
        """Return the ids from ``start`` up to ``stop``, int32; after the end the stream begins again."""
        if stop > len(self):
            after = max(start - len(self), 0)
            return np.concatenate([self.read(min(start, len(self)), len(self)), self.read(after, stop - len(self))])
        first, last = np.searchsorted(self._ends, (start, stop - 1), side="right")
        begin = int(self._ends[first - 1]) if first else 0
        return self._joined(self._order[first : last + 1])[start - begin : stop - begin]

    def _joined(self, order: NDArray[np.int64]) -> Ids:
        """Return the sentences ``order`` between their marks."""
        ids, lengths = self._tokens(order)
        ends = np.cumsum(lengths + 2)
        starts = ends - lengths - 2
        result = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int32)
        inner = np.ones(len(result), dtype=bool)
        inner[starts] = inner[ends - 1] = False
        result[starts], result[ends - 1] = BOS, EOS
        result[inner] = ids
        return result

    def _tokens(self, order: NDArray[np.int64]) -> tuple[Ids, NDArray[np.int64]]:
        """Return the tokens of the sentences ``order`` one after another, and how many each has."""
        starts = self._sentences.offsets[order]
        lengths = self._sentences.offsets[order + 1] - starts
        ends = np.cumsum(lengths)
        positions = np.repeat(starts - (ends - lengths), lengths) + np.arange(int(lengths.sum()))
        ids = self._sentences.take(positions)
        if self._thinning is None:
            return ids, lengths
        stay = self._thinning.stay(ids, positions)
        before = np.concatenate([[0], np.cumsum(stay)])
        return ids[stay], before[ends] - before[ends - lengths]

    def _lengths(self, order: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._thinning is not None:
            return self._tokens(order)[1]
        return self._sentences.offsets[order + 1] - self._sentences.offsets[order]


@dataclass(frozen=True)
class Layout:
    """How a stream of ``tokens`` ids is cut: ``rows`` side by side, ``length`` ids each, ``bptt`` ids a step."""

    rows: int
    length: int
    bptt: int

    @classmethod
    def of(cls, tokens: int, *, batch_size: int, bptt: int) -> Layout:
        """Return the layout of a stream; a short one gets fewer rows. Raises :class:`TooFew` below 16 tokens."""
        if tokens < LEAST_TOKENS:
            raise TooFew(what="tokens", given=tokens, needed=LEAST_TOKENS)
        rows = max(1, min(batch_size, tokens // (bptt + 1)))
        return cls(rows, tokens // rows, bptt)

    @property
    def steps(self) -> int:
        """Steps for one pass over the stream."""
        return -(-(self.length - 1) // self.bptt)

    def windows(self, stream: Stream, *, first: int = 0) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield (inputs, targets), each (B, T), from step ``first`` on; the targets are the inputs one id later.

        Row b is the stream from id b · length on. At most 64 windows are in memory.
        """
        for start in range(first * self.bptt, self.length - 1, _WINDOWS * self.bptt):
            stop = min(start + _WINDOWS * self.bptt, self.length - 1)
            grid = np.empty((self.rows, stop + 1 - start), dtype=np.int64)  # (B, up to 64 T + 1)
            for row in range(self.rows):
                grid[row] = stream.read(row * self.length + start, row * self.length + stop + 1)
            for left in range(0, stop - start, self.bptt):
                right = min(left + self.bptt, stop - start)
                yield grid[:, left:right], grid[:, left + 1 : right + 1]
