"""Scans, the index and batches give the list of a plain sort by exact scores, to the last rank."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, NoDirection
from lstm_core.table import index
from lstm_core.table.analogy import analogy
from lstm_core.table.batch import nearest_rows
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.index import SearchIndex, is_large, search_index
from lstm_core.table.scan import best
from lstm_core.table.search import METRICS, nearest, nearest_to_vector, rank_of


def sloping(seed, words=400, width=12, *, slope=1.0, equal=0):
    """Rows on a falling spectrum, some of them equal to others, one of them zero."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(words, width)) * np.arange(1, width + 1) ** -slope
    rows = rows @ np.linalg.qr(random.normal(size=(width, width)))[0]
    rows[random.integers(1, words, size=equal)] = rows[3]
    rows[7] = 0
    return EmbeddingTable(tuple(f"w{number}" for number in range(words)), rows)


def by_sorting(table, target, k, without=()):
    rows = table.matrix.astype(float)
    lengths = np.sqrt((rows**2).sum(axis=1))
    cosines = (rows @ target / np.linalg.norm(target) / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    order = [row for row in np.lexsort((np.arange(len(rows)), -cosines)) if row not in without]
    return order[:k]


@pytest.fixture
def always_indexed(monkeypatch):
    """Every table counts as large, and blocks are small enough for several."""
    monkeypatch.setattr(index, "WORTHWHILE", 1)
    monkeypatch.setattr(index, "BLOCK", 64)


@given(seed=st.integers(0, 10_000), k=st.integers(1, 30), slope=st.sampled_from([0.0, 1.0, 3.0]), equal=st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_an_index_answers_as_a_sort_does(seed, k, slope, equal):
    table = sloping(seed, slope=slope, equal=equal)
    target = np.random.default_rng(seed + 1).normal(size=12)
    built = SearchIndex(table)
    found = best(built.scans(table, target / np.linalg.norm(target)), k, left_out=np.array([5, 7]))
    assert found.rows.tolist() == by_sorting(table, target, k, without=(5, 7))
    complete = by_sorting(table, target, len(table))
    assert list(found.out_ranks) == [complete.index(5) + 1, complete.index(7) + 1]


@pytest.mark.parametrize("metric", METRICS)
def test_questions_do_not_notice_the_index(always_indexed, metric):
    for seed in range(5):
        table, same = (sloping(seed, slope=2.0, equal=20) for _ in range(2))
        before = [nearest(same, f"w{row}", k=25, metric=metric) for row in (0, 3, 50)]
        ranks = [rank_of(same, same.vector("w3"), f"w{row}", exclude=("w9",)) for row in (0, 7, 9, 200)]
        sums = [analogy(same, "w1 - w2 + 2*w3", k=25, method=method) for method in ("3cosadd", "3cosmul")]
        search_index(table)
        assert table in index._ready
        assert [nearest(table, f"w{row}", k=25, metric=metric) for row in (0, 3, 50)] == before
        assert [rank_of(table, table.vector("w3"), f"w{row}", exclude=("w9",)) for row in (0, 7, 9, 200)] == ranks
        assert [analogy(table, "w1 - w2 + 2*w3", k=25, method=method) for method in ("3cosadd", "3cosmul")] == sums


def test_bytes_are_enough_on_pure_noise():
    table = sloping(0, words=20_000, width=40, slope=0.0)
    scans = SearchIndex(table).scans(table, table.unit_rows(np.array([11]))[0])
    seen = []

    def watched():
        for scan in scans:
            seen.append(scan)
            yield scan

    found = best(watched(), 10, left_out=np.array([11]))
    assert found.rows.tolist() == by_sorting(table, table.matrix[11], 10, (11,))
    assert len(seen) == 1
    assert (seen[0].high - seen[0].low).max() < 0.05


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_bounds_hold_the_exact_cosine_of_every_row(seed):
    table = sloping(seed, slope=1.5)
    direction = table.unit_rows(np.array([3]))[0]
    exact = table.unit_rows(slice(None)) @ direction
    for scan in SearchIndex(table).scans(table, direction):
        assert (scan.low <= exact).all() and (exact <= scan.high).all()
        assert scan.exact(np.arange(400)) == pytest.approx(exact, abs=1e-12)


def test_an_index_is_built_once_and_goes_with_its_table(always_indexed):
    table = sloping(1)
    built = search_index(table)
    assert search_index(table) is built and built.nbytes >= table.matrix.size * 2
    gone = weakref.ref(built)
    del built, table
    gc.collect()
    assert gone() is None


def test_small_tables_need_none():
    assert not is_large(sloping(0))


@pytest.mark.parametrize("scale", [1e-38, 1e-20, 1.0, 1e18, 3e37])
def test_rows_of_any_length_are_compared(scale):
    rows = np.array([[1, 0], [1, 0.1], [0, 1], [3, 0]]) * [[scale], [1], [scale], [scale]]
    table = EmbeddingTable(("a", "b", "c", "d"), rows)
    assert nearest(table, "a", k=3).words == ("d", "b", "c")
    assert SearchIndex(table).rotation.shape == (2, 2)


@given(seed=st.integers(0, 10_000), k=st.integers(1, 40), equal=st.integers(0, 200), words=st.integers(60, 500))
@settings(max_examples=40, deadline=None)
def test_a_batch_gives_the_lists_of_single_questions(seed, k, equal, words):
    table = sloping(seed, words=words, equal=equal)
    asked = np.array([3, 0, 11, 50])
    rows, scores = nearest_rows(table, table.matrix[asked], k=k, own=asked)
    for number, row in enumerate(asked):
        single = nearest(table, f"w{row}", k=k)
        assert tuple(table.labels[found] for found in rows[number]) == single.words
        assert scores[number].tolist() == [one.score for one in single.results]
    open_rows = nearest_rows(table, table.matrix[asked], k=k).rows
    assert tuple(table.labels[row] for row in open_rows[0]) == nearest_to_vector(table, table.matrix[3], k=k).words


@pytest.mark.parametrize(("equal", "room"), [(0, 1024), (300, 1024), (300, 20)])
def test_a_batch_does_not_notice_the_index(always_indexed, monkeypatch, equal, room):
    monkeypatch.setattr(index, "_ROOM", room)
    table = sloping(3, words=1_000, equal=equal)
    asked = np.array([3, 0, 11, 50, 3])
    plain = nearest_rows(table, table.matrix[asked], k=9, own=asked)
    assert len(search_index(table).candidates(table.unit_rows(asked), 10).overfull) == (2 if room == 20 else 0)
    by_index = nearest_rows(table, table.matrix[asked], k=9, own=asked)
    assert by_index.rows.tolist() == plain.rows.tolist() and by_index.scores.tolist() == plain.scores.tolist()


def test_a_batch_over_several_blocks():
    table = sloping(2, words=20_000, equal=50)
    asked = np.arange(100, 140)
    rows, _ = nearest_rows(table, table.matrix[asked], k=10, own=asked)
    assert rows.tolist() == [by_sorting(table, table.matrix[row], 10, (row,)) for row in asked]


def test_what_a_batch_refuses():
    table = sloping(0)
    assert nearest_rows(table, np.empty((0, 12)), k=3).rows.shape == (0, 3)
    with pytest.raises(NoDirection, match="vector 2"):
        nearest_rows(table, table.matrix[[3, 7]], k=3)
    with pytest.raises(InvalidOption, match="12 finite"):
        nearest_rows(table, np.ones((2, 5)), k=3)
    with pytest.raises(InvalidOption, match="only 399"):
        nearest_rows(table, table.matrix[:1], k=400, own=np.array([0]))
