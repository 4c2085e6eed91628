"""10,000 analogy questions on 30,000 words of 128 dimensions: this project, gensim and plain numpy, question by question.

    .venv/bin/python -m benchmarks.table_evaluation            # about 5 minutes, one thread each, interleaved
    .venv/bin/python -m benchmarks.table_evaluation --questions 1000 --lines 20000

The table is a skip-gram (gensim) of film reviews cut at blanks where the shared data is there, else 30,000 made-up rows. gensim
is asked every question once, a third of them in each round between two runs of ours; what it got right is compared one by one.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.results import markdown_table, write_section
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import EvaluationOptions, evaluate_analogies, question_rows
from lstm_core.table.question_sets import expand_pairs
from lstm_core.table.questions import Question, read_questions

WORDS, WIDTH, ROUNDS = 30_000, 128, 3
SHARED = Path(os.environ.get("WORD_ATLAS_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
BARE = EvaluationOptions(baselines=False, floor=False)
HEADER = (
    *("questions", "asked", "gensim ms a question", "plain numpy", "ours, same numbers", "ours, all baselines and floor"),
    *("ours : gensim", "correct, ours", "correct, gensim", "answers that differ"),
)
Questions = dict[str, list[Question]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=100_000)
    given = parser.parse_args()
    table, what = _table(given.lines)
    rows = []
    with threadpool_limits(1):
        for name, questions in _question_sets(table, given.questions).items():
            rows.append(_row(name, table, questions))
            print(dict(zip(HEADER, rows[-1], strict=True)), flush=True)
    about = (
        f"Table: {what}, {len(table):,} × {table.dimension}. Milliseconds of processor time a question, one thread, "
        "interleaved; an answer differs when only one of the two has it right, near ties (2⁻²² in the score) set aside. "
        "gensim gets questions whose answer is one of their own words wrong without saying so; they are not asked here."
    )
    write_section("evaluation", f"{about}\n\n{markdown_table(HEADER, rows)}")


def _table(lines: int) -> tuple[EmbeddingTable, str]:
    reviews = SHARED / "nsmc" / "reviews.txt"
    if not reviews.is_file():
        random = np.random.default_rng(0)
        centres = random.normal(size=(300, WIDTH))
        matrix = centres[random.integers(300, size=WORDS)] + 0.7 * random.normal(size=(WORDS, WIDTH))
        return EmbeddingTable(tuple(f"w{row}" for row in range(WORDS)), matrix), "made-up rows in 300 clusters"
    from gensim.models import Word2Vec

    with reviews.open(encoding="utf-8") as file:
        sentences = [line.split() for _, line in zip(range(lines), file, strict=False)]
    model = Word2Vec(
        sentences, vector_size=WIDTH, sg=1, negative=5, min_count=2, max_final_vocab=WORDS, epochs=3, workers=1, seed=1
    )
    labels = tuple(model.wv.index_to_key[:WORDS])
    return EmbeddingTable(labels, model.wv.vectors[: len(labels)]), f"skip-gram of {len(sentences):,} lines of NSMC reviews"


def _question_sets(table: EmbeddingTable, count: int) -> dict[str, Questions]:
    """Return questions as real sets have them (every two of 33 pairs), questions that share nothing, and a real set."""
    random = np.random.default_rng(0)
    found: dict[str, Questions] = {"10 lists of 33 pairs": {}}
    for number in range(10):
        words = [table.labels[row] for row in random.choice(len(table), size=66, replace=False)]
        pairs = list(zip(words[::2], words[1::2], strict=True))
        found["10 lists of 33 pairs"][f"list {number}"] = list(expand_pairs(pairs))[: count // 10]
    rows = np.stack([random.choice(len(table), size=3, replace=False) for _ in range(count)])
    answers = _best_and_second(table, rows)[np.arange(count), np.arange(count) % 2]
    alone = [tuple(table.labels[row] for row in question) for question in np.column_stack((rows, answers)).tolist()]
    found["all different; every other answer true"] = {"all": [(a, b, c, d) for a, b, c, d in alone]}
    real = SHARED / "korean_eval" / "analogy_ko_dev.txt"
    if real.is_file():
        known = {name: _answerable(table, asked) for name, asked in read_questions(real).items()}
        found["Park et al. 2018, those it can answer"] = {name: asked for name, asked in known.items() if asked}
    return found


def _best_and_second(table: EmbeddingTable, rows: np.ndarray) -> np.ndarray:
    """Return the two best answers to each a, b, c of ``rows`` in double precision, ``(Q, 2)``."""
    unit, found = table.unit.astype(np.float64), np.empty((len(rows), 2), dtype=np.int64)
    for start in range(0, len(rows), 500):
        a, b, c = rows[start : start + 500].T
        scores = (unit[b] - unit[a] + unit[c]) @ unit.T
        for column in (a, b, c):
            scores[np.arange(len(scores)), column] = -np.inf
        found[start : start + 500, 0] = scores.argmax(axis=1)
        scores[np.arange(len(scores)), found[start : start + 500, 0]] = -np.inf
        found[start : start + 500, 1] = scores.argmax(axis=1)
    return found


def _answerable(table: EmbeddingTable, asked: Sequence[Question]) -> list[Question]:
    known = (question for question in dict.fromkeys(asked) if all(word in table for word in question))
    return [question for question in known if question[3] not in question[:3]]


def _row(name: str, table: EmbeddingTable, questions: Questions) -> tuple[object, ...]:
    everything = [question for asked in questions.values() for question in asked]
    vectors = _gensim_vectors(table)
    vectors.evaluate_word_analogies(str(_written({"warm": everything[:1]})), restrict_vocab=None, case_insensitive=False)
    evaluate_analogies(table, {"warm": everything[:10]}, options=BARE)
    gensim, numpy, bare, full, right = 0.0, [], [], [], set()
    for part in range(ROUNDS):
        share = {category: asked[part::ROUNDS] for category, asked in questions.items() if asked[part::ROUNDS]}
        seconds, found = _timed(lambda share=share: _by_gensim(vectors, share))
        gensim, right = gensim + seconds, right | found
        bare.append(_timed(lambda: evaluate_analogies(table, questions, options=BARE))[0])
        full.append(_timed(lambda: evaluate_analogies(table, questions))[0])
        numpy.append(_timed(lambda: _by_numpy(table, everything))[0])
    answers = evaluate_analogies(table, questions, options=BARE).answers
    ours = {
        question
        for category, asked in questions.items()
        for question, rank in zip(asked, answers[category].rank, strict=True)
        if rank == 1
    }
    differ = [question for question in ours ^ right if not _tie(table, question)]
    a_question = [1000 / len(everything) * each for each in (gensim, min(numpy), min(bare), min(full))]
    return (name, len(everything), *a_question, f"{gensim / min(bare):.0f}×", len(ours), len(right), len(differ))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def _gensim_vectors(table: EmbeddingTable) -> Any:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(table.dimension)
    vectors.add_vectors(list(table.labels), np.array(table.matrix))
    return vectors


def _by_gensim(vectors: Any, questions: Mapping[str, Sequence[Question]]) -> set[Question]:
    path = _written(questions)
    _, sections = vectors.evaluate_word_analogies(str(path), restrict_vocab=None, case_insensitive=False)
    path.unlink()
    return {tuple(question) for section in sections[:-1] for question in section["correct"]}


def _written(questions: Mapping[str, Sequence[Question]]) -> Path:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.writelines(_lines(questions))
    return Path(file.name)


def _lines(questions: Mapping[str, Sequence[Question]]) -> Iterator[str]:
    for category, asked in questions.items():
        yield f": {category}\n"
        yield from (" ".join(question) + "\n" for question in asked)


def _by_numpy(table: EmbeddingTable, questions: Sequence[Question], *, batch: int = 500) -> int:
    """The plain way: one product a batch, the words of the question struck out, the largest taken."""
    rows, correct = question_rows(table, questions), 0
    for start in range(0, len(rows), batch):
        a, b, c, d = rows[start : start + batch].T
        scores = (table.unit[b] - table.unit[a] + table.unit[c]) @ table.unit.T
        for column in (a, b, c):
            scores[np.arange(len(scores)), column] = -np.inf
        correct += int(np.count_nonzero(scores.argmax(axis=1) == d))
    return correct


def _tie(table: EmbeddingTable, question: Question) -> bool:
    rows = question_rows(table, [question])[0]
    a, b, c = table.unit[rows[:3]].astype(np.float64)
    scores = table.unit @ (b - a + c)
    own = scores[rows[3]]
    scores[rows] = -np.inf
    return bool(abs(scores.max() - own) < 2.0**-20)


if __name__ == "__main__":
    main()
