"""What can be told about a table without asking it anything: rows never trained, duplicates, narrowness, frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.pairs import spearman
from lstm_core.table.transforms import transform_of, treatment_of

SPECIAL = ("<pad>", "<unk>", "<bos>", "<eos>", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "UNK")
NEAR = 0.99
"""Cosine from which two different rows count as near duplicates."""
SAMPLE = 2_000
_MOVED = 1e-5  # 1 - cosine; a row stored in float16 and read back differs by less than 1e-6
_NAMED = 5
_PIECE = 20_000_000  # cosines at a time
_ROWS = 20_000  # rows at a time in double precision


@dataclass(frozen=True)
class Health:
    """Numbers about a table of ``words`` rows and ``dimension`` columns.

    ``untrained``: rows that still point where they pointed before the first step, so that no gradient has reached them (None:
    not knowable without the first snapshot, nor for rows that were treated). ``zero``: rows of zeros. ``special``: markers such
    as ``<unk>`` that are rows of the table. ``frequency_norm``: Spearman's correlation of counts with lengths of rows
    (None without counts). ``effective_rank``: exp of the entropy of the singular values of the centred rows, 1 to D (Roy &
    Vetterli 2007). ``mean_cosine``: the mean over *all* pairs of different rows, exact; 0 when rows point everywhere, 1 when
    all the same way (None with one row). ``duplicates``: rows equal to an earlier one to the last bit. ``near``: of ``sampled``
    words (seeded by ``seed``) so many have another row, not equal, at a cosine of :data:`NEAR` or more. ``examples``: some of
    such pairs. ``transform``: how the rows were treated.
    """

    words: int
    dimension: int
    untrained: int | None
    zero: int
    special: tuple[str, ...]
    frequency_norm: float | None
    effective_rank: float
    mean_cosine: float | None
    duplicates: int
    near: int
    sampled: int
    seed: int
    examples: tuple[tuple[str, str], ...]
    fingerprint: str
    transform: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the command line."""
        numbers = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "transform"}
        return {"transform": dict(self.transform), "health": numbers}


def health(table: EmbeddingTable, *, first: Matrix | None = None, seed: int = 0) -> Health:
    """Return the numbers on ``table``; ``first`` ``(V, D)`` are its rows before the first step of the training, if known.

    Rows that were treated cannot be compared with ``first``, which then counts for nothing. Raises :class:`InvalidOption` when
    it has another shape.
    """
    if transform_of(table)[0] != "raw":
        first = None
    if first is not None and first.shape != table.matrix.shape:
        raise InvalidOption(name="first", value=first.shape, rule=f"{table.matrix.shape} numbers are needed")
    near, sampled, examples = _near_duplicates(table, seed)
    norms = np.sqrt(table.square_norms)
    return Health(
        words=len(table),
        dimension=table.dimension,
        untrained=None if first is None else _untrained(table, first),
        zero=int(np.count_nonzero(norms == 0)),
        special=tuple(word for word in SPECIAL if word in table),
        frequency_norm=None if table.counts is None else spearman(table.counts, norms),
        effective_rank=effective_rank(table.matrix),
        mean_cosine=mean_cosine(table),
        duplicates=_duplicates(table.matrix),
        near=near,
        sampled=sampled,
        seed=seed,
        examples=examples,
        fingerprint=table.fingerprint,
        transform=treatment_of(table),
    )


def effective_rank(matrix: Matrix) -> float:
    """Return exp of the entropy of the centred rows' singular values (Roy & Vetterli 2007): 1 to D, 0 without any spread."""
    mean, products = matrix.mean(axis=0, dtype=np.float64), np.zeros((matrix.shape[1],) * 2)
    for start in range(0, len(matrix), _ROWS):
        centred = matrix[start : start + _ROWS] - mean  # (n, D) float64
        products += centred.T @ centred
    values = np.sqrt(np.clip(np.linalg.eigvalsh(products), 0.0, None))
    total = values.sum()
    if total <= 1e-7 * len(matrix) * np.abs(matrix).max():
        return 0.0
    shares = values[values > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))


def mean_cosine(table: EmbeddingTable) -> float | None:
    """Return the mean cosine of all pairs of different rows, from the length of their sum; None for a single row."""
    size = len(table)
    if size < 2:
        return None
    total = table.unit.sum(axis=0, dtype=np.float64)
    own = np.einsum("vd,vd->", table.unit, table.unit, dtype=np.float64)
    return float((total @ total - own) / (size * (size - 1)))


def _untrained(table: EmbeddingTable, first: Matrix) -> int:
    """Return how many rows kept their direction: weight decay shortens a row, but only a gradient turns it."""
    begun = first.astype(np.float64)
    lengths = np.linalg.norm(begun, axis=1)
    cosines = np.einsum("vd,vd->v", begun, table.unit, dtype=np.float64) / np.where(lengths > 0, lengths, 1.0)
    still = (lengths == 0) & (table.square_norms == 0)
    return int(np.count_nonzero((cosines > 1 - _MOVED) | still))


def _duplicates(matrix: Matrix) -> int:
    bits = (matrix + np.float32(0)).view(np.uint32)  # -0 becomes 0
    factors = np.random.default_rng(0).integers(1 << 62, size=matrix.shape[1], dtype=np.uint64) * 2 + 1
    sums = np.zeros(len(matrix), dtype=np.uint64)
    for column, factor in zip(bits.T, np.atleast_1d(factors), strict=True):  # equal rows have equal sums modulo 2^64
        sums += column * factor
    order = np.argsort(sums, kind="stable")
    same = np.flatnonzero(sums[order[1:]] == sums[order[:-1]])
    return int(np.count_nonzero((matrix[order[same]] == matrix[order[same + 1]]).all(axis=1)))


def _near_duplicates(table: EmbeddingTable, seed: int) -> tuple[int, int, tuple[tuple[str, str], ...]]:
    """Return how many sampled words have a near duplicate, of how many, and the closest examples."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(table))[:SAMPLE])
    best, other = np.full(len(rows), -2.0), np.zeros(len(rows), dtype=np.int64)
    step = max(1, _PIECE // len(table))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        best[start : start + step], other[start : start + step] = _nearest_unequal(table, part)
    found = np.flatnonzero(best >= NEAR)
    pairs: dict[frozenset[int], tuple[str, str]] = {}
    for place in found[np.argsort(-best[found], kind="stable")]:
        row, twin = int(rows[place]), int(other[place])
        pairs.setdefault(frozenset((row, twin)), (table.labels[row], table.labels[twin]))
    return len(found), len(rows), tuple(pairs.values())[:_NAMED]


def _nearest_unequal(table: EmbeddingTable, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the highest cosine of each of ``rows`` with a row that is not equal to it, and that row's number."""
    cosines = table.unit[rows] @ table.unit.T  # (n, V)
    cosines[np.arange(len(rows)), rows] = -2.0
    for place in np.flatnonzero(cosines.max(axis=1) >= NEAR):
        close = np.flatnonzero(cosines[place] >= NEAR)
        equal = (table.matrix[close] == table.matrix[rows[place]]).all(axis=1)
        cosines[place, close[equal]] = -2.0
    other = cosines.argmax(axis=1)
    return cosines[np.arange(len(rows)), other], other
