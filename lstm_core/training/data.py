"""From sentences of token ids to batches: split, shuffle, one long stream, B rows of it side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew
from lstm_core.text.vocabulary import BOS, EOS

Ids = NDArray[np.int32]

LEAST_TOKENS = 16
"""Fewer tokens than this in the training part cannot be learned from."""
MOST_VALIDATION = 4_000
"""Sentences; a larger validation part would only cost time."""


@dataclass(frozen=True)
class Sentences:
    """Token ids of S sentences: sentence i is ``ids[offsets[i]:offsets[i + 1]]``, without <bos> and <eos>."""

    ids: Ids
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1


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


def stream_length(sentences: Sentences, order: NDArray[np.int64]) -> int:
    """Return how many ids :func:`stream` gives for ``order``."""
    return int(np.diff(sentences.offsets)[order].sum()) + 2 * len(order)


def stream(sentences: Sentences, order: NDArray[np.int64]) -> Ids:
    """Return the sentences ``order`` one after another, each as ``<bos> tokens <eos>``, (N,)."""
    lengths = np.diff(sentences.offsets)[order]
    ends = np.cumsum(lengths + 2)
    starts = ends - lengths - 2
    result = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int32)
    inner = np.ones(len(result), dtype=bool)
    inner[starts] = inner[ends - 1] = False
    result[starts], result[ends - 1] = BOS, EOS
    skipped = sentences.offsets[:-1][order] - (np.cumsum(lengths) - lengths)
    result[inner] = sentences.ids[np.repeat(skipped, lengths) + np.arange(int(lengths.sum()))]
    return result


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

    def cut(self, ids: Ids) -> NDArray[np.int64]:
        """Return the stream as a grid (B, L) of int64; fewer than B ids at its end are left out."""
        return ids[: self.rows * self.length].reshape(self.rows, self.length).astype(np.int64)

    def windows(self, grid: NDArray[np.int64], *, first: int = 0) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield (inputs, targets), each (B, T), from step ``first`` on; the targets are the inputs one id later."""
        for start in range(first * self.bptt, self.length - 1, self.bptt):
            end = min(start + self.bptt, self.length - 1)
            yield grid[:, start:end], grid[:, start + 1 : end + 1]
