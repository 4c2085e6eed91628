"""Made tables for benchmarks: pure noise, and clusters on a decaying spectrum as learned tables have them."""

from __future__ import annotations

import numpy as np

from lstm_core.table.embedding_table import EmbeddingTable

CLUSTER = 50  # rows to a cluster
SPREAD = 0.6  # how far a row lies from the middle of its cluster, as a share of the middle's length


def noise(words: int, dimension: int, *, seed: int = 0) -> EmbeddingTable:
    """Return independent normal numbers: nothing to exploit, the worst case of every shortcut."""
    rows = np.random.default_rng(seed).standard_normal((words, dimension), dtype=np.float32)
    return EmbeddingTable(_labels(words), rows, metadata={"name": "noise"})


def clusters(words: int, dimension: int, *, seed: int = 0) -> EmbeddingTable:
    """Return rows around middles, all on a spectrum that falls as 1/rank (variance 1/rank^1.5), in random directions."""
    random = np.random.default_rng(seed)
    scale = (np.arange(1, dimension + 1) ** -0.75).astype(np.float32)
    middles = random.standard_normal((max(1, words // CLUSTER), dimension), dtype=np.float32)
    rows = random.standard_normal((words, dimension), dtype=np.float32)
    rows *= np.float32(SPREAD)
    rows += middles[random.integers(len(middles), size=words)]
    rows *= scale
    turn = np.linalg.qr(random.standard_normal((dimension, dimension)))[0].astype(np.float32)
    return EmbeddingTable(_labels(words), rows @ turn, metadata={"name": "clusters"})


def _labels(words: int) -> tuple[str, ...]:
    return tuple(f"w{number}" for number in range(words))


def hangul_words(words: int, *, seed: int = 0) -> tuple[str, ...]:
    """Return ``words`` different made Korean words of two to five syllables, a few syllables far more frequent than others."""
    random = np.random.default_rng(seed)
    tails = random.choice((0, 0, 0, 1, 4, 8, 16, 21), 600)
    pool = [chr(0xAC00 + 588 * lead + 28 * vowel + tail) for lead, vowel, tail in zip(
        random.integers(19, size=600).tolist(), random.integers(21, size=600).tolist(), tails.tolist(), strict=True
    )]  # fmt: skip
    found: dict[str, None] = {}
    while len(found) < words:
        lengths = random.integers(2, 6, size=words).tolist()
        places = (len(pool) * random.random((words, 5)) ** 2).astype(int).tolist()
        for length, row in zip(lengths, places, strict=True):
            found["".join(pool[place] for place in row[:length])] = None
    return tuple(found)[:words]
