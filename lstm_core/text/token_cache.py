"""Corpora that have been cut are kept, so that the second training on one starts at once.

An entry is a folder of the cache named by everything that decides its content: the corpus, the tokenizer, its options and
its version. It is made in a folder beside its place and renamed when it is whole; a lock lets only one process make it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_core.errors import StorageFailed, WordAtlasError
from lstm_core.files import atomic_write_json, cache_root, read_json
from lstm_core.locks import Locked, exclusive, is_held
from lstm_core.options import build
from lstm_core.text.corpus import Corpus
from lstm_core.text.cut_corpus import Progress, cut_corpus, fit_tokenizer
from lstm_core.text.token_file import open_tokens
from lstm_core.text.tokenizers import TOKENIZERS, Tokenizer, tokenizer_from_json
from lstm_core.text.vocabulary import MOST_TYPES, TokenTypes

FORMAT = 1
MOST_BYTES = 10 * 1024**3
"""When the entries together are larger, those that have not been used for the longest time go."""
_LOOK = 0.25
_TELL = 0.5
_TOKENS, _TYPES, _TOKENIZER, _MANIFEST = "tokens.safetensors", "types.json", "tokenizer.json", "manifest.json"


@dataclass(frozen=True)
class Tokenized:
    """A corpus that has been cut: its token file at ``path``, the different tokens, and the tokenizer that did it."""

    path: Path
    types: TokenTypes
    tokenizer: Tokenizer


def tokenized(
    corpus: Corpus,
    tokenizer: str,
    *,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    processes: int | None = None,
) -> Tokenized:
    """Return ``corpus`` cut by the tokenizer called ``tokenizer``: as it was kept, else cut now and kept.

    When another process is cutting the same corpus the same way, this one waits and shows the other's progress.
    ``progress`` is told a fraction 0-1 and may raise to cancel: nothing half is left then.

    Raises :class:`UnknownChoice`, :class:`InvalidOption`, :class:`UnreadableText`, :class:`HelperDied`, and
    :class:`StorageFailed` when the disk is full or may not be written.
    """
    report = progress or (lambda fraction: None)
    kind = TOKENIZERS[tokenizer]
    chosen = build(kind.Options, dict(options or {}))
    about = {
        "corpus": corpus.identity(),
        "tokenizer": tokenizer,
        "options": chosen.model_dump(mode="json"),
        "version": kind.version,
    }
    entry = _Entry(cache_root() / "tokens", about)
    with writing_to(entry.root):
        found = entry.read()
        if found is None:
            with entry.turn(report):
                found = entry.read() or _make(entry, corpus, kind, chosen=chosen, report=report, processes=processes)
    report(1.0)
    return found


def _make(
    entry: _Entry, corpus: Corpus, kind: type[Tokenizer], *, chosen: Any, report: Progress, processes: int | None
) -> Tokenized:
    """Cut the corpus and keep it as ``entry``, whose turn is ours."""
    with entry.made() as folder:
        told = _Told(entry, report)
        fitted = fit_tokenizer(kind, chosen, corpus, report=told)
        between = folder / "between"
        between.mkdir()
        target = folder / _TOKENS
        types = cut_corpus(corpus, fitted, folder=between, target=target, report=told, processes=processes)
        shutil.rmtree(between)
        entry.write(folder, types, fitted)
    made = entry.read()
    if made is None:
        raise StorageFailed(folder=str(entry.root), reason="what was written cannot be read back")
    _trim(entry.root, keep=entry.path)
    return made


class _Entry:
    """The place of one cut corpus in the cache."""

    def __init__(self, root: Path, about: Mapping[str, Any]) -> None:
        self.root, self.about = root, {"format": FORMAT, **about}
        name = hashlib.sha256(json.dumps(self.about, sort_keys=True).encode()).hexdigest()[:32]
        self.path = root / name
        self.lock, self.part, self.progress = (root / f"{name}.{what}" for what in ("lock", "part", "progress"))

    def read(self) -> Tokenized | None:
        """Return what is kept here; None when nothing is, or it is damaged."""
        try:
            manifest = read_json(self.path / _MANIFEST)
            if any((self.path / name).stat().st_size != size for name, size in manifest["files"].items()):
                return None
            listed = read_json(self.path / _TYPES)
            totals = int(manifest["tokens"]), int(manifest["types"])
            types = TokenTypes(tuple(listed["tokens"]), tuple(listed["counts"]), *totals)
            tokenizer = tokenizer_from_json(read_json(self.path / _TOKENIZER))
            open_tokens(self.path / _TOKENS, vocab_size=MOST_TYPES)
            os.utime(self.path / _MANIFEST)
        except (OSError, KeyError, TypeError, ValueError, AttributeError, WordAtlasError):
            return None
        return Tokenized(self.path / _TOKENS, types, tokenizer)

    def write(self, folder: Path, types: TokenTypes, tokenizer: Tokenizer) -> None:
        """Write into ``folder`` what belongs to the token file; the manifest last."""
        atomic_write_json(folder / _TYPES, {"tokens": list(types.tokens), "counts": list(types.counts)})
        atomic_write_json(folder / _TOKENIZER, tokenizer.to_json())
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        totals = {"tokens": types.total_tokens, "types": types.total_types}
        atomic_write_json(folder / _MANIFEST, {**self.about, **totals, "files": sizes})

    @contextmanager
    def turn(self, report: Progress) -> Iterator[None]:
        """Hold the lock of this entry; until it is free, show how far its holder is."""
        self.root.mkdir(parents=True, exist_ok=True)
        shown = 0.0
        while True:
            try:
                with exclusive(self.lock, patience=_LOOK):
                    yield
                    return
            except Locked:
                shown = max(shown, self._said())
                report(shown)

    @contextmanager
    def made(self) -> Iterator[Path]:
        """Give a new folder that becomes this entry when the block ends well, and is gone when it does not."""
        shutil.rmtree(self.part, ignore_errors=True)
        _sweep(self.root)
        self.part.mkdir()
        try:
            yield self.part
            shutil.rmtree(self.path, ignore_errors=True)
            self.part.rename(self.path)
        finally:
            shutil.rmtree(self.part, ignore_errors=True)
            self.progress.unlink(missing_ok=True)

    def _said(self) -> float:
        try:
            return min(1.0, max(0.0, float(read_json(self.progress)["fraction"])))
        except (OSError, KeyError, TypeError, ValueError):
            return 0.0


class _Told:
    """Passes progress on, and writes it down now and then for whoever waits."""

    def __init__(self, entry: _Entry, report: Progress) -> None:
        self._entry, self._report = entry, report
        self._last = 0.0

    def __call__(self, fraction: float) -> None:
        self._report(fraction)
        if time.monotonic() - self._last >= _TELL:
            self._last = time.monotonic()
            atomic_write_json(self._entry.progress, {"fraction": fraction}, durable=False)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn what a disk says when it can or may take no more into :class:`StorageFailed`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFailed(folder=str(folder), reason="full") from error
        if error.errno in (errno.EACCES, errno.EROFS) and str(error.filename).startswith(str(folder)):
            raise StorageFailed(folder=str(folder), reason="forbidden") from error
        raise


def _sweep(root: Path) -> None:
    """Remove what processes that were killed have left: parts whose lock nobody holds."""
    for part in root.glob("*.part"):
        if not is_held(part.with_suffix(".lock")):
            shutil.rmtree(part, ignore_errors=True)
            part.with_suffix(".progress").unlink(missing_ok=True)


def _trim(root: Path, *, keep: Path) -> None:
    """Remove the entries that were not used for the longest time until the rest is small enough; ``keep`` stays."""
    entries = {path.parent: path.stat().st_mtime for path in root.glob(f"*/{_MANIFEST}")}
    sizes = {folder: sum(path.stat().st_size for path in folder.iterdir()) for folder in entries}
    total = sum(sizes.values())
    for folder in sorted(entries, key=entries.__getitem__):
        if total <= MOST_BYTES:
            return
        if folder != keep:
            shutil.rmtree(folder, ignore_errors=True)
            total -= sizes[folder]
