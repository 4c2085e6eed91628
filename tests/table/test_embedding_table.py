import pickle
import unicodedata

import numpy as np
import pytest

from lstm_core.errors import InvalidTable, UnknownWords
from lstm_core.table.embedding_table import EmbeddingTable


def test_rows_are_read_only_and_not_shared():
    rows = np.ones((2, 2), np.float32)
    table = EmbeddingTable(("a", "b"), rows, counts=np.array([2, 1]))
    rows[:] = 7
    assert table.matrix.max() == 1
    for array in (table.matrix, table.unit, table.counts, table.square_norms):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize(
    ("labels", "matrix", "more"),
    [
        (("a",), [[1, 2], [3, 4]], {}),
        (("a",), [1, 2], {}),
        (("a", "a"), [[1], [2]], {}),
        (("",), [[1]], {}),
        (("a",), [[np.nan]], {}),
        (("a",), [[np.inf]], {}),
        (("a",), np.empty((1, 0)), {}),
        (("a",), [[1]], {"counts": np.array([1, 2])}),
        (("a",), [[1]], {"columns": {"kind": ("x", "y")}}),
    ],
)
def test_what_is_no_table_is_refused_at_birth(labels, matrix, more):
    with pytest.raises(InvalidTable):
        EmbeddingTable(labels, matrix, **more)


def test_every_part_counts_for_the_fingerprint():
    def table(**changes):
        parts = {"labels": ("a", "b"), "matrix": np.eye(2), "counts": np.array([1, 2]), "columns": {"k": ("x", "y")}}
        return EmbeddingTable(**(parts | {"metadata": {"name": "t"}} | changes))

    others = [
        table(labels=("b", "a")),
        table(matrix=np.eye(2) + np.array([[0, 1e-7], [0, 0]])),
        table(counts=np.array([1, 3])),
        table(counts=None),
        table(columns={"k": ("x", "z")}),
        table(columns={}),
        table(metadata={"name": "u"}),
    ]
    assert table() == table()
    assert len({one.fingerprint for one in (table(), *others)}) == 8
    assert len({table(), table(), *others}) == 8


def test_unit_rows_by_hand_and_zero_rows_stay_zero():
    table = EmbeddingTable(("a", "b", "c"), [[3, 4], [0, 0], [1e-30, 0]])
    assert table.unit == pytest.approx(np.array([[0.6, 0.8], [0, 0], [1, 0]]))


def test_huge_and_tiny_rows_have_length_one():
    rows = np.random.default_rng(0).normal(size=(4, 8)) * np.array([[1e30], [1e-30], [1], [1e18]])
    assert np.linalg.norm(EmbeddingTable(tuple("abcd"), rows).unit, axis=1) == pytest.approx(np.ones(4))


def test_frequency_order_keeps_the_table_order_of_equals():
    table = EmbeddingTable(tuple("abcd"), np.eye(4), counts=np.array([1, 5, 1, 9]))
    assert table.frequency_order.tolist() == [3, 1, 0, 2]
    assert EmbeddingTable(tuple("ab"), np.eye(2)).frequency_order.tolist() == [0, 1]


def test_words_are_found_in_both_normal_forms():
    table = EmbeddingTable(("왕", unicodedata.normalize("NFD", "여왕")), np.eye(2))
    for word, row in (("왕", 0), ("여왕", 1)):
        for form in ("NFC", "NFD"):
            assert table.index(unicodedata.normalize(form, f" {word} ")) == row
            assert unicodedata.normalize(form, word) in table
    assert 3 not in table


def test_a_composed_label_goes_before_a_decomposed_one():
    table = EmbeddingTable((unicodedata.normalize("NFD", "왕"), "왕"), np.eye(2))
    assert table.index("왕") == 1


def test_all_unknown_words_are_named_at_once_and_the_error_travels():
    table = EmbeddingTable(("커피", "차"), np.eye(2))
    with pytest.raises(UnknownWords) as caught:
        table.indices(["커피", "커비", "xyz", "커비"])
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.words == ("커비", "xyz")
    assert error.suggestions == {"커비": ("커피",), "xyz": ()}
    assert "커비 -> 커피" in str(error)


def test_a_table_without_words_is_refused():
    with pytest.raises(InvalidTable, match="no words"):
        EmbeddingTable((), np.empty((0, 2)))
