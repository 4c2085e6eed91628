"""From a corpus to token ids in the run folder: the part of a training that needs no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from safetensors import SafetensorError

from lstm_core.errors import RunIncomplete, TooFew
from lstm_core.files import atomic_write_json, link_or_copy, read_json
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.runs import RunDirectory, read_vocabulary
from lstm_core.text.corpus import Corpus, open_corpus
from lstm_core.text.encode import EncodedCorpus, encode_corpus
from lstm_core.text.token_cache import writing_to
from lstm_core.text.token_file import Sentences, open_tokens
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training.config import UPLOAD, TrainConfig
from lstm_core.training.labels import Labels, labels_of, read_labels, test_of, write_labels

Tick = Callable[[float], None]
"""Called with the fraction done; raising from it ends the work."""


@dataclass(frozen=True)
class Prepared:
    """An encoded corpus and what to remember of it; ``labels`` where the objective learns from them."""

    sentences: Sentences
    vocabulary: Vocabulary
    about: dict[str, Any]
    labels: Labels | None = None


def prepare(run: RunDirectory, config: TrainConfig, *, tick: Tick) -> Prepared:
    """Return the encoded corpus of the run: as a former trainer left it, else cut, or found in the cache, and written.

    Raises what opening and cutting the corpus raises, :class:`TooFew` for fewer than two sentences, :class:`StorageFailed`.
    """
    with writing_to(run.path):
        return _left_behind(run, config) or _fresh(run, config, tick)


def read_prepared(run: RunDirectory, config: TrainConfig) -> Prepared:
    """Return the encoded corpus that another process of this training has prepared. Raises :class:`RunIncomplete`."""
    found = _left_behind(run, config)
    if found is None:
        raise RunIncomplete(name=run.name, missing=run.tokens.name)
    return found


def text_of(run: RunDirectory, config: TrainConfig, *, tick: Tick) -> Prepared:
    """Return the encoded corpus of a run that may have ended: from the run, from the cache, or cut anew. Writes no run.

    Its vocabulary is that of the corpus as it is now. Raises what opening and cutting the corpus raises.
    """
    left = _left_behind(run, config)
    if left is not None:
        return left
    encoded = _encoded(_open(run, config), config, tick)
    return Prepared(encoded.sentences, encoded.vocabulary, {})


def _fresh(run: RunDirectory, config: TrainConfig, tick: Tick) -> Prepared:
    tick(0.0)
    corpus = _open(run, config)
    encoded = _encoded(corpus, config, tick)
    if len(encoded.sentences) < 2:
        raise TooFew(what="sentences", given=len(encoded.sentences), needed=2)
    labels = _labelled(run, corpus, config, encoded) if OBJECTIVES[config.objective].labelled else None
    about = {"corpus": corpus.name, "language": corpus.language, "tokenizer": encoded.tokenizer.key}
    atomic_write_json(run.vocabulary, encoded.vocabulary.to_json())
    atomic_write_json(run.tokenizer, encoded.tokenizer.to_json())
    atomic_write_json(run.coverage, encoded.coverage.to_json())
    atomic_write_json(run.columns, {**_known(corpus, encoded), "about": about})
    link_or_copy(encoded.path, run.tokens)
    return Prepared(encoded.sentences, encoded.vocabulary, about, labels)


def _labelled(run: RunDirectory, corpus: Corpus, config: TrainConfig, encoded: EncodedCorpus) -> Labels:
    """Return the labels of the corpus, and the texts of its test, and write both."""
    labels, test = labels_of(corpus, sentences=len(encoded.sentences)), corpus.test_part()
    if config.task.test:
        test = open_corpus(config.task.test, config.corpus_options or None)
    if test is not None:
        test.fetch()
        part = test_of(test, labels.names, tokenizer=encoded.tokenizer, vocabulary=encoded.vocabulary)
        labels = replace(labels, test=part)
    atomic_write_json(run.labels, {"labels": list(labels.names)})
    write_labels(run.label_numbers, labels)
    return labels


def _encoded(corpus: Corpus, config: TrainConfig, tick: Tick) -> EncodedCorpus:
    corpus.fetch(tick)
    return encode_corpus(
        corpus,
        config.tokenizer or corpus.default_tokenizer,
        max_vocab=config.max_vocab,
        min_count=config.min_count,
        tokenizer_options=config.tokenizer_options,
        progress=tick,
    )


def _known(corpus: Corpus, encoded: EncodedCorpus) -> dict[str, Any]:
    """Return what the corpus and the tokenizer know about the words, and the probes."""
    words = encoded.vocabulary.words
    columns = {**encoded.tokenizer.token_columns(words), **corpus.columns(words)}
    return {"columns": {key: list(values) for key, values in columns.items()}, "probes": list(corpus.probes)}


def _left_behind(run: RunDirectory, config: TrainConfig) -> Prepared | None:
    """Return what a former trainer of this run prepared; its tokens are written last, so they vouch for the rest."""
    try:
        vocabulary, about, labels = read_vocabulary(run), read_json(run.columns)["about"], None
        if OBJECTIVES[config.objective].labelled:
            labels = read_labels(run.label_numbers, read_json(run.labels)["labels"], vocab_size=len(vocabulary))
        return Prepared(open_tokens(run.tokens, vocab_size=len(vocabulary)), vocabulary, about, labels)
    except (OSError, KeyError, ValueError, RunIncomplete, SafetensorError):
        return None


def _open(run: RunDirectory, config: TrainConfig) -> Any:
    uploaded = config.corpus.startswith(UPLOAD)
    spec = str(run.corpus) if uploaded else config.corpus
    corpus = open_corpus(spec, config.corpus_options or None)
    name = config.corpus.removeprefix(UPLOAD) if uploaded else corpus.name
    return _Part(corpus, name, config.max_sentences) if uploaded or config.max_sentences else corpus


class _Part:
    """A corpus under the name its owner gave it, cut off after so many sentences (0: never)."""

    def __init__(self, corpus: Any, name: str, limit: int) -> None:
        self.name = name
        self._corpus = corpus
        self._limit = limit or None

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._corpus, attribute)

    @property
    def size_hint(self) -> int | None:
        known: int | None = self._corpus.size_hint
        return known if self._limit is None else min(known or self._limit, self._limit)

    def identity(self) -> str:
        known: str = self._corpus.identity()
        return known if self._limit is None else f"{known} {self._limit}"

    def sentences(self) -> Iterator[str]:
        return islice(self._corpus.sentences(), self._limit)

    def labelled(self) -> Iterator[tuple[str, str]]:
        return islice(self._corpus.labelled(), self._limit)
