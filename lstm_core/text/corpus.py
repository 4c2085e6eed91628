"""Corpora: where sentences come from. A registered corpus is opened by its key, any other text by its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from lstm_core.errors import NoLabels
from lstm_core.options import Options, build, option
from lstm_core.registry import Registry, Text
from lstm_core.text.file_corpus import FileCorpus
from lstm_core.text.identity import identity_of
from lstm_core.text.nsmc import NsmcCorpus
from lstm_core.text.particles import SPELLINGS
from lstm_core.text.probes import PROBES, Probes
from lstm_core.text.readers import FileOptions
from lstm_core.text.world import generator
from lstm_core.text.world.lexicon import lexicon

Progress = Callable[[float], None]


class Corpus(Protocol):
    """Sentences and what is known about their words."""

    name: str

    @property
    def probes(self) -> Probes:
        """Formulas worth following during a training."""

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

    def labelled(self) -> Iterator[tuple[str, str]]:
        """Yield (sentence, label) for each of :meth:`sentences`. Raises :class:`NoLabels` where there are none."""

    def test_part(self) -> Corpus | None:
        """Return the labelled texts it keeps apart for testing; None when there are none."""

    @property
    def missing(self) -> int:
        """About how many bytes have to be downloaded before it can be read; 0 when all is here."""

    def fetch(self, progress: Progress | None = None) -> None:
        """Bring here what the corpus still lacks, telling the fraction done. Raises :class:`DownloadFailed`."""


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
    missing: ClassVar[int] = 0

    def __init__(self, options: WorldOptions | None = None) -> None:
        self.options = options or WorldOptions()
        self.name = self.key
        self.probes = PROBES[self.language]
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

    @property
    def size_hint(self) -> int:
        """The number of sentences."""
        return self.options.sentences

    def columns(self, labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the attributes of ``labels`` from the lexicon."""
        particles = SPELLINGS if self.language == "ko" else frozenset()
        return lexicon().columns(tuple(labels), particles=particles)

    def labelled(self) -> Iterator[tuple[str, str]]:
        """Raise :class:`NoLabels`."""
        raise NoLabels(name=self.key)

    def test_part(self) -> None:
        """Return None: it keeps nothing apart."""

    def identity(self) -> str:
        """Return the hash of key, options, and the rules and words the sentences are made from."""
        options = self.options.model_dump(mode="json")
        return identity_of({"corpus": self.key, "options": options, "rules": generator.version()})

    def fetch(self, progress: Progress | None = None) -> None:
        """Do nothing: it is written when it is read."""


class EnglishWorldCorpus(WorldCorpus):
    """The English twin of 작은 세상, from the same attributes."""

    key = "world-en"
    label = Text("작은 세상 (영어)", "Small world (English)")
    language = "en"
    default_tokenizer = "words"


CORPORA: Registry[Any] = Registry("corpus")
CORPORA.register(WorldCorpus)
CORPORA.register(EnglishWorldCorpus)
CORPORA.register(NsmcCorpus)


def open_corpus(spec: str, options: Mapping[str, Any] | None = None) -> Corpus:
    """Return the registered corpus called ``spec``, or the files of a path: one, a folder, or a pattern (``*.csv``).

    ``options`` are values for its ``Options`` (:class:`FileOptions` for files). Raises :class:`UnreadableText` for a path
    that is no usable text, :class:`UnknownChoice` for a column or a format there is not, :class:`InvalidOption`.
    """
    values = dict(options or {})
    if spec in CORPORA:
        corpus = CORPORA[spec]
        return corpus(build(corpus.Options, values))  # type: ignore[no-any-return]
    return FileCorpus(spec, build(FileOptions, values))
