"""A corpus cut and numbered in two passes, in bounded memory, by one process or several."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import BinaryIO

import numpy as np

from lstm_core.errors import UnreadableText
from lstm_core.text.corpus import Corpus
from lstm_core.text.cut import Cut, batches, cut, unpack
from lstm_core.text.pool import cut_by_helpers, usable_cores
from lstm_core.text.token_file import Ids, token_writer
from lstm_core.text.tokenizers import Tokenizer
from lstm_core.text.type_counts import TypeCounts
from lstm_core.text.vocabulary import MOST_TYPES, SPECIALS, UNK, TokenTypes

Progress = Callable[[float], None]
"""Told the fraction done, 0-1; may raise to cancel."""

MOST_HELPERS = 8
POOL_PAYS = 5.0
"""Seconds of cutting still to do from which on helper processes are worth starting."""
_REPORT_EVERY = 2_000
_FITTED, _CUT = 0.4, 0.9
_PIECE = 1 << 20


def fit_tokenizer(kind: type[Tokenizer], options: object, corpus: Corpus, *, report: Progress) -> Tokenizer:
    """Return a tokenizer of that kind that has learned from ``corpus`` what it has to learn."""
    if not kind.needs_fit:
        return kind.fit((), options)
    return kind.fit(_reported(corpus, lambda fraction: report(_FITTED * fraction)), options)


def cut_corpus(
    corpus: Corpus, tokenizer: Tokenizer, *, folder: Path, target: Path, report: Progress, processes: int | None = None
) -> TokenTypes:
    """Write the token file of ``corpus`` to ``target`` and return its different tokens.

    The first pass numbers the tokens of each batch for itself, beside counting them; once the most frequent tokens are
    known, the second pass gives every token its final number: 4 for the most frequent, ``<unk>`` for those that are not
    listed. ``folder`` is for files between the passes. ``processes``: helpers that cut; None starts some where that pays.

    Raises :class:`UnreadableText` for fewer than two different tokens, :class:`HelperDied` when a helper ended, ``OSError``.
    """
    first = _FirstPass(folder)
    begin = _FITTED if tokenizer.needs_fit else 0.0
    total = max(1, corpus.size_hint)

    def tick() -> None:
        report(begin + (_CUT - begin) * min(1.0, first.read / total))

    source = batches(corpus.sentences())
    with first, closing(_cuts(source, tokenizer, total=total, processes=processes, tick=tick)) as cuts:
        for read, one in cuts:
            first.add(one, read=read)
            tick()
    types = first.types()
    if types.total_types < 2:
        raise UnreadableText(name=corpus.name, reason="one_token")
    _second_pass(first, types, target=target, report=lambda fraction: report(_CUT + (1.0 - _CUT) * fraction))
    return types


def _reported(corpus: Corpus, report: Progress) -> Iterator[str]:
    total = max(1, corpus.size_hint)
    for number, sentence in enumerate(corpus.sentences()):
        if number % _REPORT_EVERY == 0:
            report(min(1.0, number / total))
        yield sentence


def _cuts(
    source: Iterator[list[str]], tokenizer: Tokenizer, *, total: int, processes: int | None, tick: Callable[[], None]
) -> Generator[tuple[int, Cut], None, None]:
    """Yield the batches cut, in order, each with how many sentences went into it; helpers take over when that pays."""
    helpers = _helpers(tokenizer) if processes is None else processes
    done, spent = 0, 0.0
    for number, batch in enumerate(source):
        pace = spent / done if done else 0.0
        if helpers > 1 and (processes is not None or pace * (total - done) > POOL_PAYS):
            yield from cut_by_helpers(chain([batch], source), tokenizer, processes=helpers, tick=tick)
            return
        before = time.perf_counter()
        yield len(batch), cut(tokenizer, batch)
        if number:  # the first may have loaded a dictionary
            spent, done = spent + time.perf_counter() - before, done + len(batch)


def _helpers(tokenizer: Tokenizer) -> int:
    """Return how many helpers could work; none for a tokenizer that only the running script knows."""
    return 0 if type(tokenizer).__module__ == "__main__" else min(usable_cores(), MOST_HELPERS)


@dataclass(frozen=True)
class _Piece:
    """Sizes of one batch in the files between the passes."""

    tokens: int
    types: int
    spelled: int


class _FirstPass:
    """What is known after the first pass; its files are in ``folder``. ``read`` sentences were read."""

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / name for name in ("lengths", "numbers", "spelled")]
        self._counts = TypeCounts(folder)
        self.pieces: list[_Piece] = []
        self.sentences = self.tokens = self.read = 0

    def __enter__(self) -> _FirstPass:
        with ExitStack() as stack:
            self._streams: list[BinaryIO] = [stack.enter_context(path.open("wb")) for path in self._paths]
            self._close = stack.pop_all().close
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def add(self, one: Cut, *, read: int) -> None:
        """Take in the next batch, for which ``read`` sentences were read."""
        self.read += read
        if not one.types:
            return
        self._counts.add(one.tokens, np.bincount(one.ids, minlength=one.types))
        for stream, data in zip(self._streams, (one.lengths.tobytes(), one.ids.tobytes(), one.spelled), strict=True):
            stream.write(data)
        self.pieces.append(_Piece(len(one.ids), one.types, len(one.spelled)))
        self.sentences += len(one.lengths)
        self.tokens += len(one.ids)

    def types(self) -> TokenTypes:
        """Return the different tokens; what a tokenizer spells like one of the four specials counts as unknown."""
        ranked, total = self._counts.ranked(MOST_TYPES - len(SPECIALS), without=SPECIALS)
        self._counts = TypeCounts(self._paths[0].parent)  # the memory is needed no more
        return TokenTypes(tuple(ranked), tuple(ranked.values()), self.tokens, total)

    def lengths(self) -> Iterator[Ids]:
        """Yield the numbers of tokens of all sentences, in pieces."""
        with self._paths[0].open("rb") as stream:
            while data := stream.read(4 * _PIECE):
                yield np.frombuffer(data, np.int32)

    def numbered(self) -> Iterator[tuple[Ids, list[str]]]:
        """Yield each batch again: its token numbers and the tokens they mean."""
        with self._paths[1].open("rb") as numbers, self._paths[2].open("rb") as spelled:
            for piece in self.pieces:
                yield np.frombuffer(numbers.read(4 * piece.tokens), np.int32), unpack(spelled.read(piece.spelled))


def _second_pass(first: _FirstPass, types: TokenTypes, *, target: Path, report: Progress) -> None:
    """Write the token file: the same batches with their final numbers."""
    final = {token: number for number, token in enumerate(types.tokens, start=len(SPECIALS))}
    size = len(SPECIALS) + len(types.tokens)
    with token_writer(target, sentences=first.sentences, tokens=first.tokens, vocab_size=size) as writer:
        writer.lengths(first.lengths())
        for number, (ids, tokens) in enumerate(first.numbered()):
            writer.ids(np.fromiter(map(final.get, tokens, repeat(UNK)), np.int32, len(tokens))[ids])
            report(number / len(first.pieces))

