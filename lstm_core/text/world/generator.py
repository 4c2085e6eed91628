"""Sentences of 작은 세상: seeded, deterministic, all different."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

from lstm_core.text.world.lexicon import lexicon
from lstm_core.text.world.patterns import Morphemes, compile_pattern, patterns

DEFAULT_SENTENCES = 200_000
_GIVE_UP = 200


def sentences(*, language: str = "ko", size: int = DEFAULT_SENTENCES, seed: int = 0) -> Iterator[str]:
    """Yield ``size`` different sentences in ``"ko"`` or ``"en"``; the same arguments give the same sentences everywhere."""
    for words in segmented(language=language, size=size, seed=seed):
        yield " ".join(["".join(morphemes) for morphemes in words])


@cache
def version() -> str:
    """Return the hash of the words, the patterns and the code that make the sentences."""
    files = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in (".py", ".toml"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def segmented(*, language: str = "ko", size: int = DEFAULT_SENTENCES, seed: int = 0) -> Iterator[tuple[Morphemes, ...]]:
    """Yield the sentences of :func:`sentences` as words of morphemes: ``(("왕", "이"), ("웃는다",))``.

    Raises ``ValueError`` when the patterns cannot make ``size`` different sentences.
    """
    random = Random(seed)
    compiled = [compile_pattern(pattern, lexicon=lexicon(), language=language) for pattern in patterns()]
    cumulative = list(accumulate(pattern.weight for pattern in compiled))
    seen: set[tuple[Morphemes, ...]] = set()
    failures = 0
    while len(seen) < size:
        pattern = random.choices(compiled, cum_weights=cumulative)[0]
        drawn = pattern.draw(random)
        if drawn is None or drawn in seen:
            failures += 1
            if failures > _GIVE_UP * size:
                raise ValueError(f"the patterns make only {len(seen)} different sentences, not {size}")
            continue
        seen.add(drawn)
        yield drawn
