"""What a text file is, before anything is learned from it: its format, encoding, columns and first rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_core.errors import UnreadableText
from lstm_core.normalize import normalize
from lstm_core.options import build
from lstm_core.text.columns import guess_label
from lstm_core.text.file_corpus import FileCorpus
from lstm_core.text.find import find_files, fixed_part
from lstm_core.text.places import is_inside, text_folders
from lstm_core.text.readers import FileOptions, suffixes

ROWS = 5
_CELL = 160


@dataclass(frozen=True)
class Preview:
    """``texts`` is about how many there are, ``size`` bytes on the disk, ``files`` how many files, in ``packing`` "" to "zip".

    ``columns`` is () for plain lines; ``rows`` are the first ones, normalised, long cells cut. ``text_column`` and
    ``label_column`` are what was asked for, else a guess ("" for none).
    """

    name: str
    files: int
    size: int
    format: str
    packing: str
    encoding: str
    language: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_column: str
    label_column: str
    texts: int

    def to_json(self) -> dict[str, Any]:
        """Return all of it, JSON-able."""
        return asdict(self)


def preview(spec: str | Path, options: Mapping[str, Any] | None = None) -> Preview:
    """Return what the file, folder or pattern ``spec`` holds. Raises as :class:`FileCorpus`."""
    corpus = FileCorpus(spec, build(FileOptions, dict(options or {})))
    names, asked = corpus.column_names, corpus.options.label_column
    first = [[_cell(value) for value in values] for values in corpus.head]
    label = asked or (guess_label(names, first, text=corpus.text_column) if names else "")
    return Preview(
        name=corpus.name,
        files=len(corpus.files),
        size=corpus.size,
        format=corpus.reader.key,
        packing=corpus.first.packing,
        encoding=corpus.encoding,
        language=corpus.language,
        columns=names,
        rows=tuple(row for row in zip(*first, strict=True) if any(row))[:ROWS],
        text_column=corpus.text_column,
        label_column=label,
        texts=corpus.size_hint,
    )


def allowed(spec: str) -> str:
    """Return ``spec`` if a page may read it: all files it means, their links followed, lie in :func:`text_folders`.

    Raises :class:`UnreadableText` ("outside", and "missing" and the like for files in allowed places only).
    """
    folders = text_folders()
    if not is_inside(fixed_part(spec), folders) or not all(is_inside(path, folders) for path in find_files(spec, suffixes())):
        raise UnreadableText(name=spec[:200], reason="outside")
    return spec


def _cell(value: str) -> str:
    shown = normalize(value)
    return shown if len(shown) <= _CELL else shown[: _CELL - 1] + "…"
