"""Corpora: where sentences come from. A registered corpus is opened by its key, any other text by its path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

from lstm_core.errors import InvalidOption
from lstm_core.files import sha256_of
from lstm_core.options import Options, build, option
from lstm_core.registry import Registry, Text
from lstm_core.text.files import TextFile, open_text
from lstm_core.text.particles import SPELLINGS
from lstm_core.text.world import generator
from lstm_core.text.world.lexicon import lexicon

Probes = tuple[Mapping[str, str], ...]

_PROBES: Mapping[str, Probes] = {
    "ko": (
        {"formula": "왕 - 남자 + 여자", "expected": "여왕"},
        {"formula": "아버지 - 남자 + 여자", "expected": "어머니"},
        {"formula": "왕자 - 남자 + 여자", "expected": "공주"},
        {"formula": "강아지 - 개 + 소", "expected": "송아지"},
        {"formula": "파리 - 프랑스 + 한국", "expected": "서울"},
        {"formula": "한국어 - 한국 + 독일", "expected": "독일어"},
    ),
    "en": (
        {"formula": "king - man + woman", "expected": "queen"},
        {"formula": "father - man + woman", "expected": "mother"},
        {"formula": "prince - man + woman", "expected": "princess"},
        {"formula": "puppy - dog + cattle", "expected": "calf"},
        {"formula": "paris - france + korea", "expected": "seoul"},
        {"formula": "korean - korea + germany", "expected": "german"},
    ),
}


class Corpus(Protocol):
    """Sentences and what is known about their words."""

    name: str
    probes: Probes

    @property
    def language(self) -> str:
        """``"ko"`` or ``"en"``."""

    @property
    def default_tokenizer(self) -> str:
        """The key of the tokenizer that suits it."""

    def sentences(self) -> Iterator[str]:
        """Yield the normalised sentences, the same ones each time it is called."""

    def identity(self) -> str:
        """Return a hash of what the sentences are: equal for the same sentences, in this process or any other."""

    @property
    def size_hint(self) -> int:
        """About how many sentences there are, for a progress bar."""

    def columns(self, labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return what the corpus knows about each of ``labels`` (kind, gender …), "" where nothing."""


class WorldOptions(Options):
    """How much of 작은 세상 to write."""

    sentences: int = option(
        generator.DEFAULT_SENTENCES,
        label=Text("문장 수", "Sentences"),
        help=Text("서로 다른 문장을 몇 개 만들지 정합니다.", "How many different sentences are written."),
        ge=1_000,
        le=400_000,
    )
    seed: int = option(
        0,
        label=Text("말뭉치 씨앗", "Corpus seed"),
        help=Text("같은 씨앗이면 같은 문장이 나옵니다.", "The same seed writes the same sentences."),
        ge=0,
        le=2**31 - 1,
        advanced=True,
    )


class WorldCorpus:
    """작은 세상: a controlled corpus, made so that learning can be watched and checked."""

    key: ClassVar[str] = "world"
    label: ClassVar[Text] = Text("작은 세상", "Small world (Korean)")
    note: ClassVar[Text] = Text(
        "학습을 지켜보고 검사할 수 있도록 규칙으로 만든 말뭉치입니다. 실제 글이 아닙니다.",
        "A controlled corpus written by rules, so that learning can be watched and checked. Not real text.",
    )
    Options: ClassVar[type[Options]] = WorldOptions
    language: ClassVar[str] = "ko"
    default_tokenizer: ClassVar[str] = "particles"

    def __init__(self, options: WorldOptions | None = None) -> None:
        self.options = options or WorldOptions()
        self.name = self.key
        self.probes = _PROBES[self.language]
        self._written: tuple[str, ...] = ()

    def sentences(self) -> Iterator[str]:
        """Yield the different sentences of this size and seed; they are kept, for they are read twice."""
        if self._written:
            yield from self._written
            return
        written = []
        options = self.options
        for sentence in generator.sentences(language=self.language, size=options.sentences, seed=options.seed):
            written.append(sentence)
            yield sentence
        self._written = tuple(written)

    def identity(self) -> str:
        """Return a hash of the key, the options and everything the generator is made of."""
        made_of = sorted(path for path in Path(generator.__file__).parent.iterdir() if path.suffix in (".py", ".toml"))
        about = {"key": self.key, "options": self.options.model_dump(), "made of": [sha256_of(path) for path in made_of]}
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()

    @property
    def size_hint(self) -> int:
        """The number of sentences."""
        return self.options.sentences

    def columns(self, labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the attributes of ``labels`` from the lexicon."""
        particles = SPELLINGS if self.language == "ko" else frozenset()
        return lexicon().columns(tuple(labels), particles=particles)


class EnglishWorldCorpus(WorldCorpus):
    """The English twin of 작은 세상, from the same attributes."""

    key = "world-en"
    label = Text("작은 세상 (영어)", "Small world (English)")
    language = "en"
    default_tokenizer = "words"


class FileCorpus:
    """The lines of a text file, one sentence each."""

    default_tokenizer: ClassVar[str] = "words"

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self.name = file.path.stem
        self.encoding = file.encoding
        self.language = _language_of(file)
        self.probes = _PROBES[self.language]

    def sentences(self) -> Iterator[str]:
        """Yield the lines that are not blank."""
        return self._file.lines()

    def identity(self) -> str:
        """Return a hash of the bytes of the file and of how they are read."""
        return hashlib.sha256(f"{self._file.encoding} {sha256_of(self._file.path)}".encode()).hexdigest()

    @property
    def size_hint(self) -> int:
        """About how many lines there are."""
        return self._file.line_estimate()

    def columns(self, labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return nothing: a plain file knows nothing about its words."""
        return {}


CORPORA: Registry[type[WorldCorpus]] = Registry("corpus")
CORPORA.register(WorldCorpus)
CORPORA.register(EnglishWorldCorpus)


def open_corpus(spec: str, options: Mapping[str, Any] | None = None) -> Corpus:
    """Return the registered corpus called ``spec``, or the text file at that path.

    ``options`` are values for the corpus's ``Options``. Raises :class:`UnreadableText` for a path that is no usable text and
    :class:`InvalidOption` for options out of range.
    """
    if spec in CORPORA:
        corpus = CORPORA[spec]
        return corpus(build(corpus.Options, dict(options or {})))
    if options:
        raise InvalidOption(name="corpus options", value=", ".join(options), rule="a text file has none")
    return FileCorpus(open_text(spec))


def _language_of(file: TextFile) -> str:
    """Return "ko" when the first lines hold any Hangul, else "en"."""
    sample = "".join(line for line, _ in zip(file.lines(), range(200), strict=False))
    return "ko" if any("가" <= letter <= "힣" for letter in sample) else "en"
