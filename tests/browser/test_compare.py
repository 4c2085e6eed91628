"""A person compares a table with another training of it, clicks a point, follows a word through the training."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser_helpers import press, settle, write
from conftest import Server
from made_tables import write_world
from safetensors.numpy import load_file, save_file

from lstm_core.runs import snapshot_path

# where the point furthest from any other stands on the left map, and its word
ALONE = """() => {
  const plot = document.querySelector('.st-key-compare_map_a .atlas-plot');
  const layout = plot._fullLayout, points = plot._fullData[0];
  const xs = Array.from(points.x, x => layout.xaxis.d2p(x)), ys = Array.from(points.y, y => layout.yaxis.d2p(y));
  const gap = xs.map((x, i) => Math.min(...xs.map((other, j) => i === j ? Infinity : Math.hypot(x - other, ys[i] - ys[j]))));
  const at = gap.indexOf(Math.max(...gap)), box = plot.getBoundingClientRect();
  return [[box.x + layout.xaxis._offset + xs[at], box.y + layout.yaxis._offset + ys[at]], points.hovertext[at]];
}"""
RANGES = """() => ['a', 'b'].map(side => {
  const layout = document.querySelector(`.st-key-compare_map_${side} .atlas-plot`)._fullLayout;
  return [...layout.xaxis.range, ...layout.yaxis.range].map(each => Math.round(1000 * each));
})"""
MARKED = """word => ['a', 'b'].every(side => {
  const plot = document.querySelector(`.st-key-compare_map_${side} .atlas-plot`);
  return plot._fullData.some(trace => trace.mode === 'markers+text' && Array.from(trace.hovertext || []).includes(word));
})"""


@pytest.fixture(scope="module")
def two_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a shipped table and a run of the same words that kept snapshots."""
    home: Path = tmp_path_factory.mktemp("two")
    write_world(home / "models", "world-ko", fillers=150)
    run = write_world(home / "runs", "mine", fillers=150)
    rows = load_file(run.table)["matrix"]
    noise = np.random.default_rng(0).normal(size=rows.shape)
    run.snapshots.mkdir()
    for step, share in ((0, 1.0), (40, 0.5), (90, 0.25), (150, 0.0)):
        save_file({"matrix": ((1 - share) * rows + share * noise).astype(np.float16)}, snapshot_path(run, step))
    running = Server(home)
    running.start()
    yield running
    running.stop()


def test_a_click_on_one_map_chooses_the_word_on_both(visit, two_tables, picture):
    page = visit(two_tables, "/compare?table=mine&with=mine")
    page.locator(".st-key-compare_answer").get_by_text("같습니다").wait_for()
    page.wait_for_selector(".st-key-compare_map_b .atlas-plot[data-drawn]")
    settle(page)
    one, other = page.evaluate(RANGES)
    assert one == other
    page.locator(".st-key-compare_map_a .atlas-plot").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    place, word = page.evaluate(ALONE)
    press(page, place)
    page.locator(".st-key-compare_word h3", has_text=re.compile(f"^{re.escape(word)}$")).wait_for()
    page.wait_for_function(MARKED, arg=word)
    settle(page)
    for side in "ab":
        assert page.locator(f".st-key-compare_near_{side}_list button").count() == 10
    picture(page, "compare-tables")
    page.locator(".st-key-compare_near_b_list button").first.click()
    page.locator(".st-key-trail_box").get_by_text(word, exact=True).wait_for()


def test_words_are_followed_and_a_sweep_is_drawn(visit, two_tables, picture):
    page = visit(two_tables, "/compare?table=mine", dark=True)
    page.get_by_text("학습하는 동안", exact=True).click()
    page.locator(".st-key-drift_answer").get_by_text("스냅숏 4개").wait_for()
    write(page, "낱말 따라가기", "왕")
    page.get_by_text("움직인 길이").first.wait_for()
    page.wait_for_selector(".st-key-drift_settling .atlas-plot[data-drawn]")
    settle(page)
    picture(page, "compare-training-dark")
    page.get_by_text("같은 표, 다른 그림", exact=True).click()
    write(page, "값", "5, 12")
    page.get_by_role("button", name="그리기").click()
    page.wait_for_selector(".st-key-sweep_map_1 .atlas-plot[data-drawn]")
    settle(page)
    assert page.get_by_text("첫째 그림과 같은 이웃").count() == 1
    picture(page, "compare-sweep-dark")


def test_on_a_narrow_screen_nothing_is_cut_off(visit, two_tables, picture):
    page = visit(two_tables, "/compare?table=world-ko", width=360)
    page.locator(".st-key-compare_answer").get_by_text("같습니다").wait_for()
    page.wait_for_selector(".st-key-compare_map_b .atlas-plot[data-drawn]")
    settle(page)
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= 360
    assert page.locator(".st-key-compare_map_a .atlas-plot").bounding_box()["width"] > 250
    picture(page, "compare-narrow")
