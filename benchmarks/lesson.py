"""How long a learner waits in the lesson: from the click on a section to the first change on the page, and to its answer.

    .venv/bin/python -m benchmarks.lesson

Headless Chromium against the real server with the table `world-ko`, its cache empty at the first visit. "again": the section
opened once more in the same browser. "100 steps": from the click to the answer, on a network that is not loaded.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import _browser, _server
from benchmarks.results import markdown_table, write_section

BAR = 2.0
SECTIONS = {
    "왜 번호로는 안 될까": ".st-key-lesson_classified_said",
    "원-핫과 임베딩": ".st-key-lesson_table_answer",
    "차원에 담긴 것": ".st-key-lesson_direction_answer",
    "한 단계 학습": ".st-key-lesson_step_answer",
    "비슷한 문맥": ".st-key-lesson_contexts_answer",
    "문장 → 벡터": ".st-key-lesson_check",
}
MAIN = "document.querySelector('.stMainBlockContainer').innerText"
CHANGED = f"before => {MAIN} !== before"


def main() -> None:
    with _server() as url, sync_playwright() as driver:
        browser = _browser(driver)
        page = browser.new_context(locale="ko-KR", viewport={"width": 1280, "height": 900}).new_page()
        began = time.perf_counter()
        page.goto(url + "/lesson")
        page.locator(SECTIONS["문장 → 벡터"]).wait_for(timeout=60_000)
        rows: list[tuple[Any, ...]] = [("the page, first visit", "", time.perf_counter() - began, "", "")]
        first = {name: _opened(page, name) for name in SECTIONS}
        again = {name: _opened(page, name) for name in SECTIONS}
        rows += [(name, *first[name], *again[name]) for name in SECTIONS]
        rows.append(("100 steps of learning", *_hundred(page), "", ""))
        browser.close()
    table = markdown_table(("what", "first change, s", "answer, s", "again: change", "again: answer"), rows)
    print(table)
    slowest = max(float(row[1] or 0) for row in rows)
    said = f"Bar: something changes within {BAR:.0f} s of the click; slowest here {slowest:.2f} s."
    write_section("lesson", f"{said} The contexts' first answer includes writing and cutting 200,000 sentences.\n\n{table}")


def _opened(page: Page, name: str) -> tuple[float, float]:
    """Return the seconds from the click on a section to the first change of the text, and to the answer."""
    page.wait_for_timeout(1_500)
    return _waited(page, page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True), SECTIONS[name])


def _hundred(page: Page) -> tuple[float, float]:
    _opened(page, "한 단계 학습")
    page.wait_for_timeout(1_500)
    return _waited(page, page.get_by_text("100단계", exact=True), "text=100단계 뒤")


def _waited(page: Page, button: Any, answer: str) -> tuple[float, float]:
    before = page.evaluate(MAIN)
    began = time.perf_counter()
    button.click()
    page.wait_for_function(CHANGED, arg=before, polling=20, timeout=60_000)
    changed = time.perf_counter() - began
    page.locator(answer).first.wait_for(timeout=120_000)
    return changed, time.perf_counter() - began


if __name__ == "__main__":
    main()
