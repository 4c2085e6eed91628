"""The sentences of a corpus as numbers in one file, which is mapped into memory and never loaded whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lstm_core.files import atomic_path
from lstm_core.text.vocabulary import UNK

Ids = NDArray[np.int32]

_CODES: dict[str, np.dtype[Any]] = {"U16": np.dtype("<u2"), "I32": np.dtype("<i4"), "I64": np.dtype("<i8")}
_NARROW = 1 << 16
_HEADER_LIMIT = 1 << 20


@dataclass(frozen=True)
class Sentences:
    """Token ids of S sentences: sentence i is ``ids[offsets[i]:offsets[i + 1]]``, without ``<bos>`` and ``<eos>``.

    ``ids`` is uint16 or int32 ``(N,)``, ``offsets`` int64 ``(S + 1,)``. In ``ids`` every token has the number it would have
    in a vocabulary without limits; ``vocab_size`` is the limit: :meth:`take` reads ids from there on as ``<unk>``.
    """

    ids: NDArray[Any]
    offsets: NDArray[np.int64]
    vocab_size: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> Ids:
        """Return the ids of sentence ``number``."""
        return self.take(slice(self.offsets[number], self.offsets[number + 1]))

    def take(self, positions: NDArray[np.int64] | slice) -> Ids:
        """Return the ids at ``positions`` in the text as int32, with ``<unk>`` for tokens outside the vocabulary."""
        found = self.ids[positions].astype(np.int32)
        found[found >= self.vocab_size] = UNK
        return found


def open_tokens(path: Path, *, vocab_size: int) -> Sentences:
    """Return the sentences in a token file, memory-mapped. Raises ``OSError``, or ``ValueError`` for a damaged file."""
    with path.open("rb") as stream:
        start = int.from_bytes(stream.read(8), "little")
        if not 2 <= start <= _HEADER_LIMIT:
            raise ValueError(f"{path.name} is not a token file")
        header = json.loads(stream.read(start))
    try:
        ids, offsets = (_mapped(path, start + 8, header[name]) for name in ("ids", "offsets"))
    except (KeyError, TypeError):
        raise ValueError(f"{path.name} is not a token file") from None
    if offsets[0] != 0 or offsets[-1] != len(ids):
        raise ValueError(f"{path.name} is damaged: the sentences do not end where the tokens do")
    return Sentences(ids, offsets, vocab_size)


def _mapped(path: Path, start: int, about: dict[str, Any]) -> NDArray[Any]:
    begin, end = about["data_offsets"]
    kind, (length,) = _CODES[about["dtype"]], about["shape"]
    if end - begin != length * kind.itemsize or start + end > path.stat().st_size:
        raise ValueError(f"{path.name} is cut off")
    return np.memmap(path, dtype=kind, mode="r", offset=start + begin, shape=(length,)).view(np.ndarray)


class TokenWriter:
    """Writes the two arrays of a token file one after the other, in pieces: all offsets first, then all ids."""

    def __init__(self, stream: BinaryIO, kind: np.dtype[Any]) -> None:
        self._stream, self._kind = stream, kind

    def lengths(self, pieces: Iterable[NDArray[np.int32]]) -> None:
        """Write the offsets of sentences that have these lengths."""
        last = 0
        self._stream.write(bytes(8))
        for piece in pieces:
            offsets = np.cumsum(piece, dtype="<i8") + last
            self._stream.write(offsets.data)
            last = int(offsets[-1])

    def ids(self, piece: Ids) -> None:
        """Write the next ids."""
        self._stream.write(piece.astype(self._kind).data)


@contextmanager
def token_writer(path: Path, *, sentences: int, tokens: int, vocab_size: int) -> Iterator[TokenWriter]:
    """Give a writer for a file of that many sentences and tokens; it appears at ``path`` whole when the block ends well.

    The file is a safetensors file: ``offsets`` int64, ``ids`` uint16 where that holds all ids below ``vocab_size``, else int32.
    """
    code = "U16" if vocab_size <= _NARROW else "I32"
    middle, kind = (sentences + 1) * 8, _CODES[code]
    header = {
        "offsets": {"dtype": "I64", "shape": [sentences + 1], "data_offsets": [0, middle]},
        "ids": {"dtype": code, "shape": [tokens], "data_offsets": [middle, middle + tokens * kind.itemsize]},
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with atomic_path(path) as temporary:
        with temporary.open("wb") as stream:
            stream.write(len(text).to_bytes(8, "little") + text)
            yield TokenWriter(stream, kind)
            expected = 8 + len(text) + middle + tokens * kind.itemsize
            if stream.tell() != expected:
                raise ValueError(f"{stream.tell()} bytes were written, not {expected}")
