"""The ``tokenize`` command: how a sentence is cut, by a tokenizer of one's choice or as a run was trained."""

from __future__ import annotations

import argparse
from typing import Any

from lstm_core.errors import InvalidOption
from lstm_core.normalize import normalize
from lstm_core.options import build
from lstm_core.runs import find_run
from lstm_core.text.corpus import open_corpus
from lstm_core.text.tokenizers import TOKENIZERS, Tokenizer, VersionNote, read_tokenizer


def tokenize_parser(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("sentence", metavar="SENTENCE")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--tokenizer", metavar="KEY", help=f"one of: {', '.join(TOKENIZERS.keys())}")
    which.add_argument("--run", metavar="RUN", dest="of_run", help="the tokenizer of a run or of a shipped model")
    parser.add_argument("--corpus", metavar="NAME|PATH", help="what a tokenizer that learns is to learn from")


def tokenize_command(given: argparse.Namespace, options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the pieces of the sentence, for machines and for people; ``options`` are those of the tokenizer.

    Raises :class:`UnknownChoice`, :class:`InvalidOption`, and what opening the corpus or the run raises.
    """
    tokenizer, note = _of_run(given.of_run, options) if given.of_run else (_chosen(given, options), None)
    sentence = normalize(given.sentence)
    tokens = tokenizer.tokenize(sentence)
    about = {
        "tokenizer": tokenizer.key,
        "version": tokenizer.version,
        "options": tokenizer.options.model_dump(),
        "sentence": sentence,
        "tokens": tokens,
        "pieces": [piece._asdict() for piece in tokenizer.pieces(sentence)],
        "decoded": tokenizer.decode(tokens),
        "saved_version": note.saved if note else tokenizer.version,
    }
    lines = [" ‧ ".join(tokens)]
    if note:
        lines.append(f"note: the run was cut with {note.saved}, this is {note.installed}; tokens may differ")
    return about, "\n".join(lines)


def _of_run(run: str, options: dict[str, Any]) -> tuple[Tokenizer, VersionNote | None]:
    if options:
        raise InvalidOption(name="--set", value=", ".join(options), rule="the tokenizer of a run keeps its options")
    return read_tokenizer(find_run(run).tokenizer)


def _chosen(given: argparse.Namespace, options: dict[str, Any]) -> Tokenizer:
    kind = TOKENIZERS[given.tokenizer]
    chosen = build(kind.Options, options)
    if not kind.needs_fit:
        return kind(chosen)
    if not given.corpus:
        raise InvalidOption(name="tokenizer", value=kind.key, rule="it learns from a text: say which with --corpus")
    return kind.fit(open_corpus(given.corpus).sentences(), chosen)
