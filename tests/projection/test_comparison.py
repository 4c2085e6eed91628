import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidTable, TooFew, UnknownWords
from lstm_core.projection import project
from lstm_core.projection.compare import compare, shared_words
from lstm_core.projection.comparison import ComparisonOptions
from lstm_core.projection.linked import apart, joint_methods, joint_options, joint_rows, joint_table
from lstm_core.table.embedding_table import EmbeddingTable

FEW = ComparisonOptions(k=3, shuffles=4)


def table(matrix, *, labels=None, counts=None, name="a"):
    labels = labels or tuple(f"w{i}" for i in range(len(matrix)))
    return EmbeddingTable(labels, np.asarray(matrix), counts=counts, metadata={"name": name})


def cloud(seed, rows=60, width=8):
    return np.random.default_rng(seed).normal(size=(rows, width)) + 1.0


def rotation(seed, width=8):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(width, width)))[0]


@given(st.integers(0, 10_000), st.booleans(), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_turned_and_stretched_copy_is_the_same_table(seed, center, unit):
    rows = cloud(seed)
    options = ComparisonOptions(k=3, shuffles=2, center=center, unit_rows=unit)
    found = compare(table(rows), table(2.5 * rows @ rotation(seed), name="b"), options=options)
    assert found.cosines == pytest.approx(np.ones(60), abs=1e-5)
    assert found.overlaps.tolist() == [1.0] * 60
    assert found.aligned_b == pytest.approx(found.aligned_a, abs=1e-4)
    assert found.unrecognised == 0


def test_unrelated_tables_are_as_alike_as_their_shuffles_say():
    found = compare(table(cloud(1, 400)), table(cloud(2, 400)), options=ComparisonOptions(k=10, shuffles=40))
    for values, null in ((found.cosines, found.cosine_null), (found.overlaps, found.overlap_null)):
        spread = 2 * (null.high - null.low)
        assert null.low - spread <= values.mean() <= null.high + spread
        assert null.low <= null.mean <= null.high
    assert found.cosine_null.high < found.cosine_null.line
    assert found.overlap_null.mean == pytest.approx(10 / 399, rel=0.2)
    assert 0.9 < found.unrecognised / 400 < 0.99  # the line is the 95 % quantile of strangers
    assert found.cosine_null.mean > 0.1  # turning 400 points in 8 dimensions alone makes strangers alike: that is the point


def test_the_word_that_was_exchanged_has_moved_most():
    rows = cloud(3)
    other = rows.copy()
    other[[5, 9]] = rows[[9, 5]]
    found = compare(table(rows), table(other @ rotation(3)), options=FEW)
    assert {found.words[place] for place in found.most_moved[:2]} == {"w5", "w9"}
    assert found.cosines[found.place("w5")] < found.cosines[found.place("w7")]
    assert found.records()[0]["word"] in ("w5", "w9") and not found.records()[0]["recognised"]
    near_a, near_b = found.neighbors(found.place("w5"))
    assert [one.word for one in near_b if one.word != "w5"] != [one.word for one in near_a]
    assert near_a[0].rank == 1 and near_a[0].score >= near_a[1].score


def test_neighbours_and_scores_are_cosines_among_the_shared_words():
    a, b = table(cloud(4)), table(cloud(5, 50), labels=tuple(f"w{i}" for i in range(10, 60)))
    found = compare(a, b, options=FEW)
    assert found.words == tuple(f"w{i}" for i in range(10, 60)) and found.shared == shared_words(a, b) == 50
    unit = a.unit[10:].astype(float)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    for place, near in enumerate(found.near_a):
        assert near.tolist() == np.argsort(-cosines[place])[:3].tolist()
        assert found.scores_a[place] == pytest.approx(np.sort(cosines[place])[::-1][:3], abs=1e-6)
    expected = [len(set(x) & set(y)) / 3 for x, y in zip(found.near_a.tolist(), found.near_b.tolist(), strict=True)]
    assert found.overlaps == pytest.approx(expected)


def test_words_come_by_frequency_and_can_be_limited_and_cut():
    counts = np.array([1, 50, 3, 40, 30, 20, 10, 9, 8, 7])
    a, b = table(cloud(6, 10), counts=counts), table(cloud(7, 10), counts=counts[::-1].copy())
    found = compare(a, b, options=ComparisonOptions(k=1, shuffles=2))
    assert found.words[:3] == ("w1", "w3", "w4") and found.counts_b[0] == 8
    assert compare(a, b, options=ComparisonOptions(k=1, limit=5, shuffles=2)).words == ("w1", "w3", "w4", "w5", "w6")
    assert "w0" not in compare(a, b, options=ComparisonOptions(k=1, least_count=3, shuffles=2)).words
    assert compare(table(a.matrix), b, options=ComparisonOptions(k=1, shuffles=2)).words[0] == "w8"  # b alone knows counts


def test_frequency_effect_is_spearmans():
    from scipy.stats import spearmanr

    counts = np.arange(60) // 2 + 1
    found = compare(table(cloud(8), counts=counts), table(cloud(9), counts=counts), options=FEW)
    assert found.frequency_effect == pytest.approx(spearmanr(found.counts_a, found.cosines).statistic)
    assert compare(table(cloud(8)), table(cloud(9), counts=counts), options=FEW).frequency_effect is None
    same = np.ones(60, dtype=int)
    assert compare(table(cloud(8), counts=same), table(cloud(9), counts=same), options=FEW).frequency_effect is None


def test_words_that_point_nowhere_are_left_out_and_widths_may_differ():
    rows = cloud(10)
    rows[4] = 0
    found = compare(table(rows), table(cloud(11, 60, 5)), options=FEW)
    assert len(found) == 59 and "w4" not in found.words and found.shared == 60
    assert found.aligned_b.shape == (59, 8)
    with pytest.raises(UnknownWords):
        found.place("w4")


def test_spellings_are_compared_normalised():
    labels = ("가", "나", "다", "라", "마", "바")
    split = tuple("\u1100\u1161" if word == "가" else word for word in labels)
    found = compare(table(cloud(12, 6), labels=split), table(cloud(13, 6), labels=labels), options=ComparisonOptions(k=2))
    assert found.words == labels and found.place("\u1100\u1161") == 0


@pytest.mark.parametrize("rows", [1, 4])
def test_too_few_shared_words_are_refused(rows):
    labels = tuple(f"w{i}" for i in range(rows)) + tuple(f"x{i}" for i in range(60 - rows))
    with pytest.raises(TooFew) as caught:
        compare(table(cloud(1)), table(cloud(2), labels=labels), options=FEW)
    assert caught.value.given == rows and caught.value.needed == 5
    with pytest.raises(TooFew):  # every row is the mean: nothing is left after centring
        compare(table(np.ones((60, 3))), table(cloud(2)), options=FEW)


def test_the_same_seed_gives_the_same_answer_and_another_one_other_shuffles():
    a, b = table(cloud(1)), table(cloud(2))
    one, again, other = (compare(a, b, options=FEW, seed=seed).to_json() for seed in (0, 0, 1))
    assert one == again and one["cosine"]["chance"] != other["cosine"]["chance"]
    assert json.loads(json.dumps(one, allow_nan=False)) == one
    assert one["words"][0]["cosine"] == other["words"][0]["cosine"]


def test_progress_rises_to_one_and_can_end_the_work():
    told = []
    compare(table(cloud(1)), table(cloud(2)), options=FEW, progress=told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("method", joint_methods())
def test_linked_maps_show_both_tables_in_one_basis(method):
    rows = cloud(14, 130)
    found = compare(table(rows), table(rows @ rotation(14)), options=FEW)
    together = project(joint_table(found), method=method, options=joint_options(method), indices=joint_rows(found, limit=120))
    one, two = apart(found, together)
    assert len(one) == len(two) == 120 and one.indices.tolist() == two.indices.tolist() and one.total == 130
    extent = np.ptp(one.coordinates, axis=0).max()
    assert np.linalg.norm(one.coordinates - two.coordinates, axis=1).mean() < 0.1 * extent  # equal tables: equal pictures


def test_a_map_of_other_tables_is_no_linked_map():
    found = compare(table(cloud(1)), table(cloud(2)), options=FEW)
    assert joint_rows(found, limit=2, always=(7,)).tolist() == [0, 1, 7, 60, 61, 67]
    with pytest.raises(InvalidTable):
        apart(found, project(table(cloud(3)), indices=range(10)))
    with pytest.raises(InvalidTable):
        apart(found, project(joint_table(found), indices=range(9)))
