"""What each method does with its options, and with new words."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, InvalidTable, UnknownWords
from lstm_core.options import describe
from lstm_core.projection import PROJECTIONS, descent, place_vectors, place_words, project
from lstm_core.projection.axes import read_poles
from lstm_core.projection.methods import _in_the_thick
from lstm_core.projection.neighbors import _near_graph_numpy, near_graph, nearest_rows
from lstm_core.projection.pca import principal_components
from lstm_core.projection.place import with_words
from lstm_core.projection.quality import quality
from lstm_core.projection.sample import choose_rows
from lstm_core.table.embedding_table import EmbeddingTable
from projection.test_methods import QUICK, clusters

TABLE = clusters(150, 12)
OTHER = {  # for every option that a form shows, another value than the one in QUICK or the default
    "pca": {"unit_rows": False, "first": 2, "second": 3, "third": 4},
    "tsne": {
        **{"perplexity": 9, "iterations": 100, "early_exaggeration": 4.0, "exaggeration": 2.0},
        **{"learning_rate": 50.0, "start": "random", "unit_rows": False},
    },
    "umap": {"n_neighbors": 9, "min_dist": 0.6, "epochs": 80, "start": "random", "unit_rows": False},
    "pacmap": {"n_neighbors": 9, "middling": 1.5, "far": 4.0, "iterations": 300, "unit_rows": False},
    "axes": {"across": "w3 ↔ w5", "upwards": "w5 ↔ w6", "depth": "w9 ↔ w8", "unit_rows": False},
}


@pytest.mark.parametrize("member", list(PROJECTIONS), ids=lambda member: member.key)
def test_every_option_reaches_the_library(member):
    assert set(OTHER[member.key]) == {spec.name for spec in describe(member.Options)}
    asked = {"method": member.key, "dimension": 3}
    usual = project(TABLE, **asked, options=QUICK[member.key])
    for name, value in OTHER[member.key].items():
        changed = project(TABLE, **asked, options=QUICK[member.key] | {name: value})
        assert not np.array_equal(changed.coordinates, usual.coordinates), name
        assert changed.options[name] == value


@pytest.mark.parametrize("method", ["tsne", "umap", "pacmap"])
def test_the_seed_reaches_the_library(method):
    layouts = [project(TABLE, method=method, options=QUICK[method], seed=seed).coordinates for seed in (1, 2)]
    assert not np.array_equal(*layouts)


def test_tsne_without_onedal_is_that_of_opentsne(monkeypatch):
    pytest.importorskip("daal4py")
    ours = project(TABLE, method="tsne", options={"perplexity": 10})
    monkeypatch.setitem(sys.modules, "daal4py", None)
    assert descent.onedal() is None
    other = project(TABLE, method="tsne", options={"perplexity": 10})
    assert not np.array_equal(ours.coordinates, other.coordinates)
    one, two = (quality(TABLE.unit, found.coordinates, k=10) for found in (ours, other))
    assert one.trustworthiness == pytest.approx(two.trustworthiness, abs=0.05)
    assert one.neighbor_recall == pytest.approx(two.neighbor_recall, abs=0.1)


def test_exaggeration_is_taken_out_of_the_divergence():
    found = [project(TABLE, method="tsne", options={"perplexity": 10, "exaggeration": by}) for by in (1.0, 1.05)]
    assert found[0].quality["kl_divergence"] == pytest.approx(found[1].quality["kl_divergence"], abs=0.1)


def test_frames_are_shown_and_change_nothing():
    frames = []
    watched = project(TABLE, method="tsne", options=QUICK["tsne"], frame=frames.append)
    assert [frame.shape for frame in frames] == [(150, 2)] * 6  # 250 early steps and 50
    assert frames[-1].tobytes() == watched.coordinates.tobytes()
    assert watched.coordinates.tobytes() == project(TABLE, method="tsne", options=QUICK["tsne"]).coordinates.tobytes()


def test_the_same_bytes_on_several_threads():
    table = clusters(1500, 20)
    layouts = {project(table, method="tsne", options={"iterations": 50}).coordinates.tobytes() for _ in range(3)}
    assert len(layouts) == 1


@given(st.integers(0, 1000), st.integers(1, 20))
@settings(max_examples=20)
def test_both_neighbour_graphs_are_the_exact_one(seed, k):
    rows = np.random.default_rng(seed).normal(size=(60, 5)).astype(np.float32)
    near, lengths = nearest_rows(rows, k=k)
    for graph in (near_graph, _near_graph_numpy):
        found, measured = graph(rows, k=k)
        assert (found == near).mean() > 0.99
        assert measured == pytest.approx(lengths, abs=1e-3)


@pytest.mark.parametrize("count", [19_000, 21_000])
@pytest.mark.parametrize("directions", [False, True])
def test_components_are_those_of_a_singular_value_decomposition(count, directions):
    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(count, 8)) * np.geomspace(3, 0.3, 8) + 20).astype(np.float32)  # far from the origin
    found = principal_components(rows, directions=directions)
    exact = rows.astype(float) / (np.linalg.norm(rows.astype(float), axis=1, keepdims=True) if directions else 1)
    centred = exact - exact.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    assert np.abs((found.axes.T * axes).sum(axis=1)) == pytest.approx(np.ones(8), abs=1e-4)
    assert found.shares == pytest.approx(sizes**2 / (sizes**2).sum(), abs=1e-4)
    scores = found.scores(rows, (1, 2, 8))
    assert np.abs(scores) == pytest.approx(np.abs(centred @ axes[[0, 1, 7]].T), abs=1e-4 * float(sizes[0]))


def test_every_share_of_variance_and_chosen_components():
    found = project(TABLE, options={"first": 3, "second": 1})
    usual = project(TABLE, dimension=3)
    assert len(found.spectrum) == 12 and sum(found.spectrum) == pytest.approx(1)
    assert found.explained_variance_ratio == (found.spectrum[2], found.spectrum[0])
    assert found.coordinates == pytest.approx(usual.coordinates[:, [2, 0]], abs=1e-6)
    assert not project(TABLE, options={"first": 13}).coordinates[:, 0].any()  # there is no 13th


def test_word_axes_by_hand():
    table = EmbeddingTable(("왕", "여왕", "남자", "여자", "밖"), [[1, 1], [-1, 1], [1, -1], [-1, -1], [0, 3]])
    options = {"across": "남자 ↔ 여자", "upwards": "남자, 여자 | 왕, 여왕", "unit_rows": False}
    found = project(table, method="axes", options=options)
    assert found.coordinates.tolist() == [[-1, 1], [1, 1], [-1, -1], [1, -1], [0, 3]]
    assert found.quality["axes_cosine"] == 0
    assert project(table, method="axes", options=options, indices=[0, 1, 4]).coordinates.tolist() == [[-1, 1], [1, 1], [0, 3]]


@pytest.mark.parametrize("text", ["", "a", "↔", "a ↔", "a ↔ b ↔ c", ", ↔ b"])
def test_an_axis_needs_two_ends(text):
    with pytest.raises(InvalidOption):
        read_poles(text, name="across")


@pytest.mark.parametrize("member", list(PROJECTIONS), ids=lambda member: member.key)
@pytest.mark.parametrize("dimension", [2, 3])
def test_new_words_are_placed_and_nothing_moves(member, dimension):
    hidden = [3, 20, 77, 110]
    shown = np.setdiff1d(np.arange(150), hidden)
    picture = project(TABLE, method=member.key, dimension=dimension, options=QUICK[member.key], indices=shown)
    placed = place_words(TABLE, picture, ["w3", "w20", "w77", "w110", "w0"])
    assert placed.shape == (5, dimension) and placed[4].tolist() == picture.coordinates[0].tolist()
    centres = np.stack([picture.coordinates[shown % 4 == group].mean(axis=0) for group in range(4)])
    nearest = np.linalg.norm(placed[:4, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == np.array(hidden) % 4).sum() >= 3
    more = with_words(TABLE, picture, ["w3", "w0", "w3"])
    assert len(more) == len(picture) + 1 and more.indices.tolist() == sorted([*shown.tolist(), 3])
    assert np.delete(more.coordinates, 3, axis=0).tobytes() == picture.coordinates.tobytes()
    assert with_words(TABLE, picture, ["w0"]) is picture


def test_a_new_word_goes_where_most_of_its_neighbours_gather_not_between_the_groups():
    crowd_and_stray = np.array([[[0, 0], [1, 0], [0, 1], [100, 100]], [[5, 5]] * 4], dtype=np.float32)
    np.testing.assert_allclose(_in_the_thick(crowd_and_stray), [[0.25, 0], [5, 5]])
    np.testing.assert_allclose(_in_the_thick(crowd_and_stray[:, :1]), [[0, 0], [5, 5]])


@pytest.mark.parametrize("method", ["pca", "axes"])
def test_linear_pictures_place_a_word_where_it_stands(method):
    picture = project(TABLE, method=method, options=QUICK[method])
    assert place_vectors(TABLE, picture, TABLE.matrix[:9]) == pytest.approx(picture.coordinates[:9], abs=1e-5)


def test_what_cannot_be_placed():
    picture = project(TABLE)
    with pytest.raises(UnknownWords):
        place_words(TABLE, picture, ["nobody"])
    with pytest.raises(InvalidTable):
        place_words(clusters(150, 12, seed=5), picture, ["w1"])
    for wrong in (np.ones((1, 11)), np.full((1, 12), np.nan), np.ones(12)):
        with pytest.raises(InvalidOption):
            place_vectors(TABLE, picture, wrong)


def test_a_random_sample_follows_the_seed_and_keeps_what_is_asked_for():
    one, same, other = (choose_rows(TABLE, limit=20, sample="random", seed=seed, always=("w7",)) for seed in (1, 1, 2))
    assert one.tolist() == same.tolist() != other.tolist()
    assert len(one) == 20 and 7 in one and 7 in other
    assert one.tolist() != choose_rows(TABLE, limit=20, always=("w7",)).tolist()
