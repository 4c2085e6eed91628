"""The commands that run a trained network: ``perplexity``, ``generate``, ``classify``. They import torch when they run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from lstm_core.model.generation import GenerationOptions
from lstm_core.options import build, describe

Answer = tuple[Any, str]


def add_model_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands; ``command(name, run, about)`` makes a parser."""
    perplexity = command("perplexity", _perplexity, "how well a language model foresees a text")
    perplexity.add_argument("--text", metavar="FILE", required=True, help="one sentence a line")
    generate = command("generate", _generate, "what a language model writes after the beginning of a sentence")
    generate.add_argument("--prompt", metavar="TEXT", default="", help="how the sentence begins (default: nothing)")
    generate.add_argument("--seed", type=_seed, default=0, help="the same seed writes the same (default 0)")
    for option in describe(GenerationOptions):
        flags = ("-n", "--max-tokens") if option.name == "max_tokens" else ("--" + option.name.replace("_", "-"),)
        generate.add_argument(*flags, dest=option.name, metavar="N", default=option.default, help=_explained(option))
    classify = command("classify", _classify, "the label of each text, one JSON object a line: text, label, probability")
    classify.add_argument("--text", metavar="FILE", required=True, help="one text a line, or a table with a column of texts")
    for parser in (perplexity, generate, classify):
        parser.add_argument("run_name", metavar="RUN", help="a run or the name of a shipped model")


def _seed(value: str) -> int:
    if not value.isdecimal() or int(value) >= 2**63:
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number from 0 up")
    return int(value)


def _explained(option: Any) -> str:
    return f"{option.help.en} (default {option.default})".replace("%", "%%")


def _perplexity(given: argparse.Namespace) -> Answer:
    """Say how well the network of a run foresees the text in a file."""
    from lstm_core.text.corpus import open_corpus
    from lstm_core.training.perplexity import perplexity_of

    text = open_corpus(str(given.text))
    found = perplexity_of(_model(given), text.sentences())
    line = f"perplexity {found.perplexity:.2f} over {found.tokens:,} tokens ({found.nll:.4f} nats each, "
    line += f"{found.nll_per_character:.4f} a character); {found.unknown_rate:.2%} of the words unknown"
    return found.to_json(), line


def _generate(given: argparse.Namespace) -> Answer:
    """Write on from a prompt."""
    from lstm_core.training.continuation import continuation_to_json, continue_text

    options = build(GenerationOptions, {name: getattr(given, name) for name in GenerationOptions.model_fields})
    model = _model(given)
    found = continue_text(model, given.prompt, options=options, seed=given.seed)
    unknown = f"\n(not in the vocabulary: {', '.join(found.unknown)})" if found.unknown else ""
    return continuation_to_json(model, found, options), found.text + ("" if found.ended else " …") + unknown


def _classify(given: argparse.Namespace) -> None:
    """Tell the label of each text in a file, line by line as they are read."""
    from lstm_core.text.corpus import open_corpus
    from lstm_core.training.classify import classify

    for found in classify(_model(given), open_corpus(str(given.text)).sentences()):
        sys.stdout.write(json.dumps(found._asdict(), ensure_ascii=False) + "\n")


def _model(given: argparse.Namespace) -> Any:
    from lstm_core.runs import find_run
    from lstm_core.training.saved import read_model

    return read_model(find_run(given.run_name))
