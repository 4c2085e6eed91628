import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import FormulaError, InvalidOption, NoDirection, UnknownWords
from lstm_core.table.analogy import EPSILON, METHODS, analogy, analogy_vector, parallelogram
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import parse_formula
from lstm_core.table.probes import Probe, probe_rank

# person, male, female, royal
COURT = EmbeddingTable(
    ("왕", "여왕", "남자", "여자", "돌"),
    [[1, 1, 0, 2], [1, 0, 1, 2], [1, 1, 0, 0], [1, 0, 1, 0], [-1, 0.1, 0.1, 0]],
)
FORMULA = "왕 - 남자 + 여자"


def random_table(seed, words=20, width=7):
    rows = np.random.default_rng(seed).normal(size=(words, width))
    return EmbeddingTable(tuple(f"w{i}" for i in range(words)), rows)


def cos(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def by_loop(table, plus, minus, method):
    """Scores of every word but the query's, one at a time, in float64."""
    rows = {word: table.matrix[i].astype(float) for i, word in enumerate(table.labels)}
    unit = {word: row / np.linalg.norm(row) for word, row in rows.items()}
    target = sum(unit[word] for word in plus) - sum(unit[word] for word in minus)
    scores = {}
    for word in table.labels:
        if word in (*plus, *minus):
            continue
        if method == "3cosadd":
            scores[word] = cos(rows[word], target)
        else:
            above = np.prod([(cos(rows[word], rows[other]) + 1) / 2 for other in plus])
            below = np.prod([(cos(rows[word], rows[other]) + 1) / 2 for other in minus])
            scores[word] = above / (below + EPSILON)
    return scores


@pytest.mark.parametrize("method", METHODS)
def test_king_minus_man_plus_woman_is_queen(method):
    found = analogy(COURT, FORMULA, k=2, method=method)
    assert found.words == ("여왕", "돌")
    assert [one.word for one in found.excluded] == ["왕", "남자", "여자"]
    assert found.method == method
    assert found.query == FORMULA
    assert found.candidates == 2


def test_spelling_of_the_formula_does_not_matter():
    expected = analogy(COURT, FORMULA, k=2).results
    for text in ("왕-남자+여자", "+여자 + 왕 − 남자", unicodedata.normalize("NFD", FORMULA), "왕 –남자 + 여자"):
        assert [one.word for one in analogy(COURT, text, k=2).results] == [one.word for one in expected]
    assert analogy(COURT, parse_formula(FORMULA), k=2).results == expected


def test_with_its_own_words_let_in_the_ranks_are_those_reported():
    closed = analogy(COURT, FORMULA, k=2)
    opened = analogy(COURT, FORMULA, k=5, exclude_query=False)
    assert opened.excluded == ()
    ranks = {one.word: (one.rank, one.score) for one in opened.results}
    assert {one.word: (one.rank, one.score) for one in closed.excluded}.items() <= ranks.items()


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_scores_are_those_of_a_loop(method, seed):
    table = random_table(seed)
    expected = by_loop(table, ("w0", "w2"), ("w1",), method)
    found = analogy(table, "w0 - w1 + w2", k=17, method=method)
    assert {one.word: one.score for one in found.results} == pytest.approx(expected, rel=2e-3, abs=1e-5)
    assert list(found.words) == sorted(expected, key=lambda word: -expected[word])


def test_weights_and_directions():
    heavy = analogy_vector(COURT, "2*왕 + 남자")
    expected = 2 * COURT.unit[0].astype(float) + COURT.unit[2]
    assert heavy == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert analogy_vector(COURT, "- 왕") == pytest.approx(-COURT.unit[0])


def test_lengths_of_rows_do_not_matter():
    longer = EmbeddingTable(COURT.labels, COURT.matrix * np.array([[5], [1], [0.2], [30], [2]]))
    assert analogy(longer, FORMULA, k=2).results[0].score == pytest.approx(
        analogy(COURT, FORMULA, k=2).results[0].score, abs=1e-6
    )


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(NoDirection, match="왕 - 왕"):
        analogy(COURT, "왕 - 왕", k=1)
    with pytest.raises(UnknownWords) as caught:
        analogy(COURT, "왕자 - 남쟈 + 여자", k=1)
    assert caught.value.words == ("왕자", "남쟈")
    assert caught.value.suggestions["남쟈"] == ("남자",)
    with pytest.raises(FormulaError):
        analogy(COURT, "왕 -", k=1)
    with pytest.raises(InvalidOption, match="only 2 other words"):
        analogy(COURT, FORMULA, k=3)
    with pytest.raises(InvalidOption, match="3cosadd, 3cosmul"):
        analogy(COURT, FORMULA, k=1, method="magic")
    zero = EmbeddingTable(("a", "b", "c"), [[0, 0], [1, 0], [0, 1]])
    for method in METHODS:
        with pytest.raises(NoDirection):
            analogy(zero, "a", k=1, method=method)


def test_a_parallelogram_that_closes():
    shape = parallelogram(COURT, FORMULA, "여왕")
    assert shape.points == ("왕", "남자", "여자", "여왕", "")
    a, b, c, answer, target = shape.coordinates
    assert a - b + c == pytest.approx(target, abs=1e-12)
    assert a[0] >= b[0] and c[1] >= b[1]
    unit = COURT.unit.astype(float)
    assert shape.cosine == pytest.approx(cos(unit[0] - unit[2], unit[1] - unit[3]))
    assert shape.shown_ab == pytest.approx(np.linalg.norm(a - b) / np.linalg.norm(unit[0] - unit[2]))
    assert shape.shown_ca == pytest.approx(np.linalg.norm(answer - c) / np.linalg.norm(unit[1] - unit[3]))
    assert 0 < shape.explained <= 1


def test_a_plane_shows_a_flat_table_whole():
    flat = EmbeddingTable(tuple("abcd"), [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]])
    shape = parallelogram(flat, "a - b + c", "d")
    assert (shape.shown_ab, shape.shown_ca, shape.explained) == pytest.approx((1, 1, 1))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_plane_never_shows_more_than_there_is(seed):
    table = random_table(seed)
    shape = parallelogram(table, "w0 - w1 + w2", "w3")
    again = parallelogram(table, "- w1 + w0 + w2", "w3")
    assert np.array_equal(shape.coordinates, again.coordinates)
    unit = table.unit[:4].astype(float)
    for i in range(4):
        for j in range(4):
            drawn = np.linalg.norm(shape.coordinates[i] - shape.coordinates[j])
            assert drawn <= np.linalg.norm(unit[i] - unit[j]) + 1e-9


@pytest.mark.parametrize(
    "text", ["왕", "왕 - 남자", "왕 + 남자 + 여자", "2*왕 - 남자 + 여자", "왕 - 남자 + 여자 + 돌", "왕 - 왕 + 여자"]
)
def test_other_forms_have_no_parallelogram(text):
    assert parallelogram(COURT, text, "여왕") is None


def test_a_degenerate_parallelogram_is_none():
    assert parallelogram(COURT, FORMULA, "여자") is None
    same = EmbeddingTable(tuple("abcd"), [[1, 0], [1, 0], [0, 1], [1, 1]])
    assert parallelogram(same, "a - b + c", "d") is None
    line = EmbeddingTable(tuple("abcd"), [[1], [-1], [2], [-2]])
    assert parallelogram(line, "a - b + c", "d") is not None


def test_probes_have_ranks_or_none():
    assert probe_rank(COURT, Probe(FORMULA, "여왕")) == 1
    assert probe_rank(COURT, Probe(FORMULA, "돌")) == 2
    assert probe_rank(COURT, Probe("왕 - 남자 + 황후", "여왕")) is None
    assert probe_rank(COURT, Probe(FORMULA, "황후")) is None
    assert probe_rank(COURT, Probe("왕 - 왕", "여왕")) is None
    with pytest.raises(FormulaError):
        probe_rank(COURT, Probe("왕 -", "여왕"))


def test_probes_survive_json():
    probe = Probe(FORMULA, "여왕")
    assert Probe.from_json(probe.to_json()) == probe
