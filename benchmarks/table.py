"""Questions against peers and against the speed of memory, interleaved in one run.

    .venv/bin/python -m benchmarks.table [--words 1000000] [--only singles]

"one read" is the maximum over all numbers of the table: the time in which its bytes pass once through one core. Tables: "noise"
are independent normal numbers (nothing to exploit); "clusters" lie around middles on a falling spectrum, as learned tables do.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.made import clusters, hangul_words, noise
from benchmarks.results import markdown_table, write_section
from lstm_core.table.approximate import approximate_index, nearest_approximate
from lstm_core.table.batch import nearest_rows
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.index import SearchIndex, search_index
from lstm_core.table.lookup import WordFinder
from lstm_core.table.search import nearest

DIMENSION = 300
ROUNDS, BATCH, TOP = 15, 1_000, 10
QUESTIONS, SMALL, NARROW = 10_000, 30_000, 128
PEER_QUESTIONS = 500  # what the peer is given: it takes milliseconds a question
TYPED = ("ㅇ", "ㅇㅇ", "ㅇㄱㄷ", "가", "가나", "ㅏ", "zzz")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=1_000_000, help="rows of the larger tables")
    parser.add_argument("--only", choices=tuple(PARTS), help="measure this part alone; each has its own section of the results")
    chosen = parser.parse_args()
    for name in [chosen.only] if chosen.only else PARTS:
        body = "\n\n".join(PARTS[name](chosen.words))
        print(body, flush=True)
        write_section(f"table {name}", body)


def _singles(words: int) -> list[str]:
    tables = (make(size, DIMENSION) for size in sorted({min(100_000, words), words}) for make in (clusters, noise))
    header = (
        "table", "one read, ms", "index, ms", "index / read", "gensim, ms", "gensim / index", "same ten as gensim",
        "build, s", "index, MB",
    )  # fmt: skip
    text = (
        f"Ten nearest words of one word, medians of {ROUNDS} words in turns. The index answers as the plain scan does, to the "
        "last rank (checked in the run). numba compiles the loops of the index once for a machine: that is in no figure here."
    )
    return [text, markdown_table(header, [_single(table) for table in tables])]


def _batches(words: int) -> list[str]:
    tables = (make(min(100_000, words), DIMENSION) for make in (clusters, noise))
    header = (
        "table", "by the index, ms", "faiss flat, ms", "faiss / index", "share of neighbours in common", "without index, ms"
    )  # fmt: skip
    return [f"The ten nearest of {BATCH:,} words at once:", markdown_table(header, [_batch(table) for table in tables])]


def _typed(words: int) -> list[str]:
    rows, built = _typing(words)
    text = f"Words while they are typed, {words:,} made Korean words (index built in {built:.1f} s):"
    return [text, markdown_table(("typed", "ms", "first three"), rows)]


def _questions(words: int) -> list[str]:
    header = ("questions", "ours, ms each", "gensim, ms each", "gensim / ours", "right: ours / gensim", "right of all")
    text = f"Analogies that share nothing, clusters {SMALL:,} × {NARROW} (gensim is given {PEER_QUESTIONS} of them):"
    return [text, markdown_table(header, [_analogies()])]


def _approximate(words: int) -> list[str]:
    """The inverted file beside the exact index on the same made table."""
    table = clusters(words, DIMENSION)
    search_index(table)
    started = time.perf_counter()
    index = approximate_index(table)
    built = time.perf_counter() - started
    asked = [table.labels[row] for row in np.random.default_rng(1).integers(len(table), size=ROUNDS)]
    times = _in_turns(
        asked, exact=lambda word: nearest(table, word, k=TOP), rough=lambda word: nearest_approximate(table, word, k=TOP)
    )
    recall = index.measured
    header = ("table", "built, s", "approximately, ms", "exactly, ms", f"recall@10 of {recall.sample} words")
    row = (f"clusters {words:,} × {DIMENSION}", built, times["rough"], times["exact"], recall.recall)
    return ["An inverted file (opt-in) beside the exact index:", markdown_table(header, [row])]


def _single(table: EmbeddingTable) -> tuple[object, ...]:
    """One question for the ten nearest words: the index, the plain scan, gensim, and one read of the table, in turns."""
    gensim = _gensim(table)
    asked = np.random.default_rng(1).integers(len(table), size=ROUNDS)
    words = [table.labels[row] for row in asked]
    plain = [nearest(table, word, k=TOP) for word in words]
    compile_loops()
    started = time.perf_counter()
    index = search_index(table)
    build = time.perf_counter() - started
    assert [nearest(table, word, k=TOP) for word in words] == plain, "the index must not change an answer"
    theirs = [tuple(word for word, _ in gensim.most_similar(word, topn=TOP)) for word in words]
    same = sum(set(one.words) == set(other) for one, other in zip(plain, theirs, strict=True))
    times = _in_turns(
        words,
        read=lambda word: table.matrix.max(),
        index=lambda word: nearest(table, word, k=TOP),
        gensim=lambda word: gensim.most_similar(word, topn=TOP),
    )
    read, ours, peer = times["read"], times["index"], times["gensim"]
    size = f"{table.name} {len(table):,} × {table.dimension}"
    return size, read, ours, ours / read, peer, peer / ours, f"{same}/{ROUNDS}", build, index.nbytes / 1e6


def _batch(table: EmbeddingTable) -> tuple[object, ...]:
    """A thousand questions at once against faiss's flat index, in turns."""
    import faiss

    flat = faiss.IndexFlatIP(table.dimension)
    flat.add(table.unit)
    rows = np.random.default_rng(2).integers(len(table), size=BATCH)
    vectors = table.unit[rows]
    started = time.perf_counter()
    plain = nearest_rows(table, vectors, k=TOP)
    without = 1e3 * (time.perf_counter() - started)
    search_index(table)
    ours, theirs = nearest_rows(table, vectors, k=TOP).rows, flat.search(vectors, TOP)[1]
    assert ours.tolist() == plain.rows.tolist(), "the index must not change an answer"
    same = np.mean([len(set(one) & set(other)) / TOP for one, other in zip(ours.tolist(), theirs.tolist(), strict=True)])
    times = _in_turns(range(5), ours=lambda _: nearest_rows(table, vectors, k=TOP), faiss=lambda _: flat.search(vectors, TOP))
    size = f"{table.name} {len(table):,} × {table.dimension}"
    return size, times["ours"], times["faiss"], times["faiss"] / times["ours"], f"{same:.5f}", without


def compile_loops() -> None:
    """Have numba compile (or load) the loops of the index, so that no figure holds that."""
    table = noise(100, DIMENSION)
    index = SearchIndex(table)
    next(index.scans(table, table.unit_rows(np.array([0]))[0]))
    index.candidates(table.unit_rows(np.array([0])), TOP)


def _typing(words: int) -> tuple[list[tuple[object, ...]], float]:
    table = EmbeddingTable(hangul_words(words), np.ones((words, 1), dtype=np.float32))
    started = time.perf_counter()
    finder = WordFinder(table)
    built = time.perf_counter() - started
    rows = []
    for typed in (*TYPED, table.labels[5]):
        times = _in_turns(range(7), find=lambda _, typed=typed: finder.find(typed))
        rows.append((typed, times["find"], ", ".join(finder.find(typed, k=3))))
    return rows, built


def _analogies() -> tuple[object, ...]:
    """Ten thousand questions on a made table; the peer is given some of them, and its time a question is what counts."""
    table = clusters(SMALL, NARROW, seed=3)
    rows = np.random.default_rng(4).integers(SMALL, size=(QUESTIONS, 4))
    questions = [tuple(table.labels[row] for row in question) for question in rows]
    gensim = _gensim(table)
    started = time.perf_counter()
    found = evaluate_analogies(table, {"made": questions})
    ours = (time.perf_counter() - started) / QUESTIONS
    few = [question for question in questions[:PEER_QUESTIONS] if len(set(question)) == 4]
    theirs, took = _their_analogies(gensim, few)
    mine = evaluate_analogies(table, {"made": few}).total.correct
    return QUESTIONS, 1e3 * ours, 1e3 * took, took / ours, f"{mine} / {theirs} of {len(few)}", found.total.correct


def _their_analogies(gensim: Any, questions: Sequence[tuple[str, ...]]) -> tuple[int, float]:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "questions.txt")
        path.write_text("\n".join([": made", *(" ".join(question) for question in questions)]), encoding="utf-8")
        started = time.perf_counter()
        _, sections = gensim.evaluate_word_analogies(str(path), restrict_vocab=len(gensim), case_insensitive=False)
        return len(sections[0]["correct"]), (time.perf_counter() - started) / len(questions)


def _gensim(table: EmbeddingTable) -> Any:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(table.dimension, count=0)
    vectors.add_vectors(list(table.labels), table.matrix)
    vectors.fill_norms()
    return vectors


def _in_turns(questions: Sequence[Any], **contestants: Callable[[Any], object]) -> dict[str, float]:
    """Return the median milliseconds of each contestant, all asked the same in turns so that a busy machine hurts all alike."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for question in questions:
        for name, ask in contestants.items():
            started = time.perf_counter()
            ask(question)
            times[name].append(1e3 * (time.perf_counter() - started))
    return {name: statistics.median(values) for name, values in times.items()}


PARTS: dict[str, Callable[[int], list[str]]] = {
    "singles": _singles,
    "batches": _batches,
    "typing": _typed,
    "analogies": _questions,
    "approximate": _approximate,
}


if __name__ == "__main__":
    main()
