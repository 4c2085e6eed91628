"""Tokenizers: how a sentence is cut. Each is fitted on a corpus, saves itself into the run, and cuts queries the same way."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

from lstm_core.errors import UnknownChoice
from lstm_core.options import Options, option
from lstm_core.registry import Registry, Text
from lstm_core.text.particles import SPELLINGS, fits

_WORD = re.compile(r"\w+(?:[-'’·]\w+)*|[^\w\s]")


class Tokenizer(Protocol):
    """What every tokenizer can do."""

    key: ClassVar[str]
    label: ClassVar[Text]
    Options: ClassVar[type[Options]]
    version: ClassVar[str]
    needs_fit: ClassVar[bool]

    @classmethod
    def fit(cls, sentences: Iterable[str], options: Any = None) -> Self:
        """Return a tokenizer that has learned what it needs from ``sentences`` (read once)."""

    def tokenize(self, sentence: str) -> list[str]:
        """Return the tokens of a normalised ``sentence``."""

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return :meth:`tokenize` of each sentence, the fastest way there is."""

    def token_columns(self, tokens: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return what the tokenizer knows about each of ``tokens`` (part of speech …), "" where nothing."""

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form that :func:`tokenizer_from_json` reads."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the tokenizer written by :meth:`to_json`."""


class WordOptions(Options):
    """How words are spelled as tokens."""

    lowercase: bool = option(
        True,
        label=Text("소문자로", "Lower-case"),
        help=Text("영어 대문자를 소문자로 바꿉니다.", "Turns capital letters into small ones."),
    )


class _Plain:
    """What a tokenizer does that has no faster way and knows nothing about its tokens."""

    version: ClassVar[str] = "1"
    needs_fit: ClassVar[bool] = True

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return the tokens of each sentence."""
        return [self.tokenize(sentence) for sentence in sentences]  # type: ignore[attr-defined]

    def token_columns(self, tokens: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return nothing."""
        return {}


class _Fixed(_Plain):
    """A tokenizer that learns nothing from the corpus."""

    needs_fit = False

    key: ClassVar[str]
    Options: ClassVar[type[Options]] = WordOptions

    def __init__(self, options: WordOptions | None = None) -> None:
        self.options = options or WordOptions()

    @classmethod
    def fit(cls, sentences: Iterable[str], options: WordOptions | None = None) -> Self:
        """Return the tokenizer; ``sentences`` are not read."""
        return cls(options)

    def to_json(self) -> dict[str, Any]:
        """Return the key and the options."""
        return {"key": self.key, "options": self.options.model_dump()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the tokenizer written by :meth:`to_json`."""
        return cls(WordOptions(**data["options"]))

    def _case(self, sentence: str) -> str:
        return sentence.lower() if self.options.lowercase else sentence


class WordTokenizer(_Fixed):
    """Cuts at blanks; punctuation stands alone. ``"왕이 왔다." -> ["왕이", "왔다", "."]``."""

    key = "words"
    label = Text("띄어쓰기와 문장 부호", "Spaces and punctuation")

    def tokenize(self, sentence: str) -> list[str]:
        """Return words and single punctuation marks."""
        return _WORD.findall(self._case(sentence))


class CharacterTokenizer(_Fixed):
    """Every character is a token; blanks are left out. ``"왕이 왔다" -> ["왕", "이", "왔", "다"]``."""

    key = "characters"
    label = Text("글자", "Characters")

    def tokenize(self, sentence: str) -> list[str]:
        """Return the characters that are not blanks."""
        return [letter for letter in self._case(sentence) if not letter.isspace()]


class ParticleOptions(WordOptions):
    """When a piece of a word counts as a stem."""

    min_endings: int = option(
        2,
        label=Text("서로 다른 조사 수", "Different particles"),
        help=Text(
            "조사가 몇 가지 붙어 나와야 낱말로 볼지 정합니다. 조사 없이 쓰인 것도 한 가지로 셉니다.",
            "With how many particles a piece must be seen to count as a word. Standing alone counts as one.",
        ),
        ge=2,
        le=10,
        advanced=True,
    )


class ParticleTokenizer(_Plain):
    """Cuts particles off Korean words, with stems learned from the corpus. ``"왕이 왔다" -> ["왕", "이", "왔다"]``.

    A piece is a stem when it was seen with enough different particles that fit its last sound, and a stem is never cut
    itself, so 고양이 does not become 고양 + 이 although 이 is a particle. A simple method: for real morphemes use an analyser.
    """

    key = "particles"
    label = Text("조사 나누기", "Split off particles (Korean)")
    Options = ParticleOptions

    def __init__(self, stems: Iterable[str], options: ParticleOptions | None = None) -> None:
        self.options = options or ParticleOptions()
        self.stems = frozenset(stems)
        self._words = WordTokenizer(WordOptions(lowercase=self.options.lowercase))
        self._cut: dict[str, tuple[str, ...]] = {}

    @classmethod
    def fit(cls, sentences: Iterable[str], options: ParticleOptions | None = None) -> Self:
        """Return a tokenizer whose stems are learned from ``sentences``."""
        chosen = options or ParticleOptions()
        words = WordTokenizer(WordOptions(lowercase=chosen.lowercase))
        types: set[str] = set()
        for sentence in sentences:
            types.update(words.tokenize(sentence))
        stems = _stems(types, types, min_endings=chosen.min_endings)
        return cls(_stems(types - stems, types, min_endings=chosen.min_endings), chosen)

    def tokenize(self, sentence: str) -> list[str]:
        """Return stems, particles, other words and punctuation marks."""
        tokens: list[str] = []
        for word in self._words.tokenize(sentence):
            cut = self._cut.get(word)
            if cut is None:
                cut = self._cut[word] = self._split(word)
            tokens.extend(cut)
        return tokens

    def to_json(self) -> dict[str, Any]:
        """Return the key, the options and the stems."""
        return {"key": self.key, "options": self.options.model_dump(), "stems": sorted(self.stems)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the tokenizer written by :meth:`to_json`."""
        return cls(data["stems"], ParticleOptions(**data["options"]))

    def _split(self, word: str) -> tuple[str, ...]:
        if word not in self.stems:
            for stem, particle in _cuts(word):
                if stem in self.stems:
                    return stem, particle
        return (word,)


def _stems(cut: Iterable[str], types: Container[str], *, min_endings: int) -> set[str]:
    """Return the pieces left when the longest particle is cut off the words ``cut``, if seen with enough particles.

    Standing alone, as one of ``types``, counts as one. A first guess over all words finds those that only look cut
    (사이다 is no 사 + 이다, for it takes particles itself); a second one without them is the answer.
    """
    endings: dict[str, set[str]] = {}
    for word in cut:
        for stem, particle in _cuts(word)[:1]:
            endings.setdefault(stem, {""} if stem in types else set()).add(particle)
    return {stem for stem, seen in endings.items() if len(seen) >= min_endings}


def _cuts(word: str) -> list[tuple[str, str]]:
    """Return the ways to cut a particle off ``word`` that its sound allows, the longest particle first."""
    ways = ((word[:-length], word[-length:]) for length in range(min(3, len(word) - 1), 0, -1))
    return [(stem, ending) for stem, ending in ways if ending in SPELLINGS and fits(stem, ending)]


TOKENIZERS: Registry[Any] = Registry("tokenizer")
TOKENIZERS.register(ParticleTokenizer)
TOKENIZERS.register(WordTokenizer)
TOKENIZERS.register(CharacterTokenizer)


def tokenizer_from_json(data: Mapping[str, Any]) -> Tokenizer:
    """Return the tokenizer that was saved as ``data``. Raises :class:`UnknownChoice` for a key this program does not know."""
    if "key" not in data:
        raise UnknownChoice(kind="tokenizer", given="", choices=TOKENIZERS.keys())
    tokenizer: Tokenizer = TOKENIZERS[data["key"]].from_json(data)
    return tokenizer
