"""The words of 작은 세상 with their attributes, read from ``world.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("world.toml")
COLUMNS = ("kind", "gender", "age", "rank", "class", "size", "feeling")
_GENDER_AGE = {"male": ("male", ""), "female": ("female", ""), "boy": ("male", "young"), "girl": ("female", "young")}


@dataclass(eq=False)
class Word:
    """One word: its two spellings, its kind and concept, its traits, and the words that belong to it (``relations``)."""

    ko: str
    en: str
    kind: str
    concept: str = ""
    traits: Mapping[str, str] = field(default_factory=dict)
    past: Word | None = None
    relations: dict[str, tuple[Word, ...]] = field(default_factory=dict)

    def spelled(self, language: str) -> str:
        """Return the spelling in ``"ko"`` or ``"en"``."""
        return self.en if language == "en" else self.ko

    def attribute(self, column: str) -> str:
        """Return one of :data:`COLUMNS`, "" where it does not apply."""
        return self.kind if column == "kind" else str(self.traits.get(column, ""))


@dataclass(frozen=True)
class Lexicon:
    """All the words, and the pools a sentence pattern may draw from."""

    words: tuple[Word, ...]

    @cached_property
    def pools(self) -> Mapping[str, tuple[Word, ...]]:
        """Words by kind, plus the unions ``nation``, ``object``, ``grouped``, ``sized``, ``when`` …"""
        named: dict[str, list[Word]] = {}
        for word in self.words:
            for pool in _pools_of(word):
                named.setdefault(pool, []).append(word)
        return {name: tuple(members) for name, members in named.items()}

    @cached_property
    def by_spelling(self) -> Mapping[str, Word]:
        """Words by either spelling (the two languages share none)."""
        return {spelling: word for word in self.words for spelling in (word.ko, word.en)}

    def columns(self, labels: tuple[str, ...], *, particles: frozenset[str]) -> dict[str, tuple[str, ...]]:
        """Return the attributes of ``labels`` as table columns, "" where one does not apply.

        Words outside the lexicon are of the kind "particle", when among ``particles``, or "function".
        """
        found = [self.by_spelling.get(label) for label in labels]
        values = {name: [word.attribute(name) if word else "" for word in found] for name in COLUMNS}
        for row, label in enumerate(labels):
            values["kind"][row] = values["kind"][row] or ("particle" if label in particles else "function")
        return {name: tuple(column) for name, column in values.items()}


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of ``world.toml`` (read once)."""
    with DATA.open("rb") as file:
        return _Builder(tomllib.load(file)).build()


class _Builder:
    """Turns the tables of the data file into words; a spelling met twice is the same word."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._known: dict[str, Word] = {}

    def build(self) -> Lexicon:
        for concept, table in self._data["people"].items():
            self._people(concept, table)
        for concept, table in self._data["animals"].items():
            self._animals(concept, table)
        for concept, table in self._data["countries"].items():
            self._country(concept, table)
        for trade, around in self._data["trades"].items():
            self._trade(trade, around)
        for group, table in self._data["groups"].items():
            self._group(group, table)
        return Lexicon(tuple(self._known.values()))

    def _word(self, entry: str, kind: str, *, concept: str = "", **traits: str) -> Word:
        ko, en = entry.split("/")
        kept = {key: value for key, value in traits.items() if value}
        return self._known.setdefault(ko, Word(ko, en, kind, concept, kept))

    def _words(self, entries: str, kind: str, *, concept: str = "") -> tuple[Word, ...]:
        return tuple(self._word(entry, kind, concept=concept) for entry in entries.split())

    def _verbs(self, entries: str) -> tuple[Word, ...]:
        return tuple(self._verb(entry) for entry in entries.split())

    def _verb(self, entry: str) -> Word:
        ko, en = (side.split(":") for side in entry.split("/"))
        present = self._word(f"{ko[0]}/{en[0]}", "verb", concept=en[0], tense="present")
        present.past = self._word(f"{ko[1]}/{en[1]}", "verb", concept=en[0], tense="past")
        return present

    def _trait(self, *path: str) -> Any:
        node: Any = self._data["traits"]
        for step in path:
            node = node[step]
        return node

    def _trait_words(self, word: Word, names: tuple[str, ...], *, prefix: str = "") -> None:
        """Give ``word`` the trait words of its gender and age: ``pronoun``, ``sex``, ``agenoun`` …"""
        gender, age = word.traits.get("gender"), word.traits.get("age")
        for name in names:
            if gender and not name.startswith("age"):
                word.relations[name] = self._words(self._trait("gender", gender, name), "trait")
            if age and name.startswith("age"):
                source = "mods" if name == "agemod" else prefix + name.removeprefix("age")
                word.relations[prefix * (name != "agemod") + name] = self._words(self._trait("age", age, source), "trait")

    def _people(self, concept: str, table: Mapping[str, str]) -> None:
        around = self._words(table["around"], "thing", concept=concept)
        rank = self._words(self._trait("rank", table["rank"]), "trait")
        for role, (gender, age) in _GENDER_AGE.items():
            if role in table:
                age = "" if table.get("age") == "any" else age or "adult"
                word = self._word(table[role], "person", concept=concept, gender=gender, age=age, rank=table["rank"])
                word.relations |= {"around": around, "rank": rank}
                self._trait_words(word, ("pronoun", "sex", "kin", "title", "address", "agemod", "agenoun", "agearound"))

    def _animals(self, concept: str, table: Mapping[str, str]) -> None:
        around = self._words(table["around"], "thing", concept=concept)
        shared = {"class": table["class"], "size": table["size"]}
        for role in ("adult", "young", "male", "female"):
            if role in table:
                gender = role if role in ("male", "female") else ""
                age = "young" if role == "young" else "adult"
                word = self._word(table[role], "animal", concept=concept, gender=gender, age=age, **shared)
                word.relations |= {"around": around, "home": self._words(table["home"], "home")}
                word.relations["class"] = self._words(self._trait("class", table["class"]), "trait")
                self._size(word)
                fable = ("pronoun", "kin", "title", "address")  # animals have these in fables
                self._trait_words(word, (*fable, "animal_sex", "agemod", "agenoun", "agearound"), prefix="animal_")

    def _size(self, word: Word) -> None:
        size = word.traits.get("size")
        if size:
            word.relations["sizeword"] = self._words(self._trait("size", size, "word"), "trait")
            word.relations["sizenoun"] = self._words(self._trait("size", size, "noun"), "trait")

    def _country(self, concept: str, table: Mapping[str, str]) -> None:
        around = self._words(table["around"], "thing", concept=concept)
        parts = {
            "country": self._word(table["name"], "country", concept=concept),
            "city": self._word(table["capital"], "city", concept=concept),
            "language": self._word(table["language"], "language", concept=concept),
        }
        for kind, word in parts.items():
            word.relations |= {"around": around, "type": self._words(self._trait("type", kind), "trait")}
            word.relations |= {"capital": (parts["city"],), "language": (parts["language"],)}

    def _trade(self, entry: str, around: str) -> None:
        word = self._word(entry, "trade", concept=entry.split("/")[1])
        word.relations["around"] = self._words(around, "thing", concept=word.concept)

    def _group(self, group: str, table: Mapping[str, str]) -> None:
        traits = {key: table.get(key, "") for key in ("size", "feeling", "tense")}
        members = tuple(self._word(entry, table["kind"], concept=group, **traits) for entry in table["words"].split())
        relations = {"around": self._words(table["around"], "thing", concept=group), "peers": members}
        if "verbs" in table:
            relations["verbs"] = self._verbs(table["verbs"])
        if "mods" in table:
            relations["mods"] = self._words(table["mods"], "adjective")
        for word in members:
            word.relations |= relations
            self._size(word)


def _pools_of(word: Word) -> Iterator[str]:
    yield word.kind
    if word.kind in ("country", "city", "language"):
        yield "nation"
    if word.kind == "time":
        yield word.concept
        if word.concept in ("season", "daypart"):
            yield "when"
    elif "verbs" in word.relations and word.kind not in ("feeling", "weather", "place"):
        yield "object"
    if "peers" in word.relations:
        yield "grouped"
        if "sizeword" in word.relations:
            yield "sized"
