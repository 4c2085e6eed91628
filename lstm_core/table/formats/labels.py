"""Words that stand in a file of their own: one a line, the Embedding Projector's metadata, or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.table.formats.base import MAX_LABEL, MAX_TEXT, refuse

WORD, COUNT = "word", "count"
_NAMES = (WORD, "label", "token", "name", "text")


@dataclass(frozen=True)
class Labels:
    """Words in the order of their rows, and what else the file says about each."""

    words: Sequence[str]
    counts: NDArray[np.int64] | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_labels(path: Path) -> Labels:
    """Return the words in ``path``: ``.json`` holds a list or a dictionary word -> row, ``.tsv`` may have more columns.

    In any other file each line is a word. Raises :class:`InvalidTable`.
    """
    if path.suffix.lower() == ".json":
        return _checked(path, Labels(_from_json(path)))
    if path.suffix.lower() == ".tsv":
        return _checked(path, _from_columns(path))
    return _checked(path, Labels(lines_of(path)))


def lines_of(path: Path) -> list[str]:
    """Return the lines of a UTF-8 file without their ends. Raises :class:`InvalidTable`."""
    lines = _text(path).split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def counts_of(path: Path, texts: Sequence[str]) -> NDArray[np.int64]:
    """Return ``texts`` as whole numbers. Raises :class:`InvalidTable`."""
    try:
        return np.array([int(text) for text in texts], dtype=np.int64)
    except (ValueError, OverflowError):
        refuse(path, "a count is not a whole number")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_TEXT:
            refuse(path, f"it is larger than the {MAX_TEXT} bytes this program takes for words", cause="too_large")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        refuse(path, "there is no such file beside its partner", cause="missing")
    except OSError as error:
        refuse(path, f"it cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        refuse(path, "it is not UTF-8")


def _from_columns(path: Path) -> Labels:
    rows = [line.split("\t") for line in lines_of(path)]
    if not rows:
        refuse(path, "it is empty")
    header = [WORD] if len(rows[0]) == 1 else rows.pop(0)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            refuse(path, f"word {number} has {len(row)} columns, not {len(header)}")
    if len(set(header)) != len(header):
        refuse(path, "two of its columns have the same name")
    words = next((header.index(name) for name in _NAMES if name in header), 0)
    values = {name: tuple(row[place] for row in rows) for place, name in enumerate(header) if place != words}
    counts = counts_of(path, values.pop(COUNT)) if COUNT in values else None
    return Labels([row[words] for row in rows], counts, values)


def _from_json(path: Path) -> list[str]:
    try:
        found: Any = json.loads(_text(path))
    except (ValueError, RecursionError):
        refuse(path, "it is not JSON")
    if isinstance(found, dict):
        model = found.get("model")
        found = found.get("tokens") or (model.get("vocab") if isinstance(model, dict) else None) or found
    if isinstance(found, dict):
        places = list(found.values())
        if not all(type(place) is int for place in places) or sorted(places) != list(range(len(places))):
            refuse(path, "its dictionary does not give each word a row of its own, from 0 on")
        found = sorted(found, key=found.__getitem__)
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        refuse(path, "it holds neither a list of words nor a dictionary from words to rows")
    return found


def _checked(path: Path, labels: Labels) -> Labels:
    if any(len(word) > MAX_LABEL for word in labels.words):
        refuse(path, f"a word is longer than {MAX_LABEL} characters")
    return labels
