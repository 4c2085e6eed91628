"""How soon a language model reaches the same held-out loss: a sampled loss with row-wise updates beside the usual plain one.

    .venv/bin/python -m benchmarks.training --text reviews.txt                   # about 15 minutes on 2 cores
    .venv/bin/python -m benchmarks.training --text reviews.txt --vocab 30000 --seconds 60

Both sides: the same tokens, embedding 128, LSTM 256, untied, one layer, no dropout, two threads, held-out loss by the full
softmax. "plain" is the usual tutorial form: batches of 20 x 35, ``nn.CrossEntropyLoss`` over all words, Adam on dense
tables. "ours" is what the trainer runs with ``loss=sampled``, in float32 and in bfloat16. They take turns in one process, so
that all meet the same machine; the loss to be reached is the plain side's last one.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.results import markdown_table, write_section
from lstm_core.model.losses import LOSSES, Softmax
from lstm_core.model.network import WordNetwork
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.text.corpus import open_corpus
from lstm_core.text.encode import encode_corpus
from lstm_core.text.token_file import Sentences
from lstm_core.training.config import TrainConfig
from lstm_core.training.data import Layout, Stream, epoch_order, split, wanted_counts
from lstm_core.training.device import Machine
from lstm_core.training.optimizer import Optimizer

HELD_TOKENS = 8_000
TURNS = 12
SHARE = 0.2  # of the plain side's time that each of ours gets
PLAIN: dict[str, Any] = {"batch": 20, "bptt": 35, "lr": 1e-3, "precision": "float32"}
OURS = {"batch": 48, "bptt": 35, "lr": 4e-3, "precision": "float32"}
ROUNDED = {**OURS, "precision": "bf16"}
OBJECTIVE = OBJECTIVES["next-word"]


@dataclass
class Side:
    """One way to train: ``step`` learns from a batch (B, T); the curve holds (seconds, tokens, held-out loss)."""

    name: str
    batch: int
    step: Callable[[Tensor, Tensor], None]
    held: Callable[[Tensor, Tensor], float]
    batches: Iterator[tuple[Tensor, Tensor]]
    seconds: float = 0.0
    tokens: int = 0
    curve: list[tuple[float, int, float]] = field(default_factory=list)

    def learn(self, seconds: float) -> None:
        """Take steps for about ``seconds``."""
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            inputs, targets = next(self.batches)
            self.step(inputs, targets)
            self.tokens += inputs.numel()
        self.seconds += time.perf_counter() - began

    def measure(self, inputs: Tensor, targets: Tensor) -> None:
        """Add a point to the curve."""
        with torch.no_grad():
            self.curve.append((self.seconds, self.tokens, self.held(inputs, targets)))
        print(f"{self.name:8} {self.seconds:6.1f} s {self.tokens:9,} tokens, held-out loss {self.curve[-1][2]:.4f}", flush=True)

    def seconds_to(self, loss: float) -> float | None:
        """Return when the curve first passed ``loss``, between two points in proportion; None when it never did."""
        before = (0.0, 0, math.inf)
        for now in self.curve:
            if now[2] <= loss:
                share = 1.0 if math.isinf(before[2]) else (before[2] - loss) / (before[2] - now[2])
                return before[0] + share * (now[0] - before[0])
            before = now
        return None


class PlainModel(nn.Module):
    """The usual word language model: embedding, LSTM, linear layer over all words."""

    def __init__(self, vocab: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, 128)
        self.lstm = nn.LSTM(128, 256, batch_first=True)
        self.output = nn.Linear(256, vocab)

    def forward(self, ids: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return logits (B, T, V) and the state."""
        values, state = self.lstm(self.embedding(ids), state)
        return self.output(values), state


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True, help="a text file with one sentence a line")
    parser.add_argument("--vocab", type=int, nargs="+", default=[30_000, 100_000])
    parser.add_argument("--seconds", type=float, default=300.0, help="training time of the plain side, each vocabulary")
    given = parser.parse_args()
    torch.set_num_threads(2)
    rows = [row for vocab in given.vocab for row in _compare(given.text, vocab, given.seconds)]
    header = ("vocabulary", "ours in", "held-out loss", "plain, s", "ours, s", "times", "plain, tokens/s", "ours", "times")
    about = f"2 threads, torch {torch.__version__}, {HELD_TOKENS:,} held-out tokens, full softmax; plain {PLAIN}, ours {OURS}."
    write_section("training", f"{about}\n\n{markdown_table(header, rows)}")
    print(markdown_table(header, rows))


def _compare(text: Path, vocab: int, seconds: float) -> list[tuple[object, ...]]:
    corpus = encode_corpus(open_corpus(str(text)), "words", max_vocab=vocab)
    sentences = corpus.sentences
    numbers, held = split(len(sentences), share=0.01, seed=0)
    ids = torch.from_numpy(Stream(sentences, held).read(0, HELD_TOKENS + 1).astype(np.int64))[None]
    size, counts = len(corpus.vocabulary), wanted_counts(corpus.vocabulary, sentences=len(sentences), threshold=0.0)
    plain = plain_side(size, _batches(sentences, numbers, PLAIN))
    ours = [_ours(size, counts, how, _batches(sentences, numbers, how)) for how in (OURS, ROUNDED)]
    for _ in range(TURNS):
        for side in (plain, *ours):
            side.learn((1.0 if side is plain else SHARE) * seconds / TURNS)
            side.measure(ids[:, :-1], ids[:, 1:])
    return [(size, side.name, *_beside(plain, side)) for side in ours]


def _beside(plain: Side, ours: Side) -> tuple[object, ...]:
    goal = plain.curve[-1][2]
    theirs, mine = plain.seconds_to(goal) or plain.seconds, ours.seconds_to(goal)
    slow, fast = (side.tokens / side.seconds for side in (plain, ours))
    faster = "not reached" if mine is None else round(theirs / mine, 1)
    times = (round(theirs, 1), "-" if mine is None else round(mine, 1), faster)
    return (round(goal, 3), *times, round(slow), round(fast), round(fast / slow, 1))


def _batches(sentences: Sentences, numbers: np.ndarray, how: dict[str, Any]) -> Iterator[tuple[Tensor, Tensor]]:
    epoch = 0
    while True:
        text = Stream(sentences, epoch_order(numbers, seed=0, epoch=epoch))
        layout = Layout.of(len(text), batch_size=int(how["batch"]), bptt=int(how["bptt"]))
        for inputs, targets in layout.windows(text):
            yield torch.from_numpy(inputs), torch.from_numpy(targets)
        epoch += 1


def plain_side(vocab: int, batches: Iterator[tuple[Tensor, Tensor]]) -> Side:
    """Return the usual plain model of ``vocab`` words, learning from ``batches``."""
    torch.manual_seed(0)
    model, loss_of = PlainModel(vocab), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=PLAIN["lr"])
    kept: list[tuple[Tensor, Tensor] | None] = [None]

    def step(inputs: Tensor, targets: Tensor) -> None:
        optimizer.zero_grad()
        logits, state = model(inputs, kept[0])
        loss_of(logits.flatten(0, 1), targets.flatten()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        optimizer.step()
        kept[0] = (state[0].detach(), state[1].detach())

    def held(inputs: Tensor, targets: Tensor) -> float:
        values, _ = model.lstm(model.embedding(inputs))
        return _counted_loss(values, model.output, targets)

    return Side("plain", PLAIN["batch"], step, held, batches)


def _ours(vocab: int, counts: tuple[int, ...], how: dict[str, Any], batches: Iterator[tuple[Tensor, Tensor]]) -> Side:
    config = TrainConfig(embedding_dim=128, hidden_size=256, tie_weights=False, lr=how["lr"], weight_decay=0.0)
    generator = torch.Generator().manual_seed(0)
    network = OBJECTIVE.network(config.model, vocab_size=vocab, generator=generator)
    LOSSES["sampled"].prepare(network, counts=counts)
    Machine.chosen("cpu", how["precision"]).take(network)
    optimizer = Optimizer(network, config, by_rows=True)
    measure = LOSSES["sampled"].measure(OBJECTIVE, counts=counts, negatives=config.negatives, generator=generator)
    kept = [None]

    def step(inputs: Tensor, targets: Tensor) -> None:
        found = measure(network, inputs, targets=targets, state=kept[0])
        optimizer.step(found.loss, lr=how["lr"], used=found.used)
        kept[0] = (found.state[0].detach(), found.state[1].detach())

    return Side(how["precision"], how["batch"], step, scored(network), batches)


def scored(network: WordNetwork) -> Callable[[Tensor, Tensor], float]:
    """Return what measures the held-out loss of ``network``: by the full softmax, unrounded."""
    whole = Softmax.measure(OBJECTIVE)

    def held(inputs: Tensor, targets: Tensor) -> float:
        network.eval()
        found = whole(network, inputs, targets=targets, state=None).loss.item()
        network.train()
        return found

    return held


def _counted_loss(values: Tensor, output: nn.Linear, targets: Tensor) -> float:
    """Return the mean loss over the positions that ours counts too: those whose target is not ``<bos>``."""
    from lstm_core.text.vocabulary import BOS

    counted = (targets != BOS).flatten()
    rows, wanted = values.flatten(0, 1)[counted], targets.flatten()[counted]
    parts = zip(rows.split(512), wanted.split(512), strict=True)
    return sum(nn.functional.cross_entropy(output(some), them, reduction="sum").item() for some, them in parts) / len(rows)


if __name__ == "__main__":
    main()
