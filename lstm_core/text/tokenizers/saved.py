"""A tokenizer that was saved, and whether what cuts now is what cut then."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lstm_core.errors import RunIncomplete, UnknownChoice
from lstm_core.files import read_json
from lstm_core.text.tokenizers.base import Tokenizer
from lstm_core.text.tokenizers.members import TOKENIZERS

_FIRST = "1"  # files written before versions were: our own methods have not changed since


class VersionNote(NamedTuple):
    """The version a tokenizer was saved with, and the one that is installed."""

    saved: str
    installed: str


def tokenizer_from_json(data: Mapping[str, Any]) -> Tokenizer:
    """Return the tokenizer that was saved as ``data``, whatever its version: see :func:`version_note`.

    Raises :class:`UnknownChoice` for a key this program does not know, ``KeyError``, ``TypeError`` or ``ValueError`` when the
    rest is damaged.
    """
    if "key" not in data:
        raise UnknownChoice(kind="tokenizer", given="", choices=TOKENIZERS.keys())
    return TOKENIZERS[data["key"]].from_json(data)


def version_note(data: Mapping[str, Any]) -> VersionNote | None:
    """Return both versions when the tokenizer saved as ``data`` may cut otherwise here than where it was saved, else None.

    Raises :class:`UnknownChoice` like :func:`tokenizer_from_json`.
    """
    installed = TOKENIZERS[data.get("key", "")].version
    saved = str(data.get("version", _FIRST))
    return None if saved == installed else VersionNote(saved, installed)


def read_tokenizer(path: Path) -> tuple[Tokenizer, VersionNote | None]:
    """Return the tokenizer in the file ``path`` of a run, and both versions if they differ.

    Raises :class:`RunIncomplete` when the file is missing or damaged, :class:`UnknownChoice`.
    """
    try:
        data = read_json(path)
        return tokenizer_from_json(data), version_note(data)
    except (OSError, KeyError, TypeError, ValueError):
        raise RunIncomplete(name=path.parent.name, missing=path.name) from None
