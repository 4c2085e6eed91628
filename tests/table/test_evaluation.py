
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption
from lstm_core.options import build
from lstm_core.table.analogy import METHODS
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import EvaluationOptions, evaluate_analogies, wilson_interval
from lstm_core.table.question_sets import expand_pairs
from lstm_core.table.rivals import TIE

LABELS = tuple(f"w{i}" for i in range(25))


def random_table(seed, words=25, width=5):
    rows = np.random.default_rng(seed).normal(size=(words, width))
    return EmbeddingTable(tuple(f"w{i}" for i in range(words)), rows)


def scores_of(unit, rows, method):
    """The scores of all rows for a : b as c : ?, the plainest way."""
    a, b, c = (unit @ unit[row] for row in rows[:3])
    if method == "3cosadd":
        return b - a + c
    near_a, near_b, near_c = ((each + 1) / 2 for each in (a, b, c))
    return near_b * near_c / (near_a + 0.001)


def rank_in(scores, answer, left_out=()):
    """Equal scores stand before the answer."""
    return 1 + sum(score >= scores[answer] - TIE for row, score in enumerate(scores) if row not in (answer, *left_out))


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000), ties=st.booleans())
@settings(max_examples=25)
def test_counts_are_those_of_asking_one_by_one(method, seed, ties):
    rng = np.random.default_rng(seed)
    table = EmbeddingTable(LABELS, rng.integers(-1, 2, size=(25, 5)) if ties else rng.normal(size=(25, 5)))
    rows = np.array([rng.choice(25, size=4, replace=False) for _ in range(30)])
    unit = table.unit.astype(float)
    ranks = [rank_in(scores_of(unit, row, method), row[3], row[:3]) for row in rows]
    allowed = [rank_in(scores_of(unit, row, method), row[3]) for row in rows]
    near_c = [rank_in(unit @ unit[row[2]], row[3], row[:3]) for row in rows]
    near_both = [rank_in(unit @ (unit[row[1]] + unit[row[2]]), row[3], row[:3]) for row in rows]
    questions = [tuple(f"w{i}" for i in row) for row in rows]
    evaluation = evaluate_analogies(table, {"x": questions}, options=EvaluationOptions(method=method))
    result, answers = evaluation.categories["x"], evaluation.answers["x"]
    assert answers.rank.tolist() == ranks
    assert (result.correct, result.top5) == (ranks.count(1), sum(rank <= 5 for rank in ranks))
    assert result.mrr == pytest.approx(np.mean([1 / rank for rank in ranks]))
    found = {name: result.baselines[name] for name in ("near_c", "near_b_and_c", "inputs_allowed")}
    assert found == {"near_c": near_c.count(1), "near_b_and_c": near_both.count(1), "inputs_allowed": allowed.count(1)}
    right, near = np.array(ranks) == 1, np.array(near_c) == 1
    assert (result.gain.gained, result.gain.lost) == (np.sum(right & ~near), np.sum(near & ~right))
    assert (result.asked, result.answerable) == (30, 30)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_many_shared_pairs_give_what_lone_questions_give(seed):
    table = random_table(seed, words=60, width=4)
    pairs = [(f"w{i}", f"w{i + 1}") for i in range(0, 24, 2)]
    questions = expand_pairs(pairs)
    together = evaluate_analogies(table, {"x": questions}, options=EvaluationOptions(floor=False)).answers["x"]
    plain = EvaluationOptions(floor=False)
    alone = [evaluate_analogies(table, {"x": [each]}, options=plain).answers["x"] for each in questions]
    assert together.rank.tolist() == [int(each.rank[0]) for each in alone]
    for name, hits in together.baselines.items():
        assert hits.tolist() == [bool(each.baselines[name][0]) for each in alone], name


def test_the_mean_of_several_examples_is_asked_once_a_target():
    table = random_table(3, words=40, width=6)
    pairs = [(f"w{i}", f"w{i + 1}") for i in range(0, 10, 2)]
    unit, correct = table.unit.astype(float), 0
    for at, (c, d) in enumerate(pairs):
        offsets = [unit[table.index(b)] - unit[table.index(a)] for place, (a, b) in enumerate(pairs) if place != at]
        scores = unit @ (unit[table.index(c)] + np.mean(offsets, axis=0))
        correct += rank_in(scores, table.index(d), (table.index(c),)) == 1
    found = evaluate_analogies(table, {"x": expand_pairs(pairs)}).total.averaged
    assert (found.asked, found.correct) == (5, correct)
    assert evaluate_analogies(table, {"x": [("w0", "w1", "w2", "w3")]}).total.averaged is None


def test_a_made_up_relation_by_hand():
    """Countries and capitals one step apart: the offset finds all, the neighbour of c alone finds none."""
    rows = [[1, 0, 0, 0], [1, 0, 0, 2], [0, 1, 0, 0], [0, 1, 0, 2], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 2]]
    table = EmbeddingTable(("fr", "paris", "de", "berlin", "filler", "it", "rome"), np.array(rows, dtype=float))
    found = evaluate_analogies(table, {"capital": expand_pairs([("fr", "paris"), ("de", "berlin"), ("it", "rome")])}).total
    assert (found.answerable, found.correct, found.averaged.correct) == (6, 6, 3)
    assert found.baselines["near_c"] == 2 and found.gain.value == pytest.approx(4 / 6)  # by hand
    assert 0 < found.distance < 0.5


def test_a_word_is_looked_for_in_lower_case_too():
    table = EmbeddingTable(("france", "paris", "Korea", "seoul"), np.eye(4))
    found = evaluate_analogies(table, {"x": [("France", "Paris", "Korea", "Seoul"), ("france", "Paris", "KOREA", "seoul")]})
    assert (found.total.answerable, found.total.missing) == (1, 1)


def test_progress_runs_to_one_and_may_stop():
    table, seen = random_table(0, words=30), []
    questions = {"x": expand_pairs([(f"w{i}", f"w{i + 1}") for i in range(0, 12, 2)])}
    evaluate_analogies(table, questions, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)

    def stop(done):
        raise KeyError(done)

    with pytest.raises(KeyError):
        evaluate_analogies(table, questions, progress=stop)


def test_a_random_table_of_the_same_size_is_the_floor_and_seeded():
    table = random_table(1, words=300, width=8)
    questions = {"x": expand_pairs([(f"w{i}", f"w{i + 1}") for i in range(0, 60, 2)])}
    one, same, other = (evaluate_analogies(table, questions, options=EvaluationOptions(seed=seed)) for seed in (1, 1, 2))
    assert one.total == same.total and one.total.baselines["random_table"] < 0.05 * one.total.answerable
    assert {**one.total.baselines, "random_table": 0} == {**other.total.baselines, "random_table": 0}
    assert "random_table" not in evaluate_analogies(table, questions, options=EvaluationOptions(floor=False)).total.baselines


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
        result = evaluate_analogies(table, questions, options=EvaluationOptions(method=method, floor=False)).total
        assert (result.correct, result.top5, set(result.baselines.values())) == (0, 0, {0})


def test_a_random_table_is_near_chance():
    rng = np.random.default_rng(5)
    table = random_table(5, words=200, width=32)
    questions = [tuple(f"w{i}" for i in rng.choice(200, size=4, replace=False)) for _ in range(400)]
    result = evaluate_analogies(table, {"x": questions}).total
    assert result.accuracy < 0.03
    assert result.interval[0] <= 1 / 197 <= result.interval[1]


def test_unknown_methods_are_refused():
    with pytest.raises(InvalidOption):
        build(EvaluationOptions, {"method": "magic"})


def test_wilson_by_hand():
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)
    assert wilson_interval(5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-5)


@given(st.integers(1, 500).flatmap(lambda asked: st.tuples(st.integers(0, asked), st.just(asked))))
def test_wilson_holds_the_share_and_stays_in_range(pair):
    low, high = wilson_interval(*pair)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1
