"""The one text normalisation, used by training and by every query."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_INVISIBLE = re.compile("[\ufeff\u200b\u2060\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # the last: halves of a character


def normalize(text: str) -> str:
    """Return ``text`` in NFC, without invisible characters, with every run of blanks made one space.

    macOS hands out decomposed Hangul (NFD); after this, both spellings of a word are the same string.
    Case is kept: lower-casing is the choice of a tokenizer. Idempotent.
    """
    composed = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return _BLANKS.sub(" ", composed).strip()
