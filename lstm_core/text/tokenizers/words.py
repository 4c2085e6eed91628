"""Words: cut at blanks, punctuation apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lstm_core.normalize import normalize
from lstm_core.registry import Text
from lstm_core.text.tokenizers.base import Example, Tokenizer

_WORD = re.compile(r"\w+(?:[-'’·]\w+)*|[^\w\s]")
_MARK = re.compile(r"(?<!\w)[-'’·]|[-'’·](?!\w)|[^\w\s\-'’·]")


class WordTokenizer(Tokenizer):
    """Cuts at blanks; punctuation stands alone. ``"왕이 왔다." -> ["왕이", "왔다", "."]``."""

    key = "words"
    label = Text("띄어쓰기와 문장 부호", "Spaces and punctuation")
    note = Text(
        "띄어 쓴 곳에서 나누고 문장 부호를 따로 뗍니다. 조사와 어미는 낱말에 붙은 채로 남습니다.",
        "Cuts at blanks and sets punctuation apart. Particles and endings stay on the word.",
    )
    example = Example("왕이 왔다.", ("왕이", "왔다", "."))

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return words and single punctuation marks."""
        cut = _WORD.findall
        return [cut(sentence) for sentence in self._cases(sentences)]

    def tokenize(self, sentence: str) -> list[str]:
        """Return words and single punctuation marks."""
        return _WORD.findall(self._case(sentence))

    def decode(self, tokens: Sequence[str]) -> str:
        """Return ``tokens`` with a blank between them."""
        return " ".join(tokens)

    def normal_form(self, sentence: str) -> str:
        """Return ``sentence`` with one blank around every punctuation mark that is not inside a word (co-op, don't)."""
        return " ".join(_MARK.sub(r" \g<0> ", self._case(normalize(sentence))).split())
