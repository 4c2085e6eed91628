"""The command line: everything the pages can do, scriptable. Every command takes ``--json``.

An error is one line on the standard error and exit status 2. Only ``train`` and ``cli_model`` import torch.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from lstm_core.cli_compare import compare_arguments, compare_command, drift_arguments, drift_command
from lstm_core.cli_model import add_model_commands
from lstm_core.cli_words import add_word_commands
from lstm_core.errors import WordAtlasError

Answer = tuple[Any, str]
"""What a command prints: as JSON, and for people."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 2 for an error, 130 when interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = _parser().parse_args(arguments)
    try:
        answer = given.run(given)
        if answer is not None:
            print(_dumps(answer[0]) if given.json else answer[1], flush=True)
    except (WordAtlasError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has left; do not complain about it at the exit
            return 0
        _complain(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _complain(message)
        self.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m lstm_core", description="Train an LSTM on text; question the embedding table it learned.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _train_parser(_command(commands, "train", _train, "train a network; what it learns is left in a run folder"))
    add_word_commands(partial(_command, commands), _set_option)
    _evaluate_parser(_command(commands, "evaluate", _evaluate, "how good a table is: questions, health", table=True))
    project = _command(commands, "project", _project, "coordinates of the words on a map, as a CSV or Parquet file", table=True)
    project.add_argument("--method", default="pca", help="one of the registered projections (default pca)")
    project.add_argument("--dim", type=int, choices=(2, 3), default=2)
    project.add_argument("--out", metavar="FILE", type=Path, required=True)
    project.add_argument("--seed", type=int, default=0)
    project.add_argument("--limit", type=int, help="only so many words")
    project.add_argument("--sample", default="frequent", help="which ones: frequent or random, by the seed (default frequent)")
    project.add_argument("--words", metavar="FILE", type=Path, help="only the words of this file, one a line")
    _set_option(project)
    add_model_commands(partial(_command, commands))
    compare_arguments(_command(commands, "compare", compare_command, "what two tables have in common", table=True))
    drift_arguments(_command(commands, "drift", drift_command, "how words moved while a run was trained"))
    convert = _command(commands, "convert", _convert, "write a table in another format, told by the suffix", table=True)
    convert.add_argument("out", metavar="OUT", type=Path)
    convert.add_argument("--trust", action="store_true", help="open gensim's .kv, a pickle that may run any code")
    _set_option(convert)
    _command(commands, "info", _info, "what is known about a table", table=True)
    _command(commands, "runs", _runs, "the trainings in the runs folder")
    corpora = _command(commands, "corpora", _corpora, "the corpora that are built in; or what is in some files")
    corpora.add_argument("corpus", metavar="NAME|PATH", nargs="?", help="show this one: a name, or a path of text files")
    corpora.add_argument("--fetch", action="store_true", help="download it if it is not here yet")
    _set_option(corpora)
    _tokenize_parser(_command(commands, "tokenize", _tokenize, "how a sentence is cut into tokens"))
    return parser


def _command(commands: Any, name: str, run: Callable[..., Any], about: str, *, table: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    if table:
        parser.add_argument("table", metavar="TABLE", help="a run, the name of a shipped model, or a table file")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


def _train_parser(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", metavar="NAME|PATH", help="a built-in corpus, a file, folder or pattern (default: world)")
    parser.add_argument("--objective", help="what the network learns to do (default: next-word)")
    about = "the run: a name in the runs folder, or a path (torchrun takes --run for its own: write --folder there)"
    parser.add_argument("--run", "--folder", metavar="NAME|DIR", dest="folder", help=about)
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped or has crashed")
    parser.add_argument("--or-resume", action="store_true", help="go on with the run if it is there, else begin it")
    parser.add_argument("--detached", action="store_true", help="nobody is watching: no progress bar")
    _set_option(parser)


def _tokenize_parser(parser: argparse.ArgumentParser) -> None:
    from lstm_core.cli_text import tokenize_parser

    tokenize_parser(parser)
    _set_option(parser)


def _evaluate_parser(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--analogies", metavar="FILE|SET", help="questions-words format (': name', then a b c d), or: ko, en")
    parser.add_argument("--odd", metavar="FILE|SET", help="odd one out: ': name', then words, the odd one last, or: ko, en")
    parser.add_argument("--pairs", metavar="FILE", help="word, word, score; comma- or tab-separated")
    parser.add_argument("--health", action="store_true", help="what can be told about the table without questions")
    parser.add_argument("--against", metavar="TABLE", nargs="+", default=[], help="other tables, on the same questions")
    parser.add_argument("--method", default="3cosadd", help="3cosadd or 3cosmul (default 3cosadd)")
    parser.add_argument("--transform", metavar="NAME", default="raw", help="what is done to all rows first (default raw)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="also write a .csv, .json or .md file")
    _set_option(parser)


def _set_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", metavar="KEY=VALUE", nargs="+", action="extend", default=[], help="options")


def _train(given: argparse.Namespace) -> Answer | None:
    from lstm_core.cli_train import train_command

    return train_command(given)


def _evaluate(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_evaluate import evaluate_command

    return evaluate_command(given, parse_settings(given.set))


def _project(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_files import read_words
    from lstm_core.projection import project
    from lstm_core.projection.coordinates import write_coordinates
    from lstm_core.runs import find_table

    table = find_table(given.table)
    chosen: dict[str, Any] = {"indices": table.indices(read_words(given.words))} if given.words else {}
    asked = {"method": given.method, "dimension": given.dim, "options": parse_settings(given.set), "seed": given.seed}
    found = project(table, **asked, **chosen, limit=given.limit, sample=given.sample)
    write_coordinates(given.out, table, found)
    about = {
        "out": str(given.out),
        "method": found.method,
        "options": dict(found.options),
        "dimension": given.dim,
        "seed": found.seed,
        "points": len(found.indices),
        "total": found.total,
        "explained_variance_ratio": list(found.explained_variance_ratio),
        "spectrum": list(found.spectrum),
        "quality": dict(found.quality),
        "fingerprint": found.fingerprint,
    }
    return about, f"{len(found.indices)} of {found.total} words written to {given.out}"


def _convert(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_files import convert

    return convert(given.table, given.out, options=parse_settings(given.set), trust=given.trust)


def _info(given: argparse.Namespace) -> Answer:
    from lstm_core.runs import find_coverage, find_table

    table = find_table(given.table)
    coverage = find_coverage(given.table)
    about = {
        "name": table.name,
        "words": len(table),
        "dimension": table.dimension,
        "counts": table.counts is not None,
        "columns": list(table.columns),
        "metadata": dict(table.metadata),
        "fingerprint": table.fingerprint,
        "coverage": None if coverage is None else coverage.to_json(),
    }
    shown = about | {"coverage": coverage}
    return about, "\n".join(f"{key}\t{value}" for key, value in shown.items() if value is not None)


def _runs(given: argparse.Namespace) -> Answer:
    from lstm_core.runs import list_runs
    from lstm_core.training.watch import overview

    found = [overview(run) for run in list_runs()]
    lines = [f"{one['name']}\t{one['state']}\t{one['corpus']}\t{one['step']} steps\tppl {one['perplexity']}" for one in found]
    return found, "\n".join(lines) or "no runs yet"


def _corpora(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_corpora import corpora_command

    return corpora_command(given)


def _tokenize(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_text import tokenize_command

    return tokenize_command(given, parse_settings(given.set))


def parse_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Return ``["lr=0.01", "corpus.size=9"]`` as ``{"lr": "0.01", "corpus_options": {"size": "9"}}``; ``tokenizer.`` alike.

    Values stay text: the options they are for know their types. Raises :class:`InvalidOption` for a pair without ``=``.
    """
    from lstm_core.errors import InvalidOption

    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InvalidOption(name="--set", value=pair, rule="write key=value")
        whose, dot, name = key.partition(".")
        if dot and whose in ("corpus", "tokenizer"):
            settings.setdefault(f"{whose}_options", {})[name] = value
        else:
            settings[key] = value
    return settings


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)


def _complain(message: str) -> None:
    sys.stderr.write("error: " + " ".join(message.split()) + "\n")
