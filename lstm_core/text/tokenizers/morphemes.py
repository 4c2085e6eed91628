"""Korean morphemes with their parts of speech, from the analyser Kiwi (library ``kiwipiepy``)."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Literal

from pydantic import field_validator

from lstm_core.normalize import normalize
from lstm_core.options import option
from lstm_core.registry import Text
from lstm_core.text.tokenizers.base import BLANK, CaseOptions, Example, Piece, Tokenizer
from lstm_core.text.tokenizers.processes import threads

TAGS: frozenset[str] = frozenset(
    (
        *("NNG", "NNP", "NNB", "NR", "NP", "VV", "VA", "VX", "VCP", "VCN", "MM", "MAG", "MAJ", "IC"),
        *("JKS", "JKC", "JKG", "JKO", "JKB", "JKV", "JKQ", "JX", "JC", "EP", "EF", "EC", "ETN", "ETM"),
        *("XPN", "XSN", "XSV", "XSA", "XSM", "XR", "UN"),
        *("SF", "SP", "SS", "SSO", "SSC", "SE", "SO", "SW", "SB", "SL", "SH", "SN"),
        *("W_URL", "W_EMAIL", "W_HASHTAG", "W_MENTION", "W_SERIAL", "W_EMOJI", "Z_CODA", "Z_SIOT"),
    )
)
"""The parts of speech Kiwi tells apart (those of the Sejong corpus, and some for web text), without the mark of regularity."""

_STAY: dict[str, tuple[str, ...]] = {  # what the tags that stay begin with
    "all_pos": ("",),
    "lexical_pos": ("N", "V", "M", "I", "X", "U", "W", "SL", "SH", "SN"),
    "content_pos": ("N", "VV", "VA", "MAG", "XR", "U", "W", "SL", "SH", "SN"),
    "noun_pos": ("N", "SL", "SH"),
}
_TAILS = {chr(0x11A8 + i): letter for i, letter in enumerate("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")}
_AS_TAIL = {letter: tail for tail, letter in _TAILS.items()}
_BOUND = ("J", "E", "Z")
"""Tags of what may begin with a final consonant: particles and endings (ㄴ다 of 간다), and a final consonant by itself."""


class MorphemeOptions(CaseOptions):
    """Which morphemes become tokens, and how they are written."""

    labels: Literal["form_pos", "form"] = option(
        "form_pos",
        label=Text("토큰 모양", "Tokens are written as"),
        help=Text(
            "품사를 붙이면 소리가 같은 말이 나뉩니다: 왕/NNG(임금)과 왕/XPN(왕짜증). 품사는 표의 열로도 남습니다.",
            "With the part of speech, words that sound alike stay apart, and it becomes a column of the table.",
        ),
    )
    parts: Literal["all_pos", "lexical_pos", "content_pos", "noun_pos"] = option(
        "all_pos",
        label=Text("남길 품사", "Parts of speech that stay"),
        help=Text("나머지는 버립니다. 버린 것은 되돌릴 수 없습니다.", "The rest is dropped, and cannot be brought back."),
    )
    dictionary: bool = option(
        True,
        label=Text("용언은 기본형으로", "Dictionary form of verbs"),
        help=Text("갔다의 가-를 가다로 적습니다.", "Writes the stem of a verb or adjective as a dictionary does: 갔다 → 가다."),
    )
    normalize_coda: bool = option(
        True,
        label=Text("받침 ㅋㅋ 풀기", "Undo run-on ㅋㅋ"),
        help=Text(
            "‘핰ㅋㅋ’처럼 앞말의 받침이 된 ㅋ을 떼고 분석합니다.",
            "Takes apart 핰ㅋㅋ, where the ㅋ has run into the syllable before it.",
        ),
        advanced=True,
    )
    user_words: str = option(
        "",
        label=Text("사용자 낱말", "Your words"),
        help=Text(
            "나누지 않을 낱말을 쉼표로 구분해 적으세요. 품사를 붙일 수 있습니다: 꿀잼, 존잼/NNG",
            "Words that are not to be cut, separated by commas, with a part of speech if you like: 꿀잼, 존잼/NNG",
        ),
        max_length=20_000,
        advanced=True,
    )

    @field_validator("user_words")
    @classmethod
    def _known_tags(cls, value: str) -> str:
        for word, tag in _user_words(value):
            if not word or tag not in TAGS:
                raise ValueError(f"{word or '?'}/{tag}: write WORD or WORD/TAG, with a tag such as NNG, NNP, VV or VA")
        return value


class MorphemeTokenizer(Tokenizer):
    """Cuts Korean into morphemes. ``"왕이 갔다" -> ["왕/NNG", "이/JKS", "가다/VV", "었/EP", "다/EF"]``.

    An ending that begins with a final consonant is written with the letter of the keyboard (ㄴ다/EF). What is not Korean is
    kept in one piece per word. Kiwi takes seconds to load and some 500 MB; it is loaded once per process, when first needed.
    """

    key = "morphemes"
    label = Text("형태소(Kiwi)", "Morphemes (Korean, Kiwi)")
    note = Text(
        "형태소 분석기 Kiwi로 나누고 품사를 붙입니다. 조사와 어미가 떨어지고, 동사와 형용사는 기본형이 됩니다.",
        "Cut and tagged by Kiwi, a Korean analyser: particles and endings come off, verbs take their dictionary form.",
    )
    example = Example("왕이 갔다.", ("왕/NNG", "이/JKS", "가다/VV", "었/EP", "다/EF", "./SF"))
    Options = MorphemeOptions
    options: MorphemeOptions
    version = f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"

    def __init__(self, options: MorphemeOptions | None = None) -> None:
        super().__init__(options)
        self._written: dict[str, str] = {}

    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return the morphemes of each sentence that stay."""
        written = self._written
        found = []
        for morphemes in self._analyse(sentences):
            tokens = []
            for morpheme in morphemes:
                tagged = morpheme.tagged_form
                token = written.get(tagged)
                if token is None:
                    token = written[tagged] = self._write(tagged)
                if token:
                    tokens.append(token)
            found.append(tokens)
        return found

    def decode(self, tokens: Sequence[str]) -> str:
        """Return ``tokens`` conjugated and spaced by Kiwi; those without a part of speech with a blank between them."""
        if self.options.labels == "form":
            return " ".join(tokens)
        return str(self._kiwi().join([self._morpheme(token) for token in tokens]))

    def normal_form(self, sentence: str) -> str:
        """Return ``sentence`` as Kiwi conjugates and spaces its morphemes: misspellings and contractions may be smoothed.

        Without parts of speech in the tokens, the morphemes with a blank between them. What the options drop is gone.
        """
        return self.decode(self.tokenize(normalize(sentence)))

    def pieces(self, sentence: str) -> list[Piece]:
        """Return the morphemes of ``sentence`` that stay, with their parts of speech."""
        (morphemes,) = self._analyse([sentence])
        tagged = [one.tagged_form for one in morphemes]
        return [Piece(self._spell(*_split(one)), _split(one)[1]) for one in tagged if self._write(one)]

    def token_columns(self, tokens: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the column ``pos``: the part of speech without its regularity (VV for VV-I); none when tokens carry none."""
        if self.options.labels == "form":
            return {}
        tags = (_split(token)[1].partition("-")[0] for token in tokens)
        return {"pos": tuple(tag if tag in TAGS else "" for tag in tags)}

    def _analyse(self, sentences: Sequence[str]) -> Any:
        return self._kiwi().tokenize(self._cases(sentences), normalize_coda=self.options.normalize_coda)

    def _kiwi(self) -> Any:
        return _one_kiwi(self.options.user_words)

    def _write(self, tagged: str) -> str:
        """Return the token of a morpheme that Kiwi calls ``tagged``, "" when its part of speech does not stay."""
        form, tag = _split(tagged)
        if not tag.startswith(_STAY[self.options.parts]):
            return ""
        spelled = self._spell(form, tag)
        return f"{spelled}/{tag}" if self.options.labels == "form_pos" else spelled

    def _spell(self, form: str, tag: str) -> str:
        form = form.replace(" ", BLANK)
        if self.options.dictionary and tag.startswith("V"):
            return form + "다"
        return _TAILS[form[0]] + form[1:] if tag.startswith(_BOUND) and form[0] in _TAILS else form

    def _morpheme(self, token: str) -> tuple[str, str]:
        """Return what :meth:`_write` was given for ``token``: form and tag for Kiwi; what it did not write has no known tag."""
        form, tag = _split(token)
        if not form or tag.partition("-")[0] not in TAGS:
            return token, "UN"
        if self.options.dictionary and tag.startswith("V"):
            form = form.removesuffix("다") or form
        if tag.startswith(_BOUND):
            form = _AS_TAIL.get(form[0], form[0]) + form[1:]
        return form.replace(BLANK, " "), tag


def _split(tagged: str) -> tuple[str, str]:
    form, _, tag = tagged.rpartition("/")
    return form, tag


def _user_words(text: str) -> tuple[tuple[str, str], ...]:
    """Return the words in ``text`` with their tags (NNP, a name, where none is given); verbs as their stem."""
    found = []
    for given in re.split(r"[,\s]+", normalize(text)):
        word, slash, tag = given.rpartition("/")
        if given:
            word, tag = (word, tag.upper()) if slash else (given, "NNP")
            found.append((word.removesuffix("다") if tag.startswith("V") else word, tag))
    return tuple(found)


_LOADING = threading.Lock()


def _one_kiwi(user_words: str) -> Any:
    """Return the analyser of this process, loaded when first needed and again when other user words are asked for."""
    with _LOADING:
        return _load_kiwi(_user_words(user_words), threads(), process=os.getpid())


@lru_cache(maxsize=1)
def _load_kiwi(words: tuple[tuple[str, str], ...], workers: int, *, process: int) -> Any:
    """Return a new analyser; ``process`` is there so that a forked process does not use the one of its parent."""
    from kiwipiepy import Kiwi

    kiwi = Kiwi(num_workers=workers, load_multi_dict=False)  # its dictionary of names with blanks in them
    for word, tag in words:
        kiwi.add_user_word(word, tag)
    return kiwi
