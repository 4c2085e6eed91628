import inspect
import json

import numpy as np
import pytest

from lstm_core.errors import InvalidOption
from lstm_core.figures.curves import CurveLabels, loss_figure, probe_figure
from lstm_core.figures.heatmap import similarity_figure
from lstm_core.figures.parallelogram import parallelogram_figure
from lstm_core.figures.scatter import map_figure
from lstm_core.figures.shares import Shares, shares_figure
from lstm_core.figures.style import DARK, LIGHT
from lstm_core.figures.trajectory import trajectory_figure
from lstm_core.projection import project
from lstm_core.projection.trajectory import trajectory
from lstm_core.table.analogy import parallelogram
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import similarity_matrix

NASTY = ("<img src=x onerror=alert(1)>", "$a$", "<br>", "왕", "남자", "여자", "여왕")
TABLE = EmbeddingTable(NASTY, np.random.default_rng(0).normal(size=(7, 5)), counts=np.arange(7, 0, -1))
FORMULA = "<br> - $a$ + 왕"
PATH = trajectory([TABLE.matrix * scale for scale in (0.1, 0.5, 1.0)], NASTY, (0, 10, 20))
ROWS = [{"step": step, "loss": 5.0 - step / 10, "val_loss": 4.0 if step % 2 else None, "perplexity": 50.0} for step in range(5)]

SHARES = (
    Shares("$one$ <b>", (0.5, None, 1.0), ((0.4, 0.7), None, (0.9, 1.0))),
    Shares("<i>other", (0.2, 0.1, 0.0), ((0.1, 0.3), (0.0, 0.2), (0.0, 0.1))),
    Shares("plain", (0.3, None, 0.2)),
)

FIGURES = {
    "map": lambda **more: map_figure(project(TABLE), TABLE.labels, **more),
    "parallelogram": lambda **more: parallelogram_figure(parallelogram(TABLE, FORMULA, NASTY[0]), **more),
    "heatmap": lambda **more: similarity_figure(NASTY, similarity_matrix(TABLE, NASTY), **more),
    "loss": lambda **more: loss_figure(ROWS, labels=CurveLabels(loss="<b>loss", title=more.pop("title", "")), **more),
    "probes": lambda **more: probe_figure(
        [1, 2], {"$a$ <br>": [5, None]}, labels=CurveLabels(title=more.pop("title", "")), **more
    ),
    "shares": lambda **more: shares_figure(NASTY[:3], SHARES, **more),
    "trajectory": lambda **more: trajectory_figure(PATH, emphasis=("$a$", "왕", "nobody"), **more),
}


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@pytest.mark.parametrize("name", FIGURES)
class TestEveryFigure:
    def test_no_word_reaches_the_browser_as_markup(self, name):
        about = json.loads(FIGURES[name](title="<i>$t$").to_json())
        for text in strings(about):
            left = text.replace("<extra></extra>", "").replace("%{text}<br>", "").replace("%{hovertext}<br>", "")
            left = left.replace("<extra>%{fullData.name}</extra>", "").replace("%{fullData.name}<br>", "")
            assert "<" not in left and "$" not in left, text

    def test_light_and_dark(self, name):
        assert FIGURES[name]().layout.paper_bgcolor == LIGHT.background
        assert FIGURES[name](dark=True).layout.paper_bgcolor == DARK.background

    def test_height_is_as_asked(self, name):
        assert FIGURES[name](height=333).layout.height == 333


def test_figures_hold_no_korean_and_no_page():
    for figure in (map_figure, parallelogram_figure, similarity_figure, loss_figure, trajectory_figure):
        source = inspect.getsource(inspect.getmodule(figure))
        assert "import streamlit" not in source


def test_the_parallelogram_draws_two_arrows_and_true_angles():
    shape = parallelogram(TABLE, "왕 - 남자 + 여자", "여왕")
    figure = parallelogram_figure(shape)
    a, b, c, answer, target = shape.coordinates
    arrows = [((one.ax, one.ay), (one.x, one.y)) for one in figure.layout.annotations]
    assert arrows == [(tuple(b), tuple(a)), (tuple(c), tuple(answer))]
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.data[-1].text == ("왕 − 남자 + 여자",)
    assert (figure.data[-1].x[0], figure.data[-1].y[0]) == tuple(target)
    named = {text: (x, y) for trace in figure.data[3:] for text, x, y in zip(trace.text, trace.x, trace.y, strict=True)}
    assert named["여왕"] == tuple(answer)
    low, high = figure.layout.xaxis.range
    assert low < shape.coordinates[:, 0].min() and high > shape.coordinates[:, 0].max()
    assert parallelogram_figure(shape, target="여기").data[-1].text == ("여기",)


def test_the_matrix_shows_numbers_while_they_can_be_read():
    small = similarity_figure(NASTY, similarity_matrix(TABLE, NASTY)).data[0]
    assert small.texttemplate == "%{z:.2f}"
    assert (small.zmin, small.zmax) == (-1, 1)
    assert small.z[0][0] == 1
    many = [f"w{i}" for i in range(30)]
    assert similarity_figure(many, np.eye(30)).data[0].texttemplate is None
    with pytest.raises(InvalidOption):
        similarity_figure(NASTY, np.eye(6))


def test_loss_curves_leave_out_what_is_no_number():
    rows = [
        {"step": 1, "loss": 5.0, "val_loss": None, "perplexity": 9.0},
        {"step": 2, "loss": float("nan"), "val_loss": 4.5},
        {"step": 3, "loss": 4.0, "val_loss": float("inf"), "perplexity": "x"},
        {"loss": 3.0},
        {},
    ]
    training, validation = loss_figure(rows).data
    assert (training.x, training.y) == ((1, 3), (5.0, 4.0))
    assert (validation.x, validation.y) == ((2,), (4.5,))
    assert len(loss_figure([]).data) == 2


def test_rank_one_is_on_top_of_a_logarithmic_axis():
    figure = probe_figure([0, 10, 20], {"a": [500, 20, 1], "b": [None, 3, 2]})
    axis = figure.layout.yaxis
    assert axis.type == "log"
    bottom, top = axis.range
    assert bottom >= np.log10(500) and top < 0
    assert axis.ticktext[:3] == ("1", "10", "100")
    assert figure.data[1].y == (None, 3, 2)
    assert figure.data[1].connectgaps is False
    with pytest.raises(InvalidOption):
        probe_figure([0], {"a": [1, 2]})


@pytest.mark.parametrize("worst", [1, 9, 10, 99, 100, 12345])
def test_the_worst_rank_is_on_the_picture(worst):
    bottom, top = probe_figure([0], {"a": [worst]}).layout.yaxis.range
    assert top < np.log10(worst) + 1e-9 <= bottom + 1e-9


def test_trails_break_between_words_and_end_at_the_words():
    figure = trajectory_figure(PATH, emphasis=("왕",))
    trails, words, bright, king = figure.data
    assert len(trails.x) == 6 * 4
    assert np.isnan(trails.x[3::4]).all() and not np.isnan(np.delete(trails.x, np.s_[3::4])).any()
    assert list(trails.x[2::4]) == list(words.x)
    assert king.text == ("왕",)
    assert (bright.x[2], bright.y[2]) == (king.x[0], king.y[0])
    assert list(bright.x[:3]) == list(PATH.coordinates[:, 3, 0])
    assert figure.layout.uirevision == "trajectory"


def test_a_short_trail_shows_the_last_moves_only():
    assert len(trajectory_figure(PATH, trail=1).data[0].x) == 7 * 3
    assert len(trajectory_figure(PATH, trail=0).data[0].x) == 7 * 2


def test_names_that_would_cover_each_other_are_left_to_the_hover_box():
    crowd = np.random.default_rng(0).normal(size=(200, 3))
    words = tuple(f"w{i}" for i in range(200))
    named = trajectory_figure(trajectory([crowd], words, [0]), emphasis=("w199",)).data[1]
    assert 10 < sum(name != "" for name in named.text) < 160
    assert sum(name != "" for name in named.hovertext) == 199


def test_shares_stand_with_their_intervals_and_what_was_not_asked_is_left_out():
    baseline, one, other = shares_figure(NASTY[:3], SHARES).data
    assert (one.x, baseline.x, other.x) == ((0.5, 1.0), (0.3, 0.2), (0.2, 0.1, 0.0))
    assert one.error_x.array == pytest.approx((0.2, 0.0)) and one.error_x.arrayminus == pytest.approx((0.1, 0.1))
    assert baseline.error_x.array is None and baseline.y == (0, 2)
    assert one.y[0] < 0 < other.y[0]  # apart, so that neither hides the other
    with pytest.raises(InvalidOption):
        shares_figure(NASTY[:2], SHARES)
