import json

import numpy as np
import pytest

from lstm_core.figures.coloring import Coloring
from lstm_core.figures.linked import LinkedLabels, linked_figures
from lstm_core.figures.settling import settling_figure
from lstm_core.figures.style import ACCENT, SECOND
from lstm_core.projection import project
from lstm_core.projection.compare import compare
from lstm_core.projection.comparison import ComparisonOptions
from lstm_core.projection.drift import drift
from lstm_core.projection.linked import apart, joint_options, joint_rows, joint_table
from lstm_core.table.embedding_table import EmbeddingTable

LABELS = ("$a$", "<b>b</b>", *(f"w{i}" for i in range(38)))


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 6))
    other = rows + 0.4 * rng.normal(size=rows.shape)
    tables = (EmbeddingTable(LABELS, each, metadata={"name": name}) for each, name in ((rows, "a"), (other, "b")))
    return compare(*tables, options=ComparisonOptions(k=5, shuffles=2))


@pytest.fixture(scope="module")
def pictures(found):
    together = project(joint_table(found), options=joint_options("pca"), indices=joint_rows(found, limit=30))
    return apart(found, together)


def test_both_maps_have_one_frame_one_colouring_and_the_same_places(found, pictures):
    color = Coloring(1 - found.cosines[pictures[0].indices], title="moved")
    one, two = linked_figures(found, pictures, color=color)
    assert one.layout.xaxis.range == two.layout.xaxis.range and one.layout.yaxis.range == two.layout.yaxis.range
    points = np.concatenate([picture.coordinates for picture in pictures])
    assert one.layout.xaxis.range[0] < points[:, 0].min() and one.layout.xaxis.range[1] > points[:, 0].max()
    assert one.layout.yaxis.range[0] < points[:, 1].min() and one.layout.yaxis.range[1] > points[:, 1].max()
    assert list(one.data[0].customdata) == list(two.data[0].customdata) == pictures[0].indices.tolist()
    assert list(one.data[0].marker.color) == list(two.data[0].marker.color)


def test_a_chosen_word_shows_what_is_near_in_both_and_what_only_here_and_the_way_between(found, pictures):
    labels = LinkedLabels(both="BOTH", only="ONLY")
    figures = linked_figures(found, pictures, chosen=3, labels=labels)
    for figure, own, other in zip(figures, (found.near_a, found.near_b), (found.near_b, found.near_a), strict=True):
        groups = {trace.name: trace for trace in figure.data if trace.name in ("BOTH", "ONLY")}
        drawn = set(pictures[0].indices.tolist())
        both = (set(own[3].tolist()) & set(other[3].tolist())) & drawn
        only = (set(own[3].tolist()) - set(other[3].tolist())) & drawn
        assert set(groups["BOTH"].customdata) == both | {3} and groups["BOTH"].marker.color == SECOND
        assert set(groups["ONLY"].customdata if "ONLY" in groups else ()) == only
        assert "ONLY" not in groups or groups["ONLY"].marker.color == ACCENT
        way = figure.data[-1]
        at = pictures[0].indices.tolist().index(3)
        assert [way.x[0], way.x[1]] == [picture.coordinates[at, 0] for picture in pictures]
    assert len(linked_figures(found, pictures, chosen=39)[0].data) > 0  # not drawn: no way, but no failure either


def test_words_of_linked_maps_are_shown_literally(found, pictures):
    about = json.loads(linked_figures(found, pictures, chosen=0)[0].to_json())
    assert about["data"][0]["hovertext"][0] == "&#36;a&#36;" and "<b>" not in json.dumps(about["data"][0]["hovertext"])


def test_settling_shows_the_mean_and_the_words_asked_for():
    rng = np.random.default_rng(1)
    way = drift([rng.normal(size=(20, 4)) for _ in range(3)], LABELS[:20], (0, 5, 9), rows=range(20), k=4)
    figure = settling_figure(way, emphasis=("$a$", "nobody", "w3", "w3"), mean="MEAN")
    assert [trace.name for trace in figure.data] == ["MEAN", "&#36;a&#36;", "w3"]
    assert list(figure.data[0].y) == pytest.approx(way.kept.mean(axis=1))
    assert list(figure.data[2].y) == way.kept[:, 5].tolist() and list(figure.data[2].x) == [0, 5, 9]
    assert figure.layout.shapes[0].y0 == 0.8
