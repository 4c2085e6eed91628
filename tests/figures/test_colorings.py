import numpy as np
import pytest

from lstm_core.figures.colorings import COLORINGS, Asked
from lstm_core.options import build, describe
from lstm_core.projection import project
from lstm_core.table.embedding_table import EmbeddingTable


def asked(word="a0", counts=True):
    """Three clusters of ten words around the axes of a space of 5 dimensions; the first of each is the most frequent."""
    random = np.random.default_rng(0)
    middles = np.repeat(4 * np.eye(3, 5), 10, axis=0)
    rows = (middles + 0.1 * random.normal(size=(30, 5))).astype(np.float32)
    labels = tuple(f"{letter}{number}" for letter in "abc" for number in range(10))
    table = EmbeddingTable(labels, rows, counts=100 - np.arange(30) if counts else None)
    return Asked(table, project(table, method="pca", dimension=2), word)


def values(key, given, **options):
    way = COLORINGS[key]
    return way.values(given, build(way.Options, options), progress=lambda done: None)


@pytest.mark.parametrize("way", list(COLORINGS), ids=lambda way: way.key)
class TestEveryWay:
    def test_says_what_it_is_called(self, way):
        assert way.key.startswith("-") and way.label.ko and way.label.en
        assert all(spec.label.ko and spec.help.en for spec in describe(way.Options))

    def test_gives_one_value_a_point_and_the_same_again(self, way):
        first, second = (values(way.key, asked()) for _ in range(2))
        assert len(first) == 30 and list(first) == list(second)

    def test_gives_names_or_finite_numbers(self, way):
        found = values(way.key, asked())
        assert all(isinstance(one, str) for one in found) or np.isfinite(np.asarray(found, dtype=float)).all()

    def test_knows_a_table_without_counts(self, way):
        assert way.possible(asked().table)
        given = asked(counts=False)
        assert not way.possible(given.table) or len(values(way.key, given)) == 30


def test_clusters_are_found_and_called_by_the_word_nearest_their_middle():
    given = asked()
    unit = given.table.unit_rows(slice(None))
    middle = {}
    for letter in "abc":
        mine = [row for row, label in enumerate(given.table.labels) if label[0] == letter]
        middle[letter] = f"‘{given.table.labels[max(mine, key=lambda row: unit[row] @ unit[mine].mean(0))]}’"
    assert values("-kmeans", given, clusters=3) == [middle[letter] for letter in "abc" for _ in range(10)]
    assert {one[1] for one in set(values("-hdbscan", given, least=5)) - {""}} == set("abc")
    assert {one[1] for one in set(values("-hdbscan", given, least=5, where="space")) - {""}} == set("abc")


def test_a_handful_of_points_is_no_reason_to_fail():
    table = EmbeddingTable(("a", "b", "c"), np.eye(3, dtype=np.float32))
    given = Asked(table, project(table, method="pca", dimension=2))
    assert len(set(values("-kmeans", given))) == 3
    assert len(values("-hdbscan", given)) == 3


def test_nearness_is_the_cosine_with_the_chosen_word():
    table = EmbeddingTable(("a", "b", "c", "d"), np.array([[2, 0], [0, 3], [1, 1], [0, 0]], dtype=np.float32))
    given = Asked(table, project(table, method="pca", dimension=2), "a")
    assert values("-near", given) == pytest.approx([1, 0, 0.5**0.5, 0])
    assert values("-near", Asked(table, given.projection, "")) is None


def test_norm_is_the_length_of_the_row():
    table = EmbeddingTable(("a", "b", "c"), np.array([[3, 4], [0, 0], [1, 0]], dtype=np.float32))
    assert values("-norm", Asked(table, project(table, method="pca", dimension=2))) == pytest.approx([5, 0, 1])
