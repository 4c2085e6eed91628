"""The ``corpora`` command: what can be learned from, and what is in a file before anything is learned from it."""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from typing import Any

from lstm_core.options import build, describe
from lstm_core.text.corpus import CORPORA
from lstm_core.text.preview import ROWS, Preview, preview

Answer = tuple[Any, str]


def corpora_command(given: argparse.Namespace) -> Answer:
    """List the corpora; or show one of them, or the files a path means, downloading with ``--fetch`` what is not here."""
    from lstm_core.cli import parse_settings

    if given.corpus is None:
        found = [_about(corpus) for corpus in CORPORA]
        return found, "\n".join(f"{one['key']}\t{one['label']['ko']}\t{one['label']['en']}" for one in found)
    settings = parse_settings(given.set)
    if given.corpus not in CORPORA:
        seen = preview(given.corpus, settings)
        return seen.to_json(), _table(seen)
    kind = CORPORA[given.corpus]
    corpus = kind(build(kind.Options, settings))
    if given.fetch:
        corpus.fetch(_progress)
    rows = [] if corpus.missing else list(islice(corpus.sentences(), ROWS))
    about = _about(kind) | {"texts": corpus.size_hint, "missing": corpus.missing, "rows": rows}
    here = f"{corpus.missing} bytes to download: add --fetch" if corpus.missing else "all here"
    return about, "\n".join([f"{kind.label.ko}\t{kind.label.en}\t{corpus.size_hint} texts\t{here}", kind.note.en, *rows])


def _about(corpus: Any) -> dict[str, Any]:
    options = [spec.name for spec in describe(corpus.Options)]
    return {"key": corpus.key, "label": corpus.label._asdict(), "note": corpus.note._asdict(), "options": options}


def _table(seen: Preview) -> str:
    packed = f" in {seen.packing}" if seen.packing else ""
    counted = f"{seen.size} bytes\t{seen.files} files\tabout {seen.texts} texts"
    head = f"{seen.name}\t{seen.format}{packed}\t{seen.encoding}\t{counted}"
    chosen = f"text: {seen.text_column}\tlabels: {seen.label_column or 'none'}"
    columns = [chosen, "\t".join(seen.columns)] if seen.columns else []
    return "\n".join([head, *columns, *("\t".join(row) for row in seen.rows)])


def _progress(fraction: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rdownloading {fraction:4.0%}" + ("\n" if fraction >= 1 else ""))
        sys.stderr.flush()
