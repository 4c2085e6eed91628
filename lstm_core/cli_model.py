"""The commands that run a trained network: ``perplexity``. They import torch."""

from __future__ import annotations

import argparse
from typing import Any


def perplexity_command(given: argparse.Namespace) -> tuple[Any, str]:
    """Say how well the network of a run foresees the text in a file."""
    from lstm_core.runs import find_run
    from lstm_core.text.corpus import open_corpus
    from lstm_core.training.perplexity import perplexity_of
    from lstm_core.training.saved import read_model

    text = open_corpus(str(given.text))
    found = perplexity_of(read_model(find_run(given.run_name)), text.sentences())
    line = f"perplexity {found.perplexity:.2f} over {found.tokens:,} tokens ({found.nll:.4f} nats each, "
    line += f"{found.nll_per_character:.4f} a character); {found.unknown_rate:.2%} of the words unknown"
    return found.to_json(), line
