import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, InvalidQuestions
from lstm_core.table.analogy import METHODS, analogy
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import evaluate_analogies, wilson_interval
from lstm_core.table.pairs import average_ranks, evaluate_pairs, spearman
from lstm_core.table.questions import read_pairs, read_questions


def random_table(seed, words=25, width=5):
    rows = np.random.default_rng(seed).normal(size=(words, width))
    return EmbeddingTable(tuple(f"w{i}" for i in range(words)), rows)


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_counts_are_those_of_asking_one_by_one(method, seed):
    table = random_table(seed)
    rng = np.random.default_rng(seed)
    questions = [tuple(f"w{i}" for i in rng.choice(25, size=4, replace=False)) for _ in range(30)]
    ranks, baseline = [], 0
    for a, b, c, d in questions:
        words = analogy(table, f"{b} - {a} + {c}", k=22, method=method).words
        ranks.append(words.index(d) + 1)
        near = table.unit.astype(float) @ table.unit[table.index(c)].astype(float)
        near[[table.index(word) for word in (a, b, c)]] = -np.inf
        baseline += table.labels[int(np.argmax(near))] == d
    result = evaluate_analogies(table, {"x": questions}, method=method).categories["x"]
    assert result.correct == ranks.count(1)
    assert result.top5 == sum(rank <= 5 for rank in ranks)
    assert result.mrr == pytest.approx(np.mean([1 / rank for rank in ranks]))
    assert result.baseline_correct == baseline
    assert (result.asked, result.answerable) == (30, 30)


def test_what_cannot_be_asked_is_counted_apart():
    table = random_table(0)
    questions = {"a": [("w0", "w1", "w2", "none")], "b": [("w0", "w1", "w2", "w1"), ("w0", "w1", "w2", "w3")], "empty": []}
    found = evaluate_analogies(table, questions)
    assert (found.categories["a"].missing, found.categories["a"].answerable) == (1, 0)
    assert (found.categories["b"].impossible, found.categories["b"].answerable) == (1, 1)
    assert (found.total.asked, found.total.answerable, found.total.missing, found.total.impossible) == (3, 1, 1, 1)
    assert found.categories["empty"].accuracy is found.categories["a"].mrr is found.categories["empty"].interval is None
    about = found.to_json()["analogies"]
    assert about["categories"]["b"] | {"asked": 2, "answerable": 1} == about["categories"]["b"]
    assert about["accuracy"] == found.total.correct / 1


def test_a_table_of_equal_rows_gets_nothing_right():
    table = EmbeddingTable(tuple(f"w{i}" for i in range(9)), np.ones((9, 4)))
    questions = {"x": [("w0", "w1", "w2", "w3"), ("w4", "w5", "w6", "w7")]}
    for method in METHODS:
        result = evaluate_analogies(table, questions, method=method).total
        assert (result.correct, result.top5, result.baseline_correct) == (0, 0, 0)


def test_a_random_table_is_near_chance():
    rng = np.random.default_rng(5)
    table = random_table(5, words=200, width=32)
    questions = [tuple(f"w{i}" for i in rng.choice(200, size=4, replace=False)) for _ in range(400)]
    result = evaluate_analogies(table, {"x": questions}).total
    assert result.accuracy < 0.03
    assert result.interval[0] <= 1 / 197 <= result.interval[1]


def test_unknown_methods_are_refused():
    with pytest.raises(InvalidOption):
        evaluate_analogies(random_table(0), {}, method="magic")


def test_wilson_by_hand():
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)
    assert wilson_interval(5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-5)


@given(st.integers(1, 500).flatmap(lambda asked: st.tuples(st.integers(0, asked), st.just(asked))))
def test_wilson_holds_the_share_and_stays_in_range(pair):
    low, high = wilson_interval(*pair)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1


def test_question_files_are_read(tmp_path):
    path = tmp_path / "q.txt"
    text = "a b c d\n: 가족\n왕 여왕 남자 여자\n\n: two words\r\nx  y\tz w\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + unicodedata.normalize("NFD", text).encode())
    assert read_questions(path) == {
        "questions": [("a", "b", "c", "d")],
        "가족": [("왕", "여왕", "남자", "여자")],
        "two words": [("x", "y", "z", "w")],
    }


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b": a\n", 1),
        (b": a\na b c\n", 2),
        (b": a\nb c d e\n: a\nb c d e", 3),
        (b"\xff\xfe\x00", 1),
        (b":\na b c d", 1),
    ],
)
def test_wrong_question_files_are_refused(tmp_path, content, line):
    path = tmp_path / "q.txt"
    path.write_bytes(content)
    with pytest.raises(InvalidQuestions) as caught:
        read_questions(path)
    assert caught.value.line == line


def test_missing_question_files_are_refused(tmp_path):
    for reader in (read_questions, read_pairs):
        with pytest.raises(InvalidQuestions, match="nothing"):
            reader(tmp_path / "nothing.txt")


def test_pair_files_are_read_with_and_without_header(tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes('\ufeffword 1,word 2,score\n왕,여왕,8.5\n\n"a,b",c,1\n'.encode())
    assert read_pairs(path) == [("왕", "여왕", 8.5), ("a,b", "c", 1.0)]
    path.write_text("왕\t여왕\t8.5\n", encoding="utf-8")
    assert read_pairs(path) == [("왕", "여왕", 8.5)]
    for wrong in ("a,b,score\n", "a,b,1\nc,d,x\n", "a,b,1\nc,d,nan\n", ""):
        path.write_text(wrong)
        with pytest.raises(InvalidQuestions):
            read_pairs(path)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=30))
def test_spearman_is_that_of_scipy(values):
    stats = pytest.importorskip("scipy.stats")
    one, two = zip(*values, strict=True)
    assert average_ranks(one) == pytest.approx(stats.rankdata(one))
    if len(set(one)) > 1 and len(set(two)) > 1:
        assert spearman(one, two) == pytest.approx(stats.spearmanr(one, two).statistic, abs=1e-12)
    else:
        assert spearman(one, two) is None


def test_pairs_are_ranked_by_cosine_and_missing_ones_counted():
    table = EmbeddingTable(("a", "b", "c"), [[1, 0], [1, 0.1], [0, 1]])
    found = evaluate_pairs(table, [("a", "b", 9.0), ("a", "c", 1.0), ("b", "c", 2.0), ("a", "x", 5.0)])
    assert found.to_json() == {"pairs": {"asked": 4, "answerable": 3, "spearman": pytest.approx(1.0)}}
    assert evaluate_pairs(table, [("x", "y", 1.0)]).spearman is None
