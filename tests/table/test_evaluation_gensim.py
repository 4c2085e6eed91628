"""gensim, asked the same questions: the same answers one by one, and its faults not repeated."""

import logging

import numpy as np
import pytest

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import EvaluationOptions, evaluate_analogies
from lstm_core.table.odd_sets import evaluate_odd
from lstm_core.table.question_sets import expand_pairs

models = pytest.importorskip("gensim.models")
BARE = EvaluationOptions(baselines=False, floor=False)


def vectors_of(table):
    vectors = models.KeyedVectors(table.dimension)
    vectors.add_vectors(list(table.labels), np.array(table.matrix))
    return vectors


def by_gensim(table, questions, tmp_path):
    """The questions gensim gets right, and its sections."""
    logging.getLogger("gensim").setLevel(logging.ERROR)
    lines = [line for name, asked in questions.items() for line in (f": {name}", *(" ".join(each) for each in asked))]
    (tmp_path / "questions.txt").write_text("\n".join(lines), encoding="utf-8")
    _, sections = vectors_of(table).evaluate_word_analogies(
        str(tmp_path / "questions.txt"), restrict_vocab=None, case_insensitive=False
    )
    return {question for section in sections[:-1] for question in section["correct"]}


@pytest.fixture(scope="module")
def table():
    """Words in 40 clusters, each twice, a step apart: some relations hold, some nearly, some not."""
    random = np.random.default_rng(4)
    kinds, step = 2.0 * random.normal(size=(40, 24)), random.normal(size=24)
    rows = kinds[np.arange(1600) % 40] + random.normal(size=(1600, 24)) + np.outer(np.arange(1600) // 800, step)
    return EmbeddingTable(tuple(f"w{row}" for row in range(1600)), rows)


def test_it_answers_as_gensim_does_question_by_question(table, tmp_path):
    random = np.random.default_rng(1)
    questions = {"random": [tuple(f"w{i}" for i in random.choice(1600, size=4, replace=False)) for _ in range(300)]}
    for number in range(3):
        starts = random.choice(800, size=24, replace=False)
        questions[f"pairs {number}"] = list(expand_pairs([(f"w{row}", f"w{row + 800}") for row in starts]))
    unit = table.unit.astype(float)
    best = []
    for a, b, c, _ in questions["random"]:  # every answer the best there is
        scores = unit @ (unit[table.index(b)] - unit[table.index(a)] + unit[table.index(c)])
        scores[[table.index(a), table.index(b), table.index(c)]] = -9
        best.append((a, b, c, table.labels[int(scores.argmax())]))
    questions["best"] = best
    theirs = by_gensim(table, questions, tmp_path)
    answers = evaluate_analogies(table, questions, options=BARE).answers
    ours = {
        each for name, asked in questions.items() for each, rank in zip(asked, answers[name].rank, strict=True) if rank == 1
    }
    assert ours == theirs and len(ours) >= 300


def test_questions_nobody_can_answer_are_counted_apart_and_not_as_wrong(table, tmp_path):
    questions = {"x": [("w0", "w800", "w5", "w5"), ("w0", "w800", "w800", "w1")]}
    assert questions["x"][0] not in by_gensim(table, questions, tmp_path)  # gensim says: wrong
    total = evaluate_analogies(table, questions).total
    assert (total.impossible, total.answerable) == (1, 1)


def test_the_method_that_is_asked_for_is_used(table):
    """gensim's similarity_function is ignored without a word."""
    random = np.random.default_rng(2)
    questions = {"x": [tuple(f"w{i}" for i in random.choice(1600, size=4, replace=False)) for _ in range(200)]}
    ranks = [
        evaluate_analogies(table, questions, options=EvaluationOptions(method=method)).answers["x"].rank.tolist()
        for method in ("3cosadd", "3cosmul")
    ]
    assert ranks[0] != ranks[1]


def test_a_row_of_zeros_spoils_nothing():
    rows = np.vstack((np.zeros(6), np.random.default_rng(0).normal(size=(20, 6))))
    table = EmbeddingTable(tuple(f"w{row}" for row in range(21)), rows)
    questions = {"x": [("w1", "w2", "w3", "w0"), ("w0", "w2", "w3", "w4"), ("w1", "w2", "w3", "w4")]}
    for method in ("3cosadd", "3cosmul"):
        total = evaluate_analogies(table, questions, options=EvaluationOptions(method=method)).total
        assert total.answerable == 3 and 0 < total.mrr <= 1 and np.isfinite(total.distance)


def test_the_odd_one_out_is_that_of_doesnt_match(table):
    random, vectors = np.random.default_rng(3), vectors_of(table)
    asked = []
    for _ in range(200):
        words = [f"w{row}" for row in random.choice(1600, size=5, replace=False)]
        odd = vectors.doesnt_match(words)
        asked.append((tuple(word for word in words if word != odd), odd))
    found = evaluate_odd(table, {"x": asked})
    assert found.total.correct == found.total.answerable == 200
