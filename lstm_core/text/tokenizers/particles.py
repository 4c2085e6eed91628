"""Korean words without their particles, by stems learned from the corpus."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from lstm_core.normalize import normalize
from lstm_core.options import option
from lstm_core.registry import Text
from lstm_core.text.particles import SPELLINGS, fits
from lstm_core.text.tokenizers.base import CaseOptions, Example, Tokenizer
from lstm_core.text.tokenizers.words import WordTokenizer


class ParticleOptions(CaseOptions):
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


class ParticleTokenizer(Tokenizer):
    """Cuts particles off Korean words, with stems learned from the corpus. ``"왕이 왔다" -> ["왕", "이", "왔다"]``.

    A piece is a stem when it was seen with enough different particles that fit its last sound, and a stem is never cut
    itself, so 고양이 does not become 고양 + 이 although 이 is a particle. A simple method: for real morphemes use an analyser.
    """

    key = "particles"
    label = Text("조사 나누기", "Split off particles (Korean)")
    note = Text(
        "낱말 뒤의 조사를 떼어 냅니다. 무엇이 낱말인지는 말뭉치에서 배웁니다. 어미는 나누지 않습니다.",
        "Cuts particles off Korean words; what counts as a word is learned from the corpus. Verb endings stay on.",
    )
    example = Example("왕이 고양이를 보았다.", ("왕", "이", "고양이", "를", "보았다", "."))
    Options = ParticleOptions
    needs_fit = True
    options: ParticleOptions

    def __init__(self, stems: Iterable[str], options: ParticleOptions | None = None) -> None:
        super().__init__(options)
        self.stems = frozenset(stems)
        self._words = WordTokenizer(CaseOptions(lowercase=self.options.lowercase))
        self._parts = _Parts(self.stems)

    @classmethod
    def fit(cls, sentences: Iterable[str], options: ParticleOptions | None = None) -> ParticleTokenizer:
        """Return a tokenizer whose stems are learned from ``sentences``."""
        chosen = options or ParticleOptions()
        words = WordTokenizer(CaseOptions(lowercase=chosen.lowercase))
        types: set[str] = set()
        for sentence in sentences:
            types.update(words.tokenize(sentence))
        stems = _stems(types, types, min_endings=chosen.min_endings)
        return cls(_stems(types - stems, types, min_endings=chosen.min_endings), chosen)

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return stems, particles, other words and punctuation marks."""
        parts = self._parts.__getitem__
        return [list(chain.from_iterable(map(parts, words))) for words in self._words.tokenize_batch(sentences)]

    def tokenize(self, sentence: str) -> list[str]:
        """Return stems, particles, other words and punctuation marks."""
        return list(chain.from_iterable(map(self._parts.__getitem__, self._words.tokenize(sentence))))

    def decode(self, tokens: Sequence[str]) -> str:
        """Return ``tokens`` with a blank between them, but a particle written to the stem before it."""
        written: list[str] = []
        whole = True  # whether the last word may still take a particle
        for token in tokens:
            if written and whole and token in SPELLINGS and self._parts[written[-1] + token] == (written[-1], token):
                written[-1] += token
                whole = False
            else:
                written.append(token)
                whole = True
        return " ".join(written)

    def normal_form(self, sentence: str) -> str:
        """Return ``sentence`` as :class:`WordTokenizer` leaves it, but a particle that stands apart written to its stem."""
        return self.decode(self.tokenize(normalize(sentence)))

    def to_json(self) -> dict[str, Any]:
        """Return the key, the options and the stems."""
        return {**super().to_json(), "stems": sorted(self.stems)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ParticleTokenizer:
        """Return the tokenizer written by :meth:`to_json`."""
        return cls(data["stems"], ParticleOptions(**data["options"]))


class _Parts(dict[str, tuple[str, ...]]):
    """What each word is cut into; found out when it is asked for the first time."""

    def __init__(self, stems: frozenset[str]) -> None:
        super().__init__()
        self.stems = stems

    def __missing__(self, word: str) -> tuple[str, ...]:
        self[word] = parts = self._split(word)
        return parts

    def __reduce__(self) -> tuple[Any, ...]:
        return _Parts, (self.stems,)

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
