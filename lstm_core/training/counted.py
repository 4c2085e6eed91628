"""Rows to begin with, from counting alone: which words stand near each other more often than chance would have it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_core.model.network import WordNetwork
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import SPECIALS
from lstm_core.training.prepare import Prepared
from lstm_core.training.spelling import with_spelling

WINDOW = 5
SMOOTHING = 0.75
STRONG = 2.0
"""How much longer the rows of a network begin than those of the decomposition: it adds up means, where the counts add sums."""
Rows = NDArray[np.float32]


@torch.no_grad()
def begin_with_counts(
    network: WordNetwork, prepared: Prepared, numbers: NDArray[np.int64], *, seed: int, spelling: bool = False
) -> None:
    """Set the rows of ``network`` to :func:`counted_rows`: the input rows to words, those of the output to contexts.

    With ``spelling`` both go through :func:`with_spelling` first. Shared rows, and output rows of another width, are left to
    the words alone. The specials keep their first values.
    """
    table, output = network.embedding.weight, network.output.weight
    both = counted_rows(prepared.sentences, numbers, width=table.shape[1], seed=seed)
    words, contexts = (part[len(SPECIALS) :] for part in both)
    if spelling:
        names, counts = prepared.vocabulary.words, prepared.vocabulary.counts[len(SPECIALS) :]
        words, contexts = (with_spelling(part, names, counts) for part in (words, contexts))
    table[len(SPECIALS) :] = STRONG * torch.from_numpy(words)
    if output is not table and output.shape == table.shape:
        output[len(SPECIALS) :] = STRONG * torch.from_numpy(contexts)


def counted_rows(
    sentences: Sentences,
    numbers: NDArray[np.int64],
    *,
    width: int,
    seed: int,
) -> tuple[Rows, Rows]:
    """Return a row for each id as a word and as a context, ``(V, width)`` each, from the sentences ``numbers``.

    Positive pointwise mutual information of the words within five of each other (a pair counts 5/5 at distance 1 … 1/5 at
    5; tokens outside the vocabulary are skipped), context counts to the power 0.75, cut down by a sparse singular value
    decomposition: ``U √Σ`` and ``V √Σ`` (Levy, Goldberg & Dagan 2015), the
    largest entry of each column of U positive. The rows of the specials, and all beyond the rank of
    the counts, are nought.
    """
    from scipy.sparse.linalg import svds

    size = sentences.vocab_size
    information = _information(_near_counts(sentences, numbers))
    found = min(width, size - 1)
    start = np.random.default_rng([seed, 4]).standard_normal(size).astype(np.float32)
    left, sizes, right = svds(information, k=found, v0=start)
    order, scale = np.argsort(-sizes), np.sqrt(np.maximum(sizes, 0.0))
    scale = scale * np.sign(left[np.abs(left).argmax(0), np.arange(found)])  # either sign is right: one, whatever the threads
    words, contexts = np.zeros((size, width), dtype=np.float32), np.zeros((size, width), dtype=np.float32)
    words[:, :found], contexts[:, :found] = (left * scale)[:, order], (right.T * scale)[:, order]
    return words, contexts


def _near_counts(sentences: Sentences, numbers: NDArray[np.int64]) -> Any:
    """Return how often each id stands near each other one, by distance, a symmetric sparse matrix (V, V)."""
    from scipy.sparse import coo_matrix, csr_matrix

    lengths = sentences.offsets[numbers + 1] - sentences.offsets[numbers]
    ends = np.cumsum(lengths)
    places = np.repeat(sentences.offsets[numbers] - (ends - lengths), lengths) + np.arange(int(lengths.sum()))
    ids, owner = sentences.take(places), np.repeat(np.arange(len(numbers), dtype=np.int32), lengths)
    known = ids >= len(SPECIALS)
    ids, owner = ids[known], owner[known]
    shape = (sentences.vocab_size, sentences.vocab_size)
    counts = csr_matrix(shape, dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        same = owner[:-distance] == owner[distance:]
        one, two = ids[:-distance][same], ids[distance:][same]
        weight = np.full(len(one), (WINDOW + 1 - distance) / WINDOW, dtype=np.float32)
        counts = counts + coo_matrix((weight, (one, two)), shape=shape).tocsr()
    return counts + counts.T


def _information(counts: Any) -> Any:
    """Return the positive pointwise mutual information of symmetric ``counts``, sparse (V, V)."""
    from scipy.sparse import csr_matrix

    pairs = counts.tocoo()
    seen = np.asarray(pairs.sum(axis=1), dtype=np.float64).ravel()
    smooth = seen**SMOOTHING / max((seen**SMOOTHING).sum(), 1e-12)
    values = np.log(pairs.data / (seen[pairs.row] * smooth[pairs.col]))
    kept = values > 0
    return csr_matrix((values[kept].astype(np.float32), (pairs.row[kept], pairs.col[kept])), shape=counts.shape)
