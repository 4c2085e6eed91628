import subprocess
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, InvalidTable, NoDirection, TooFew, UnknownChoice, UnknownWords
from lstm_core.options import describe
from lstm_core.projection import PROJECTIONS, Projection, project
from lstm_core.projection.pca import PCAOptions
from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable

QUICK = {
    "pca": {},
    "tsne": {"perplexity": 5, "iterations": 50},
    "umap": {"n_neighbors": 5, "epochs": 50},
    "pacmap": {"n_neighbors": 5, "iterations": 250},
    "axes": {"across": "w0 ↔ w1", "upwards": "w2, w6 | w3", "depth": "w4 <-> w7"},
}


def clusters(words=120, width=12, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(4, width)) * 4
    rows = centres[np.arange(words) % 4] + rng.normal(size=(words, width))
    counts = rng.permutation(words) + 1
    return EmbeddingTable(tuple(f"w{i}" for i in range(words)), rows, counts=counts)


MEMBERS = list(PROJECTIONS)
TABLE = clusters()


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.key)
class TestContract:
    def test_it_declares_itself(self, member):
        assert isinstance(member.label, Text) and isinstance(member.caution, Text)
        assert all(member.label) and all(member.caution)
        assert member.key in QUICK, "a new method needs quick options here"
        for spec in describe(member.Options):
            assert all(spec.label) and all(spec.help)
        assert member.Options() == member.Options.model_validate_json(member.Options().model_dump_json())

    @pytest.mark.parametrize("dimension", [2, 3])
    def test_it_gives_a_finite_picture_that_remembers_its_question(self, member, dimension):
        found = project(TABLE, method=member.key, dimension=dimension, options=QUICK[member.key], seed=3)
        assert found.coordinates.shape == (120, dimension)
        assert found.coordinates.dtype == np.float32
        assert found.coordinates.std(axis=0).min() > 0
        assert found.indices.tolist() == list(range(120))
        assert (found.method, found.seed, found.total, found.fingerprint) == (member.key, 3, 120, TABLE.fingerprint)
        assert found.options == member.Options(**QUICK[member.key]).model_dump()
        assert found.labels(TABLE) == TABLE.labels
        with pytest.raises(ValueError, match="read-only"):
            found.coordinates[0] = 0

    @pytest.mark.parametrize("dimension", [2, 3])
    def test_a_seed_gives_the_same_bytes(self, member, dimension):
        asked = {"method": member.key, "dimension": dimension, "options": QUICK[member.key], "seed": 7}
        one, two = project(TABLE, **asked), project(TABLE, **asked)
        assert one.coordinates.tobytes() == two.coordinates.tobytes()
        assert one.quality == two.quality

    def test_progress_goes_up_to_one_and_changes_nothing(self, member):
        seen = []
        one = project(TABLE, method=member.key, options=QUICK[member.key], progress=seen.append)
        two = project(TABLE, method=member.key, options=QUICK[member.key])
        assert seen == sorted(seen) and seen[-1] == 1.0 and min(seen) >= 0
        assert one.coordinates.tobytes() == two.coordinates.tobytes()

    @pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
    def test_raising_from_progress_cancels(self, member, kind):
        calls = []

        def stop(share):
            calls.append(share)
            raise kind("enough")

        with pytest.raises(kind):
            project(TABLE, method=member.key, options=QUICK[member.key], progress=stop)
        assert len(calls) == 1

    def test_clusters_stay_together(self, member):
        xy = project(TABLE, method=member.key, options=QUICK[member.key]).coordinates
        apart = np.linalg.norm(xy[:, None] - xy[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        same = np.argmin(apart, axis=1) % 4 == np.arange(120) % 4
        assert same.mean() > 0.8  # chance is 0.25; a plane cannot hold four clusters whole

    def test_too_few_words(self, member):
        with pytest.raises(TooFew):
            project(TABLE, method=member.key, options=QUICK[member.key], indices=[0, 1])

    @pytest.mark.parametrize("rows", [np.ones((40, 3)), np.zeros((40, 3)), np.repeat(np.eye(4), 10, axis=0)])
    def test_equal_and_zero_rows_give_a_picture(self, member, rows):
        table = EmbeddingTable(tuple(f"w{i}" for i in range(40)), rows)
        try:
            found = project(table, method=member.key, options=QUICK[member.key])
        except NoDirection:
            assert member.key == "axes"  # between equal words there is no direction
        else:
            assert np.isfinite(found.coordinates).all()

    @pytest.mark.parametrize("width", [1, 2])
    def test_narrow_tables(self, member, width):
        table = EmbeddingTable(tuple(f"w{i}" for i in range(40)), np.random.default_rng(0).normal(size=(40, width)))
        options = QUICK[member.key] | {"unit_rows": False}
        assert project(table, method=member.key, dimension=3, options=options).coordinates.shape == (40, 3)

    def test_unknown_options_are_refused(self, member):
        with pytest.raises(InvalidOption):
            project(TABLE, method=member.key, options={"nonsense": 1})


def test_pca_is_that_of_a_singular_value_decomposition():
    rows = TABLE.matrix.astype(float) - TABLE.matrix.astype(float).mean(axis=0)
    left, sizes, _ = np.linalg.svd(rows, full_matrices=False)
    found = project(TABLE, dimension=3, options={"unit_rows": False})
    assert np.abs(found.coordinates) == pytest.approx(np.abs(left[:, :3] * sizes[:3]), rel=1e-4, abs=1e-4)
    assert found.explained_variance_ratio == pytest.approx(tuple(sizes[:3] ** 2 / (sizes**2).sum()), abs=1e-6)


def test_pca_by_hand():
    table = EmbeddingTable(tuple("abcd"), [[2, 0, 5], [-2, 0, 5], [0, 1, 5], [0, -1, 5]])
    found = project(table, options={"unit_rows": False})
    assert np.abs(found.coordinates) == pytest.approx(np.array([[2, 0], [2, 0], [0, 1], [0, 1]]), abs=1e-6)
    assert found.explained_variance_ratio == pytest.approx((0.8, 0.2))


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_pca_signs_do_not_flip_when_a_word_moves_a_little(seed):
    table = clusters(40, 6, seed)
    nudged = EmbeddingTable(table.labels, table.matrix + 1e-6, counts=table.counts)
    assert project(nudged).coordinates == pytest.approx(project(table).coordinates, abs=1e-3)


def test_unit_rows_make_the_picture_that_of_directions():
    longer = EmbeddingTable(TABLE.labels, TABLE.matrix * np.linspace(1, 50, 120)[:, None])
    assert project(longer).coordinates == pytest.approx(project(TABLE).coordinates, abs=1e-4)
    assert project(longer, options=PCAOptions(unit_rows=False)).coordinates != pytest.approx(
        project(TABLE).coordinates, abs=1e-2
    )


def test_the_most_frequent_words_and_those_asked_for_are_shown():
    found = project(TABLE, limit=10, always=("w0", "w1"))
    frequent = [int(row) for row in TABLE.frequency_order if row > 1]
    rest = 10 - len({0, 1})
    assert set(found.indices.tolist()) == {0, 1, *frequent[:rest]}
    assert found.indices.tolist() == sorted(found.indices.tolist())
    assert (len(found), found.total) == (10, 120)


def test_words_asked_for_are_shown_beyond_the_limit_and_in_any_spelling():
    words = tuple(f"w{i}" for i in range(5, 25))
    assert set(words) <= set(project(TABLE, limit=4, always=words).labels(TABLE))
    table = EmbeddingTable(("왕", *"abcdef"), np.eye(7))
    assert 0 in project(table, limit=3, indices=range(1, 7), always=(unicodedata.normalize("NFD", "왕"),)).indices


def test_some_rows_only():
    found = project(TABLE, indices=[5, 3, 9, 3], limit=10)
    assert found.indices.tolist() == [3, 5, 9]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"method": "magic"}, UnknownChoice),
        ({"dimension": 4}, InvalidOption),
        ({"limit": 0}, InvalidOption),
        ({"indices": [120]}, InvalidOption),
        ({"indices": [-1]}, InvalidOption),
        ({"seed": -1}, InvalidOption),
        ({"always": ("nobody",)}, UnknownWords),
        ({"indices": []}, TooFew),
        ({"method": "tsne", "options": {"perplexity": 50}}, TooFew),
        ({"method": "tsne", "options": {"perplexity": 1}}, InvalidOption),
        ({"method": "umap", "options": {"n_neighbors": 119}}, TooFew),
        ({"method": "pacmap", "options": {"n_neighbors": 60}}, TooFew),
        ({"method": "axes"}, InvalidOption),
        ({"method": "axes", "options": {"across": "w0 ↔ w1", "upwards": "w0 ↔"}}, InvalidOption),
        ({"method": "axes", "options": {"across": "w0 ↔ w1", "upwards": "w2 ↔ nobody"}}, UnknownWords),
        ({"method": "axes", "options": {"across": "w0 ↔ w1", "upwards": "w2 ↔ w2"}}, NoDirection),
        ({"sample": "best"}, InvalidOption),
    ],
)
def test_impossible_questions(asked, error):
    with pytest.raises(error):
        project(TABLE, **asked)


@pytest.mark.parametrize("coordinates", [[[0, np.nan]], [[np.inf, 0]], [[0, 0, 0, 0]], [[0, 0], [1, 1]], [0, 0]])
def test_a_projection_that_cannot_be_is_refused_at_birth(coordinates):
    with pytest.raises(InvalidTable):
        Projection(np.array(coordinates), np.array([0]), "pca", {}, 0, "f", 1)


def test_labels_of_another_table_are_refused():
    with pytest.raises(InvalidTable, match="another table"):
        project(TABLE).labels(clusters(seed=1))


def test_tsne_differs_from_pca_and_by_seed_only_slightly_in_meaning():
    options = QUICK["tsne"]
    one = project(TABLE, method="tsne", options=options, seed=1)
    assert one.quality["kl_divergence"] > 0
    assert one.explained_variance_ratio == ()
    assert not np.allclose(one.coordinates, project(TABLE).coordinates)


@pytest.mark.parametrize(("words", "width"), [(60, 10), (10, 60), (11, 10)])
@pytest.mark.parametrize("dimension", [2, 3])
def test_pca_is_that_of_scikit_learn(words, width, dimension):
    decomposition = pytest.importorskip("sklearn.decomposition")
    table = clusters(words, width)
    model = decomposition.PCA(dimension, svd_solver="full")
    expected = model.fit_transform(table.unit.astype(float))
    found = project(table, dimension=dimension)
    assert np.abs(found.coordinates) == pytest.approx(np.abs(expected), abs=1e-5)
    assert found.explained_variance_ratio == pytest.approx(tuple(model.explained_variance_ratio_), abs=1e-6)


def test_a_first_map_needs_no_heavy_library():
    code = (
        "import sys, numpy as np; from lstm_core.projection import project; import lstm_core.figures.scatter;"
        "from lstm_core.table.embedding_table import EmbeddingTable;"
        "project(EmbeddingTable(tuple('abcd'), np.eye(4)));"
        "heavy = {'torch', 'sklearn', 'openTSNE', 'scipy', 'streamlit', 'umap', 'numba', 'pacmap', 'faiss', 'daal4py'}"
        "; assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_large_table_in_single_precision_has_the_same_axes():
    table = clusters(21_000, 5)
    rows = table.unit.astype(float)
    axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:2]
    expected = np.abs((rows - rows.mean(axis=0)) @ axes.T)
    assert np.abs(project(table).coordinates) == pytest.approx(expected, abs=1e-4)
