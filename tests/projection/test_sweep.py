import numpy as np
import pytest

from lstm_core.errors import InvalidOption, InvalidTable, TooFew
from lstm_core.projection import PROJECTIONS, cached_project, project
from lstm_core.projection.point_quality import point_recall
from lstm_core.projection.quality import projection_quality
from lstm_core.projection.sweep import MOST, SEED, suggested_values, sweep, swept_options
from lstm_core.table.embedding_table import EmbeddingTable


@pytest.fixture(scope="module")
def words():
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.normal(size=(6, 12)), 20, axis=0) + 0.3 * rng.normal(size=(120, 12))
    return EmbeddingTable(tuple(f"w{i}" for i in range(120)), rows)


def test_pictures_differ_in_the_swept_option_alone_and_are_those_of_project(words, tmp_path):
    told = []
    options = {"iterations": 60}
    found = sweep(
        words, tmp_path, method="tsne", name="perplexity", values=(5, 20), options=options, seed=3, progress=told.append
    )
    assert [panel.value for panel in found.panels] == [5, 20]
    for panel in found.panels:
        assert panel.projection.options["perplexity"] == panel.value and panel.projection.options["iterations"] == 60
        assert panel.projection.seed == 3
        plain = project(words, method="tsne", options=options | {"perplexity": panel.value}, seed=3)
        assert panel.quality.neighbor_recall == pytest.approx(projection_quality(words, plain).neighbor_recall)
        assert plain.coordinates.std() > 0
    assert found.panels[0].projection.coordinates.tobytes() == project(
        words, method="tsne", options=options | {"perplexity": 5}, seed=3
    ).coordinates.tobytes()
    assert found.panels[0].agreement == 1.0 and 0 < found.panels[1].agreement < 1.0
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)


def test_pictures_are_laid_onto_the_first(words, tmp_path):
    found = sweep(words, tmp_path, method="tsne", name="perplexity", values=(5, 20), options={"iterations": 60})
    first, second = (panel.projection.coordinates.astype(float) for panel in found.panels)
    plain = project(words, method="tsne", options={"perplexity": 20, "iterations": 60}).coordinates
    assert ((second - first) ** 2).sum() <= ((plain - first) ** 2).sum() + 1e-6
    assert second.mean(axis=0) == pytest.approx(first.mean(axis=0), abs=1e-4)


def test_a_seed_changes_nothing_in_a_pca(words, tmp_path):
    found = sweep(words, tmp_path, method="pca", name=SEED, values=(0, 1, 2))
    assert [panel.projection.seed for panel in found.panels] == [0, 1, 2]
    assert all(panel.agreement == 1.0 for panel in found.panels)


def test_a_sweep_is_made_once(words, tmp_path):
    sweep(words, tmp_path, method="tsne", name="perplexity", values=(5, 20), options={"iterations": 60})
    made = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(made) == 2
    sweep(words, tmp_path, method="tsne", name="perplexity", values=(20, 5), options={"iterations": 60})
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == made
    cached_project(words, tmp_path, method="tsne", options={"iterations": 60, "perplexity": 5})
    assert {path.name for path in tmp_path.iterdir()} == set(made)


@pytest.mark.parametrize("method", PROJECTIONS.keys())
def test_every_number_of_every_method_can_be_swept_with_the_suggested_values(method):
    for spec in (None, *swept_options(method)):
        values = suggested_values(spec)
        assert 1 <= len(values) <= MOST and len(set(values)) == len(values)
        for value in values if spec else ():
            PROJECTIONS[method].Options(**{spec.name: value})


def test_suggested_values_are_around_the_default():
    perplexity = next(spec for spec in swept_options("tsne") if spec.name == "perplexity")
    assert suggested_values(perplexity) == (8, 15, 30, 60)
    assert suggested_values(None, count=3) == (0, 1, 2)


@pytest.mark.parametrize(
    ("name", "values", "error"),
    [
        ("colour", (1,), InvalidOption),
        ("perplexity", (), InvalidOption),
        (SEED, range(MOST + 1), InvalidOption),
        ("perplexity", (5, 1000), InvalidOption),
        ("perplexity", (5, 90), TooFew),
        (SEED, (-1,), InvalidOption),
    ],
)
def test_what_cannot_be_swept_is_refused(words, tmp_path, name, values, error):
    with pytest.raises(error):
        sweep(words, tmp_path, method="tsne", name=name, values=tuple(values), options={"iterations": 50})


def test_a_handful_of_points_has_no_quality_but_a_picture(words, tmp_path):
    found = sweep(words, tmp_path, method="pca", name=SEED, values=(0,), limit=8)
    assert found.panels[0].quality is None and found.panels[0].agreement is None
    assert len(found.panels[0].projection) == 8


def test_point_recall_is_the_recall_of_each_point(words):
    flat = project(words, method="pca")
    recall = point_recall(words, flat, k=5)
    assert recall.shape == (120,) and recall.mean() == pytest.approx(projection_quality(words, flat, k=5).neighbor_recall)
    unit = words.unit.astype(float)
    true = np.argsort(-(unit[7] @ unit.T))[1:6]
    seen = np.argsort(np.linalg.norm(flat.coordinates - flat.coordinates[7], axis=1))[1:6]
    assert recall[7] == pytest.approx(len(set(true) & set(seen)) / 5)


def test_point_recall_refuses_other_tables_and_handfuls(words):
    other = EmbeddingTable(("a", "b", "c"), np.eye(3))
    with pytest.raises(InvalidTable):
        point_recall(other, project(words))
    with pytest.raises(TooFew):
        point_recall(other, project(other), k=3)
