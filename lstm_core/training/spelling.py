"""Rows that learn from the rows of words written alike: what most of those that share a piece of spelling have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST = 3
RIDGE = 1.0
OWN = 0.2
SURE = 20
"""How often a word is seen before its row counts in full."""
STEPS, CLOSE, COLUMNS = 60, 1e-3, 32
Rows = NDArray[np.float32]


def with_spelling(rows: Rows, words: Sequence[str], counts: Sequence[int]) -> Rows:
    """Return for each of ``words`` a fifth of its row in ``rows`` (V, D) and four fifths of what its spelling predicts.

    A word's spelling is the set of pieces of one to three characters of ``<word>``. Each piece gets a row, by ridge
    regression of ``rows`` on the pieces, a word seen fewer than twenty times counting for less; a word's prediction adds up
    its pieces' rows, over the root of their number, as fastText adds up n-grams (Bojanowski et al. 2017). All is as long as
    before. Rows of nought, all of them, stay so.
    """
    pieces = pieces_of(words)
    weight = np.minimum(np.asarray(counts, dtype=np.float32) / SURE, 1.0)
    mixed = np.empty_like(rows)
    for begin in range(0, rows.shape[1], COLUMNS):  # each column is a regression of its own: so few in memory at a time
        part = rows[:, begin : begin + COLUMNS]
        mixed[:, begin : begin + COLUMNS] = OWN * part + (1 - OWN) * (pieces @ _ridge(pieces, part, weight))
    before, after = np.linalg.norm(rows), np.linalg.norm(mixed)
    return mixed * np.float32(before / after) if after > 0 else mixed


def pieces_of(words: Sequence[str]) -> Any:
    """Return which pieces each word has, sparse (V, P); the entries of a word have the length 1."""
    from scipy.sparse import csr_matrix

    number: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for word in words:
        framed = f"<{word}>"
        found = {framed[at : at + size] for size in range(1, LONGEST + 1) for at in range(len(framed) - size + 1)}
        columns += [number.setdefault(piece, len(number)) for piece in sorted(found - {"<", ">"})]
        ends.append(len(columns))
    lengths = np.diff(ends)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    return csr_matrix((values, columns, ends), shape=(len(words), len(number)))


def _ridge(pieces: Any, rows: Rows, weight: Rows) -> Rows:
    """Return the rows (P, C) of the pieces that predict ``rows`` (V, C) best, by conjugate gradients for every column."""
    weighed = pieces.multiply(weight[:, None]).tocsr().T.tocsr()  # (P, V)
    wanted = weighed @ rows
    result: Rows = np.zeros_like(wanted)
    left = wanted.copy()
    way, size = left.copy(), (left * left).sum(0)
    enough = CLOSE**2 * size
    for _ in range(STEPS):
        if (size <= enough).all():
            break
        curved = weighed @ (pieces @ way) + RIDGE * way
        far = size / np.maximum((way * curved).sum(0), 1e-20)
        result += far * way
        left -= far * curved
        before, size = size, (left * left).sum(0)
        way = left + (size / np.maximum(before, 1e-20)) * way
    return result
