"""Words found while they are being typed: beginnings, middles, unfinished syllables and initial consonants (ㅇㅇ -> 여왕)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.spelling import LEADS, Codes, codes, label_codes

_SYLLABLES = range(0xAC00, 0xD7A4)
_PER_LEAD = 588  # syllables that begin with the same consonant
_CONSONANTS = frozenset("ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
_SPARE = 4  # hits looked at for each word wanted: a word may be hit more than once
_LEAD_CODES = np.array([ord(letter) for letter in LEADS], dtype=np.uint32)


class _Letters:
    """All labels as one run of letters, with the word that each letter belongs to."""

    def __init__(self, letters: Codes, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        self.letters, self.starts, self.lengths = letters, starts, lengths.astype(np.int32)
        self._counts = np.bincount(letters)
        self.word = np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(np.append(starts, len(letters) + 1)))

    def places(self, wanted: Sequence[int], given: Codes | None = None) -> NDArray[np.int64]:
        """Return where the letters ``wanted`` stand in a row (in ``given`` in place of the letters), ``(n,)``."""
        letters = self.letters if given is None else given
        last = len(letters) - len(wanted) + 1
        if last < 1 or max(wanted) >= len(self._counts):
            return np.empty(0, np.int64)
        rarest = int(np.argmin(self._counts[list(wanted)]))
        found = np.flatnonzero(letters[rarest : rarest + last] == wanted[rarest])
        for offset, letter in enumerate(wanted):
            found = found[letters[found + offset] == letter]
        return found


class WordFinder:
    """The spelling of every label of a table, decomposed: about 110 bytes a word of Korean; a second for 400,000 words."""

    def __init__(self, table: EmbeddingTable) -> None:
        self._labels = table.labels
        self._order = table.frequency_order
        self._rank = np.empty(len(table), dtype=np.int64)
        self._rank[self._order] = np.arange(len(table))
        self._jamo = _Letters(*label_codes(table.labels))
        self._whole = _Letters(*label_codes(table.labels, form="NFC"))
        self._initials = _initials(self._whole.letters)

    def find(self, text: str, *, k: int = 10) -> tuple[str, ...]:
        """Return up to ``k`` labels that hold ``text``: the same word first, then beginnings, then middles, each by frequency.

        Letter case does not matter; an unfinished syllable counts as typed so far (여와 -> 여왕); a bare consonant stands for
        any syllable that begins with it, also beside whole ones (여ㅇ). "" finds nothing.
        """
        query = unicodedata.normalize("NFC", normalize(text).lower())
        if not query or k < 1:
            return ()
        if any(letter in _CONSONANTS for letter in query):
            found = self._mixed(query)
            return self._best(self._whole, found, len(query), k)
        wanted = codes(query)
        return self._best(self._jamo, self._jamo.places(wanted.tolist()), len(wanted), k)

    def _mixed(self, query: str) -> NDArray[np.int64]:
        """Return the places in the composed labels that fit whole letters and initial consonants."""
        initials = codes(query) if all(letter in _CONSONANTS for letter in query) else None
        if initials is not None:
            return self._whole.places(initials.tolist(), self._initials)
        first = next(place for place, letter in enumerate(query) if letter not in _CONSONANTS)
        found = np.flatnonzero(self._whole.letters == ord(query[first])) - first
        found = found[(found >= 0) & (found + len(query) <= len(self._whole.letters))]
        for offset, letter in enumerate(query):
            letters = self._initials if letter in _CONSONANTS else self._whole.letters
            found = found[letters[found + offset] == ord(letter)]
        return found

    def _best(self, letters: _Letters, found: NDArray[np.int64], length: int, k: int) -> tuple[str, ...]:
        words = letters.word[found]
        begins = found == letters.starts[words]
        kind = np.where(begins, np.where(letters.lengths[words] == length, 0, 1), 2)
        keys = kind * len(self._labels) + self._rank[words]
        few = len(keys) <= _SPARE * k
        ranks = self._ranks(keys if few else np.partition(keys, _SPARE * k)[: _SPARE * k])
        if len(ranks) < k and not few:
            ranks = self._ranks(keys)
        return tuple(self._labels[self._order[rank]] for rank in ranks[:k])

    def _ranks(self, keys: NDArray[np.int64]) -> list[int]:
        """Return the frequency ranks behind ``keys``, best first, each once: a word may hold a text more than once."""
        return list(dict.fromkeys((np.unique(keys) % len(self._labels)).tolist()))


_ready: WeakKeyDictionary[EmbeddingTable, WordFinder] = WeakKeyDictionary()
_lock = Lock()


def find_words(table: EmbeddingTable, text: str, *, k: int = 10) -> tuple[str, ...]:
    """Return up to ``k`` labels of ``table`` that hold ``text``, as :meth:`WordFinder.find`, which is built once a table."""
    with _lock:
        if table not in _ready:
            _ready[table] = WordFinder(table)
        finder = _ready[table]
    return finder.find(text, k=k)


def _initials(letters: Codes) -> Codes:
    """Return the letters with every syllable replaced by the consonant it begins with."""
    syllable = (letters >= _SYLLABLES.start) & (letters < _SYLLABLES.stop)
    initials = letters.copy()
    initials[syllable] = _LEAD_CODES[(letters[syllable] - _SYLLABLES.start) // _PER_LEAD]
    return initials
