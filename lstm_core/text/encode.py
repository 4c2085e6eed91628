"""Text to integers: a corpus becomes one array of token ids and the vocabulary they refer to."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import UnreadableText
from lstm_core.options import build
from lstm_core.text.corpus import Corpus
from lstm_core.text.tokenizers import TOKENIZERS, Tokenizer
from lstm_core.text.vocabulary import Vocabulary

Progress = Callable[[float], None]
LEAST_WORDS = 2
_REPORT_EVERY = 2_000


@dataclass(frozen=True)
class EncodedCorpus:
    """Sentences as ids: sentence i is ``ids[offsets[i]:offsets[i + 1]]``, without ``<bos>`` and ``<eos>``.

    ``ids`` is int32 ``(N,)``, ``offsets`` int64 ``(S + 1,)``.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    vocabulary: Vocabulary
    tokenizer: Tokenizer

    def __len__(self) -> int:
        return len(self.offsets) - 1


def encode_corpus(
    corpus: Corpus,
    tokenizer: str,
    *,
    max_vocab: int,
    min_count: int = 1,
    tokenizer_options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> EncodedCorpus:
    """Cut ``corpus`` with the tokenizer called ``tokenizer`` and return its ids and vocabulary.

    ``progress`` is told a fraction 0–1 and may raise to cancel. Raises :class:`UnreadableText` when fewer than two different
    tokens are found, or are left by ``min_count``, :class:`UnknownChoice` for an unknown tokenizer, :class:`InvalidOption`.
    """
    report = progress or (lambda fraction: None)
    kind = TOKENIZERS[tokenizer]
    fitted = kind.fit(_reported(corpus, report, begin=0.0, end=0.4), build(kind.Options, dict(tokenizer_options or {})))
    provisional: dict[str, int] = {}
    ids, offsets = array("i"), array("q", [0])
    for sentence in _reported(corpus, report, begin=0.4, end=0.95):
        ids.extend([provisional.setdefault(token, len(provisional)) for token in fitted.tokenize(sentence)])
        if len(ids) > offsets[-1]:
            offsets.append(len(ids))
    if len(provisional) < 2:
        raise UnreadableText(name=corpus.name, reason="one_token")
    first = np.frombuffer(ids, dtype=np.int32)
    vocabulary = _vocabulary(provisional, first, max_vocab=max_vocab, min_count=min_count)
    if len(vocabulary.words) < LEAST_WORDS:
        raise UnreadableText(name=corpus.name, reason="too_rare")
    final = vocabulary.encode(provisional)[first]
    report(1.0)
    return EncodedCorpus(final, np.frombuffer(offsets, dtype=np.int64).copy(), vocabulary, fitted)


def _vocabulary(tokens: Iterable[str], ids: NDArray[np.int32], *, max_vocab: int, min_count: int) -> Vocabulary:
    counts = np.bincount(ids)
    seen = {token: int(n) for token, n in zip(tokens, counts, strict=True)}
    return Vocabulary.from_counts(seen, max_size=max_vocab, min_count=min_count)


def _reported(corpus: Corpus, report: Progress, *, begin: float, end: float) -> Iterator[str]:
    total = max(1, corpus.size_hint)
    for i, sentence in enumerate(corpus.sentences()):
        if i % _REPORT_EVERY == 0:
            report(begin + (end - begin) * min(1.0, i / total))
        yield sentence
