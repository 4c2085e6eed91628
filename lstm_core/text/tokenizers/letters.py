"""Characters, and the jamo that Hangul syllables are made of. Blanks stay, as a token that can be seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from lstm_core.registry import Text
from lstm_core.text.tokenizers.base import BLANK, Example, Tokenizer

_PARTS = ((0x1100, 0x1160, "lead"), (0x1160, 0x11A8, "vowel"), (0x11A8, 0x1200, "tail"))


class CharacterTokenizer(Tokenizer):
    """Every character is a token, a blank is ``▁``. ``"왕이 왔다" -> ["왕", "이", "▁", "왔", "다"]``."""

    key = "characters"
    label = Text("글자", "Characters")
    note = Text(
        f"글자 하나하나로 나눕니다. 빈칸은 {BLANK}로 남아서 원래 글로 되돌릴 수 있습니다.",
        f"Every character is a token. A blank stays as {BLANK}, so that the text can be put together again.",
    )
    example = Example("왕이 왔다", ("왕", "이", BLANK, "왔", "다"))

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return the characters (code points)."""
        return list(map(list, self._cases(sentences, blank=BLANK)))

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the characters written together, ``▁`` as a blank."""
        return "".join(tokens).replace(BLANK, " ")


class JamoTokenizer(Tokenizer):
    """Every jamo is a token, a blank is ``▁``. ``"왕이" -> ["ᄋ", "ᅪ", "ᆼ", "ᄋ", "ᅵ"]``.

    The letters are the conjoining ones of Unicode: an initial ᄋ (U+110B) is another token than a final ᆼ (U+11BC), and than a
    ㅇ (U+3147) that was typed by itself. So there is one way to put them together again: the composition of NFC, which takes a
    lead, a vowel and a tail, if one follows, for a syllable. Accents are apart from their letters, too (é = e + ◌́).
    """

    key = "jamo"
    label = Text("자모", "Jamo")
    note = Text(
        f"한글을 초성·중성·종성으로 풀어 나눕니다. 빈칸은 {BLANK}로 남습니다. 초성 ㅇ과 종성 ㅇ은 서로 다른 토큰입니다.",
        f"Hangul syllables are split into lead, vowel and tail. A blank stays as {BLANK}. "
        "A letter as lead is another token than the same letter as tail.",
    )
    example = Example("왕이", ("\u110b", "\u116a", "\u11bc", "\u110b", "\u1175"))

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return the letters (code points of NFD)."""
        apart = unicodedata.normalize
        return [list(apart("NFD", sentence)) for sentence in self._cases(sentences, blank=BLANK)]

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the letters composed to syllables, ``▁`` as a blank."""
        return unicodedata.normalize("NFC", "".join(tokens)).replace(BLANK, " ")

    def token_columns(self, tokens: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the column ``jamo``: "lead", "vowel" or "tail" of a syllable."""
        return {"jamo": tuple(_part(token) for token in tokens)}


def _part(token: str) -> str:
    code = ord(token) if len(token) == 1 else 0
    return next((name for first, end, name in _PARTS if first <= code < end), "")
