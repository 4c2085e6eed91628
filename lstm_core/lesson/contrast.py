"""Two groups of words that differ in something: from what is known about the words, or two lists of a person's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.world.lexicon import lexicon

LEAST = 8
"""Words on each side below which an attribute is not offered."""
LEAST_OWN = 4
MOST = 200
"""Words on each side; of more, the most frequent ones are taken."""
_LEXICON = ("gender", "age", "size", "feeling")
_MOST_VALUES = 60


@dataclass(frozen=True)
class Contrast:
    """Words that are ``low`` and words that are ``high``; ``name`` is the attribute ("" for lists of a person's own)."""

    name: str
    low_name: str
    high_name: str
    low: tuple[str, ...]
    high: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All words, the low ones first."""
        return (*self.low, *self.high)

    @property
    def is_high(self) -> NDArray[np.bool_]:
        """Which of ``words`` are high, ``(n,)``."""
        return np.arange(len(self.low) + len(self.high)) >= len(self.low)


def contrasts(table: EmbeddingTable) -> tuple[Contrast, ...]:
    """Return the attributes that divide words of ``table``, at least 8 on each side: of its columns, else of the lexicon.

    Of an attribute with more than two values the two most frequent ones are taken, and of both sides equally many words, the
    most frequent in the corpus: then guessing gets half of them right.
    """
    known = _lexicon_columns(table)
    known |= {name: dict(zip(table.labels, values, strict=True)) for name, values in table.columns.items()}
    order = [*(name for name in _LEXICON if name in known), *(name for name in known if name not in _LEXICON)]
    found = (_divided(table, name, known[name]) for name in order)
    return tuple(one for one in found if one is not None)


def own_contrast(table: EmbeddingTable, *, low: Sequence[str], high: Sequence[str]) -> Contrast:
    """Return the two lists as a contrast, every word once.

    Raises :class:`TooFew` below 4 words a list, :class:`InvalidOption` for a word in both, :class:`UnknownWords`.
    """
    ends = tuple(tuple(dict.fromkeys(filter(None, map(normalize, words)))) for words in (low, high))
    for end in ends:
        if len(end) < LEAST_OWN:
            raise TooFew(what="words", given=len(end), needed=LEAST_OWN)
    table.indices((*ends[0], *ends[1]))
    both = next((word for word in ends[0] if word in ends[1]), None)
    if both is not None:
        raise InvalidOption(name="words", value=both, rule="it stands in both lists")
    return Contrast("", "", "", ends[0][:MOST], ends[1][:MOST])


def _lexicon_columns(table: EmbeddingTable) -> dict[str, dict[str, str]]:
    words = {spelling: word for spelling, word in lexicon().by_spelling.items() if spelling in table}
    return {name: {spelling: word.attribute(name) for spelling, word in words.items()} for name in _LEXICON}


def _divided(table: EmbeddingTable, name: str, values: Mapping[str, str]) -> Contrast | None:
    common = Counter(filter(None, values.values())).most_common()
    if len(common) < 2 or len(common) > _MOST_VALUES or common[1][1] < LEAST:
        return None
    counts = table.counts if table.counts is not None else np.zeros(len(table), dtype=np.int64)
    most, sides = min(MOST, common[1][1]), []
    for value, _ in common[:2]:
        words = [word for word, has in values.items() if has == value]
        rows = table.indices(words)
        sides.append(tuple(words[at] for at in np.argsort(-counts[rows], kind="stable")[:most]))
    return Contrast(name, common[0][0], common[1][0], *sides)
