"""Strips of colours, padded batches and words of two groups."""

import numpy as np
import pytest

from lstm_core.errors import InvalidOption
from lstm_core.figures.strip import mask_figure, strip_figure
from lstm_core.figures.two_groups import two_groups_figure


def test_a_strip_is_a_row_with_zero_in_the_middle():
    (trace,) = strip_figure(["<b>", "나"], [[1, -4, 0], [2, 0, 0]]).data
    assert trace.zmin == -4 and trace.zmax == 4 and list(trace.x) == [1, 2, 3]
    assert np.array_equal(trace.z, [[1, -4, 0], [2, 0, 0]]) and trace.text[0][0] == "&lt;b&gt;"
    flat = strip_figure(["가"], [[0, 0]]).data[0]
    assert flat.zmin == -1 and flat.zmax == 1


def test_a_mask_shows_tokens_and_their_texts():
    figure = mask_figure(["1"], [[True, False]], [["<i>", "<pad>"]], dark=True)
    (trace,) = figure.data
    assert trace.z.tolist() == [[1, 0]] and trace.text[0][1] == "&lt;pad&gt;" and figure.layout.yaxis.ticktext == ("1",)


def test_each_group_is_a_trace_with_its_words():
    figure = two_groups_figure(
        ["가", "$a$", "다"], [False, True, False], ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), groups=("저", "고"), axes=("x", "y")
    )
    low, high = figure.data
    assert list(low.x) == [1, 3] and list(low.y) == [4, 6] and low.name == "저" and list(high.x) == [2]
    assert high.text == ("&#36;a&#36;",) and len(figure.layout.shapes) == 2


def test_figures_refuse_what_does_not_fit():
    with pytest.raises(InvalidOption):
        strip_figure(["가"], [[1.0], [2.0]])
    with pytest.raises(InvalidOption):
        mask_figure([], [[1]], [[]])
    with pytest.raises(InvalidOption):
        two_groups_figure(["가"], [True], ([1.0, 2.0], [1.0]), groups=("a", "b"), axes=("x", "y"))
