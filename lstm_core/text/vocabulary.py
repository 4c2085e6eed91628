"""Tokens and their ids."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPECIALS = ("<pad>", "<unk>", "<bos>", "<eos>")
PAD, UNK, BOS, EOS = range(4)

MOST_TYPES = 1 << 18
"""So many different tokens of a corpus are remembered with their counts; no vocabulary is larger."""
_DROPPED_SHOWN = 20


@dataclass(frozen=True)
class Vocabulary:
    """Tokens ↔ ids with counts; ``<pad> <unk> <bos> <eos>`` are ids 0–3, words follow from the most frequent down.

    Raises ``ValueError`` for duplicate tokens, tokens that are not NFC, or missing specials.
    """

    tokens: tuple[str, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.tokens[: len(SPECIALS)] != SPECIALS:
            raise ValueError("a vocabulary begins with <pad> <unk> <bos> <eos>")
        if len(self.tokens) != len(self.counts):
            raise ValueError(f"{len(self.tokens)} tokens but {len(self.counts)} counts")
        if len(set(self.tokens)) != len(self.tokens):
            raise ValueError("a token occurs twice")
        if not all(token and unicodedata.is_normalized("NFC", token) for token in self.tokens):
            raise ValueError("tokens must be non-empty NFC strings")

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens without the four specials, in id order: the labels of an embedding table."""
        return self.tokens[len(SPECIALS) :]

    def id_of(self, token: str) -> int:
        """Return the id of ``token``, or that of ``<unk>``."""
        return self._ids.get(token, UNK)

    def encode(self, tokens: Iterable[str]) -> NDArray[np.int32]:
        """Return the ids of ``tokens`` as int32 ``(T,)``; unknown ones become ``<unk>``."""
        ids = self._ids
        return np.fromiter((ids.get(token, UNK) for token in tokens), dtype=np.int32)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the tokens of ``ids``. Raises ``IndexError`` for an id outside the vocabulary."""
        return [self.tokens[int(i)] for i in ids]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {"tokens": list(self.tokens), "counts": list(self.counts)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Vocabulary:
        """Return the vocabulary written by :meth:`to_json`."""
        return cls(tuple(data["tokens"]), tuple(int(n) for n in data["counts"]))

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {token: i for i, token in enumerate(self.tokens)}


@dataclass(frozen=True)
class CoverageReport:
    """What a vocabulary keeps of a corpus, in occurrences (``tokens``) and in different tokens (``types``).

    ``dropped``: the most frequent tokens that were left out, at most 20, with their counts.
    """

    tokens: int
    tokens_kept: int
    types: int
    types_kept: int
    dropped: tuple[tuple[str, int], ...]

    @property
    def token_share(self) -> float:
        """The share (0-1) of the text that is in the vocabulary; the rest is ``<unk>``."""
        return self.tokens_kept / self.tokens

    @property
    def type_share(self) -> float:
        """The share (0-1) of the different tokens that are in the vocabulary."""
        return self.types_kept / self.types

    def __str__(self) -> str:
        kinds = f"{self.types_kept:,} of {self.types:,} different ones"
        return f"{self.token_share:.1%} of {self.tokens:,} tokens, {kinds}"

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {**vars(self), "dropped": [list(pair) for pair in self.dropped]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CoverageReport:
        """Return the report written by :meth:`to_json`. Raises ``KeyError``, ``TypeError``, ``ValueError``."""
        numbers = {name: int(data[name]) for name in ("tokens", "tokens_kept", "types", "types_kept")}
        if min(numbers.values()) < 1:
            raise ValueError("a report is about at least one token")
        return cls(**numbers, dropped=tuple((str(token), int(count)) for token, count in data["dropped"]))


@dataclass(frozen=True)
class TokenTypes:
    """The different tokens of a corpus, the most frequent first, equals by spelling; at most :data:`MOST_TYPES` of them.

    ``total_tokens`` and ``total_types`` count everything, also what is not listed. A vocabulary is a beginning of the list.
    """

    tokens: tuple[str, ...]
    counts: tuple[int, ...]
    total_tokens: int
    total_types: int

    def vocabulary(self, *, max_size: int, min_count: int = 1) -> Vocabulary:
        """Keep tokens seen at least ``min_count`` times, at most ``max_size`` ids with the specials, most frequent first."""
        frequent = bisect_right(self.counts, -min_count, key=lambda count: -count)
        size = min(frequent, max(0, max_size - len(SPECIALS)))
        counts = self.counts[:size]
        return Vocabulary(SPECIALS + self.tokens[:size], (0, self.total_tokens - sum(counts), 0, 0, *counts))

    def coverage(self, vocabulary: Vocabulary) -> CoverageReport:
        """Return what ``vocabulary``, made by :meth:`vocabulary`, keeps."""
        size = len(vocabulary.words)
        after = slice(size, size + _DROPPED_SHOWN)
        dropped = tuple(zip(self.tokens[after], self.counts[after], strict=True))
        kept = self.total_tokens - vocabulary.counts[UNK]
        return CoverageReport(self.total_tokens, kept, self.total_types, size, dropped)
