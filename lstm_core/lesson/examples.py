"""What stands in the fields of the lesson at first: words the chosen table knows."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_core.table.embedding_table import EmbeddingTable

_ENDINGS = ("", "/NNG", "/NNP", "/VV")  # tables of morphemes write the part of speech behind a word
_WORLDS = (
    (
        ("왕이 향긋한 커피를 마셨다", "고양이와 강아지"),
        *(("고양이", "강아지"), ("커피", "차"), ("강아지", "개", "고양이", "자동차")),
    ),
    (
        ("the king drank coffee", "a cat and a puppy"),
        *(("cat", "puppy"), ("coffee", "tea"), ("puppy", "dog", "cat", "car")),
    ),
)


@dataclass(frozen=True)
class Examples:
    """Two ``sentences``, a ``pair`` of animals, a pair of ``drinks``, and words to ``rank`` by distance from the first."""

    sentences: tuple[str, ...]
    pair: tuple[str, str]
    drinks: tuple[str, str]
    rank: tuple[str, ...]


def examples(table: EmbeddingTable) -> Examples:
    """Return the Korean or English examples where the table knows their words, else ones made of its most frequent words."""
    for sentences, *groups in _WORLDS:
        pair, drinks, rank = (tuple(spelled(table, word) for word in group) for group in groups)
        if all((*pair, *drinks, *rank)):
            return Examples(sentences, (pair[0], pair[1]), (drinks[0], drinks[1]), rank)
    words = [table.labels[row] for row in table.frequency_order[:8]]
    words = [words[at % len(words)] for at in range(8)]
    return Examples((" ".join(words[:5]), " ".join(words[5:])), (words[0], words[1]), (words[2], words[3]), tuple(words[4:]))


def spelled(table: EmbeddingTable, word: str) -> str:
    """Return how ``word`` is spelled in the table, with a part of speech if need be; "" where it is missing."""
    return next((word + ending for ending in _ENDINGS if word + ending in table), "")
