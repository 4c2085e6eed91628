"""Near spellings of a word: Levenshtein distance over jamo, so that 왕 and 왕자 or 커비 and 커피 are close."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from lstm_core.normalize import normalize

if TYPE_CHECKING:
    from lstm_core.table.embedding_table import EmbeddingTable

Codes = NDArray[np.uint32]

LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_CONJOINING = range(0x1100, 0x1200)
_NO_MATCH = 1_000_000


def _keyboard_letters() -> Codes:
    """Return the compatibility letter of each conjoining jamo U+1100–U+11FF (itself where there is none), ``(256,)``."""
    letters = np.array(_CONJOINING, dtype=np.uint32)
    for start, row in ((0x1100, LEADS), (0x1161, _VOWELS), (0x11A8, _TAILS)):
        letters[start - 0x1100 : start - 0x1100 + len(row)] = [ord(letter) for letter in row]
    return letters


_KEYBOARD = _keyboard_letters()


def jamo(word: str) -> str:
    """Return ``word`` decomposed: Hangul syllables become keyboard letters (왕 -> ㅇㅏㅇ), é becomes e and an accent."""
    return codes(word).tobytes().decode("utf-32-le", "surrogatepass")


def jamo_distance(a: str, b: str) -> int:
    """Return the Levenshtein distance between the jamo of ``a`` and ``b``: insertions, deletions, substitutions; >= 0."""
    other = codes(b)
    return int(_distances(codes(a), other[:, None], np.array([len(other)]))[0])


def near_spellings(table: EmbeddingTable, word: str, *, k: int = 5) -> tuple[str, ...]:
    """Return up to ``k`` labels of ``table`` spelled like ``word``, nearest first, the more frequent first among equals.

    Near means a jamo distance of at most a third of the letters of ``word`` (at least 1), letter case ignored. Labels that
    begin with ``word``, and labels of two letters or more that ``word`` begins with (커피를 -> 커피), follow by what they lack.
    """
    query = codes(normalize(word).lower())
    if not len(query) or k < 1:
        return ()
    limit = max(1, len(query) // 3)
    letters, starts, lengths = label_codes(table.labels)
    cost = _prefix_costs(query, letters, starts, lengths)
    close = np.flatnonzero(np.abs(lengths - len(query)) <= limit)
    distance = _distances(query, _columns(letters, starts[close], lengths[close]), lengths[close])
    cost[close] = np.minimum(cost[close], np.where(distance <= limit, distance, _NO_MATCH))
    found = np.flatnonzero(cost < _NO_MATCH)
    counts = np.zeros(len(table), np.int64) if table.counts is None else table.counts
    best = np.lexsort((found, -counts[found], cost[found]))[:k]
    return tuple(table.labels[row] for row in found[best])


def codes(text: str, *, form: Literal["NFC", "NFD"] = "NFD") -> Codes:
    """Return the letters of ``text`` as code points, Hangul decomposed to keyboard letters unless ``form`` is NFC."""
    data = unicodedata.normalize(form, text).encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(data, dtype="<u4").astype(np.uint32)
    conjoining = (letters >= _CONJOINING.start) & (letters < _CONJOINING.stop)
    letters[conjoining] = _KEYBOARD[letters[conjoining] - _CONJOINING.start]
    return letters


def label_codes(
    labels: Sequence[str], *, form: Literal["NFC", "NFD"] = "NFD"
) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
    """Return all labels as one run of letters, with the start and the length of each label: decomposed in one call."""
    text = "\n".join(label.replace("\n", " ") for label in labels).lower()
    letters = codes(text, form=form)
    ends = np.append(np.flatnonzero(letters == ord("\n")), len(letters))
    starts = np.concatenate(([0], ends[:-1] + 1))
    return letters, starts, ends - starts


def _prefix_costs(query: Codes, letters: Codes, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for each label, the difference in length where one of label and query begins with the other, ``(V,)``."""
    padded = np.concatenate((letters, np.zeros(len(query), np.uint32)))
    agrees = np.ones(len(starts), dtype=bool)
    for offset, letter in enumerate(query[: int(lengths.max(initial=0))]):
        agrees &= (padded[starts + offset] == letter) | (offset >= lengths)
    shorter = lengths < len(query)
    agrees &= ~shorter | (lengths >= 2)
    return np.where(agrees, np.abs(lengths - len(query)), _NO_MATCH)


def _columns(letters: Codes, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Codes:
    """Return the labels as columns filled up with zeros, ``(L, C)``."""
    offsets = np.arange(int(lengths.max(initial=0)))[:, None]
    where = np.minimum(starts + offsets, len(letters) - 1)
    return np.where(offsets < lengths, letters[where], np.uint32(0))


def _distances(query: Codes, columns: Codes, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the Levenshtein distance from ``query`` to each column ``(L, C)``, all in one dynamic programme, ``(C,)``."""
    width, count = columns.shape
    steps = np.arange(width + 1, dtype=np.int32)[:, None]
    row = np.repeat(steps, count, axis=1)  # (L + 1, C): what it costs to turn the letters typed so far into each prefix
    for typed, letter in enumerate(query, start=1):
        change = np.minimum(row[:-1] + (columns != letter), row[1:] + 1)
        row = np.concatenate((np.full((1, count), typed, np.int32), change.astype(np.int32)))
        row = np.minimum.accumulate(row - steps, axis=0) + steps
    return row[lengths, np.arange(count)].astype(np.int64)
