"""Which analogies the attributes imply: read off the lexicon afterwards, never seen by the generator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations

from lstm_core.text.world.lexicon import Lexicon, Word, lexicon

Question = tuple[str, str, str, str]
Pair = tuple[Word, Word]


def implied_pairs(lexicon: Lexicon) -> dict[str, list[Pair]]:
    """Return the word pairs of each relation: male–female, adult–young, country–capital, country–language."""
    beings = [word for word in lexicon.words if word.kind in ("person", "animal")]
    countries = [word for word in lexicon.words if word.kind == "country"]
    return {
        "gender": list(_gender_pairs(beings)),
        "age": list(_age_pairs(beings)),
        "capital": [(country, country.relations["capital"][0]) for country in countries],
        "language": [(country, country.relations["language"][0]) for country in countries],
    }


def implied_questions(language: str = "ko") -> dict[str, list[Question]]:
    """Return every question ``a : b = c : d`` that two pairs of one relation make, both ways round, by relation.

    The answer d is b − a + c; questions in which a word occurs twice are left out.
    """
    return {relation: list(_questions(pairs, language)) for relation, pairs in implied_pairs(lexicon()).items()}


def _questions(pairs: list[Pair], language: str) -> Iterator[Question]:
    for (a, b), (c, d) in permutations(pairs, 2):
        if len({id(word) for word in (a, b, c, d)}) == 4:
            yield a.spelled(language), b.spelled(language), c.spelled(language), d.spelled(language)
            yield b.spelled(language), a.spelled(language), d.spelled(language), c.spelled(language)


def _gender_pairs(beings: Iterable[Word]) -> Iterator[Pair]:
    others = [word for word in beings if word.traits.get("gender") == "female"]
    for word in beings:
        if word.traits.get("gender") == "male":
            yield from ((word, other) for other in others if _alike(word, other, "age"))


def _age_pairs(beings: Iterable[Word]) -> Iterator[Pair]:
    young = [word for word in beings if word.traits.get("age") == "young"]
    for word in beings:
        if word.traits.get("age") == "adult":
            yield from ((word, other) for other in young if _alike(word, other, "gender"))


def _alike(one: Word, other: Word, trait: str) -> bool:
    same_trait = one.traits.get(trait) == other.traits.get(trait)
    return one.kind == other.kind and one.concept == other.concept and same_trait
