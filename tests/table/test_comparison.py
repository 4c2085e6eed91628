import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption
from lstm_core.table.comparison import compare
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import EvaluationOptions, evaluate_analogies
from lstm_core.table.health import health
from lstm_core.table.intervals import Difference, correlation_interval, mcnemar, paired_interval
from lstm_core.table.odd_sets import evaluate_odd
from lstm_core.table.pairs import evaluate_pairs
from lstm_core.table.question_sets import expand_pairs
from lstm_core.table.report import COLUMNS, Report

PAIRS = [(f"a{n}", f"b{n}") for n in range(6)]
QUESTIONS = {"x": expand_pairs(PAIRS[:4]), "y": expand_pairs(PAIRS[3:])}


def made(name, noise, *, seed=0, without=()):
    random = np.random.default_rng(seed)
    step = random.normal(size=12)
    rows = {}
    for one, other in PAIRS:
        rows[one] = 2 * random.normal(size=12)
        rows[other] = rows[one] + step + noise * random.normal(size=12)
    kept = {word: row for word, row in rows.items() if word not in without}
    return EmbeddingTable(tuple(kept), np.stack(list(kept.values())), metadata={"name": name})


def test_only_shared_questions_count_and_differences_are_paired():
    good, bad = made("good", 0.0), made("bad", 3.0, without=("a5",))
    first, second = (evaluate_analogies(table, QUESTIONS) for table in (good, bad))
    found = compare([first, second])
    shared = found.categories["y"]
    assert shared.shared == second.categories["y"].answerable < first.categories["y"].answerable
    assert shared.correct[1] == second.categories["y"].correct
    ranks = [np.concatenate([one.answers[name].rank for name in QUESTIONS]) for one in (first, second)]
    both = (ranks[0] > 0) & (ranks[1] > 0)
    right = [rank[both] == 1 for rank in ranks]
    difference = found.total.differences[0]
    assert (difference.gained, difference.lost) == (np.sum(right[1] & ~right[0]), np.sum(right[0] & ~right[1]))
    assert difference.value == pytest.approx((np.sum(right[1]) - np.sum(right[0])) / both.sum())
    assert found.names == ("good", "bad")


def test_a_table_is_as_good_as_itself():
    one = evaluate_analogies(made("same", 0.5), QUESTIONS)
    found = compare([one, one]).total.differences[0]
    assert (found.value, found.p) == (0.0, 1.0) and found.interval[0] < 0 < found.interval[1]


def test_nothing_shared_is_said_and_not_divided_by():
    one = evaluate_analogies(made("one", 0.5), {"x": [("a0", "b0", "no", "b1")]})
    found = compare([one, one])
    assert found.total.shared == 0 and found.total.differences == ()


def test_different_questions_are_not_compared():
    one = evaluate_analogies(made("one", 0.5), QUESTIONS)
    for other in (
        evaluate_analogies(made("two", 0.5), {"x": QUESTIONS["x"]}),
        evaluate_analogies(made("two", 0.5), QUESTIONS, options=EvaluationOptions(method="3cosmul")),
    ):
        with pytest.raises(InvalidOption):
            compare([one, other])
    with pytest.raises(InvalidOption):
        compare([one])


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test_of_scipy(gained, lost):
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert mcnemar(gained, lost) == pytest.approx(expected, abs=1e-9)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)).flatmap(
    lambda t: st.tuples(st.just(t[0]), st.just(t[1]), st.integers(0, t[0] - t[1])))))  # fmt: skip
def test_paired_intervals_hold_the_shrunk_difference_and_mirror(case):
    asked, gained, lost = case
    low, high = paired_interval(asked=asked, gained=gained, lost=lost)
    assert -1 <= low <= (gained - lost) / (asked + 2) <= high <= 1
    assert paired_interval(asked=asked, gained=lost, lost=gained) == pytest.approx((-high, -low))


def test_paired_interval_by_hand():
    """Bonett & Price: 12 and 2 of 50: (13 - 3) / 52 with sqrt((16/52 - (10/52)^2) / 52)."""
    found = Difference.of(asked=50, gained=12, lost=2)
    half = 1.959964 * ((16 / 52 - (10 / 52) ** 2) / 52) ** 0.5
    assert found.value == 0.2 and found.interval == pytest.approx((10 / 52 - half, 10 / 52 + half))


def test_correlation_interval_by_hand():
    low, high = correlation_interval(0.5, 103)
    half = 1.959964 * (1.125 / 100) ** 0.5
    assert (np.arctanh(low), np.arctanh(high)) == pytest.approx((np.arctanh(0.5) - half, np.arctanh(0.5) + half))
    assert correlation_interval(0.5, 3) is None
    assert correlation_interval(1.0, 10)[1] <= 1.0 and correlation_interval(-1.0, 10)[0] >= -1.0


class TestReport:
    @pytest.fixture
    def report(self):
        tables = [made("one|two", 0.5), made("other", 2.0)]
        return Report(
            analogies=tuple(evaluate_analogies(table, QUESTIONS) for table in tables),
            odd=tuple(evaluate_odd(table, {"k": [(("a0", "a1"), "b0")]}) for table in tables),
            pairs=tuple(evaluate_pairs(table, [("a0", "b0", 1.0), ("a1", "b2", 0.5)]) for table in tables),
            health=(health(tables[0]),),
        )

    def test_csv_has_a_line_a_category_and_reads_back(self, report):
        rows = list(csv.DictReader(io.StringIO(report.text(".csv"))))
        assert tuple(rows[0]) == COLUMNS and len(rows) == 2 * (3 + 2 + 1)
        total = next(row for row in rows if row["kind"] == "analogies" and row["category"] == "all")
        assert float(total["accuracy"]) == report.analogies[0].total.accuracy

    def test_json_is_the_answer_of_the_command_line(self, report):
        found = json.loads(report.text(".json"))
        assert set(found) == {"transform", "analogies", "odd_one_out", "pairs", "health", "tables", "comparison"}
        assert set(found["tables"]["other"]) == {"transform", "analogies", "odd_one_out", "pairs"}
        assert found["comparison"]["tables"] == ["one|two", "other"]

    def test_markdown_is_one_table_with_safe_cells(self, report):
        lines = report.text(".md").splitlines()
        assert len(lines) == 2 + 12 and "one\\|two" in lines[2]
        assert len({line.replace("\\|", "").count("|") for line in lines}) == 1

    def test_other_suffixes_are_refused(self, report):
        with pytest.raises(InvalidOption):
            report.text(".xlsx")
