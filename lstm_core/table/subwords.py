"""Rows for words outside a table, put together from their character n-grams as fastText does it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_core.normalize import normalize

if TYPE_CHECKING:
    from lstm_core.table.embedding_table import EmbeddingTable

Rows = NDArray[np.float32]
LONGEST_GRAM = 32
_OFFSET, _PRIME = np.uint32(2166136261), np.uint32(16777619)
_WORDS_AT_ONCE = 2_000


@dataclass(frozen=True, eq=False)
class SubwordComposer:
    """Read-only rows of hashed n-grams ``(B, D)``; n-grams of ``shortest`` to ``longest`` characters are counted.

    Source of the hash and of what an n-gram is: Bojanowski et al. 2017 and fastText's ``dictionary.cc`` (version 12 files).
    """

    rows: Rows
    shortest: int
    longest: int

    def compose(self, word: str) -> Rows | None:
        """Return the mean row ``(D,)`` of the n-grams of ``word``; None when it has none, or their rows hold NaN."""
        grams = self.grams([word])[0]
        if not len(grams):
            return None
        with np.errstate(invalid="ignore", over="ignore"):
            mean: Rows = self.rows[grams].mean(axis=0, dtype=np.float32)
        return mean if np.isfinite(mean).all() else None

    def grams(self, words: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return for each of ``words`` the rows of its n-grams, an n-gram that occurs twice twice."""
        owners, hashes = gram_hashes(words, self.shortest, self.longest)
        ends = np.cumsum(np.bincount(owners, minlength=len(words)))
        return np.split((hashes % np.uint32(len(self.rows))).astype(np.int64), ends[:-1])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the rows and the lengths of the n-grams."""
        digest = hashlib.sha256(f"{self.shortest} {self.longest} {self.rows.shape}".encode())
        for begin in range(0, len(self.rows), 1 << 16):
            digest.update(np.ascontiguousarray(self.rows[begin : begin + (1 << 16)]).data)
        return digest.hexdigest()


@dataclass(frozen=True)
class WordVector:
    """The row ``(D,)`` of a word; ``inferred`` when the word is not in the table and the row was composed from n-grams."""

    word: str
    vector: Rows
    inferred: bool


def word_vector(table: EmbeddingTable, word: str) -> WordVector:
    """Return the row of ``word``: its own, or one composed from its n-grams where the table can do that, marked so.

    Raises :class:`UnknownWords` when there is neither.
    """
    if word not in table and table.composer is not None:
        composed = table.composer.compose(normalize(word))
        if composed is not None:
            return WordVector(normalize(word), composed, True)
    row = table.index(word)
    return WordVector(table.labels[row], table.matrix[row], False)


def with_own_rows(
    composer: SubwordComposer, words: Sequence[str], own: Rows, *, progress: Callable[[float], None] | None = None
) -> Rows:
    """Return the rows ``(V, D)`` of the words of a fastText model: the mean of a word's ``own`` row and of its n-grams' rows.

    The end of a sentence, ``</s>``, has no n-grams.
    """
    result = np.array(own, dtype=np.float32)
    for begin in range(0, len(words), _WORDS_AT_ONCE):
        if progress is not None:
            progress(begin / len(words))
        for row, grams in enumerate(composer.grams(words[begin : begin + _WORDS_AT_ONCE]), start=begin):
            if len(grams) and words[row] != "</s>":
                with np.errstate(invalid="ignore", over="ignore"):
                    total = result[row] + composer.rows[grams].sum(axis=0, dtype=np.float32)
                result[row] = total / np.float32(1 + len(grams))
    return result


def gram_hashes(words: Sequence[str], shortest: int, longest: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return ``(word number, FNV-1a hash)`` of every n-gram of every word, by word, then by place, then by length.

    A word stands between ``<`` and ``>``; these two alone are no n-gram. Bytes count as signed, as fastText's do.
    """
    framed = [f"<{word}>".encode("utf-8", "surrogatepass") for word in words]
    text = np.frombuffer(b"".join(framed), dtype=np.int8)
    owner = np.repeat(np.arange(len(words)), [len(each) for each in framed])
    starts = np.flatnonzero((text.view(np.uint8) & 0xC0) != 0x80)  # first byte of each character
    owner = owner[starts]  # (C,)
    widths = np.diff(np.append(starts, len(text)))
    signed = text.astype(np.int32).view(np.uint32)
    hashes, alive = np.full(len(starts), _OFFSET), np.arange(len(starts))
    found: list[tuple[NDArray[np.int64], int, NDArray[np.uint32]]] = []
    for length in range(1, longest + 1):
        alive = alive[alive + length <= len(starts)]
        alive = alive[owner[alive + length - 1] == owner[alive]]
        last = alive + length - 1
        for byte in range(int(widths[last].max(initial=0))):
            more = byte < widths[last]
            here = alive[more]
            hashes[here] = (hashes[here] ^ signed[starts[last[more]] + byte]) * _PRIME
        if length >= shortest:
            whole = alive if length > 1 else alive[_inside(owner, alive)]
            found.append((whole, length, hashes[whole]))
    return _in_order(found, owner)


def _inside(owner: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which characters are neither the first nor the last of their word."""
    padded = np.concatenate(([-1], owner, [-1]))
    inside: NDArray[np.bool_] = (padded[places] == owner[places]) & (padded[places + 2] == owner[places])
    return inside


def _in_order(
    found: list[tuple[NDArray[np.int64], int, NDArray[np.uint32]]], owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.uint32)
    places = np.concatenate([place for place, _, _ in found])
    lengths = np.concatenate([np.full(len(place), length) for place, length, _ in found])
    order = np.lexsort((lengths, places))
    return owner[places[order]], np.concatenate([values for _, _, values in found])[order]
