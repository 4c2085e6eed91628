"""The address of the map opens the same view, and what does not fit in it is passed over."""

from __future__ import annotations

import pytest

from lstm_core.figures.colorings import ClusterOptions
from ui.map_link import MapLink


def one(app, name):
    value = app.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_a_link_opens_the_view_it_was_made_from(open_app, in_worlds):
    app = open_app("map")
    app.text_input(key="chosen_word").set_value("왕").run()
    app.segmented_control(key="map_dimension").set_value(3).run()
    app.selectbox(key="map_color_world-ko").select("-kmeans").run()
    app.number_input(key="map_color-kmeans_clusters").set_value(5).run()
    said = {name: one(app, name) for name in ("word", "dim", "color", "c.clusters")}
    assert said == {"word": "왕", "dim": "3", "color": "-kmeans", "c.clusters": "5"}
    assert one(app, "method") is None and one(app, "seed") is None
    again = open_app("map", **said)
    assert again.text_input(key="chosen_word").value == "왕"
    assert again.segmented_control(key="map_dimension").value == 3
    assert again.selectbox(key="map_color_world-ko").value == "-kmeans"
    assert again.number_input(key="map_color-kmeans_clusters").value == 5
    assert not again.exception and not again.warning and not again.error


def test_what_does_not_fit_is_passed_over(open_app, in_worlds):
    app = open_app("map", method="../x", dim="9", color="<b>", seed="-1", limit="1e9", sample="all", view="a_b")
    assert not app.exception and not app.warning and not app.error
    assert app.selectbox(key="map_method").value == "pca" and app.number_input(key="map_seed").value == 0
    assert one(app, "method") is None and one(app, "dim") is None


@pytest.mark.parametrize(
    ("given", "found"),
    [({"c.clusters": "7"}, {"clusters": 7}), ({"c.clusters": "99"}, {}), ({"c.clusters": "x"}, {}), ({"c.other": "1"}, {})],
)
def test_options_are_read_as_declared(given, found):
    assert MapLink(given).options("c.", ClusterOptions) == found


def test_the_table_of_the_map_is_there_when_it_is_opened(open_app, in_worlds):
    app = open_app("map")
    assert not [each for each in app.dataframe if len(each.value) > 500]
    app.session_state["map_places"] = True
    assert not app.run().exception
