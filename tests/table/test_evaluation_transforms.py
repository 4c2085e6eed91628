"""Every registered transform can be evaluated, and the numbers say on which rows they were measured."""

import csv
import io

import numpy as np
import pytest

from lstm_core.table.comparison import compare
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.health import health
from lstm_core.table.odd_sets import evaluate_odd
from lstm_core.table.pairs import evaluate_pairs
from lstm_core.table.report import Report
from lstm_core.table.transforms import TRANSFORMS, transform

WORDS = ("a", "b", "c", "d", "e", "f")
QUESTIONS = {"all": [("a", "b", "c", "d"), ("b", "a", "d", "c"), ("e", "f", "a", "b")]}


@pytest.fixture
def table():
    rows = np.random.default_rng(3).normal(size=(6, 4)) + np.array([5, 0, 0, 0])
    return EmbeddingTable(WORDS, rows, np.array([9, 8, 7, 6, 5, 4]), metadata={"name": "small"})


def measured(table):
    return Report(
        (evaluate_analogies(table, QUESTIONS),),
        (evaluate_odd(table, {"all": [(("a", "b", "c"), "d")]}),),
        (evaluate_pairs(table, [("a", "b", 3.0), ("c", "d", 2.0), ("e", "f", 1.0)]),),
        (health(table, first=table.matrix),),
    )


@pytest.mark.parametrize("key", TRANSFORMS.keys())
def test_every_number_says_how_the_rows_were_treated(table, key):
    options = TRANSFORMS[key].Options().model_dump()
    report = measured(transform(table, key))
    assert report.to_json()["transform"] == {"key": key, **options}
    for part in (*report.analogies, *report.odd, *report.pairs, *report.health):
        assert part.to_json()["transform"] == {"key": key, **options}
    said = " ".join([key, *(f"{name}={value}" for name, value in options.items())])
    assert {row["transform"] for row in csv.DictReader(io.StringIO(report.text(".csv")))} == {said}
    assert f"| {said} |" in report.text(".md") and f'"key": "{key}"' in report.text(".json")


@pytest.mark.parametrize("key", ["centred", "unit"])
def test_the_numbers_are_those_of_rows_treated_by_hand(table, key):
    rows = table.matrix.astype(np.float64)
    by_hand = rows - rows.mean(axis=0) if key == "centred" else rows / np.linalg.norm(rows, axis=1, keepdims=True)
    found, wanted = measured(transform(table, key)), measured(EmbeddingTable(WORDS, by_hand, table.counts))
    assert (found.analogies[0].answers["all"].rank == wanted.analogies[0].answers["all"].rank).all()
    assert found.analogies[0].total.distance == pytest.approx(wanted.analogies[0].total.distance, abs=1e-5)
    assert found.odd[0].total == wanted.odd[0].total and found.pairs[0].spearman == wanted.pairs[0].spearman
    assert found.health[0].mean_cosine == pytest.approx(wanted.health[0].mean_cosine, abs=1e-6)


def test_rare_words_are_neither_asked_nor_answers(table):
    kept = evaluate_analogies(transform(table, "frequent", {"least": 6}), QUESTIONS).total
    assert (kept.asked, kept.missing, kept.answerable) == (3, 1, 2)  # e and f were seen less than 6 times


def test_rows_before_training_are_compared_with_rows_as_learned_only(table):
    assert health(table, first=table.matrix).untrained == 6
    assert health(transform(table, "unit"), first=table.matrix).untrained is None
    assert health(transform(table, "frequent", {"least": 6}), first=table.matrix).untrained is None


def test_a_table_may_stand_beside_its_own_treated_rows(table):
    both = [evaluate_analogies(each, QUESTIONS) for each in (table, transform(table, "frequent", {"least": 6}))]
    assert compare(both).total.shared == 2
    assert both[0].transform != both[1].transform
