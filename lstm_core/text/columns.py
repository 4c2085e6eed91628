"""Which column of a table holds the text and which the labels, guessed from names and the first rows."""

from __future__ import annotations

from collections.abc import Sequence

Columns = tuple[str, ...]
_TEXT_NAMES = (
    *("document", "text", "sentence", "content", "review", "body", "comment"),
    *("글", "본문", "내용", "문장", "리뷰", "텍스트"),
)
_LABEL_NAMES = (
    *("label", "sentiment", "class", "category", "target", "rating", "score"),
    *("라벨", "레이블", "감성", "평점", "분류"),
)
_MOST_LABELS = 20


def guess_text(columns: Columns, values: Sequence[Sequence[str]]) -> str:
    """Return the column that holds the text: one of a telling name, else the one with the most letters.

    ``values`` holds the first values of each column. Needs at least one column.
    """
    known = next((column for name in _TEXT_NAMES for column in columns if column.lower() == name), None)
    lengths = [sum(map(_letters, cells)) / max(1, len(cells)) for cells in values]
    return known or max(zip(lengths, columns, strict=True), key=lambda one: one[0])[1]


def guess_label(columns: Columns, values: Sequence[Sequence[str]], *, text: str) -> str:
    """Return the column that holds labels, "" if none does: a telling name, and few different values in the first rows."""
    few = {
        column
        for column, cells in zip(columns, values, strict=True)
        if column != text and 2 <= len(set(filter(None, cells))) <= min(_MOST_LABELS, max(2, len(cells) // 4))
    }
    return next((column for name in _LABEL_NAMES for column in columns if column.lower() == name and column in few), "")


def _letters(value: str) -> int:
    return sum(map(str.isalpha, value))
