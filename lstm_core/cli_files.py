"""Files the command line reads and writes: words, tables in every format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np

from lstm_core.errors import InvalidTable, UnreadableText
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.about import FAULTS
from lstm_core.table.formats.base import usable


def read_words(path: Path) -> list[str]:
    """Return the words of a UTF-8 file, one a line; empty lines are left out. Raises ``OSError``, :class:`UnreadableText`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UnreadableText(name=path.name, reason="encoding") from None
    return [word for word in map(str.strip, lines) if word]


def convert(source: str, target: Path, *, options: Mapping[str, Any], trust: bool) -> tuple[dict[str, Any], str]:
    """Write the table ``source`` in the format the suffix of ``target`` names, and return what was done, as data and as text.

    ``trust`` opens gensim's pickled ``.kv``. Raises as the formats do, and :class:`InvalidTable` for a pickle without trust.
    """
    from lstm_core.runs import find_table
    from lstm_core.table.formats import write_table

    table = read_gensim(Path(source), trust=trust) if source.lower().endswith(".kv") else find_table(source, options)
    write_table(table, target)
    about = {"out": str(target), "words": len(table), "dimension": table.dimension, "fingerprint": table.fingerprint}
    said = f"{len(table)} words of {table.dimension} dimensions written to {target}"
    dropped = table.metadata.get("dropped", {})
    if dropped:
        said += "".join(f"\nleft out: {count} rows with {FAULTS[fault]}" for fault, count in dropped.items())
    return {**about, "dropped": dropped}, said


def read_gensim(path: Path, *, trust: bool) -> EmbeddingTable:
    """Return the table in gensim's ``.kv``, by gensim itself: opening a pickle may run any code in it.

    Raises :class:`InvalidTable` without ``trust``, without gensim, and for what is no table of gensim.
    """
    if not trust:
        reason = "it is a pickle, which may run any code; if you know its origin, add --trust"
        raise InvalidTable(name=path.name, reason=reason, cause="unsafe")
    try:
        from gensim.models import KeyedVectors
    except ImportError:
        raise InvalidTable(name=path.name, reason="gensim is needed to open it: pip install gensim") from None
    try:
        found = KeyedVectors.load(str(path))
        counts = [found.get_vecattr(word, "count") for word in found.index_to_key] if "count" in found.expandos else None
        rows = found.vectors
    except (AttributeError, EOFError, IndexError, KeyError, TypeError, ValueError, UnpicklingError) as error:
        raise InvalidTable(name=path.name, reason=f"gensim cannot open it as KeyedVectors ({error})") from None
    return usable(path, found.index_to_key, rows, counts=None if counts is None else np.array(counts, dtype=np.int64))
