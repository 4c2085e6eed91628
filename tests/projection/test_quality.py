import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness as sklearn_trustworthiness
from sklearn.neighbors import NearestNeighbors

from lstm_core.errors import InvalidTable, TooFew
from lstm_core.projection import project
from lstm_core.projection.neighbors import nearest_rows
from lstm_core.projection.quality import (
    chance_recall,
    continuity,
    neighbor_recall,
    projection_quality,
    quality,
    trustworthiness,
)
from lstm_core.table.embedding_table import EmbeddingTable


def clouds(seed, points=60, width=8):
    rng = np.random.default_rng(seed)
    high = rng.normal(size=(points, width))
    return high, high[:, :2] + 0.3 * rng.normal(size=(points, 2))


@given(st.integers(0, 10_000), st.integers(1, 20))
@settings(max_examples=40)
def test_trustworthiness_is_that_of_scikit_learn(seed, k):
    high, low = clouds(seed)
    assert trustworthiness(high, low, k=k) == pytest.approx(sklearn_trustworthiness(high, low, n_neighbors=k), abs=1e-9)
    assert continuity(high, low, k=k) == pytest.approx(sklearn_trustworthiness(low, high, n_neighbors=k), abs=1e-9)


@given(st.integers(0, 10_000), st.integers(1, 20))
@settings(max_examples=20)
def test_recall_is_that_of_counting(seed, k):
    high, low = clouds(seed)
    near = [NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False) for points in (high, low)]
    expected = np.mean([len(set(a) & set(b)) / k for a, b in zip(*near, strict=True)])
    assert neighbor_recall(high, low, k=k) == pytest.approx(expected)
    indices, distances = nearest_rows(high, k=k)
    assert np.array_equal(indices, near[0])
    assert distances[0] == pytest.approx(np.linalg.norm(high[indices[0]] - high[0], axis=1))


def test_a_perfect_picture_has_all_of_it():
    _, low = clouds(0)
    turned = low @ np.array([[0.0, -1], [1, 0]]) * 3 + 5
    found = quality(low, turned, k=5)
    assert (found.trustworthiness, found.continuity, found.neighbor_recall) == (1, 1, 1)


def test_an_unrelated_picture_is_near_chance():
    rng = np.random.default_rng(0)
    found = quality(rng.normal(size=(2000, 64)), rng.normal(size=(2000, 2)), k=10)
    assert found.trustworthiness == pytest.approx(0.5, abs=0.03)
    assert found.continuity == pytest.approx(0.5, abs=0.03)
    assert found.neighbor_recall == pytest.approx(found.chance, abs=0.003)
    assert found.chance == chance_recall(2000, k=10) == 10 / 1999


def test_a_collapsed_table_is_not_called_faithful():
    low = np.random.default_rng(0).normal(size=(300, 2))
    assert quality(np.ones((300, 4)), low, k=10).trustworthiness < 0.7


def test_equal_distances_go_by_table_order():
    indices, distances = nearest_rows(np.zeros((6, 2)), k=3)
    assert indices[0].tolist() == [1, 2, 3]
    assert indices[5].tolist() == [0, 1, 2]
    assert distances.max() == 0


def test_large_pictures_are_sampled_by_seed():
    high, low = clouds(0, points=500)
    found = quality(high, low, k=5, sample=100, seed=4)
    assert (found.sample, found.points, found.seed, found.k) == (100, 500, 4, 5)
    assert found == quality(high, low, k=5, sample=100, seed=4)
    assert found != quality(high, low, k=5, sample=100, seed=5)


def test_a_sample_is_ranked_among_all_points():
    high, low = clouds(0, points=500)
    rows = np.sort(np.random.default_rng(4).choice(500, size=100, replace=False))
    near = [NearestNeighbors(n_neighbors=5).fit(points).kneighbors(return_distance=False) for points in (high, low)]
    found = quality(high, low, k=5, sample=100, seed=4)
    assert found.neighbor_recall == pytest.approx(np.mean([len(set(near[0][i]) & set(near[1][i])) / 5 for i in rows]))
    assert found.chance == 5 / 499
    ranks = np.linalg.norm(high[:, None] - high, axis=2).argsort(axis=1).argsort(axis=1)  # 0 is the point itself
    excess = sum(max(0, ranks[i, j] - 5) for i in rows for j in near[1][i])
    assert found.trustworthiness == pytest.approx(1 - 2 * excess / (100 * 5 * (2 * 500 - 3 * 5 - 1)))
    assert quality(high, low, k=5, sample=500) == quality(high, low, k=5, sample=10**6)


def test_a_projection_is_measured_against_its_own_table():
    table = EmbeddingTable(tuple(f"w{i}" for i in range(80)), clouds(3, points=80)[0])
    picture = project(table, indices=range(10, 70))
    found = projection_quality(table, picture, k=5)
    unit = table.unit[10:70].astype(float)
    assert found.trustworthiness == pytest.approx(
        sklearn_trustworthiness(unit, picture.coordinates.astype(float), n_neighbors=5)
    )
    with pytest.raises(InvalidTable):
        projection_quality(EmbeddingTable(table.labels, table.matrix + 1), picture)


@pytest.mark.parametrize("k", [0, 30, 60])
def test_too_few_points_for_k(k):
    high, low = clouds(0)
    for measure in (trustworthiness, continuity, neighbor_recall, quality):
        with pytest.raises(TooFew):
            measure(high, low, k=k)
