import json

import numpy as np
import pytest

from lstm_core.errors import InvalidOption, TooFew, UnknownChoice
from lstm_core.options import describe
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import nearest
from lstm_core.table.transforms import TRANSFORMS, transform, transform_of

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(200, 6)) * [5, 3, 1, 1, 0.5, 0.1] + [4, 0, 0, 1, 0, 0]
LABELS = tuple(f"w{number}" for number in range(200))
TABLE = EmbeddingTable(LABELS, ROWS, np.arange(200)[::-1], {"kind": ("a", "b") * 100}, {"name": "made", "probes": []})


@pytest.mark.parametrize("key", TRANSFORMS.keys())
class TestContract:
    def test_gives_a_table_that_says_how_it_was_made(self, key):
        made = transform(TABLE, key)
        assert transform_of(made)[0] == key and made.metadata["name"] == "made"
        assert (made.fingerprint == TABLE.fingerprint) is (key == "raw")
        assert json.loads(json.dumps(dict(made.metadata))) == dict(made.metadata)
        assert set(made.labels) <= set(LABELS) and made.dimension == TABLE.dimension
        for word in made.labels[:5]:
            assert made.columns["kind"][made.index(word)] == TABLE.columns["kind"][TABLE.index(word)]
            assert made.counts[made.index(word)] == TABLE.counts[TABLE.index(word)]

    def test_is_remembered_and_leaves_the_table_alone(self, key):
        before = TABLE.matrix.copy()
        assert transform(TABLE, key) is transform(TABLE, key, {})
        assert np.array_equal(TABLE.matrix, before)

    def test_options_are_told_apart(self, key):
        prints = {transform(TABLE, key).fingerprint}
        for spec in describe(TRANSFORMS[key].Options):
            prints.add(transform(TABLE, key, {spec.name: spec.default + 1}).fingerprint)
        assert len(prints) == 1 + len(describe(TRANSFORMS[key].Options))
        with pytest.raises(InvalidOption):
            transform(TABLE, key, {"no such option": 1})

    def test_answers_questions_or_refuses_one_word(self, key):
        made = transform(TABLE, key)
        assert nearest(made, "w3", k=4).fingerprint == made.fingerprint
        one = EmbeddingTable(("a",), [[1.0, 2.0]], [9])
        try:
            assert transform(one, key).labels == ("a",)
        except (TooFew, InvalidOption):
            assert key not in ("raw", "unit", "frequent")

    def test_survives_equal_rows(self, key):
        assert np.isfinite(transform(EmbeddingTable(tuple("abc"), np.ones((3, 4)), [5, 6, 7]), key).matrix).all()


def test_centred_rows_have_no_mean_and_keep_their_differences():
    made = transform(TABLE, "centred").matrix
    assert made.mean(axis=0) == pytest.approx(np.zeros(6), abs=1e-5)
    assert made[3] - made[8] == pytest.approx(ROWS[3] - ROWS[8], abs=1e-5)


def test_all_but_the_top_by_hand():
    table = EmbeddingTable(tuple("abcd"), [[11, 1], [9, 1], [11, -1], [-11, -1]])
    made = transform(table, "all-but-the-top", {"components": 1}).matrix
    centred = np.array([[6, 1], [4, 1], [6, -1], [-16, -1]])
    top = np.linalg.svd(centred)[2][0]
    assert made == pytest.approx(centred - np.outer(centred @ top, top), abs=1e-5)
    with pytest.raises(InvalidOption, match="at most 1"):
        transform(table, "all-but-the-top", {"components": 2})


def test_all_but_the_top_is_orthogonal_to_the_components_of_the_paper():
    centred = ROWS - ROWS.mean(axis=0)
    top = np.linalg.svd(centred, full_matrices=False)[2][:2]
    assert transform(TABLE, "all-but-the-top").matrix @ top.T == pytest.approx(np.zeros((200, 2)), abs=1e-4)


def test_whitened_rows_have_unit_covariance():
    made = transform(TABLE, "whitened").matrix.astype(float)
    assert made.T @ made / 200 == pytest.approx(np.eye(6), abs=1e-4)


def test_whitening_leaves_out_directions_without_variance():
    flat = EmbeddingTable(LABELS, np.hstack((ROWS[:, :2], ROWS[:, :1] + ROWS[:, 1:2])))
    made = transform(flat, "whitened").matrix.astype(float)
    assert np.linalg.eigvalsh(made.T @ made / 200) == pytest.approx([0, 1, 1], abs=1e-4)


def test_unit_rows_give_one_order_whatever_the_metric():
    made = transform(TABLE, "unit")
    orders = {nearest(made, "w5", k=20, metric=metric).words for metric in ("cosine", "dot", "euclidean")}
    assert orders == {nearest(TABLE, "w5", k=20).words}


def test_frequent_words_stay():
    assert transform(TABLE, "frequent", {"least": 150}).labels == LABELS[:50]
    with pytest.raises(TooFew):
        transform(TABLE, "frequent", {"least": 1000})
    with pytest.raises(InvalidOption, match="how often"):
        transform(EmbeddingTable(("a",), [[1.0]]), "frequent")


def test_an_unknown_transform_is_refused_with_the_choices():
    with pytest.raises(UnknownChoice, match="raw, unit, centred"):
        transform(TABLE, "magic")
