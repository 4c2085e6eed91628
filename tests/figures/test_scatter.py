import json

import numpy as np
import plotly.graph_objects as go
import pytest

from lstm_core.errors import InvalidOption
from lstm_core.figures import scatter
from lstm_core.figures.coloring import Coloring
from lstm_core.figures.placement import away_from_center, first_of_each
from lstm_core.figures.scatter import Highlight, axis_title, map_figure
from lstm_core.figures.style import CATEGORIES, DARK, LIGHT, OTHER, hover_text
from lstm_core.projection.value import Projection

NASTY = ("<img src=x onerror=alert(1)>", "$a$", "<br>", "<a href='https://evil.example'>x</a>", "a&b", "%{x}", "왕")
HARMLESS = (
    "&lt;img src=x onerror=alert(1)&gt;",
    "&#36;a&#36;",
    "&lt;br&gt;",
    "&lt;a href='https://evil.example'&gt;x&lt;/a&gt;",
    "a&amp;b",
    "%{x}",
    "왕",
)


def picture(points=7, dimension=2, method="pca", first=0):
    rng = np.random.default_rng(0)
    return Projection(
        rng.normal(size=(points, dimension)),
        np.arange(first, first + points),
        method,
        {},
        0,
        "f" * 64,
        points + first,
        explained_variance_ratio=(0.5, 0.1234, 0.01)[:dimension] if method == "pca" else (),
    )


def words(points):
    return [f"w{i}" for i in range(points)]


def test_words_are_escaped_where_tags_and_tex_are_read():
    assert tuple(hover_text(word) for word in NASTY) == HARMLESS


def test_hover_text_is_literal_and_ids_are_rows_of_the_table():
    figure = map_figure(picture(first=100), NASTY)
    base = figure.data[0]
    assert tuple(base.hovertext) == HARMLESS
    assert list(base.customdata) == list(range(100, 107))
    assert list(base.ids) == [str(row) for row in range(100, 107)]
    assert base.hovertemplate == "%{hovertext}<extra></extra>"


@pytest.mark.parametrize(("points", "dimension", "literal"), [(7, 2, False), (3_001, 2, True), (7, 3, True)])
def test_names_on_the_plot_are_raw_in_webgl_and_escaped_in_svg(points, dimension, literal):
    labels = [*NASTY, *words(points)][:points]
    figure = map_figure(picture(points, dimension), labels, highlight=[Highlight(0, (1, 2))], named=points)
    shown = {text for trace in figure.data[1:] for text in trace.text or ()}
    assert (NASTY[0] in shown) == literal
    assert (HARMLESS[0] in shown) != literal


@pytest.mark.parametrize(
    ("points", "dimension", "kind"),
    [(3_000, 2, go.Scatter), (3_001, 2, go.Scattergl), (50, 3, go.Scatter3d), (4_000, 3, go.Scatter3d)],
)
def test_svg_for_few_points_webgl_for_many(points, dimension, kind):
    figure = map_figure(picture(points, dimension), words(points), highlight=[Highlight(0, (1,))])
    assert all(isinstance(trace, kind) for trace in figure.data)


def test_all_points_are_one_trace_of_float32():
    figure = map_figure(picture(500), words(500))
    assert len(figure.data[0].x) == 500
    assert figure.data[0].x.dtype == np.float32
    assert len(figure.data) == 2


def test_large_maps_are_small_files():
    figure = map_figure(picture(10_000), words(10_000))
    assert len(figure.to_json()) < 600_000


@pytest.mark.parametrize("dimension", [2, 3])
def test_only_the_most_important_names_stand_and_each_in_its_own_cell(dimension):
    points = picture(400, dimension)
    importance = np.arange(400.0)
    figure = map_figure(points, words(400), importance=importance, named=12)
    names = figure.data[1].text
    assert 1 < len(names) <= 12
    assert names[0] == "w399"
    everything = map_figure(points, words(400), importance=importance, named=400).data[1].text
    assert len(everything) < 400
    assert list(names) == list(everything)[: len(names)]


def test_names_can_be_left_away():
    assert len(map_figure(picture(), NASTY, named=0).data[1].text or ()) == 0


def test_equal_points_share_one_name():
    flat = Projection(np.zeros((5, 2)), np.arange(5), "pca", {}, 0, "f", 5, explained_variance_ratio=(0, 0))
    assert list(map_figure(flat, words(5)).data[1].text) == ["w0"]


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_highlight_joins_the_word_to_its_neighbours(dimension):
    points = picture(10, dimension, first=50)
    figure = map_figure(points, words(10), highlight=[Highlight(52, (55, 57, 999), "이웃 $x$")])
    lines, marks = figure.data[2:4]
    assert lines.mode == "lines"
    assert list(lines.x[0:2]) == [points.coordinates[2, 0], points.coordinates[5, 0]]
    assert np.isnan(lines.x[2])
    assert list(marks.customdata) == [52, 55, 57]
    assert list(marks.text) == ["w2", "w5", "w7"]
    assert marks.name == "이웃 &#36;x&#36;"
    assert marks.marker.size[0] > marks.marker.size[1] > figure.data[0].marker.size


def test_highlights_that_are_not_on_the_map_draw_nothing():
    figure = map_figure(picture(5), words(5), highlight=[Highlight(99, (77,)), Highlight(None, (3,))])
    assert len(figure.data) == 3
    assert list(figure.data[2].customdata) == [3]


def test_frequency_colours_are_logarithmic_with_true_numbers_on_the_bar():
    counts = np.array([0, 9, 99, 999, 5])
    figure = map_figure(picture(5), words(5), color=Coloring(counts, "빈도 <b>", logarithmic=True))
    marker = figure.data[0].marker
    assert marker.color == pytest.approx(np.log10(counts + 1.0))
    assert marker.colorbar.title.text == "빈도 &lt;b&gt;"
    assert marker.colorbar.ticktext[:2] == ("1", "10")
    assert marker.colorbar.tickvals[:2] == pytest.approx(np.log10([2, 11]))
    assert figure.data[0].text[3] == "빈도 &lt;b&gt; 999"


def test_categories_have_twelve_colours_and_a_rest():
    values = [f"k{i:02}" for i in range(15) for _ in range(20 - i)] + [""]
    figure = map_figure(picture(len(values)), words(len(values)), color=Coloring(values, "종류", other="기타"))
    colours = figure.data[0].marker.color
    assert [colours[values.index(f"k{i:02}")] for i in range(12)] == list(CATEGORIES)
    assert {colours[values.index(f"k{i:02}")] for i in range(12, 15)} | {colours[-1]} == {OTHER}
    legend = [trace.name for trace in figure.data if trace.showlegend]
    assert legend == [f"k{i:02}" for i in range(12)] + ["기타"]
    assert len(set(CATEGORIES)) == 12


def test_few_categories_need_no_rest_and_names_are_escaped():
    figure = map_figure(picture(4), words(4), color=Coloring(["<b>", "<b>", "a", "$"]))
    assert [trace.name for trace in figure.data if trace.showlegend] == ["&lt;b&gt;", "&#36;", "a"]
    assert figure.data[0].text[0] == "&lt;b&gt;"


@pytest.mark.parametrize(("dark", "background"), [(False, LIGHT.background), (True, DARK.background)])
def test_themes(dark, background):
    figure = map_figure(picture(), NASTY, dark=dark, title="<b>")
    assert figure.layout.paper_bgcolor == background
    assert figure.layout.title.text == "&lt;b&gt;"
    assert "Noto Sans KR" in figure.layout.font.family


def test_axes_say_what_they_show():
    points = picture(dimension=3)
    assert axis_title(points, 1) == "PC2 (12.3 %)"
    assert axis_title(picture(method="tsne"), 0) == "t-SNE 1"
    figure = map_figure(points, NASTY)
    assert figure.layout.scene.xaxis.title.text == "PC1 (50.0 %)"
    assert figure.layout.scene.xaxis.showticklabels is False
    flat = map_figure(picture(), NASTY).layout
    assert flat.yaxis.title.text == "PC2 (12.3 %)"
    assert flat.yaxis.scaleanchor == "x"


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": words(6)},
        {"importance": [1.0]},
        {"color": Coloring(["a"])},
        {"color": Coloring(np.array([1.0, 2.0]))},
    ],
)
def test_what_does_not_fit_the_points_is_refused(wrong):
    asked = {"labels": NASTY} | wrong
    with pytest.raises(InvalidOption):
        map_figure(picture(), asked.pop("labels"), **asked)


@pytest.mark.parametrize("values", [np.array([np.nan]), np.array([[1.0]]), np.array([-1.0])])
def test_colours_need_numbers(values):
    with pytest.raises(InvalidOption):
        Coloring(values, logarithmic=True)


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_map_is_json_and_builds_without_looking_at_the_network(dimension):
    figure = map_figure(picture(dimension=dimension), NASTY, color=Coloring(list(NASTY)), highlight=[Highlight(0, (1,), "x")])
    text = json.dumps(json.loads(figure.to_json()), ensure_ascii=False)
    assert "http://" not in text


def test_the_limit_between_svg_and_webgl_is_the_one_documented():
    assert scatter.SVG_UP_TO == 3_000
    assert "3,000" in map_figure.__doc__


def test_highlighted_words_are_named_once_and_the_others_step_back():
    plain = map_figure(picture(10), words(10))
    figure = map_figure(picture(10), words(10), highlight=[Highlight(2, (5, 7))], named=10)
    assert not {"w2", "w5", "w7"} & set(figure.data[1].text)
    assert figure.data[0].marker.opacity < plain.data[0].marker.opacity
    everything = map_figure(picture(3), words(3), highlight=[Highlight(0, (1, 2))])
    assert len(everything.data[1].text or ()) == 0


def test_names_of_a_shape_stand_outside_of_it():
    corners = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4], [4, 2], [2, 4]])
    assert away_from_center(corners) == ["bottom left", "bottom right", "top right", "top left", "middle right", "top center"]
    assert away_from_center(np.zeros((1, 2))) == ["top center"]


def test_the_first_of_every_group_is_named_before_the_second_of_any():
    importance = np.array([9.0, 8.0, 7.0, 1.0])
    order = np.argsort(-first_of_each(importance, ["a", "a", "b", "c"]))
    assert order.tolist() == [0, 2, 3, 1]
