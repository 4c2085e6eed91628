"""How good a table an LSTM learns beside word2vec, fastText and PPMI-SVD: the same tokens, words and dimensions for all.

    python -m benchmarks.quality ko --text reviews.txt --analogies analogy_ko.txt --pairs ws353_ko.csv
    python -m benchmarks.quality en --text bible_and_grimm.txt --analogies analogy_en.txt --seeds 0 --sides skip-gram lstm

The text is cut once; every side learns from the resulting ids. Each table is asked as it was learned and with its mean and
two largest principal components removed: raw stands beside raw, processed beside processed. Analogies: 3CosAdd over all
words, those of the question left out, first place counts; a question with a word the vocabulary lacks is not answerable.
The family relation stands apart, with the offset gain: right answers beyond those the nearest neighbour of c alone gives.
``--tables FOLDER`` keeps what was learned: an interrupted run goes on, and sides can be added one by one.
Settings were chosen on the questions of every other example pair ("chosen on"); the rest is reported beside it ("held out").
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from benchmarks.quality_sides import SIDES, WIDTH, Work
from benchmarks.results import markdown_table, write_section
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import CategoryResult, Evaluation, EvaluationOptions, evaluate_analogies
from lstm_core.table.pairs import evaluate_pairs
from lstm_core.table.questions import read_pairs, read_questions
from lstm_core.table.transforms import transform
from lstm_core.text.corpus import open_corpus
from lstm_core.text.encode import encode_corpus

TEXTS: dict[str, dict[str, Any]] = {
    "ko": {"tokenizer": "morphemes", "tokenizer_options": {"labels": "form"}, "max_vocab": 20_000, "min_count": 10},
    "en": {"tokenizer": "words", "tokenizer_options": {}, "max_vocab": 20_000, "min_count": 3},
}
FAMILY = {"ko": "male-female", "en": "family"}
TREATED = ("raw", "all-but-the-top")
HEADER = ("side", "rows", "analogies", "chosen on", "held out", "offset gain", "family", "family gain", "WS-353", "minutes")


@dataclass(frozen=True)
class Learned:
    """A table, the processor time it took and a remark."""

    table: EmbeddingTable
    seconds: float
    remark: str


@dataclass(frozen=True)
class Found:
    """What one table answers, as it was learned or treated."""

    evaluation: Evaluation
    family: CategoryResult
    pairs: float | None


def main() -> None:
    given = _arguments()
    settings: dict[str, Any] = {**TEXTS[given.language], "corpus": str(given.text.resolve()), "embedding_dim": WIDTH}
    if given.epochs:
        settings["epochs"] = given.epochs
    how = {name: settings[name] for name in ("max_vocab", "min_count", "tokenizer_options")}
    encoded = encode_corpus(open_corpus(str(given.text)), settings["tokenizer"], **how)
    words, rows = encoded.vocabulary.words, []
    with tempfile.TemporaryDirectory() as passing:
        for name in given.sides:
            learned = []
            for seed in given.seeds:
                kept = (given.tables or Path(passing)) / f"{given.language}-{name.replace(' ', '-')}-{seed}.safetensors"
                if not kept.exists():
                    _learn(name, Work(encoded, settings, Path(passing), seed, given.threads), kept)
                learned.append(_read(kept, words, encoded.vocabulary.counts))
            rows += _rows(name, learned, given)
            for row in rows[-len(TREATED) :]:
                print(*row, sep=" | ", flush=True)
    about = (
        f"{encoded.coverage}; {len(words):,} words × {WIDTH}; seeds {given.seeds}, {given.threads} thread(s); minutes are "
        f"those of the processor. Questions: {given.analogies.name}{f', {given.pairs.name}' if given.pairs else ''}."
    )
    write_section(f"quality-{given.language}", f"{about}\n\n{markdown_table(HEADER, rows)}")


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=list(TEXTS))
    parser.add_argument("--text", type=Path, required=True, help="a text file with one sentence a line")
    parser.add_argument("--analogies", type=Path, required=True, help="questions in the format of word2vec")
    parser.add_argument("--pairs", type=Path, help="word, word, human score")
    parser.add_argument("--sides", nargs="+", choices=list(SIDES), default=list(SIDES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="of the LSTM; default: what suits the objective")
    parser.add_argument("--tables", type=Path, help="a folder that keeps what was learned")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def _learn(name: str, work: Work, path: Path) -> None:
    """Learn a table and keep it at ``path`` with the processor time it took."""
    began = _seconds()
    matrix, remark = SIDES[name](work)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"matrix": np.ascontiguousarray(matrix)}, path, metadata={"seconds": str(_seconds() - began), "remark": remark})


def _read(path: Path, words: Sequence[str], counts: Sequence[int]) -> Learned:
    with safe_open(path, framework="np") as file:
        about, matrix = file.metadata(), file.get_tensor("matrix")
    seen = np.array(counts[-len(words) :], dtype=np.int64)
    table = EmbeddingTable(tuple(words), matrix, seen, {}, {"name": path.stem})
    return Learned(table, float(about["seconds"]), about["remark"])


def _seconds() -> float:
    """Return the seconds of processor time this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _rows(name: str, learned: Sequence[Learned], given: Any) -> Iterator[tuple[object, ...]]:
    """Yield a row of results for each treatment: over the seeds the mean, and from the least to the most where they differ."""
    minutes = _spread([one.seconds / 60 for one in learned], ".1f")
    label = f"{name} ({learned[0].remark})" if learned[0].remark else name
    for treatment in TREATED:
        found = [_ask(transform(table, treatment), given) for table in (one.table for one in learned)]
        halves = [_halves(one.evaluation) for one in found]
        yield (
            label,
            treatment,
            f"{_spread([one.evaluation.total.accuracy for one in found], '.1%')}{_between(found[0].evaluation.total)}",
            _spread([half[0] for half in halves], ".1%"),
            _spread([half[1] for half in halves], ".1%"),
            _gain([one.evaluation.total for one in found]),
            f"{_spread([one.family.accuracy for one in found], '.1%')}{_between(found[0].family)}",
            _gain([one.family for one in found]),
            _spread([one.pairs for one in found], ".3f"),
            minutes,
        )


def _ask(table: EmbeddingTable, given: Any) -> Found:
    evaluation = evaluate_analogies(table, read_questions(given.analogies), options=EvaluationOptions(floor=False))
    family = next(part for name, part in evaluation.categories.items() if FAMILY[given.language] in name)
    pairs = evaluate_pairs(table, read_pairs(given.pairs)).spearman if given.pairs else None
    return Found(evaluation, family, pairs)


def _halves(found: Evaluation) -> tuple[float, float]:
    """Return the accuracies on the questions of every other example pair (a, b) that can be answered, and on the rest."""
    right, asked = [0, 0], [0, 0]
    for name, answers in found.answers.items():
        order: dict[tuple[str, str], int] = {}
        for (a, b, _, _), rank in zip(found.questions[name], answers.rank, strict=True):
            if rank > 0:
                half = order.setdefault((a, b), len(order)) % 2
                asked[half] += 1
                right[half] += int(rank == 1)
    return right[0] / max(asked[0], 1), right[1] / max(asked[1], 1)


def _spread(values: Sequence[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    mean, least, most = (format(value, form) for value in (sum(known) / len(known), min(known), max(known)))
    return mean if least == most else f"{mean} ({least} to {most})"


def _between(part: CategoryResult) -> str:
    """Return how many could be asked, and Wilson's 95 % of the first seed."""
    low, high = part.interval or (0.0, 1.0)
    return f" of {part.answerable} [{low:.1%}; {high:.1%}]"


def _gain(parts: Sequence[CategoryResult]) -> str:
    return _spread([100 * part.gain.value for part in parts if part.gain is not None], "+.1f")


if __name__ == "__main__":
    main()
