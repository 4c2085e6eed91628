"""A person walks through the sections of LSTM 속."""

from __future__ import annotations

import re

import pytest
from browser_helpers import drawn, settle


def section(page, name):
    page.locator(".st-key-lstm_view").get_by_text(name, exact=True).click()
    settle(page)


@pytest.mark.parametrize(("dark", "width"), [(False, 1360), (True, 1360), (False, 360)])
def test_a_sentence_is_read_step_by_step(visit, server, picture, dark, width):
    page = visit(server, "/lstm", dark=dark, width=width)
    drawn(page)
    page.get_by_text("실제로 온 것은").wait_for()
    page.get_by_role("button", name=re.compile("이전")).click()
    page.get_by_text(re.compile("‘를’까지 읽고")).wait_for()
    page.locator(".st-key-lstm_equations .katex").first.wait_for()
    settle(page)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, f"lstm-steps-{'dark' if dark else 'light'}-{width}")


@pytest.mark.parametrize("width", [1360, 360])
def test_a_verdict_runs_along_a_review(visit, server, picture, width):
    page = visit(server, "/lstm?table=nsmc-sentiment", dark=width == 360, width=width)
    page.locator(".st-key-lstm_verdicts .atlas-plot[data-drawn]").wait_for()
    page.locator(".st-key-lstm_equations .katex").first.wait_for()
    settle(page)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size({"width": width, "height": 2400})
    settle(page)
    page.wait_for_timeout(1000)
    picture(page, f"lstm-verdict-{width}")


def test_a_box_of_the_network_leads_to_its_step(visit, server):
    page = visit(server, "/lstm")
    plot = page.locator(".st-key-lstm_unrolled .atlas-plot[data-drawn]")
    plot.wait_for()
    settle(page)
    place = page.evaluate(
        """() => {
          const plot = document.querySelector('.st-key-lstm_unrolled .atlas-plot'), box = plot.getBoundingClientRect();
          const layout = plot._fullLayout;
          return [box.x + layout.xaxis._offset + layout.xaxis.d2p(6), box.y + layout.yaxis._offset + layout.yaxis.d2p(0)];
        }"""
    )
    page.mouse.move(place[0] - 2, place[1])
    page.wait_for_timeout(300)
    page.mouse.click(*place)
    page.get_by_text(re.compile("‘커피’까지 읽고")).wait_for()


def test_the_other_sections_and_an_lstm_that_forecasts(visit, server, picture):
    page = visit(server, "/lstm")
    page.get_by_text("실제로 온 것은").wait_for()
    section(page, "유닛 찾기")
    page.get_by_text("이 유닛들이 좋아하는 토큰").wait_for()
    picture(page, "lstm-units")
    section(page, "이어 쓰기")
    page.get_by_text(re.compile("아침에 왕이 .+")).first.wait_for()
    picture(page, "lstm-writing")
    section(page, "얼마나 기억하나")
    page.get_by_text(re.compile("저장된 결과: 씨앗")).wait_for()
    picture(page, "lstm-forgetting")
    section(page, "수열 예측")
    length = page.get_by_role("spinbutton", name="길이(날)")
    length.fill("400")
    length.press("Enter")
    settle(page)
    page.get_by_role("button", name="LSTM 학습 시작").click()
    page.locator("h3", has_text="LSTM").wait_for(timeout=90_000)
    settle(page)
    picture(page, "lstm-series")
