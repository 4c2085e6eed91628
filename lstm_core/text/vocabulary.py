"""Tokens and their ids."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPECIALS = ("<pad>", "<unk>", "<bos>", "<eos>")
PAD, UNK, BOS, EOS = range(4)


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

    @classmethod
    def from_counts(cls, counts: Mapping[str, int], *, max_size: int, min_count: int = 1) -> Vocabulary:
        """Keep tokens seen at least ``min_count`` times, at most ``max_size`` ids with the specials, most frequent first."""
        kept = sorted(((-n, token) for token, n in counts.items() if n >= min_count and token not in SPECIALS))
        kept = kept[: max(0, max_size - len(SPECIALS))]
        unknown = sum(counts.values()) - sum(-n for n, _ in kept)
        return cls(SPECIALS + tuple(token for _, token in kept), (0, unknown, 0, 0, *(-n for n, _ in kept)))

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
