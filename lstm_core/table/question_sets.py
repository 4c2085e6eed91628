"""Question sets of our own that ship with the project: pairs and groups of words, expanded to every question they make.

The files state facts (``lstm_core/table/sets/*.toml``), so that anyone may use them. Adding a set is adding a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from lstm_core.registry import Registry, Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.questions import OddQuestion, Question

_FOLDER = Path(__file__).with_name("sets")
_SHOWN = 4  # words of a kind in one odd-one-out question


class QuestionSet:
    """Analogy and odd-one-out questions in one language; ``key`` is the name of its file."""

    def __init__(self, path: Path) -> None:
        self.key = path.stem
        with path.open("rb") as file:
            self._content: dict[str, Any] = tomllib.load(file)
        self.label = Text(*self._content["label"])

    @cached_property
    def pairs(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Category -> pairs of words in one relation."""
        return {
            name: tuple((words[0], words[1]) for words in map(str.split, text.split("\n")) if words)
            for name, text in self._content["analogies"].items()
        }

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Kind -> words of that kind; no word is of two kinds."""
        return {name: tuple(text.split()) for name, text in self._content["odd"].items()}

    @cached_property
    def analogies(self) -> Mapping[str, tuple[Question, ...]]:
        """Category -> every question that two different pairs of it make."""
        return {name: expand_pairs(pairs) for name, pairs in self.pairs.items()}

    @cached_property
    def odd(self) -> Mapping[str, tuple[OddQuestion, ...]]:
        """Kind -> questions of four words of that kind and one of another."""
        return {name: expand_group(name, self.groups) for name in self.groups}


def expand_pairs(pairs: Sequence[tuple[str, str]]) -> tuple[Question, ...]:
    """Return the question (a, b, c, d) for every two different ``pairs`` (a, b) and (c, d), n (n - 1) of them."""
    return tuple((a, b, c, d) for a, b in pairs for c, d in pairs if (a, b) != (c, d))


def expand_group(name: str, groups: Mapping[str, Sequence[str]]) -> tuple[OddQuestion, ...]:
    """Return a question for every word of the other ``groups``: it and four words of the group ``name``, taken by turns."""
    own = groups[name]
    strangers = [word for other, words in groups.items() if other != name for word in words]
    return tuple(
        (tuple(own[(turn + place) % len(own)] for place in range(_SHOWN)), stranger) for turn, stranger in enumerate(strangers)
    )


def set_for(table: EmbeddingTable) -> QuestionSet:
    """Return the shipped set with the largest share of its words in ``table``; the first one when none has any."""

    def known(each: QuestionSet) -> float:
        words = {word for pairs in each.pairs.values() for pair in pairs for word in pair}
        return sum(word in table or word.lower() in table for word in words) / len(words)

    return max(QUESTION_SETS, key=known)


QUESTION_SETS: Registry[QuestionSet] = Registry("question set")
for _path in sorted(_FOLDER.glob("*.toml"), key=lambda path: (path.stem != "ko", path.stem)):
    QUESTION_SETS.register(QuestionSet(_path))
