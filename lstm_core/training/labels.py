"""The labels of a corpus as numbers, beside its tokens in the run folder. Imports no torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.files import atomic_path
from lstm_core.text.corpus import Corpus
from lstm_core.text.token_file import Sentences
from lstm_core.text.tokenizers import Tokenizer
from lstm_core.text.vocabulary import Vocabulary

MOST = 100
"""Labels; a column with more different values is hardly one of labels."""
NONE = -1
_AT_ONCE = 4096
_TEST = ("test_ids", "test_offsets", "test_labels")


@dataclass(frozen=True, eq=False)
class Labels:
    """``names`` as the file spells them, sorted; ``numbers`` int32 (S,): which one each sentence has, -1 for none.

    ``test`` are the sentences that are measured once at the end and their labels, None where there are none.
    """

    names: tuple[str, ...]
    numbers: NDArray[np.int32]
    test: tuple[Sentences, NDArray[np.int32]] | None = None


def labels_of(corpus: Corpus, *, sentences: int) -> Labels:
    """Return the label of each of the ``sentences`` of ``corpus``; blank ones are none.

    Raises :class:`InvalidOption` for a corpus without labels, or with more than 100, :class:`TooFew` for less than two.
    """
    spelled = [label for _, label in corpus.labelled()]
    if len(spelled) != sentences:
        rule = f"it has {sentences:,} texts, but {len(spelled):,} labels: did it change?"
        raise InvalidOption(name="corpus", value=corpus.name, rule=rule)
    counted = Counter(filter(None, spelled))
    if len(counted) > MOST:
        rule = f"{len(counted):,} different labels, at most {MOST} can be told apart: choose another column"
        raise InvalidOption(name="label_column", value=next(iter(counted)), rule=rule, most=MOST)
    if len(counted) < 2:
        raise TooFew(what="labels", given=len(counted), needed=2)
    names = tuple(sorted(counted))
    return Labels(names, _numbered(spelled, names))


def test_of(
    corpus: Corpus, names: tuple[str, ...], *, tokenizer: Tokenizer, vocabulary: Vocabulary
) -> tuple[Sentences, NDArray[np.int32]]:
    """Return the texts of a test ``corpus`` that have one of the labels ``names``, cut and numbered as the training text.

    Raises what reading it raises, :class:`TooFew` when no text has a known label.
    """
    known = [(text, label) for text, label in corpus.labelled() if label in names]
    if not known:
        raise TooFew(what="labels", given=0, needed=1)
    rows = list(_encoded([text for text, _ in known], tokenizer, vocabulary))
    offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    sentences = Sentences(np.concatenate([*rows, np.zeros(0, np.int32)]), offsets, len(vocabulary))
    return sentences, _numbered([label for _, label in known], names)


def write_labels(path: Path, labels: Labels) -> None:
    """Write the numbers, also those of the test, to a safetensors file; the names are kept elsewhere."""
    arrays: dict[str, Any] = {"labels": labels.numbers}
    if labels.test is not None:
        sentences, numbers = labels.test
        arrays |= dict(zip(_TEST, (sentences.ids, sentences.offsets, numbers), strict=True))
    with atomic_path(path) as temporary:
        save_file(arrays, temporary)


def read_labels(path: Path, names: Sequence[str], *, vocab_size: int) -> Labels:
    """Return what :func:`write_labels` wrote. Raises ``OSError``, ``KeyError``, or ``SafetensorError`` for a damaged file."""
    arrays = load_file(path)
    test = None
    if _TEST[0] in arrays:
        ids, offsets, numbers = (arrays[name] for name in _TEST)
        test = (Sentences(ids, offsets, vocab_size), numbers)
    return Labels(tuple(names), arrays["labels"], test)


def _numbered(spelled: Sequence[str], names: tuple[str, ...]) -> NDArray[np.int32]:
    numbers = {name: number for number, name in enumerate(names)}
    return np.array([numbers.get(label, NONE) for label in spelled], dtype=np.int32)


def _encoded(texts: Sequence[str], tokenizer: Tokenizer, vocabulary: Vocabulary) -> Iterator[NDArray[np.int32]]:
    for start in range(0, len(texts), _AT_ONCE):
        for tokens in tokenizer.tokenize_batch(texts[start : start + _AT_ONCE]):
            yield vocabulary.encode(tokens)
