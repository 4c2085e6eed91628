"""The command line: everything the pages can do, scriptable. Every command takes ``--json``.

An error is one line on the standard error and exit status 2. Only ``train`` imports torch.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

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
    similar = _command(commands, "similar", _similar, "the words closest to a word", table=True)
    similar.add_argument("word", metavar="WORD")
    similar.add_argument("-k", type=int, default=10, help="how many words (default 10)")
    similar.add_argument("--metric", default="cosine", help="cosine, dot or euclidean (default cosine)")
    analogy = _command(commands, "analogy", _analogy, 'word arithmetic: "왕 - 남자 + 여자"', table=True)
    analogy.add_argument("formula", metavar="FORMULA")
    analogy.add_argument("-k", type=int, default=10, help="how many words (default 10)")
    analogy.add_argument("--method", default="3cosadd", help="3cosadd or 3cosmul (default 3cosadd)")
    evaluate = _command(commands, "evaluate", _evaluate, "how many analogies of a file a table answers", table=True)
    evaluate.add_argument("--analogies", metavar="FILE", help="questions-words format: ': name', then a b c d")
    evaluate.add_argument("--pairs", metavar="FILE", help="word, word, score; comma- or tab-separated")
    evaluate.add_argument("--method", default="3cosadd", help="3cosadd or 3cosmul (default 3cosadd)")
    project = _command(commands, "project", _project, "coordinates of the words on a map, as a CSV or Parquet file", table=True)
    project.add_argument("--method", default="pca", help="one of the registered projections (default pca)")
    project.add_argument("--dim", type=int, choices=(2, 3), default=2)
    project.add_argument("--out", metavar="FILE", type=Path, required=True)
    project.add_argument("--seed", type=int, default=0)
    project.add_argument("--limit", type=int, help="only so many of the most frequent words")
    _set_option(project)
    convert = _command(commands, "convert", _convert, "write a table in another format, told by the suffix", table=True)
    convert.add_argument("out", metavar="OUT", type=Path)
    convert.add_argument("--trust", action="store_true", help="open gensim's .kv, a pickle that may run any code")
    _set_option(convert)
    _command(commands, "info", _info, "what is known about a table", table=True)
    _command(commands, "runs", _runs, "the trainings in the runs folder")
    _command(commands, "corpora", _corpora, "the corpora that are built in")
    return parser


def _command(commands: Any, name: str, run: Callable[..., Any], about: str, *, table: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    if table:
        parser.add_argument("table", metavar="TABLE", help="a run, the name of a shipped model, or a table file")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


def _train_parser(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", metavar="NAME|PATH", help="a built-in corpus or a text file (default: world)")
    parser.add_argument("--objective", help="what the network learns to do (default: next-word)")
    parser.add_argument("--run", metavar="NAME|DIR", dest="folder", help="the run: a name in the runs folder, or a path")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped or has crashed")
    parser.add_argument("--detached", action="store_true", help="nobody is watching: no progress bar")
    _set_option(parser)


def _set_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", metavar="KEY=VALUE", nargs="+", action="extend", default=[], help="options")


def _train(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_train import train_command

    return train_command(given)


def _similar(given: argparse.Namespace) -> Answer:
    from lstm_core.runs import find_table
    from lstm_core.table.search import nearest

    return _neighbors(nearest(find_table(given.table), given.word, k=given.k, metric=given.metric))


def _analogy(given: argparse.Namespace) -> Answer:
    from lstm_core.runs import find_table
    from lstm_core.table.analogy import analogy

    return _neighbors(analogy(find_table(given.table), given.formula, k=given.k, method=given.method))


def _evaluate(given: argparse.Namespace) -> Answer:
    from lstm_core.errors import InvalidOption
    from lstm_core.runs import find_table
    from lstm_core.table.evaluation import evaluate_analogies
    from lstm_core.table.pairs import evaluate_pairs
    from lstm_core.table.questions import read_pairs, read_questions

    if not (given.analogies or given.pairs):
        raise InvalidOption(name="evaluate", value="nothing", rule="give --analogies FILE, --pairs FILE, or both")
    table, lines = find_table(given.table), []
    found: dict[str, Any] = {}
    if given.analogies:
        found |= evaluate_analogies(table, read_questions(given.analogies), method=given.method).to_json()
        about = found["analogies"]
        for name, one in [*about["categories"].items(), ("all", about)]:
            lines.append(f"{name}\t{one['correct']} correct of {one['answerable']} answerable, {one['asked']} asked")
    if given.pairs:
        found |= evaluate_pairs(table, read_pairs(given.pairs)).to_json()
        about = found["pairs"]
        lines.append(f"pairs\tSpearman {about['spearman']} on {about['answerable']} of {about['asked']}")
    return found, "\n".join(lines)


def _project(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_files import write_coordinates
    from lstm_core.projection import project
    from lstm_core.runs import find_table

    table = find_table(given.table)
    found = project(
        table, method=given.method, dimension=given.dim, options=parse_settings(given.set), seed=given.seed, limit=given.limit
    )
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
        "quality": dict(found.quality),
        "fingerprint": found.fingerprint,
    }
    return about, f"{len(found.indices)} of {found.total} words written to {given.out}"


def _convert(given: argparse.Namespace) -> Answer:
    from lstm_core.cli_files import convert

    return convert(given.table, given.out, options=parse_settings(given.set), trust=given.trust)


def _info(given: argparse.Namespace) -> Answer:
    from lstm_core.runs import find_table

    table = find_table(given.table)
    about = {
        "name": table.name,
        "words": len(table),
        "dimension": table.dimension,
        "counts": table.counts is not None,
        "columns": list(table.columns),
        "metadata": dict(table.metadata),
        "fingerprint": table.fingerprint,
    }
    return about, "\n".join(f"{key}\t{value}" for key, value in about.items())


def _runs(given: argparse.Namespace) -> Answer:
    from lstm_core.runs import list_runs
    from lstm_core.training.watch import overview

    found = [overview(run) for run in list_runs()]
    lines = [f"{one['name']}\t{one['state']}\t{one['corpus']}\t{one['step']} steps\tppl {one['perplexity']}" for one in found]
    return found, "\n".join(lines) or "no runs yet"


def _corpora(given: argparse.Namespace) -> Answer:
    from lstm_core.options import describe
    from lstm_core.text.corpus import CORPORA

    found: list[dict[str, Any]] = [
        {"key": corpus.key, "label": corpus.label._asdict(), "options": [spec.name for spec in describe(corpus.Options)]}
        for corpus in CORPORA
    ]
    return found, "\n".join(f"{one['key']}\t{one['label']['ko']}\t{one['label']['en']}" for one in found)


def parse_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Return ``["lr=0.01", "corpus.size=9"]`` as ``{"lr": "0.01", "corpus_options": {"size": "9"}}``.

    Values stay text: the options they are for know their types. Raises :class:`InvalidOption` for a pair without ``=``.
    """
    from lstm_core.errors import InvalidOption

    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InvalidOption(name="--set", value=pair, rule="write key=value")
        if key.startswith("corpus."):
            settings.setdefault("corpus_options", {})[key.removeprefix("corpus.")] = value
        else:
            settings[key] = value
    return settings


def _neighbors(found: Any) -> Answer:
    lines = [f"{one.rank}\t{one.word}\t{one.score:.4f}" for one in found.results]
    left_out = [f"left out: {one.word} (would be {one.rank})" for one in found.excluded]
    return found.to_json(), "\n".join([*lines, *left_out])


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)


def _complain(message: str) -> None:
    sys.stderr.write("error: " + " ".join(message.split()) + "\n")
