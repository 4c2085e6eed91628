"""Sentence patterns, read from ``patterns.toml`` and compiled so that drawing a sentence is a few list look-ups."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from lstm_core.text.particles import particle_for
from lstm_core.text.world.lexicon import Lexicon, Word

DATA = Path(__file__).with_name("patterns.toml")
Morphemes = tuple[str, ...]

_SLOT = re.compile(r"^(\w+)=(\w+)(?:\.(\w+))?(?:\[(\w+)(?:=(\w+))?\])?$")
_FIELD = re.compile(r"^\{(\w+)(\.past)?(?:\|(\w+))?\}$")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class Pattern:
    """One sentence pattern: how its slots are drawn and how it is spelled in each language."""

    slots: str
    ko: str
    en: str
    weight: int = 1


@dataclass(frozen=True)
class Compiled:
    """A pattern bound to a lexicon and a language."""

    weight: int
    draws: tuple[tuple[str, Callable[[Random, dict[str, Word]], Word]], ...]
    variants: tuple[tuple[Callable[[dict[str, Word]], Morphemes], ...], ...]

    def draw(self, random: Random) -> tuple[Morphemes, ...] | None:
        """Return one sentence as words of morphemes, or None when two slots drew the same word."""
        chosen: dict[str, Word] = {}
        for name, pick in self.draws:
            chosen[name] = pick(random, chosen)
        if len(set(map(id, chosen.values()))) < len(chosen):
            return None
        variant = self.variants[int(random.random() * len(self.variants))]
        return tuple(part(chosen) for part in variant)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of ``patterns.toml`` (read once)."""
    with DATA.open("rb") as file:
        return tuple(Pattern(**entry) for entry in tomllib.load(file)["pattern"])


def compile_pattern(pattern: Pattern, *, lexicon: Lexicon, language: str) -> Compiled:
    """Bind ``pattern`` to the words of ``lexicon`` in ``"ko"`` or ``"en"``. Raises ``ValueError`` for an empty slot."""
    draws = tuple(_draw(slot.strip(), lexicon) for slot in pattern.slots.split(","))
    text = pattern.en if language == "en" else pattern.ko
    variants = tuple(tuple(_part(piece, language) for piece in variant.split()) for variant in _variants(text))
    return Compiled(pattern.weight, draws, variants)


def _draw(slot: str, lexicon: Lexicon) -> tuple[str, Callable[[Random, dict[str, Word]], Word]]:
    match = _SLOT.match(slot)
    if match is None:
        raise ValueError(f"cannot read the slot {slot!r}")
    name, source, relation, trait, value = match.groups()
    if relation:
        return name, _from_relation(source, relation)
    pool = tuple(
        word
        for word in lexicon.pools.get(source, ())
        if trait is None or (word.traits.get(trait) == value if value else word.traits.get(trait))
    )
    if not pool:
        raise ValueError(f"no word can fill the slot {slot!r}")
    return name, _from_pool(pool)


def _from_pool(pool: tuple[Word, ...]) -> Callable[[Random, Mapping[str, Word]], Word]:
    size = len(pool)
    return lambda random, chosen: pool[int(random.random() * size)]


def _from_relation(source: str, relation: str) -> Callable[[Random, Mapping[str, Word]], Word]:
    def pick(random: Random, chosen: Mapping[str, Word]) -> Word:
        related = chosen[source].relations[relation]
        return related[int(random.random() * len(related))]

    return pick


def _variants(text: str) -> list[str]:
    pieces = _OPTIONAL.split(text)
    choices = [(piece,) if i % 2 == 0 else ("", piece) for i, piece in enumerate(pieces)]
    return ["".join(chosen) for chosen in itertools.product(*choices)]


def _part(piece: str, language: str) -> Callable[[dict[str, Word]], Morphemes]:
    match = _FIELD.match(piece)
    if match is None:
        literal = tuple(piece.split("|"))
        return lambda chosen: literal
    name, past, particle = match.groups()
    spellings: dict[int, Morphemes] = {}

    def spell(chosen: dict[str, Word]) -> Morphemes:
        word = chosen[name]
        if id(word) not in spellings:
            stem = ((word.past or word) if past else word).spelled(language)
            spellings[id(word)] = (stem, particle_for(stem, particle)) if particle else (stem,)
        return spellings[id(word)]

    return spell
