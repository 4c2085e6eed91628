"""Word arithmetic as written by a person: ``왕 - 남자 + 여자`` becomes signed words. Parsed, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lstm_core.errors import FormulaError
from lstm_core.normalize import normalize

MAX_TERMS = 64
MAX_CHARACTERS = 2_000
MAX_WEIGHT = 1_000.0
PLUS = "+＋"
MINUS = "-−–－"
_OPERATORS = PLUS + MINUS
_WEIGHTED = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)[*×](.+)")


@dataclass(frozen=True)
class Term:
    """A word and what it is multiplied by (negative after a minus sign, never 0)."""

    word: str
    weight: float


@dataclass(frozen=True)
class Formula:
    """Signed words in the order written; ``text`` is the normalised formula."""

    terms: tuple[Term, ...]
    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The different words of the formula, in order."""
        return tuple(dict.fromkeys(term.word for term in self.terms))


class _Token(NamedTuple):
    text: str
    position: int
    is_operator: bool


def parse_formula(text: str, vocabulary: Container[str] | None = None) -> Formula:
    """Return ``text`` as signed words.

    An operator is a lone ``+``, ``-``, ``−`` or ``–`` between blanks, so ``co-op`` and ``-다`` stay words; ``2*왕`` is a
    weight. With a ``vocabulary``, a run of letters that is not in it but splits at its operators into words that are
    (``왕-남자+여자``) is split, and neighbouring words that are one label together (``New York``) are joined.
    Raises :class:`FormulaError` with the position (0-based, in the normalised text) and one of the reasons ``empty``,
    ``dangling`` (a sign without a word), ``unexpected`` or ``too_long`` (over 64 terms or 2,000 characters).
    """
    clean = normalize(text[: 4 * MAX_CHARACTERS])
    if len(clean) > MAX_CHARACTERS or len(text) > 4 * MAX_CHARACTERS:
        raise FormulaError(formula=clean[:80] + "…", position=MAX_CHARACTERS, reason="too_long")
    if not clean:
        raise FormulaError(formula=clean, position=0, reason="empty")
    terms = tuple(_terms(clean, list(_tokens(clean, vocabulary)), vocabulary))
    if len(terms) > MAX_TERMS:
        raise FormulaError(formula=clean[:80] + "…", position=len(clean), reason="too_long")
    return Formula(terms, clean)


def _tokens(text: str, vocabulary: Container[str] | None) -> Iterator[_Token]:
    for match in re.finditer(r"\S+", text):
        piece, start = match.group(), match.start()
        if piece in tuple(_OPERATORS):
            yield _Token(piece, start, True)
        elif vocabulary is None or _is_operand(piece, vocabulary) or not any(sign in piece for sign in _OPERATORS):
            yield _Token(piece, start, False)
        else:
            yield from _split(piece, start, vocabulary) or (_Token(piece, start, False),)


def _split(piece: str, start: int, vocabulary: Container[str]) -> tuple[_Token, ...] | None:
    """Return ``piece`` cut at operators into known words (longest words first), or None when there is no such cut."""
    cuts = [i for i, letter in enumerate(piece) if letter in _OPERATORS] + [len(piece)]
    known: dict[int, tuple[_Token, ...] | None] = {len(piece): ()}
    for begin in sorted({0} | {cut + 1 for cut in cuts[:-1]}, reverse=True):
        known.setdefault(begin, None)
        for end in (cut for cut in cuts if cut > begin and _is_operand(piece[begin:cut], vocabulary)):
            rest = () if end == len(piece) else known.get(end + 1)
            if rest is not None:
                sign = () if end == len(piece) else (_Token(piece[end], start + end, True),)
                known[begin] = (_Token(piece[begin:end], start + begin, False), *sign, *rest)
    if known[0] is None and piece[0] in _OPERATORS and known[1]:
        return (_Token(piece[0], start, True), *known[1])
    return known[0]


def _terms(text: str, tokens: list[_Token], vocabulary: Container[str] | None) -> Iterator[Term]:
    sign, pending = 1.0, None
    operands: list[_Token] = []
    for token in [*tokens, None]:
        if token is not None and not token.is_operator:
            operands.append(token)
            continue
        if operands:
            yield _term(text, operands, sign, vocabulary)
        elif token is None or pending is not None:
            position = pending.position if token is None and pending else token.position if token else 0
            raise FormulaError(formula=text, position=position, reason="dangling" if token is None else "unexpected")
        sign = -1.0 if token is not None and token.text in MINUS else 1.0
        pending, operands = token, []


def _term(text: str, operands: list[_Token], sign: float, vocabulary: Container[str] | None) -> Term:
    together = " ".join(token.text for token in operands)
    if len(operands) > 1 and (vocabulary is None or not _is_operand(together, vocabulary)):
        raise FormulaError(formula=text, position=operands[1].position, reason="unexpected")
    weighted = _WEIGHTED.fullmatch(together)
    if weighted is None or (vocabulary is not None and together in vocabulary):
        return Term(together, sign)
    weight = float(weighted.group(1))
    if not 0 < weight <= MAX_WEIGHT:
        raise FormulaError(formula=text, position=operands[0].position, reason="unexpected")
    return Term(weighted.group(2), sign * weight)


def _is_operand(piece: str, vocabulary: Container[str]) -> bool:
    weighted = _WEIGHTED.fullmatch(piece)
    return piece in vocabulary or (weighted is not None and weighted.group(2) in vocabulary)
