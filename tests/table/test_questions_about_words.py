"""Odd one out, axes, centres, filters, several example pairs; and the properties every answer has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, NoDirection, TooFew, UnknownChoice, UnknownWords
from lstm_core.table.analogy import METHODS, analogy, analogy_from_pairs
from lstm_core.table.axes import rank_along
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.filters import WordFilter
from lstm_core.table.odd import odd_one_out
from lstm_core.table.search import nearest, nearest_to_center

# male-female, royal, drink
ROWS = {
    "왕": [-1, 2, 0], "여왕": [1, 2, 0], "남자": [-1, 0.2, 0], "여자": [1, 0.2, 0], "아들": [-1, 0, 0.3], "딸": [1, 0, 0.3],
    "커피": [0, 0.1, 3], "차": [0.1, 0, 2],
}  # fmt: skip
KINDS = ("court", "court", "person", "person", "family", "family", "drink", "drink")
COURT = EmbeddingTable(tuple(ROWS), list(ROWS.values()), [90, 40, 300, 280, 10, 8, 70, 60], {"kind": KINDS})


def random_table(seed, words=30, width=6):
    rows = np.random.default_rng(seed).normal(size=(words, width))
    return EmbeddingTable(tuple(f"w{i}" for i in range(words)), rows)


def test_the_odd_one_is_the_drink():
    found = odd_one_out(COURT, ("왕", "남자", "커피", "아들"))
    assert found.word == "커피" and found.words[0] == "커피"
    unit = {word: np.array(row) / np.linalg.norm(row) for word, row in ROWS.items()}
    assert found.fits[0] == pytest.approx(np.mean([unit["커피"] @ unit[word] for word in ("왕", "남자", "아들")]), abs=1e-6)
    assert found.margin == pytest.approx(found.fits[1] - found.fits[0]) and found.fits == tuple(sorted(found.fits))


@given(seed=st.integers(0, 999), order=st.permutations(["w0", "w1", "w2", "w3", "w4"]))
@settings(max_examples=25)
def test_the_odd_one_does_not_depend_on_the_order(seed, order):
    table = random_table(seed)
    assert odd_one_out(table, order).word == odd_one_out(table, sorted(order)).word


def test_what_has_no_odd_one():
    with pytest.raises(TooFew):
        odd_one_out(COURT, ("왕", "왕", "커피"))
    with pytest.raises(UnknownWords):
        odd_one_out(COURT, ("왕", "남자", "없음"))


def test_words_along_an_axis_by_hand():
    table = EmbeddingTable(tuple("abcd"), [[-1, 0], [1, 0], [3, 4], [0, -2]])
    found = rank_along(table, ("d", "c", "a"), low=("a",), high=("b",))
    expected = [("c", 0.6, 1), ("d", 0.0, 2), ("a", -1.0, 3)]
    assert [(one.word, round(one.position, 6), one.rank) for one in found.places] == expected
    assert all(one.interval is None for one in found.places)


def test_intervals_are_seeded_and_hold_the_position():
    ends = {"low": ("왕", "남자", "아들"), "high": ("여왕", "여자", "딸")}
    found = rank_along(COURT, ("커피", "여왕", "차"), **ends)
    assert found == rank_along(COURT, ("커피", "여왕", "차"), **ends)
    assert found != rank_along(COURT, ("커피", "여왕", "차"), **ends, seed=1)
    assert found.places[0].word == "여왕"
    for one in found.places:
        assert -1 <= one.interval[0] <= one.position <= one.interval[1] <= 1
    same = rank_along(COURT, ("커피",), low=("남자", "남자"), high=("여자",))
    assert same.places[0].interval is None and same.low == ("남자",)


def test_what_is_no_axis():
    with pytest.raises(NoDirection, match="왕"):
        rank_along(COURT, ("커피",), low=("왕",), high=("왕",))
    for words, low in ((("커피",), ()), ((), ("왕",))):
        with pytest.raises(TooFew):
            rank_along(COURT, words, low=low, high=("여왕",))


def test_the_centre_of_words():
    found = nearest_to_center(COURT, ("왕", "남자"), k=2)
    assert found.words[0] == "아들" and [one.word for one in found.excluded] == ["왕", "남자"]
    assert nearest_to_center(COURT, ("왕",), k=7).words == nearest(COURT, "왕", k=7).words
    assert "남자" in nearest_to_center(COURT, ("왕", "남자"), k=3, exclude_query=False).words
    with pytest.raises(TooFew):
        nearest_to_center(COURT, (), k=1)
    with pytest.raises(NoDirection):
        nearest_to_center(EmbeddingTable(("a", "b"), [[1, 0], [-2, 0]]), ("a", "b"), k=1, exclude_query=False)


def test_only_words_that_pass_a_filter_are_answers():
    family = WordFilter(columns={"kind": ("family", "drink")}).mask(COURT)
    found = nearest(COURT, "왕", k=2, among=family)
    assert found.words == ("아들", "커피") and found.candidates == 4
    assert found.excluded[0].rank == 1
    frequent = WordFilter(least=60, most=290).mask(COURT)
    assert set(nearest(COURT, "왕", k=3, among=frequent).words) == {"여자", "커피", "차"}
    assert WordFilter().is_open and WordFilter().mask(COURT).all() and not WordFilter(least=1).is_open
    with pytest.raises(InvalidOption, match="only 1 other"):
        nearest(COURT, "왕", k=2, among=WordFilter(columns={"kind": ("court",)}).mask(COURT))


def test_filters_that_cannot_be():
    with pytest.raises(UnknownChoice, match="kind"):
        WordFilter(columns={"colour": ("red",)}).mask(COURT)
    with pytest.raises(InvalidOption, match="how often"):
        WordFilter(least=3).mask(EmbeddingTable(("a",), [[1.0]]))


@pytest.mark.parametrize("method", METHODS)
def test_a_restriction_and_weights_count_for_every_method(method):
    """gensim ignores the one for its multiplying method and refuses the other."""
    few = np.arange(8) >= 4
    assert set(analogy(COURT, "왕 - 남자 + 여자", k=4, method=method, among=few).words) == {"아들", "딸", "커피", "차"}
    with pytest.raises(InvalidOption, match="only 4 other"):
        analogy(COURT, "왕 - 남자 + 여자", k=5, method=method, among=few)
    plain, heavy = (analogy(COURT, text, k=5, method=method) for text in ("왕 + 커피", "왕 + 3*커피"))
    assert plain.results != heavy.results


def test_several_example_pairs():
    found = analogy_from_pairs(COURT, [("남자", "여자"), ("아들", "딸")], "왕", k=3)
    assert found.words[0] == "여왕" and found.method == "3cosavg"
    assert [one.word for one in found.excluded] == ["왕", "남자", "여자", "아들", "딸"]
    single = analogy_from_pairs(COURT, [("남자", "여자")], "왕", k=3)
    assert single.words == analogy(COURT, "왕 - 남자 + 여자", k=3).words
    with pytest.raises(TooFew):
        analogy_from_pairs(COURT, [], "왕", k=1)


@given(seed=st.integers(0, 9999))
@settings(max_examples=30, deadline=None)
def test_adding_nothing_asks_for_the_neighbours_of_the_word(seed):
    table = random_table(seed)
    for method in METHODS:
        found = analogy(table, "w4 - w4 + w2", k=28, method=method)
        assert found.words == tuple(word for word in nearest(table, "w2", k=29).words if word != "w4")


@given(seed=st.integers(0, 9999))
@settings(max_examples=30, deadline=None)
def test_scaling_a_row_changes_no_cosine_neighbour(seed):
    table = random_table(seed)
    scales = 2.0 ** np.random.default_rng(seed).integers(-20, 20, size=(30, 1))
    scaled = EmbeddingTable(table.labels, table.matrix * scales)
    assert nearest(scaled, "w3", k=29).results == nearest(table, "w3", k=29).results
    for method in METHODS:
        asked = [analogy(each, "w3 - w5 + w8", k=27, method=method).results for each in (table, scaled)]
        assert asked[0] == asked[1]


@given(seed=st.integers(0, 9999), order=st.permutations(range(30)))
@settings(max_examples=30, deadline=None)
def test_permuting_rows_permutes_answers(seed, order):
    table = random_table(seed)
    turned = EmbeddingTable(tuple(table.labels[row] for row in order), table.matrix[list(order)])
    assert nearest(turned, "w3", k=29).results == nearest(table, "w3", k=29).results
    assert analogy(turned, "w3 - w5 + w8", k=27).results == analogy(table, "w3 - w5 + w8", k=27).results
