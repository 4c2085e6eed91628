import json

import numpy as np
import pytest

from lstm_core.figures.coloring import Coloring
from lstm_core.figures.style import CATEGORIES, OTHER
from lstm_core.figures.word_map import colour_layer, frame_layer, place_layer, rgb, word_layers
from lstm_core.projection.trajectory import Trajectory
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable

LABELS = ("<img src=x onerror=alert(1)>", "$a$", "왕", "</script>", "줄\u2028바꿈", '"')


def table(counts=(5, 50, 500, 1, 2, 3)):
    return EmbeddingTable(LABELS, np.eye(6, 3, dtype=np.float32) + 1, counts=None if counts is None else np.array(counts))


def numbers(layer):
    return np.frombuffer(layer.content, "<" + layer.kind)


def test_places_are_the_coordinates_to_the_last_bit():
    picture = Projection(np.random.default_rng(0).normal(size=(6, 3)), np.arange(6), "pca", {}, 0, "f", 6)
    layer = place_layer(picture)
    assert np.array_equal(numbers(layer).reshape(6, 3), picture.coordinates)
    assert len(layer.content) == 6 * 3 * 4


def test_frames_lie_one_after_the_other():
    coordinates = np.arange(24.0).reshape(3, 4, 2)
    layer = frame_layer(Trajectory(("a", "b", "c", "d"), coordinates, (0, 10, 20), (0.5, 0.2)))
    assert numbers(layer).tolist() == list(range(24))


def test_words_are_literal_and_ranked_in_the_whole_table():
    layers = word_layers(table(), np.array([0, 2, 4]))
    assert json.loads(layers["words"].content) == [LABELS[0], LABELS[2], LABELS[4]]
    assert numbers(layers["ranks"]).tolist() == [3, 1, 5]
    assert numbers(layers["counts"]).tolist() == [5, 500, 2]
    assert numbers(layers["rows"]).tolist() == [0, 2, 4]


def test_the_first_words_need_no_row_numbers_and_unknown_counts_are_left_out():
    layers = word_layers(table(counts=None), np.arange(4))
    assert set(layers) == {"words", "ranks"}
    assert numbers(layers["ranks"]).tolist() == [1, 2, 3, 4]


def test_a_count_beyond_32_bits_is_the_largest_that_fits():
    layers = word_layers(table(counts=(2**40, 1, 1, 1, 1, 1)), np.arange(6))
    assert numbers(layers["counts"])[0] == 2**32 - 1


def test_categories_are_numbers_of_names_with_the_rest_last():
    layer, about = colour_layer(Coloring(["b", "a", "b", ""], "종류", other="그 밖"))
    assert numbers(layer).tolist() == [0, 1, 0, 2]
    colours = [rgb(CATEGORIES[0]), rgb(CATEGORIES[1]), rgb(OTHER)]
    assert about == {"title": "종류", "names": ["b", "a", "그 밖"], "colours": colours}
    many, about = colour_layer(Coloring([f"{n:02}" for n in range(20)], other="그 밖"))
    assert numbers(many).tolist() == [*range(12), *[12] * 8] and len(about["names"]) == 13


def test_numbers_travel_as_they_are_with_a_scale():
    layer, about = colour_layer(Coloring(np.array([3.0, 1.0, 2.5]), "길이", logarithmic=True))
    assert numbers(layer).tolist() == [3.0, 1.0, 2.5]
    assert (about["low"], about["high"], about["ends"], about["logarithmic"]) == (1.0, 3.0, ["1", "3"], True)
    assert about["scale"][0] == [0, 34, 78] and len(about["scale"][-1]) == 3  # Cividis begins at #00224e
    json.dumps(about)


def test_a_colour_is_three_numbers():
    assert rgb("#D55E00") == [213, 94, 0]
    with pytest.raises(ValueError, match="invalid literal"):
        rgb("orange!")
