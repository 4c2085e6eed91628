"""The ways to learn a table that :mod:`benchmarks.quality` compares, all from the same ids: each returns one row a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.model.objectives import suited
from lstm_core.options import build
from lstm_core.runs import RunDirectory, read_manifest, read_table
from lstm_core.text.encode import EncodedCorpus
from lstm_core.text.vocabulary import SPECIALS
from lstm_core.training.config import TrainConfig
from lstm_core.training.counted import counted_rows
from lstm_core.training.loop import train
from lstm_core.training.spelling import pieces_of, with_spelling

WIDTH, WINDOW, NEGATIVE, SAMPLE, EPOCHS = 96, 5, 5, 1e-4, 5
"""What word2vec is usually trained with; the first four hold for every side that has them."""
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Work:
    """What a side learns from: the ``encoded`` corpus, the settings that made it, a folder for its files, seed and threads."""

    encoded: EncodedCorpus
    settings: dict[str, Any]
    folder: Path
    seed: int
    threads: int

    @property
    def words(self) -> int:
        """How many words have a row."""
        return len(self.encoded.vocabulary.words)

    def lines(self) -> Path:
        """Return a file with the known words of each sentence as numbers from 0, for the libraries that read text."""
        path = self.folder / "lines.txt"
        if not path.exists():
            sentences = self.encoded.sentences
            with path.open("w", encoding="ascii") as out:
                for number in range(len(sentences)):
                    ids = sentences.take(np.arange(sentences.offsets[number], sentences.offsets[number + 1]))
                    out.write(" ".join(map(str, (ids[ids >= len(SPECIALS)] - len(SPECIALS)).tolist())) + "\n")
        return path


Side = Callable[[Work], tuple[Rows, str]]
"""Learns and returns the rows (V, D) and a remark for the table of results."""


def gensim(kind: str, **settings: Any) -> Side:
    """Return a side that is one of gensim's (LGPL, used here only): ``Word2Vec`` or ``FastText``."""

    def side(work: Work) -> tuple[Rows, str]:
        from gensim import models

        shared = {"vector_size": WIDTH, "window": WINDOW, "sample": SAMPLE, "negative": NEGATIVE, "epochs": EPOCHS}
        if kind == "FastText":  # reads the spelling, so it gets the words themselves
            words = work.encoded.vocabulary.words
            lines = [[words[int(number)] for number in line.split()] for line in work.lines().open(encoding="ascii")]
            model = models.FastText(lines, min_count=1, workers=work.threads, seed=work.seed, **shared, **settings)
            return np.stack([model.wv[word] for word in words]), f"{EPOCHS} epochs"
        model = models.Word2Vec(
            corpus_file=str(work.lines()), min_count=1, workers=work.threads, seed=work.seed, **shared, **settings
        )
        rows = np.zeros((work.words, WIDTH), dtype=np.float32)
        for number in range(work.words):
            if str(number) in model.wv:
                rows[number] = model.wv[str(number)]
        return rows, f"{EPOCHS} epochs"

    return side


def ppmi_svd(work: Work) -> tuple[Rows, str]:
    """Count which words stand near each other, and nothing more."""
    sentences = work.encoded.sentences
    words, _ = counted_rows(sentences, np.arange(len(sentences)), width=WIDTH, seed=work.seed)
    return words[len(SPECIALS) :], "words"


def ppmi_svd_sum(work: Work) -> tuple[Rows, str]:
    """The same, the rows of the words as words and as contexts added: what the LSTM begins with."""
    sentences = work.encoded.sentences
    words, contexts = counted_rows(sentences, np.arange(len(sentences)), width=WIDTH, seed=work.seed)
    return (words + contexts)[len(SPECIALS) :], "words + contexts"


def ppmi_svd_spelling(work: Work) -> tuple[Rows, str]:
    """Both, each sharing what words of like spelling have in common, added: what the LSTM that uses spelling begins with."""
    sentences, vocabulary = work.encoded.sentences, work.encoded.vocabulary
    both = counted_rows(sentences, np.arange(len(sentences)), width=WIDTH, seed=work.seed)
    counts = vocabulary.counts[len(SPECIALS) :]
    words, contexts = (with_spelling(part[len(SPECIALS) :], vocabulary.words, counts) for part in both)
    return words + contexts, "words + contexts"


def spelling_alone(work: Work) -> tuple[Rows, str]:
    """Rows that know nothing but the letters: how far the questions can be answered without having read the text."""
    pieces = pieces_of(work.encoded.vocabulary.words)
    return pieces @ np.random.default_rng([work.seed, 5]).standard_normal((pieces.shape[1], WIDTH)).astype(np.float32), ""


def lstm(**changes: Any) -> Side:
    """Return the side of this project: ``cloze`` as it suits, but for ``changes``."""

    def side(work: Work) -> tuple[Rows, str]:
        settings = {"objective": "cloze", "snapshots": 0, "seed": work.seed, "threads": work.threads, **work.settings}
        run = RunDirectory.create(work.folder, f"lstm-{work.seed}-{abs(hash(str(changes))) % 10**6}")
        for progress in train(run, build(TrainConfig, suited({**settings, **changes}))):
            if progress.stage == "training" and progress.step and progress.step % 500 < 3:
                print(f"{progress.fraction:.1%}, {progress.tokens_per_second:.0f} tokens/s, loss {progress.loss}", flush=True)
        summary = read_manifest(run)["summary"]
        return read_table(run).matrix, f"{summary['tokens']:,} tokens, {summary['rows']} rows"

    return side


SIDES: dict[str, Side] = {
    "skip-gram": gensim("Word2Vec", sg=1),
    "cbow": gensim("Word2Vec", sg=0, alpha=0.05),
    "fasttext": gensim("FastText", sg=1),
    "ppmi-svd": ppmi_svd,
    "ppmi-svd, sum": ppmi_svd_sum,
    "spelling alone": spelling_alone,
    "ppmi-svd, spelling": ppmi_svd_spelling,
    "lstm": lstm(),
    "lstm, input rows": lstm(rows="input"),
    "lstm from counts": lstm(first_rows="counts"),
    "lstm from random rows": lstm(first_rows="random", lr=0.01, epochs=10),
}
