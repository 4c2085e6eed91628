"""The embedding table as a value: labels, rows and what is known about each word."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidTable, UnknownWords
from lstm_core.normalize import normalize
from lstm_core.table.subwords import SubwordComposer

Matrix = NDArray[np.float32]
_HELPED = 8  # unknown words that get near spellings: a long list of them must not take seconds
_CHUNK = 8_192  # rows in float64 at a time


@dataclass(frozen=True, eq=False)
class EmbeddingTable:
    """Words and their learned rows: ``labels`` of length V and a read-only float32 ``matrix`` ``(V, D)``.

    ``counts`` ``(V,)`` are corpus frequencies (None when unknown), ``columns`` hold one string per word and name
    (part of speech, kind, gender …; "" = not applicable), ``metadata`` is JSON-able and says where the table came from.
    ``composer`` makes rows for words outside (None: it has none): see :func:`lstm_core.table.subwords.word_vector`.
    A read-only float32 array in row order is kept as it is, so a table can be mapped from a file; any other is copied.
    Raises :class:`InvalidTable` for NaN/Inf, duplicate or empty labels, or shapes that do not fit.
    Equality and hashing go by ``fingerprint``.
    """

    labels: tuple[str, ...]
    matrix: Matrix
    counts: NDArray[np.int64] | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    composer: SubwordComposer | None = None

    def __post_init__(self) -> None:
        name = str(self.metadata.get("name", "table"))
        matrix = _frozen(self.matrix)
        _check(name, self.labels, matrix, self.counts, self.columns)
        object.__setattr__(self, "labels", tuple(self.labels))
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "columns", MappingProxyType({key: tuple(value) for key, value in self.columns.items()}))
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        if self.counts is not None:
            counts = np.array(self.counts, dtype=np.int64)
            counts.setflags(write=False)
            object.__setattr__(self, "counts", counts)

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and normalize(word) in self._position

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EmbeddingTable) and other.fingerprint == self.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def name(self) -> str:
        """The name it goes by in messages."""
        return str(self.metadata.get("name", "table"))

    @property
    def dimension(self) -> int:
        """D, the width of a row."""
        return int(self.matrix.shape[1])

    def index(self, word: str) -> int:
        """Return the row number of ``word`` (normalised first). Raises :class:`UnknownWords`."""
        return int(self.indices([word])[0])

    def indices(self, words: Iterable[str]) -> NDArray[np.int64]:
        """Return the row numbers of ``words``. Raises :class:`UnknownWords` naming every missing one, with near spellings."""
        wanted = [normalize(word) for word in words]
        missing = tuple(dict.fromkeys(word for word in wanted if word not in self._position))
        if missing:
            from lstm_core.table.spelling import near_spellings

            raise UnknownWords(words=missing, suggestions={word: near_spellings(self, word) for word in missing[:_HELPED]})
        return np.array([self._position[word] for word in wanted], dtype=np.int64)

    def vector(self, word: str) -> Matrix:
        """Return the row ``(D,)`` of ``word``. Raises :class:`UnknownWords`."""
        row: Matrix = self.matrix[self.index(word)]
        return row

    @cached_property
    def unit(self) -> Matrix:
        """The rows scaled to length 1, ``(V, D)``, read-only; a zero row stays zero (its cosine with anything is 0)."""
        lengths = np.where(self.lengths > 0, self.lengths, 1.0)[:, None]
        rows: Matrix = np.divide(self.matrix, lengths, dtype=np.float32, casting="same_kind")
        rows.setflags(write=False)
        return rows

    def unit_rows(self, rows: slice | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return ``rows`` scaled to length 1, ``(n, D)`` float64, without keeping them; a zero row stays zero."""
        lengths = self.lengths[rows]
        unit: NDArray[np.float64] = self.matrix[rows].astype(np.float64) / np.where(lengths > 0, lengths, 1.0)[:, None]
        return unit

    @cached_property
    def square_norms(self) -> NDArray[np.float64]:
        """The squared lengths of the rows, ``(V,)``, read-only."""
        squares = np.empty(len(self))
        for start in range(0, len(self), _CHUNK):
            rows = self.matrix[start : start + _CHUNK].astype(np.float64)
            squares[start : start + _CHUNK] = np.einsum("vd,vd->v", rows, rows)
        squares.setflags(write=False)
        return squares

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """The lengths of the rows, ``(V,)``, read-only."""
        lengths: NDArray[np.float64] = np.sqrt(self.square_norms)
        lengths.setflags(write=False)
        return lengths

    @cached_property
    def frequency_order(self) -> NDArray[np.int64]:
        """Row numbers from the most to the least frequent word; table order where counts are unknown or equal."""
        if self.counts is None:
            return np.arange(len(self), dtype=np.int64)
        return np.argsort(-self.counts, kind="stable")

    @cached_property
    def frequency_ranks(self) -> NDArray[np.int64]:
        """The place of each row in :attr:`frequency_order`, from 1, ``(V,)``."""
        ranks = np.empty(len(self), dtype=np.int64)
        ranks[self.frequency_order] = np.arange(1, len(self) + 1)
        return ranks

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over labels, rows, counts, columns and metadata: the identity of this table in every cache."""
        digest = hashlib.sha256()
        about = [list(self.labels), {key: list(value) for key, value in sorted(self.columns.items())}, dict(self.metadata)]
        digest.update(json.dumps(about, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))
        digest.update(str(self.matrix.shape).encode())
        digest.update(self.matrix.reshape(-1).view(np.uint8).data)
        digest.update(b"" if self.counts is None else self.counts.tobytes())
        digest.update(b"" if self.composer is None else self.composer.fingerprint.encode())
        return digest.hexdigest()

    @cached_property
    def _position(self) -> dict[str, int]:
        """Row numbers by label and by normalised label: a file may hold decomposed Hangul."""
        exact = {label: row for row, label in enumerate(self.labels)}
        for row, label in enumerate(self.labels):
            exact.setdefault(normalize(label), row)
        return exact


def _frozen(rows: Any) -> Matrix:
    """Return ``rows`` as read-only float32 in row order; what is that already is not copied."""
    given = np.asarray(rows)
    kept = given.dtype == np.float32 and given.flags.c_contiguous and given.flags.aligned and not given.flags.writeable
    matrix: Matrix = given if kept else np.array(given, dtype=np.float32, order="C")
    matrix.setflags(write=False)
    return matrix


def all_finite(matrix: Matrix) -> bool:
    """Tell whether ``matrix`` holds neither NaN nor infinity, looking at a few megabytes at a time."""
    rows = max(1, (1 << 20) // max(1, matrix.shape[-1]))
    blocks = (matrix[begin : begin + rows] for begin in range(0, len(matrix), rows))
    return all(bool(np.isfinite(block.max(initial=0)) and np.isfinite(block.min(initial=0))) for block in blocks)


def _check(name: str, labels: tuple[str, ...], matrix: Matrix, counts: Any, columns: Mapping[str, Any]) -> None:
    if not len(labels):
        raise InvalidTable(name=name, reason="it has no words")
    if matrix.ndim != 2 or matrix.shape[0] != len(labels) or matrix.shape[1] == 0:
        raise InvalidTable(name=name, reason=f"{len(labels)} labels but a matrix of shape {matrix.shape}")
    if not all_finite(matrix):
        raise InvalidTable(name=name, reason="it holds NaN or infinite numbers")
    if len(set(labels)) != len(labels):
        raise InvalidTable(name=name, reason="a label occurs twice")
    if not all(isinstance(label, str) and label for label in labels):
        raise InvalidTable(name=name, reason="a label is empty")
    if counts is not None and np.shape(counts) != (len(labels),):
        raise InvalidTable(name=name, reason=f"{len(labels)} labels but {np.shape(counts)} counts")
    for key, values in columns.items():
        if len(values) != len(labels):
            raise InvalidTable(name=name, reason=f"column {key!r} has {len(values)} values for {len(labels)} labels")
