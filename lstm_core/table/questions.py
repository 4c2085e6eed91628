"""Files of analogy questions in word2vec's format, of odd-one-out questions, and of word pairs with human scores."""

from __future__ import annotations

import csv
from math import isfinite
from pathlib import Path
from typing import NoReturn

from lstm_core.errors import InvalidQuestions
from lstm_core.normalize import normalize

Question = tuple[str, str, str, str]
OddQuestion = tuple[tuple[str, ...], str]
"""Words that belong together, and the one that does not."""
Pair = tuple[str, str, float]
MAX_BYTES = 64_000_000
_UNNAMED = "questions"


def read_questions(path: str | Path, *, data: bytes | None = None) -> dict[str, list[Question]]:
    """Return category -> questions (a, b, c, d) from a word2vec question file: ``: category`` lines, then four words a line.

    Words are normalised; blank lines are skipped; questions before the first category go under ``questions``. ``data`` is the
    content of a file that is not on this machine; ``path`` is then only its name.
    Raises :class:`InvalidQuestions` with the line: missing file, not UTF-8, not four words, a category twice, no question.
    """
    path, found = Path(path), {}
    for category, lines in _categories(path, data).items():
        found[category] = [(words[0], words[1], words[2], words[3]) for _, words in lines if len(words) == 4]
        wrong = next(((number, words) for number, words in lines if len(words) != 4), None)
        if wrong is not None:
            _refuse(path, wrong[0], f"four words are needed, not {len(wrong[1])}")
    return found


def read_odd(path: str | Path, *, data: bytes | None = None) -> dict[str, list[OddQuestion]]:
    """Return kind -> odd-one-out questions: ``: kind`` lines, then three different words or more a line, the odd one last.

    As :func:`read_questions` otherwise.
    """
    path, found = Path(path), {}
    for kind, lines in _categories(path, data).items():
        found[kind] = [(words[:-1], words[-1]) for _, words in lines]
        wrong = next(((number, words) for number, words in lines if len(words) < 3 or len(set(words)) < len(words)), None)
        if wrong is not None:
            _refuse(path, wrong[0], f"three different words or more are needed, not {' '.join(wrong[1])}")
    return found


def _categories(path: Path, data: bytes | None) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    """Return category -> (line number, words) of the lines that hold words. Raises :class:`InvalidQuestions`."""
    found: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    category = _UNNAMED
    for number, line in enumerate(_text(path, data).split("\n"), start=1):
        words = normalize(line).split(" ")
        if words == [""]:
            continue
        if words[0].startswith(":"):
            category = " ".join(words).removeprefix(":").strip()
            if not category or category in found:
                _refuse(path, number, "a category needs a name of its own")
            found[category] = []
        else:
            found.setdefault(category, []).append((number, tuple(words)))
    if not any(found.values()):
        _refuse(path, 1, "it holds no question")
    return found


def read_pairs(path: str | Path, *, data: bytes | None = None) -> list[Pair]:
    """Return (word, word, score) from a file of pairs: comma- or tab-separated, with or without a header line.

    ``data`` as in :func:`read_questions`.
    Raises :class:`InvalidQuestions` with the line: missing file, not UTF-8, not two words and a number, no pair.
    """
    path = Path(path)
    lines = _text(path, data).splitlines()
    delimiter = "\t" if lines and "\t" in lines[0] else ","
    found: list[Pair] = []
    for number, row in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
        if not any(cell.strip() for cell in row):
            continue
        score = _number(row[2]) if len(row) >= 3 else None
        if score is None and number > 1:
            _refuse(path, number, "two words and a number are needed")
        if score is not None:
            found.append((normalize(row[0]), normalize(row[1]), score))
    if not found:
        _refuse(path, 1, "it holds no pair")
    return found


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _text(path: Path, data: bytes | None) -> str:
    try:
        if (path.stat().st_size if data is None else len(data)) > MAX_BYTES:
            _refuse(path, 1, f"it is larger than {MAX_BYTES:,} bytes")
        return (path.read_bytes() if data is None else data).decode("utf-8-sig")
    except OSError as error:
        _refuse(path, 1, f"it cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        _refuse(path, 1, "it is not UTF-8")


def _refuse(path: Path, line: int, reason: str) -> NoReturn:
    raise InvalidQuestions(name=path.name, line=line, reason=reason)
