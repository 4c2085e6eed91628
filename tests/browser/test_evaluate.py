"""A person looks at how good a table is, beside another one, with a file of their own, and saves the numbers."""

from __future__ import annotations

import csv
import re

import pytest
from browser_helpers import drawn, settle


@pytest.mark.parametrize("dark", [False, True])
def test_the_answer_stands_first_with_its_figure(visit, server, picture, dark):
    page = visit(server, "/evaluate", dark=dark)
    page.get_by_text(re.compile("이 표가 답할 수 있는 것은")).wait_for()
    drawn(page)
    settle(page)
    page.wait_for_timeout(500)
    picture(page, f"evaluate-{'dark' if dark else 'light'}")


def test_an_uploaded_file_is_asked_and_a_wrong_one_gives_a_sentence(visit, server):
    page = visit(server, "/evaluate")
    page.get_by_text(re.compile("이 표가 답할 수 있는 것은")).wait_for()
    page.get_by_label("문항", exact=True).click()
    page.get_by_role("option", name="내 문항 파일").click()
    page.get_by_text(re.compile("한 줄에 낱말 네 개")).first.wait_for()
    wrong = {"name": "q.txt", "mimeType": "text/plain", "buffer": "남자 여자 왕\n".encode()}
    page.locator("input[type=file]").first.set_input_files(wrong)
    page.get_by_text(re.compile("1번째 줄을 읽을 수 없습니다")).wait_for()
    right = {"name": "q.txt", "mimeType": "text/plain", "buffer": "남자 여자 왕 여왕\n없다 몰라 왕 여왕\n".encode()}
    page.locator("input[type=file]").first.set_input_files(right)
    page.get_by_text(re.compile("문항 2개 가운데 이 표가 답할 수 있는 것은 1개")).wait_for()


def test_treated_rows_are_evaluated_and_the_saved_file_says_so(visit, server, picture, tmp_path):
    page = visit(server, "/evaluate")
    page.get_by_text(re.compile("이 표가 답할 수 있는 것은")).wait_for()
    page.get_by_label("행 다듬기", exact=True).click()
    page.get_by_role("option", name="평균과 큰 주성분 빼기").click()
    page.get_by_text(re.compile("처리를 한 행으로 잰 값입니다")).first.wait_for()
    settle(page)
    picture(page, "evaluate-transform")
    with page.expect_download() as saved:
        page.locator(".st-key-evaluate_files").get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "saved.csv")
    rows = list(csv.DictReader((tmp_path / "saved.csv").open(encoding="utf-8")))
    assert {row["transform"] for row in rows} == {"all-but-the-top components=2"}


def test_health_is_read_and_the_numbers_are_saved(visit, server, picture, tmp_path):
    page = visit(server, "/evaluate")
    page.get_by_role("tab", name="표의 건강").click()
    page.get_by_text("유효 차원").wait_for()
    settle(page)
    picture(page, "evaluate-health")
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "saved.csv")
    rows = list(csv.DictReader((tmp_path / "saved.csv").open(encoding="utf-8")))
    total = next(row for row in rows if (row["kind"], row["category"]) == ("analogies", "all"))
    assert float(total["accuracy"]) > 0.9


def test_two_tables_are_compared_on_what_both_can_answer(visit, server, picture):
    page = visit(server, "/evaluate?lang=en")
    page.get_by_text(re.compile("this table can answer")).wait_for()
    page.get_by_role("combobox", name="Tables beside it").click()
    page.get_by_role("option", name="world-en").click()
    page.get_by_text(re.compile("no question that all of these tables can answer")).wait_for()
    settle(page)
    picture(page, "evaluate-nothing-shared")
