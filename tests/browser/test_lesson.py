"""A person walks through the lesson: tries something in each section and sees the numbers move."""

from __future__ import annotations

from browser_helpers import settle

SECTIONS = ("문장 → 벡터", "원-핫과 임베딩", "왜 번호로는 안 될까", "한 단계 학습", "비슷한 문맥", "차원에 담긴 것")


def section(page, name):
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()


def test_a_person_walks_through_the_sections(visit, server, picture):
    page = visit(server, "/lesson")
    page.set_viewport_size({"width": 1360, "height": 1900})  # the picture shows a whole section
    page.locator(".st-key-lesson_shapes").get_by_text("(B, T, D) = (2, 200, 64)").wait_for()
    page.locator(".st-key-lesson_check").get_by_text("완전히 같습니다").wait_for()
    page.locator(".st-key-lesson_strip .atlas-plot[data-drawn]").wait_for()
    settle(page)
    picture(page, "lesson-sentence")

    section(page, SECTIONS[1])
    page.locator(".st-key-lesson_sizes").get_by_text("99.99").wait_for()
    page.locator(".st-key-lesson_d").get_by_role("slider").press("ArrowLeft")
    page.locator(".st-key-lesson_sizes").get_by_text("97.44").wait_for()
    settle(page)
    picture(page, "lesson-onehot")

    section(page, SECTIONS[2])
    page.locator(".st-key-lesson_id_sum").wait_for()
    page.get_by_role("button", name="번호 새로 매기기").click()
    page.locator(".st-key-lesson_classified_said").get_by_text("표의 행").wait_for()
    page.locator(".st-key-lesson_classified .atlas-plot[data-drawn]").wait_for()
    settle(page)
    picture(page, "lesson-ids")

    section(page, SECTIONS[3])
    answer = page.locator(".st-key-lesson_step_answer")
    answer.get_by_text("1단계 뒤").wait_for()
    page.get_by_text("10단계", exact=True).click()
    answer.get_by_text("10단계 뒤").wait_for()
    page.get_by_text("모든 낱말과 비교", exact=True).click()
    answer.get_by_text("2,454개(100").wait_for()
    settle(page)
    picture(page, "lesson-step")

    section(page, SECTIONS[4])
    page.locator(".st-key-lesson_contexts_answer").get_by_text("커피와 차").wait_for(timeout=60_000)
    settle(page)
    picture(page, "lesson-contexts")

    section(page, SECTIONS[5])
    page.locator(".st-key-lesson_direction_answer").get_by_text("찾은 방향은").wait_for()
    page.locator(".st-key-lesson_groups_picture .atlas-plot[data-drawn]").wait_for()
    settle(page)
    picture(page, "lesson-dimensions")


def test_the_lesson_fits_a_telephone_and_the_dark(visit, server, picture):
    page = visit(server, "/lesson", dark=True, width=360)
    page.set_viewport_size({"width": 360, "height": 2400})
    page.locator(".st-key-lesson_check").get_by_text("완전히 같습니다").wait_for()
    page.locator(".st-key-lesson_mask .atlas-plot[data-drawn]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    settle(page)
    picture(page, "lesson-phone")
    section(page, SECTIONS[5])
    page.locator(".st-key-lesson_groups_picture .atlas-plot[data-drawn]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    settle(page)
    picture(page, "lesson-phone-dimensions")
