"""From sentences to a tensor: tokens, ids, padding with its mask, and the rows that an embedding layer looks up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.text.vocabulary import PAD, SPECIALS, UNK

Ids = NDArray[np.int32]
MOST_LENGTH = 512
_BLOCK = 4_096  # rows of the table that meet a one-hot matrix at a time
_FIRST = len(SPECIALS)


@dataclass(frozen=True, eq=False)
class Lookup:
    """An embedding layer as a value: the words of ``table`` have the ids 4, 5, …; 0–3 are the ``specials``.

    ``specials`` ``(4, D)`` are their rows in the network; None for a table that came without one. Then an unknown word has
    no row and is left out, and padding is zeros, as a padding row is by convention.
    """

    table: EmbeddingTable
    specials: Matrix | None = None

    def __post_init__(self) -> None:
        if self.specials is not None and self.specials.shape != (_FIRST, self.table.dimension):
            rule = f"4 x {self.table.dimension} numbers are needed"
            raise InvalidOption(name="specials", value=self.specials.shape, rule=rule)

    @property
    def size(self) -> int:
        """V: how many ids there are, the specials among them."""
        return len(self.table) + _FIRST

    def id_of(self, token: str) -> int:
        """Return the id of ``token``, or that of ``<unk>``."""
        return int(self.table.index(token)) + _FIRST if token in self.table else UNK

    def token_of(self, token_id: int) -> str:
        """Return the token with that id. Raises ``IndexError`` outside the vocabulary."""
        if not 0 <= token_id < self.size:
            raise IndexError(token_id)
        return SPECIALS[token_id] if token_id < _FIRST else self.table.labels[token_id - _FIRST]

    def rows(self, ids: Ids) -> Matrix:
        """Return the rows of ``ids``, of any shape: ``(B, T) -> (B, T, D)`` float32."""
        looked = np.zeros((*ids.shape, self.table.dimension), dtype=np.float32)
        words = ids >= _FIRST
        looked[words] = self.table.matrix[ids[words] - _FIRST]
        if self.specials is not None:
            looked[~words] = self.specials[ids[~words]]
        return looked


@dataclass(frozen=True, eq=False)
class PaddedBatch:
    """Sentences of one length: ``ids`` ``(B, T)`` int32 and ``mask`` ``(B, T)``, True where a token stands.

    ``tokens`` are those that were kept, ``cut`` how many did not fit, ``unknown`` those that became ``<unk>``, ``left_out``
    those without any row.
    """

    tokens: tuple[tuple[str, ...], ...]
    ids: Ids
    mask: NDArray[np.bool_]
    cut: int
    unknown: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """B and T."""
        return int(self.ids.shape[0]), int(self.ids.shape[1])

    @property
    def padding_share(self) -> float:
        """The share (0-1) of the places that only fill up."""
        return float(1 - self.mask.mean())


def pad_batch(lookup: Lookup, sentences: Sequence[Sequence[str]], *, length: int) -> PaddedBatch:
    """Return ``sentences`` (lists of tokens) as ids, each cut or filled up at its end with ``<pad>`` to ``length``.

    Raises :class:`InvalidOption` unless 1 <= ``length`` <= 512, :class:`TooFew` when no token has a row.
    """
    if not 1 <= length <= MOST_LENGTH:
        raise InvalidOption(name="length", value=length, rule="out of range", least=1, most=MOST_LENGTH)
    numbered = [[(token, lookup.id_of(token)) for token in sentence] for sentence in sentences]
    strangers = tuple(dict.fromkeys(token for sentence in numbered for token, number in sentence if number == UNK))
    if lookup.specials is None:
        numbered = [[pair for pair in sentence if pair[1] != UNK] for sentence in numbered]
    kept = [sentence[:length] for sentence in numbered if sentence]
    if not kept:
        raise TooFew(what="tokens", given=0, needed=1)
    ids = np.full((len(kept), length), PAD, dtype=np.int32)
    mask = np.zeros(ids.shape, dtype=bool)
    for row, sentence in enumerate(kept):
        ids[row, : len(sentence)] = [number for _, number in sentence]
        mask[row, : len(sentence)] = True
    tokens = tuple(tuple(token for token, _ in sentence) for sentence in kept)
    cut = sum(max(0, len(sentence) - length) for sentence in numbered)
    known = lookup.specials is not None
    return PaddedBatch(tokens, ids, mask, cut, strangers if known else (), () if known else strangers)


@dataclass(frozen=True)
class OneHotCheck:
    """How looking up compares with multiplying: ``tokens`` one-hot vectors of width ``width`` were multiplied by the table.

    ``difference`` is the largest |one_hot @ W - W[id]| of all numbers; ``products`` were multiplied for it.
    """

    tokens: int
    width: int
    dimension: int
    difference: float

    @property
    def products(self) -> int:
        """How many products the multiplication takes; looking up takes none."""
        return self.tokens * self.width * self.dimension


def one_hot_check(lookup: Lookup, ids: Ids) -> OneHotCheck:
    """Multiply the one-hot vectors of ``ids`` ``(n,)`` by the whole table and compare with the rows looked up.

    The product is really computed, in float32 and in blocks of the table.
    """
    flat = ids.reshape(-1)
    product = np.zeros((len(flat), lookup.table.dimension), dtype=np.float32)
    for start in range(0, lookup.size, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, lookup.size), dtype=np.int32)
        one_hot = (flat[:, None] == block[None, :]).astype(np.float32)  # (n, block)
        product += one_hot @ lookup.rows(block)
    difference = float(np.abs(product - lookup.rows(flat)).max(initial=0.0))
    return OneHotCheck(len(flat), lookup.size, lookup.table.dimension, difference)
