"""The approximate index: only when asked for, scores exact, its recall measured and said."""

import gc
import json
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.cli import main
from lstm_core.errors import InvalidOption, NoDirection, UnknownWords
from lstm_core.table import approximate
from lstm_core.table.approximate import ApproximateIndex, approximate_index, is_huge, nearest_approximate
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import write_table
from lstm_core.table.search import nearest, similarity


def scattered(seed, words=600, width=8, *, equal=0):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(words, width))
    rows[random.integers(1, words, size=equal)] = rows[3]
    rows[7] = 0
    return EmbeddingTable(tuple(f"w{number}" for number in range(words)), rows)


@pytest.fixture(autouse=True)
def small_is_huge(monkeypatch):
    monkeypatch.setattr(approximate, "LARGE", 100)


@pytest.fixture
def read_all(monkeypatch):
    monkeypatch.setattr(approximate, "_READ", 1)


@given(seed=st.integers(0, 1_000), k=st.integers(1, 30), equal=st.integers(0, 20))
@settings(max_examples=8, deadline=None)
def test_scores_are_exact_and_in_order_and_no_word_stands_twice(seed, k, equal):
    table = scattered(seed, equal=equal)
    found = nearest_approximate(table, "w5", k=k)
    assert len(found.words) == len(set(found.words)) == k and "w5" not in found.words
    scores = [one.score for one in found.results]
    assert scores == sorted(scores, reverse=True) and [one.rank for one in found.results] == list(range(1, k + 1))
    assert scores == pytest.approx([similarity(table, "w5", word) for word in found.words], abs=1e-6)
    truth = [one.score for one in nearest(table, "w5", k=k).results]
    assert all(own <= best for own, best in zip(scores, truth, strict=True))


def test_reading_every_list_gives_the_exact_answer(read_all):
    for seed in range(5):
        table = scattered(seed, equal=15)
        found, truth = nearest_approximate(table, "w5", k=20), nearest(table, "w5", k=20)
        assert found.approximate.recall == 1.0
        assert (found.results, found.excluded, found.candidates) == (truth.results, truth.excluded, truth.candidates)


def test_the_recall_said_is_the_share_of_true_neighbours_found():
    table = scattered(1)
    about = approximate_index(table).measured
    rows = np.sort(np.random.default_rng(0).permutation(np.flatnonzero(table.lengths > 0))[: approximate.SAMPLE])
    shares = []
    for word in (table.labels[row] for row in rows):
        truth = set(nearest(table, word).words)
        shares.append(len(truth & set(nearest_approximate(table, word).words)) / 10)
    assert about.recall == pytest.approx(np.mean(shares)) and 0.1 < about.recall < 1.0
    assert (about.sample, about.seed) == (200, 0)


def test_only_what_was_read_counts_as_compared():
    table = scattered(2)
    found = nearest_approximate(table, "w5")
    assert 10 <= found.candidates < 300


def test_more_lists_are_read_where_too_few_words_are_found():
    table = scattered(3)
    assert nearest_approximate(table, "w5", k=599).words == nearest(table, "w5", k=599).words


def test_it_is_refused_for_a_table_that_is_searched_fast_enough(monkeypatch):
    table = scattered(4)
    assert is_huge(table)
    monkeypatch.setattr(approximate, "LARGE", 601)
    assert not is_huge(table)
    with pytest.raises(InvalidOption, match="601 words"):
        nearest_approximate(table, "w5")


def test_nobody_gets_it_unasked():
    table = scattered(5)
    approximate_index(table)
    assert nearest(table, "w5").approximate is None and "approximate" not in nearest(table, "w5").to_json()


def test_bad_questions_are_refused_as_in_the_exact_search():
    table = scattered(6)
    with pytest.raises(UnknownWords):
        nearest_approximate(table, "w")
    with pytest.raises(NoDirection):
        nearest_approximate(table, "w7")
    for k in (0, 600):
        with pytest.raises(InvalidOption):
            nearest_approximate(table, "w5", k=k)


def test_it_is_built_once_tells_its_progress_can_be_stopped_and_goes_with_its_table():
    class Stop(Exception):
        pass

    def stop(done):
        if done > 0.3:
            raise Stop

    table, done = scattered(8), []
    with pytest.raises(Stop):
        approximate_index(table, progress=stop)
    built = approximate_index(table, progress=done.append)
    assert done == sorted(done) and done[0] == 0.0 and done[-1] == 1.0 and len(done) > 10
    assert isinstance(built, ApproximateIndex) and approximate_index(table) is built
    gone = weakref.ref(built)
    del built, table
    gc.collect()
    assert gone() is None


def test_the_command_says_that_it_is_approximate(tmp_path, capsys):
    write_table(scattered(9), tmp_path / "t.vec")
    asked = ["similar", str(tmp_path / "t.vec"), "w5", "--approximate"]
    assert main([*asked, "--json"]) == 0
    about = json.loads(capsys.readouterr().out)["approximate"]
    assert 0 < about["recall@10"] <= 1 and (about["sample"], about["seed"]) == (200, 0)
    assert main(asked) == 0
    assert f"approximate, recall@10 = {about['recall@10']:.3f} (measured on 200 words, seed 0)" in capsys.readouterr().out
    for more in (["w6"], ["w5", "--metric", "dot"]):
        assert main([*asked[:3], *more, "--approximate"]) == 2 and "--approximate" in capsys.readouterr().err
