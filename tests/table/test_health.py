import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.health import effective_rank, health, mean_cosine


def table_of(rows, **more):
    return EmbeddingTable(tuple(f"w{row}" for row in range(len(rows))), np.asarray(rows, dtype=np.float32), **more)


@given(seed=st.integers(0, 1000), size=st.integers(2, 30))
def test_the_mean_cosine_is_that_of_all_pairs(seed, size):
    table = table_of(np.random.default_rng(seed).normal(size=(size, 3)))
    cosines = table.unit.astype(float) @ table.unit.T.astype(float)
    pairs = cosines[~np.eye(size, dtype=bool)]
    assert mean_cosine(table) == pytest.approx(pairs.mean(), abs=1e-6)


def test_one_row_has_no_mean_cosine_and_no_spread():
    found = health(table_of([[1.0, 2.0]]))
    assert found.mean_cosine is None and found.effective_rank == 0.0 and (found.near, found.sampled) == (0, 1)


def test_effective_rank_by_hand():
    square = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]], dtype=np.float32)
    assert effective_rank(square) == pytest.approx(2.0)  # two equal singular values
    assert effective_rank(square[:2]) == pytest.approx(1.0)
    assert effective_rank(5 + 0 * square) == 0.0
    sizes = np.sqrt([9.0, 1.0])  # singular values 3 and 1: entropy of 3/4 and 1/4
    values = np.concatenate((np.diag(sizes), -np.diag(sizes))) / np.sqrt(2)
    assert effective_rank(values.astype(np.float32)) == pytest.approx(np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25))))


def test_rows_without_a_gradient_are_those_that_never_turned():
    random = np.random.default_rng(0)
    first = random.normal(size=(50, 8)).astype(np.float32)
    last = first + 0.1 * random.normal(size=first.shape).astype(np.float32)
    last[:7] = 0.8 * first[:7]  # weight decay alone
    rounded = first.astype(np.float16).astype(np.float32)
    assert health(table_of(last), first=rounded).untrained == 7
    assert health(table_of(last)).untrained is None
    assert health(table_of(np.zeros((3, 2))), first=np.zeros((3, 2), dtype=np.float32)).untrained == 3
    with pytest.raises(InvalidOption):
        health(table_of(last), first=rounded[1:])


def test_duplicates_exact_and_near():
    rows = np.random.default_rng(1).normal(size=(40, 16))
    rows[5] = rows[6] = rows[7]
    rows[9] = rows[8] + 0.001
    rows[10] = 3 * rows[11]
    found = health(table_of(rows))
    assert found.duplicates == 2
    assert found.near == 4 and found.sampled == 40
    assert {frozenset(pair) for pair in found.examples} == {frozenset(("w8", "w9")), frozenset(("w10", "w11"))}


def test_zero_rows_and_minus_zero_are_duplicates():
    found = health(table_of([[0.0, 0.0], [-0.0, 0.0], [1.0, 0.0]]))
    assert (found.zero, found.duplicates) == (2, 1)


def test_frequency_against_length():
    rows = np.array([[3.0, 0], [2.0, 0], [0, 1.0]])
    assert health(table_of(rows, counts=np.array([30, 20, 10]))).frequency_norm == pytest.approx(1.0)
    assert health(table_of(rows)).frequency_norm is None


def test_markers_are_named():
    table = EmbeddingTable(("<pad>", "<unk>", "왕"), np.eye(3))
    assert health(table).special == ("<pad>", "<unk>")
    about = health(table).to_json()["health"]
    assert about["words"] == about["dimension"] == 3 and about["untrained"] is None


def test_a_sample_is_seeded():
    table = table_of(np.random.default_rng(2).normal(size=(2500, 4)))
    one, same = health(table, seed=3), health(table, seed=3)
    assert one == same and one.sampled == 2000
