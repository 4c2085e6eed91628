import tracemalloc
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_core.errors import InvalidOption, NoDirection, UnknownWords
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import (
    METRICS,
    most_neighbors,
    nearest,
    nearest_to_vector,
    rank_of,
    similarity,
    similarity_matrix,
)

HAND = EmbeddingTable(("왕", "남자", "여자", "돌"), [[3, 4], [4, 3], [3, 0], [-3, -4]])


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5


SCORES = {
    "cosine": cosine,
    "dot": lambda a, b: sum(x * y for x, y in zip(a, b, strict=True)),
    "euclidean": lambda a, b: -(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5),
}


def random_table(seed, words=30, width=6):
    rows = np.random.default_rng(seed).normal(size=(words, width))
    return EmbeddingTable(tuple(f"w{i}" for i in range(words)), rows)


def test_cosines_by_hand():
    found = nearest(HAND, "왕", k=3)
    assert found.words == ("남자", "여자", "돌")
    assert [one.score for one in found.results] == pytest.approx([0.96, 0.6, -1.0])
    assert [one.rank for one in found.results] == [1, 2, 3]


def test_distances_and_products_by_hand():
    far = nearest(HAND, "왕", k=3, metric="euclidean")
    assert [(one.word, round(one.score, 5)) for one in far.results] == [("남자", -1.41421), ("여자", -4.0), ("돌", -10.0)]
    product = nearest(HAND, "왕", k=3, metric="dot")
    assert [(one.word, one.score) for one in product.results] == [("남자", 24.0), ("여자", 9.0), ("돌", -25.0)]


def test_what_was_left_out_is_kept_with_its_score_and_rank():
    found = nearest(HAND, "왕", k=1)
    (left_out,) = found.excluded
    assert (left_out.word, left_out.rank, left_out.score) == ("왕", 1, pytest.approx(1.0))
    assert found.candidates == 3
    assert found.fingerprint == HAND.fingerprint
    product = nearest(EmbeddingTable(("a", "b"), [[1, 0], [5, 0]]), "a", k=1, metric="dot")
    assert product.excluded[0].rank == 2


def test_json_is_that_of_the_command_line():
    assert nearest(HAND, "왕", k=1).to_json() == {
        "query": "왕",
        "metric": "cosine",
        "method": None,
        "excluded": ["왕"],
        "results": [{"word": "남자", "score": pytest.approx(0.96), "rank": 1}],
    }


def test_decomposed_hangul_finds_the_same_word():
    typed = unicodedata.normalize("NFD", "왕")
    assert typed != "왕"
    assert nearest(HAND, typed, k=3) == nearest(HAND, "왕", k=3)
    assert similarity(HAND, typed, "남자") == similarity(HAND, "왕", "남자")


def test_a_table_with_decomposed_labels_is_found_too():
    table = EmbeddingTable((unicodedata.normalize("NFD", "왕"), "돌"), [[1, 0], [0, 1]])
    assert table.index("왕") == 0


@pytest.mark.parametrize("metric", METRICS)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 29))
@settings(max_examples=25, deadline=None)
def test_neighbours_are_those_of_a_loop(metric, seed, k):
    table = random_table(seed)
    rows = table.matrix.astype(float).tolist()
    scores = {word: SCORES[metric](rows[3], row) for word, row in zip(table.labels, rows, strict=True) if word != "w3"}
    expected = sorted(scores, key=lambda word: -scores[word])[:k]
    found = nearest(table, "w3", k=k, metric=metric)
    assert list(found.words) == expected
    assert [one.score for one in found.results] == pytest.approx([scores[word] for word in expected], abs=1e-5)


def test_equal_scores_keep_the_order_of_the_table():
    table = EmbeddingTable(tuple("abcdefgh"), np.ones((8, 3)))
    assert nearest(table, "c", k=4).words == ("a", "b", "d", "e")
    assert rank_of(table, table.vector("c"), "h", exclude=("c",)) == 7


def test_nearly_equal_rows_have_exact_distances():
    base = np.full(50, 1000.0)
    near = base + np.linspace(0, 1e-3, 50)
    table = EmbeddingTable(("a", "b", "c"), np.stack((base, near, base + 5)))
    exact = -np.linalg.norm(table.matrix[0].astype(float) - table.matrix[1].astype(float))
    assert nearest(table, "a", k=1, metric="euclidean").results[0].score == pytest.approx(exact, rel=1e-5)


@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 100))
@settings(deadline=None)
def test_cosine_neighbours_do_not_depend_on_length(seed, scale):
    table = random_table(seed)
    assert (
        nearest_to_vector(table, table.vector("w0") * scale, k=5).words
        == nearest_to_vector(table, table.vector("w0"), k=5).words
    )


@given(seed=st.integers(0, 1000), word=st.integers(0, 29))
@settings(deadline=None)
def test_the_rank_is_where_the_list_has_the_word(seed, word):
    table = random_table(seed)
    target = np.random.default_rng(seed + 1).normal(size=6)
    order = nearest_to_vector(table, target, k=28, exclude=("w1", "w2")).words
    rank = rank_of(table, target, f"w{word}", exclude=("w1", "w2"))
    if word in (1, 2):
        assert 1 <= rank <= 29
    else:
        assert order[rank - 1] == f"w{word}"


@given(
    arrays(np.float32, (5, 3), elements=st.floats(-100, 100, width=32)).filter(lambda m: (np.abs(m).max(axis=1) > 1e-3).all())
)
def test_a_similarity_matrix_is_symmetric_bounded_and_one_on_the_diagonal(matrix):
    cosines = similarity_matrix(EmbeddingTable(tuple("abcde"), matrix), tuple("abcde"))
    assert np.array_equal(cosines, cosines.T)
    assert np.array_equal(np.diag(cosines), np.ones(5))
    assert np.abs(cosines).max() <= 1
    assert cosines[0, 1] == pytest.approx(cosine(matrix[0].astype(float), matrix[1].astype(float)), abs=1e-6)


def test_similarity_of_two_words_by_hand():
    assert similarity(HAND, "왕", "남자") == pytest.approx(0.96)
    assert similarity(HAND, "왕", "돌") == pytest.approx(-1.0)


@pytest.mark.parametrize(("k", "rule"), [(0, "at least 1"), (-3, "at least 1"), (4, "only 3 other words")])
def test_an_impossible_k_is_refused(k, rule):
    with pytest.raises(InvalidOption, match=rule):
        nearest(HAND, "왕", k=k)


def test_unknown_words_metrics_and_vectors_are_refused():
    with pytest.raises(UnknownWords) as caught:
        nearest(HAND, "왕자")
    assert caught.value.suggestions == {"왕자": ("왕",)}
    with pytest.raises(InvalidOption, match="cosine, dot, euclidean"):
        nearest(HAND, "왕", k=1, metric="manhattan")
    with pytest.raises(InvalidOption, match="2 finite numbers"):
        nearest_to_vector(HAND, [1, 2, 3], k=1)
    with pytest.raises(InvalidOption, match="2 finite numbers"):
        nearest_to_vector(HAND, [1, np.nan], k=1)


def test_a_zero_row_has_no_direction_but_a_distance():
    table = EmbeddingTable(("없음", "왕"), [[0, 0], [3, 4]])
    with pytest.raises(NoDirection, match="없음"):
        nearest(table, "없음", k=1)
    with pytest.raises(NoDirection):
        similarity(table, "왕", "없음")
    assert nearest(table, "없음", k=1, metric="euclidean").results[0].score == pytest.approx(-5)
    assert nearest(table, "왕", k=1).results[0].score == 0.0


def test_nearest_makes_one_product_and_no_copy_of_a_large_table():
    table = random_table(0, words=20_000, width=100)
    nearest(table, "w5", k=10)  # what is kept for later is made once
    tracemalloc.start()
    nearest(table, "w5", k=10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < table.matrix.nbytes / 4


@pytest.mark.parametrize(("k", "excluded", "most"), [(2, 1, 2), (3, 1, 3), (10, 1, 3), (10, 3, 1), (10, 4, 1), (0, 1, 1)])
def test_most_neighbors_are_those_that_are_left(k, excluded, most):
    assert most_neighbors(HAND, k, excluded=excluded) == most
