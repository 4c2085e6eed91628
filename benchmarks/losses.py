"""What a language model foresees after equal epochs: losses that sample beside the full softmax and the usual plain model.

    .venv/bin/python -m benchmarks.losses --text reviews.txt                     # about 12 minutes on 2 cores

All read the same sentences in the same order and are scored by the full softmax on the same held-out text: embedding 128, LSTM
256, untied, no dropout. "plain" is the tutorial form of ``benchmarks/training.py``: Adam on dense tables, all words compared.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.results import markdown_table, write_section
from benchmarks.training import OBJECTIVE, OURS, PLAIN, ROUNDED, Side, plain_side, scored
from lstm_core.model.losses import LOSSES
from lstm_core.text.corpus import open_corpus
from lstm_core.text.encode import encode_corpus
from lstm_core.training.config import TrainConfig
from lstm_core.training.data import Layout, Stream, epoch_order, split, wanted_counts
from lstm_core.training.device import Machine
from lstm_core.training.optimizer import Optimizer
from lstm_core.training.schedule import learning_rate

SIDES = (
    ("plain", 0, PLAIN),
    ("softmax", 0, PLAIN),
    *(("softmax", 0, OURS), ("sampled", 512, OURS), ("sampled", 2048, OURS), ("negative", 2048, OURS)),
    *(("softmax", 0, ROUNDED), ("sampled", 2048, ROUNDED), ("negative", 2048, ROUNDED)),
)
"""Loss, words drawn a step, batch and learning rate. The second line has the rate and batches of "plain", our first values."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True, help="a text file with one sentence a line")
    parser.add_argument("--sentences", type=int, default=30_000)
    parser.add_argument("--vocab", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounded", action=argparse.BooleanOptionalAction, default=True, help="products in bfloat16, too")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    text = _Text(given)
    rows = [text.row(*side) for side in SIDES if side[2] in (PLAIN, OURS) or given.rounded]
    header = ("loss", "arithmetic", "batch", "words drawn", "perplexity by epoch", "against full softmax", "processor minutes")
    about = (
        f"{given.sentences:,} sentences, {text.tokens:,} tokens an epoch, {text.size:,} words, {given.epochs} epochs; "
        f"{text.held.shape[1] - 1:,} held-out tokens, scored by the full softmax. "
        f"Batches of 20: {PLAIN}; of 48: {OURS}, cosine schedule; {given.threads} threads."
    )
    full = rows[1][4][-1]
    shown = [(*about, drawn or "all", *_shown(found, full), minutes) for *about, drawn, found, minutes in rows]
    write_section("losses", f"{about}\n\n{markdown_table(header, shown)}")
    print(markdown_table(header, shown))


def _shown(found: list[float], full: float) -> tuple[str, str]:
    return ", ".join(f"{one:.1f}" for one in found), f"{100 * (found[-1] / full - 1):+.1f} %"


class _Text:
    """The sentences to learn from and those held out, as ids."""

    def __init__(self, given: Any) -> None:
        corpus = encode_corpus(open_corpus(str(given.text)), "words", max_vocab=given.vocab)
        self.sentences, self.epochs, self.size = corpus.sentences, given.epochs, len(corpus.vocabulary)
        self.counts = wanted_counts(corpus.vocabulary, sentences=len(self.sentences), threshold=0.0)
        numbers, held = split(len(self.sentences), share=0.01, seed=0)
        self.numbers = numbers[:: max(1, len(numbers) // given.sentences)][: given.sentences]
        stream = Stream(self.sentences, held)
        self.held = torch.from_numpy(stream.read(0, min(len(stream), 16_001)).astype(np.int64))[None]
        self.tokens = len(Stream(self.sentences, self.numbers))

    def row(self, loss: str, drawn: int, how: dict[str, Any]) -> tuple[str, str, int, int, list[float], float]:
        """Return loss, arithmetic, batch, words drawn, the held-out perplexity after each epoch and the minutes."""
        began = time.process_time()
        layout = Layout.of(self.tokens, batch_size=int(how["batch"]), bptt=int(how["bptt"]))
        total = self.epochs * sum(1 for _ in layout.windows(Stream(self.sentences, self.numbers)))
        side = plain_side(self.size, iter(())) if loss == "plain" else self._ours(loss, drawn, how, total)
        found = []
        for epoch in range(self.epochs):
            order = epoch_order(self.numbers, seed=0, epoch=epoch)
            for inputs, targets in layout.windows(Stream(self.sentences, order)):
                side.step(torch.from_numpy(inputs), torch.from_numpy(targets))
            with torch.no_grad():
                found.append(math.exp(side.held(self.held[:, :-1], self.held[:, 1:])))
            print(f"{loss} {how['precision']} {drawn or ''} epoch {epoch + 1}: {found[-1]:.2f}", flush=True)
        return loss, str(how["precision"]), int(how["batch"]), drawn, found, round((time.process_time() - began) / 60, 1)

    def _ours(self, loss: str, drawn: int, how: dict[str, Any], total: int) -> Side:
        settings = {"embedding_dim": 128, "hidden_size": 256, "tie_weights": False, "lr": how["lr"], "weight_decay": 0.0}
        schedule = "constant" if how is PLAIN else "cosine"
        config, generator = TrainConfig(**settings, schedule=schedule, warmup=0.0), torch.Generator().manual_seed(0)
        network = OBJECTIVE.network(config.model, vocab_size=self.size, generator=generator)
        LOSSES[loss].prepare(network, counts=self.counts)
        Machine.chosen("cpu", how["precision"]).take(network)
        optimizer = Optimizer(network, config, by_rows=LOSSES[loss].samples)
        measure = LOSSES[loss].measure(OBJECTIVE, counts=self.counts, negatives=drawn, generator=generator)
        taken, kept = iter(range(total)), [None]

        def step(inputs: Tensor, targets: Tensor) -> None:
            found = measure(network, inputs, targets=targets, state=kept[0])
            optimizer.step(found.loss, lr=learning_rate(config, next(taken), total=total), used=found.used)
            kept[0] = tuple(part.detach() for part in found.state)

        return Side(loss, int(how["batch"]), step, scored(network), iter(()))


if __name__ == "__main__":
    main()
