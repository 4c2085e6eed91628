"""What every tokenizer can do, and what they share."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Self

from lstm_core.normalize import normalize
from lstm_core.options import Options, option
from lstm_core.registry import Text

BLANK = "▁"
"""How a blank is written inside a token (U+2581, as SentencePiece does). One that stands in the text is read as a blank."""


class CaseOptions(Options):
    """How letters are spelled in tokens."""

    lowercase: bool = option(
        True,
        label=Text("소문자로", "Lower-case"),
        help=Text("영어 대문자를 소문자로 바꿉니다.", "Turns capital letters into small ones."),
    )


class Piece(NamedTuple):
    """A token as a person reads it: its text, and its part of speech ("" where the tokenizer knows none)."""

    text: str
    tag: str


class Example(NamedTuple):
    """A sentence, and how it is cut (by a tokenizer that learns: once it has seen enough text)."""

    sentence: str
    tokens: tuple[str, ...]


class Tokenizer(ABC):
    """Cuts sentences into tokens, and saves itself into the run so that a query is cut as the training text was.

    Sentences come in as :func:`lstm_core.normalize.normalize` leaves them. Tokens are non-empty, hold no blank and are NFC.
    For every sentence ``decode(tokenize(sentence)) == normal_form(sentence)``.
    """

    key: ClassVar[str]
    label: ClassVar[Text]
    note: ClassVar[Text]
    """What it does to a sentence."""
    example: ClassVar[Example]
    Options: ClassVar[type[CaseOptions]] = CaseOptions
    needs_fit: ClassVar[bool] = False
    """Whether it learns from the corpus; if not, :meth:`fit` reads no sentence."""
    version: ClassVar[str] = "1"
    """What its tokens depend on: the number of our own method, or the version of the library that cuts."""

    def __init__(self, options: Any = None) -> None:
        self.options: CaseOptions = options or self.Options()

    @classmethod
    def fit(cls, sentences: Iterable[str], options: Any = None) -> Self:
        """Return a tokenizer that has learned what it needs from ``sentences`` (read at most once)."""
        return cls(options)

    @abstractmethod
    def tokenize_batch(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return the tokens of each of ``sentences``: the fast way to cut many."""

    def tokenize(self, sentence: str) -> list[str]:
        """Return the tokens of ``sentence``."""
        return self.tokenize_batch([sentence])[0]

    @abstractmethod
    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text that ``tokens`` are written as; any tokens, in any order."""

    def normal_form(self, sentence: str) -> str:
        """Return what is left of ``sentence`` after cutting it and writing the tokens together again.

        Here: the normalised text in the case of the options; nothing else is lost.
        """
        return self._case(normalize(sentence)).replace(BLANK, " ")

    def pieces(self, sentence: str) -> list[Piece]:
        """Return the tokens of ``sentence`` as a person reads them."""
        return [Piece(token, "") for token in self.tokenize(sentence)]

    def token_columns(self, tokens: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return what the tokenizer knows about each of ``tokens``, by name of the column ("" where nothing)."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-able form that :func:`tokenizer_from_json` reads: key, version, options and what was learned."""
        return {"key": self.key, "version": self.version, "options": self.options.model_dump()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the tokenizer written by :meth:`to_json`."""
        return cls(cls.Options(**data["options"]))

    def _cases(self, sentences: Sequence[str], *, blank: str = " ") -> list[str]:
        """Return ``sentences`` in the case of the options, a blank written as ``blank``: as one text, which is much faster."""
        text = self._case("\n".join(sentences))
        cased = (text if blank == " " else text.replace(" ", blank)).split("\n")
        if len(cased) == len(sentences):
            return cased
        return [self._case(sentence).replace(" ", blank) for sentence in sentences]  # none, or one with a line break

    def _case(self, sentence: str) -> str:
        """Return ``sentence`` in the case of the options, still NFC (small h with a line below is one letter, H is two)."""
        if not self.options.lowercase or (small := sentence.lower()) == sentence:
            return sentence
        return unicodedata.normalize("NFC", small)
