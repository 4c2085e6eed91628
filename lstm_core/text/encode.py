"""Text to integers: a corpus becomes token ids in a memory-mapped file and the vocabulary they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_core.errors import UnreadableText
from lstm_core.text.corpus import Corpus
from lstm_core.text.cut_corpus import Progress
from lstm_core.text.token_cache import tokenized
from lstm_core.text.token_file import Sentences, open_tokens
from lstm_core.text.tokenizers import Tokenizer
from lstm_core.text.vocabulary import CoverageReport, Vocabulary

LEAST_WORDS = 2


@dataclass(frozen=True)
class EncodedCorpus:
    """The sentences as ids, the vocabulary they refer to and what it keeps; ``path`` is the token file."""

    sentences: Sentences
    vocabulary: Vocabulary
    coverage: CoverageReport
    tokenizer: Tokenizer
    path: Path


def encode_corpus(
    corpus: Corpus,
    tokenizer: str,
    *,
    max_vocab: int,
    min_count: int = 1,
    tokenizer_options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    processes: int | None = None,
) -> EncodedCorpus:
    """Cut ``corpus`` with the tokenizer called ``tokenizer`` and return its ids and vocabulary.

    The corpus is cut once and kept (:func:`tokenized`); the vocabulary is chosen afterwards, so that another ``max_vocab`` or
    ``min_count`` costs nothing. ``progress`` is told a fraction 0-1 and may raise to cancel.

    Raises :class:`UnreadableText` when fewer than two different tokens are found, or are left by ``min_count``, and what
    :func:`tokenized` raises.
    """
    cut = tokenized(corpus, tokenizer, options=tokenizer_options, progress=progress, processes=processes)
    vocabulary = cut.types.vocabulary(max_size=max_vocab, min_count=min_count)
    if len(vocabulary.words) < LEAST_WORDS:
        raise UnreadableText(name=corpus.name, reason="too_rare")
    sentences = open_tokens(cut.path, vocab_size=len(vocabulary))
    return EncodedCorpus(sentences, vocabulary, cut.types.coverage(vocabulary), cut.tokenizer, cut.path)
