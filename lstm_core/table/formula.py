"""Word arithmetic as written by a person: ``2*(왕 - 남자) + 여자`` becomes weighted words. Parsed, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lstm_core.errors import FormulaError
from lstm_core.normalize import normalize

MAX_TERMS = 64
MAX_CHARACTERS = 2_000
MAX_WEIGHT = 1_000.0
MAX_DEPTH = 16
PLUS = "+＋"
MINUS = "-−–－"
_OPERATORS = PLUS + MINUS
_OPENING, _CLOSING = "(（", ")）"
_BRACKETS = _OPENING + _CLOSING
_FILL = "\u2060"  # stands for a blank that was taken away, so that positions stay
_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,9})?"
_WEIGHTED = re.compile(rf"({_NUMBER})[*×](.+)")
_FACTOR = re.compile(rf"(?:^|(?<=[{re.escape(_OPERATORS)}]))({_NUMBER})[*×]$")
_SPACED = re.compile(rf"(?<!\S)({_NUMBER}) ([*×]) (?=\S)")


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

    @property
    def written_out(self) -> str:
        """The formula without brackets: ``2*왕 - 2*남자 + 여자``."""
        parts = []
        for term in self.terms:
            size = f"{abs(term.weight):.9f}".rstrip("0").rstrip(".")
            parts += ["-" if term.weight < 0 else "+", term.word if size == "1" else f"{size}*{term.word}"]
        return " ".join(parts).removeprefix("+ ")


class _Token(NamedTuple):
    text: str
    position: int
    kind: Literal["word", "sign", "open", "close"]
    factor: float = 1.0  # what an opening bracket multiplies by


def parse_formula(text: str, vocabulary: Container[str] | None = None) -> Formula:
    """Return ``text`` as weighted words, brackets multiplied out.

    An operator is a lone ``+``, ``-``, ``−`` or ``–`` between blanks, so ``co-op`` and ``-다`` stay words; ``2*왕`` and
    ``2*(왕 - 남자)`` are weights. With a ``vocabulary``, a run of letters that is not in it but splits at its operators into
    words that are (``왕-남자+여자``) is split, neighbouring words that are one label together (``New York``) are joined, and a
    word that holds brackets or signs itself stays whole.
    Raises :class:`FormulaError` with the position (0-based, in the normalised text) and one of the reasons ``empty``,
    ``dangling`` (a sign without a word), ``unexpected``, ``bracket`` (one without its partner, or nothing in it) or
    ``too_long`` (over 64 terms, 2,000 characters or 16 brackets deep).
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
    joined = _SPACED.sub(lambda found: f"{found[1]}{found[2]}".rjust(len(found[0]), _FILL), text)
    for match in re.finditer(r"\S+", joined):
        piece, start = match.group(), match.start()
        bare = piece.lstrip(_FILL)
        yield from _piece(bare, start + len(piece) - len(bare), vocabulary)


def _piece(piece: str, start: int, vocabulary: Container[str] | None) -> Iterator[_Token]:
    """Yield the tokens of ``piece``, which holds no blanks: whole if it is a word, else cut at signs, else at brackets."""
    if piece in tuple(_OPERATORS):
        yield _Token(piece, start, "sign")
    elif vocabulary is not None and _is_operand(piece, vocabulary):
        yield _Token(piece, start, "word")
    elif vocabulary is not None and (cut := _split(piece, start, vocabulary)):
        yield from cut
    elif any(bracket in piece for bracket in _BRACKETS):
        yield from _bracketed(piece, start, vocabulary)
    else:
        yield _Token(piece, start, "word")


def _bracketed(piece: str, start: int, vocabulary: Container[str] | None) -> Iterator[_Token]:
    """Yield the tokens of a piece cut at its brackets; a number and a star before an opening one go with it."""
    at = 0
    for match in re.finditer(f"[{_BRACKETS}]", piece):
        before, factor = piece[at : match.start()], 1.0
        if match.group() in _OPENING and (found := _FACTOR.search(before)):
            before, factor = before[: found.start()], float(found.group(1))
        if before:
            yield from _piece(before, start + at, vocabulary)
        yield _Token(match.group(), start + match.start(), "open" if match.group() in _OPENING else "close", factor)
        at = match.end()
    if at < len(piece):
        yield from _piece(piece[at:], start + at, vocabulary)


def _split(piece: str, start: int, vocabulary: Container[str]) -> tuple[_Token, ...] | None:
    """Return ``piece`` cut at operators into known words (longest words first), or None when there is no such cut."""
    cuts = [i for i, letter in enumerate(piece) if letter in _OPERATORS] + [len(piece)]
    known: dict[int, tuple[_Token, ...] | None] = {len(piece): ()}
    for begin in sorted({0} | {cut + 1 for cut in cuts[:-1]}, reverse=True):
        known.setdefault(begin, None)
        for end in (cut for cut in cuts if cut > begin and _is_operand(piece[begin:cut], vocabulary)):
            rest = () if end == len(piece) else known.get(end + 1)
            if rest is not None:
                sign = () if end == len(piece) else (_Token(piece[end], start + end, "sign"),)
                known[begin] = (_Token(piece[begin:end], start + begin, "word"), *sign, *rest)
    if known[0] is None and piece[0] in _OPERATORS and known[1]:
        return (_Token(piece[0], start, "sign"), *known[1])
    return known[0]


def _terms(text: str, tokens: list[_Token], vocabulary: Container[str] | None) -> Iterator[Term]:
    """Yield the terms, each multiplied by its sign and by all the brackets it stands in."""
    brackets: list[tuple[_Token, float]] = []
    sign, last = 1.0, None
    operands: list[_Token] = []
    for token in tokens:
        if token.kind == "word" and not (last and last.kind == "close"):
            operands.append(token)
            continue
        outer = brackets[-1][1] if brackets else 1.0
        if operands:
            yield _term(text, operands, sign * outer, vocabulary)
        _check_turn(text, token, complete=bool(operands) or bool(last and last.kind == "close"), last=last)
        if token.kind == "sign":
            sign = -1.0 if token.text in MINUS else 1.0
        elif token.kind == "open":
            brackets.append((token, _bracket_weight(text, token, sign * outer, depth=len(brackets))))
            sign = 1.0
        elif brackets:
            brackets.pop()
        else:
            raise FormulaError(formula=text, position=token.position, reason="bracket")
        last, operands = token, []
    if operands:
        yield _term(text, operands, sign * (brackets[-1][1] if brackets else 1.0), vocabulary)
    elif last is None or last.kind == "sign":
        raise FormulaError(formula=text, position=last.position if last else 0, reason="dangling")
    if brackets:
        raise FormulaError(formula=text, position=brackets[-1][0].position, reason="bracket")


def _bracket_weight(text: str, token: _Token, outer: float, *, depth: int) -> float:
    weight = outer * token.factor
    if not 0 < abs(weight) <= MAX_WEIGHT or depth == MAX_DEPTH:
        raise FormulaError(formula=text, position=token.position, reason="too_long" if depth == MAX_DEPTH else "unexpected")
    return weight


def _check_turn(text: str, token: _Token, *, complete: bool, last: _Token | None) -> None:
    """Raise :class:`FormulaError` unless ``token`` may follow ``last``; ``complete``: a word or a bracket has just ended."""
    if token.kind == "close" and not complete:
        dangling = last is not None and last.kind == "sign"
        position = last.position if last is not None and dangling else token.position
        raise FormulaError(formula=text, position=position, reason="dangling" if dangling else "bracket")
    doubled = token.kind == "sign" and not complete and last is not None and last.kind == "sign"
    if doubled or (token.kind in ("open", "word") and complete):
        raise FormulaError(formula=text, position=token.position, reason="unexpected")


def _term(text: str, operands: list[_Token], sign: float, vocabulary: Container[str] | None) -> Term:
    together = " ".join(token.text for token in operands)
    if len(operands) > 1 and (vocabulary is None or not _is_operand(together, vocabulary)):
        raise FormulaError(formula=text, position=operands[1].position, reason="unexpected")
    weighted = _WEIGHTED.fullmatch(together)
    if weighted is None or (vocabulary is not None and together in vocabulary):
        return Term(together, sign)
    weight = float(weighted.group(1))
    if not 0 < weight * abs(sign) <= MAX_WEIGHT:
        raise FormulaError(formula=text, position=operands[0].position, reason="unexpected")
    return Term(weighted.group(2), sign * weight)


def _is_operand(piece: str, vocabulary: Container[str]) -> bool:
    weighted = _WEIGHTED.fullmatch(piece)
    return piece in vocabulary or (weighted is not None and weighted.group(2) in vocabulary)
