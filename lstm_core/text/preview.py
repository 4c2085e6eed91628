"""What a text file is, before anything is learned from it: its format, encoding, columns and first rows."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lstm_core.errors import UnreadableText
from lstm_core.normalize import normalize
from lstm_core.options import build
from lstm_core.text.columns import guess_label
from lstm_core.text.file_corpus import FileCorpus
from lstm_core.text.find import find_files, fixed_part, stem_of
from lstm_core.text.places import is_inside, text_folders
from lstm_core.text.readers import FileOptions, format_named, suffixes

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


def preview_upload(content: bytes | memoryview, name: str, options: Mapping[str, Any] | None = None) -> Preview:
    """Return what an uploaded file called ``name`` holds. Raises as :func:`preview`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{''.join(Path(safe_name(name)).suffixes[-2:])}"
        path.write_bytes(content)
        try:
            return replace(preview(path, {"format": format_named(name), **(options or {})}), name=stem_of(safe_name(name)))
        except UnreadableText as error:
            at = error.name.partition(":")[2]
            raise UnreadableText(name=f"{safe_name(name)}:{at}" if at else safe_name(name), reason=error.reason) from None


def safe_name(name: str) -> str:
    """Return the last part of a file's name as a stranger's browser sent it, at most 80 characters."""
    return Path(name.replace("\\", "/").replace("\0", "")).name[-80:]


def allowed(spec: str) -> str:
    """Return ``spec`` as a full path if a page may read it: all its files, links followed, lie in :func:`text_folders`.

    Raises :class:`UnreadableText` ("outside", and "missing" and the like for files in allowed places only).
    """
    folders = text_folders()
    if not is_inside(fixed_part(spec), folders) or not all(is_inside(path, folders) for path in find_files(spec, suffixes())):
        raise UnreadableText(name=spec[:200], reason="outside")
    return str(Path(spec).expanduser().resolve())


def _cell(value: str) -> str:
    shown = normalize(value)
    return shown if len(shown) <= _CELL else shown[: _CELL - 1] + "…"
