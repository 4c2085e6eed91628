"""A sentence becomes ids, a padded batch and rows; one-hot vectors and ids beside them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, TooFew, UnknownWords
from lstm_core.lesson.ids import ask_ids, renumbered
from lstm_core.lesson.onehot import Sizes, one_hot_neighbors
from lstm_core.lesson.sentence import Lookup, one_hot_check, pad_batch
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import nearest


def test_sentences_are_numbered_padded_and_masked(table, specials):
    batch = pad_batch(Lookup(table, specials), [["나", "없다", "가"], ["라"]], length=4)
    assert batch.ids.tolist() == [[5, 1, 4, 0], [7, 0, 0, 0]] and batch.shape == (2, 4)
    assert batch.mask.tolist() == [[True, True, True, False], [True, False, False, False]]
    assert batch.tokens == (("나", "없다", "가"), ("라",)) and batch.unknown == ("없다",) and not batch.left_out
    assert batch.cut == 0 and batch.padding_share == 0.5


def test_what_does_not_fit_is_cut_and_counted(table, specials):
    batch = pad_batch(Lookup(table, specials), [["가", "나", "다"]], length=2)
    assert batch.ids.tolist() == [[4, 5]] and batch.mask.all() and batch.cut == 1


def test_without_a_network_unknown_words_are_left_out_and_said(table):
    batch = pad_batch(Lookup(table), [["없다", "나"], ["없다"]], length=2)
    assert batch.ids.tolist() == [[5, 0]] and batch.left_out == ("없다",) and not batch.unknown
    assert Lookup(table).rows(batch.ids).tolist() == [[[3, 4], [0, 0]]]


def test_rows_are_those_of_the_ids(table, specials):
    lookup = Lookup(table, specials)
    looked = lookup.rows(np.array([[5, 0], [1, 7]], dtype=np.int32))
    assert looked.shape == (2, 2, 2) and looked.dtype == np.float32
    assert looked.tolist() == [[[3, 4], [9, 9]], [[5, 5], [-1, 0]]]
    assert [lookup.token_of(number) for number in (0, 1, 4, 7)] == ["<pad>", "<unk>", "가", "라"]
    for outside in (-1, 8):
        with pytest.raises(IndexError):
            lookup.token_of(outside)


def test_looking_up_is_multiplying_by_one_hot_vectors(table, specials):
    ids = np.array([4, 7, 0, 5], dtype=np.int32)
    one_hot = np.eye(8, dtype=np.float32)[ids]
    whole = np.vstack([specials, table.matrix])
    lookup = Lookup(table, specials)
    assert np.array_equal(one_hot @ whole, lookup.rows(ids))
    done = one_hot_check(lookup, ids)
    assert (done.tokens, done.width, done.dimension, done.difference, done.products) == (4, 8, 2, 0.0, 64)


def test_the_check_multiplies_and_so_sees_a_row_that_is_wrong(table, specials, monkeypatch):
    lookup = Lookup(table, specials)
    honest = Lookup.rows
    monkeypatch.setattr(Lookup, "rows", lambda self, ids: honest(self, ids) + (0.5 if len(ids) == 1 else 0.0))
    assert one_hot_check(lookup, np.array([5], dtype=np.int32)).difference == 0.5


@given(st.lists(st.lists(st.sampled_from("가나다라마"), min_size=1, max_size=9), min_size=1, max_size=4), st.integers(1, 12))
def test_a_batch_says_what_became_of_every_token(sentences, length):
    rows = np.arange(8, dtype=np.float32).reshape(4, 2)
    lookup = Lookup(EmbeddingTable(tuple("가나다라"), rows), np.zeros((4, 2), dtype=np.float32))
    batch = pad_batch(lookup, sentences, length=length)
    assert batch.mask.sum() + batch.cut == sum(map(len, sentences))
    assert (batch.ids[~batch.mask] == 0).all() and one_hot_check(lookup, batch.ids).difference == 0
    for tokens, ids in zip(batch.tokens, batch.ids, strict=True):
        assert [lookup.id_of(token) for token in tokens] == ids[: len(tokens)].tolist()


def test_bad_batches_and_tables_are_refused(table, specials):
    lookup = Lookup(table, specials)
    for length in (0, 513):
        with pytest.raises(InvalidOption):
            pad_batch(lookup, [["가"]], length=length)
    with pytest.raises(TooFew):
        pad_batch(Lookup(table), [["없다"], []], length=3)
    with pytest.raises(InvalidOption):
        Lookup(table, specials[:, :1])


def test_the_figures_of_the_lesson():
    sizes = Sizes(10_000, 300)
    assert sizes.zero_share == 0.9999 and sizes.reduction == pytest.approx(0.97)
    assert (sizes.one_hot_bytes, sizes.embedding_bytes) == (40_000, 1_200)
    assert (sizes.all_one_hot, sizes.all_embedding) == (100_000_000, 3_000_000)
    assert Sizes(100, 300).reduction == -2.0
    with pytest.raises(InvalidOption):
        Sizes(0, 300)


def test_one_hot_vectors_tell_no_words_apart(table):
    found = one_hot_neighbors(table, "나")
    assert (found.compared, found.others) == (3, 3) and found.cosines == (0.0, 0.0)
    assert found.distances == pytest.approx((2**0.5, 2**0.5)) and not found.tells_apart
    with pytest.raises(UnknownWords):
        one_hot_neighbors(table, "없다")


def test_ids_add_up_to_any_word_and_rows_stay(table):
    found = ask_ids(table, "가", "나")  # 4 + 5 = 9: no word; the last is 7
    assert (found.id_a, found.id_b, found.total, found.word) == (4, 5, 9, None)
    assert found.near_ids == ("나", "다", "라") and found.near_rows == nearest(table, "가", k=3).words


def test_an_id_sum_that_some_word_has():
    labels = tuple(f"w{number}" for number in range(12))
    big = EmbeddingTable(labels, np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32))
    found = ask_ids(big, "w1", "w2")  # 5 + 6 = 11: the id of w7
    assert found.total == 11 and found.word == "w7" and found.near_ids == ("w0", "w2", "w3")


@given(st.integers(0, 1000))
def test_renumbering_changes_ids_and_no_answer_of_the_table(seed):
    labels = tuple(f"w{number}" for number in range(30))
    big = EmbeddingTable(labels, np.random.default_rng(1).normal(size=(30, 4)).astype(np.float32))
    own, dealt = ask_ids(big, "w3", "w9"), ask_ids(big, "w3", "w9", seed=seed)
    assert dealt.near_rows == own.near_rows
    shuffled = renumbered(big, seed=seed)
    assert sorted(shuffled.labels) == sorted(labels) and shuffled.labels != labels
    assert all(np.array_equal(shuffled.vector(word), big.vector(word)) for word in labels)
    assert dealt.id_a == shuffled.index("w3") + 4
