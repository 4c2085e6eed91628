"""A batch of sentences, cut and numbered: what travels from the processes that tokenise to the one that writes."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from lstm_core.text.tokenizers import Tokenizer

MOST_SENTENCES = 4_096
MOST_CHARACTERS = 400_000
_SIZES = struct.Struct("<3q")
_SEPARATOR = "\n"  # normalised sentences hold none


@dataclass(frozen=True)
class Cut:
    """The tokens of a batch by numbers of its own, in order of first appearance.

    ``lengths`` int32 ``(S,)``: tokens of each sentence that has any; ``ids`` int32 ``(N,)``; ``spelled``: the different
    tokens, packed, ``types`` of them.
    """

    lengths: NDArray[np.int32]
    ids: NDArray[np.int32]
    types: int
    spelled: bytes

    @property
    def tokens(self) -> list[str]:
        """The different tokens, by number."""
        return unpack(self.spelled) if self.types else []

    def to_bytes(self) -> bytes:
        """Return the batch as bytes for :meth:`from_bytes`."""
        sizes = _SIZES.pack(len(self.lengths), len(self.ids), self.types)
        return b"".join((sizes, self.lengths.tobytes(), self.ids.tobytes(), self.spelled))

    @classmethod
    def from_bytes(cls, data: bytes) -> Cut:
        """Return the batch that :meth:`to_bytes` wrote."""
        sentences, tokens, types = _SIZES.unpack_from(data)
        lengths = np.frombuffer(data, np.int32, sentences, _SIZES.size)
        ids = np.frombuffer(data, np.int32, tokens, _SIZES.size + lengths.nbytes)
        return cls(lengths, ids, types, data[_SIZES.size + lengths.nbytes + ids.nbytes :])


def cut(tokenizer: Tokenizer, sentences: Sequence[str]) -> Cut:
    """Return ``sentences`` cut by ``tokenizer``; those without any token are left out.

    Raises ``ValueError`` for a tokenizer that makes tokens with line breaks.
    """
    tokenized = [tokens for tokens in tokenizer.tokenize_batch(sentences) if tokens]
    lengths = np.fromiter(map(len, tokenized), np.int32, len(tokenized))
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    ids = np.fromiter(map(numbers.__getitem__, chain.from_iterable(tokenized)), np.int32, int(lengths.sum()))
    return Cut(lengths, ids, len(numbers), pack(numbers))


def pack(texts: Iterable[str]) -> bytes:
    """Return texts without line breaks as bytes for :func:`unpack`. Raises ``ValueError`` for one with a line break."""
    listed = list(texts)
    joined = _SEPARATOR.join(listed)
    if listed and joined.count(_SEPARATOR) != len(listed) - 1:
        raise ValueError("a token or a sentence holds a line break")
    return joined.encode("utf-8", "surrogatepass")


def unpack(data: bytes) -> list[str]:
    """Return the texts (one or more) that :func:`pack` joined."""
    return data.decode("utf-8", "surrogatepass").split(_SEPARATOR)


def batches(sentences: Iterable[str]) -> Iterator[list[str]]:
    """Yield ``sentences`` in lists of at most 4,096, ended early by the one that brings 400,000 characters."""
    batch: list[str] = []
    size = 0
    for sentence in sentences:
        batch.append(sentence)
        size += len(sentence)
        if len(batch) >= MOST_SENTENCES or size >= MOST_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
