"""A person uploads a table, looks at it, opens it, hands it out, removes it and takes that back."""

from __future__ import annotations

import numpy as np
from browser_helpers import settle

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import read_table, write_table

WORDS = tuple("왕 여왕 남자 여자 소년 소녀 커피 차 우유 개 고양이 강아지".split())


def test_upload_look_open_download_remove_undo(visit, fresh_server, picture, tmp_path):
    table = EmbeddingTable(WORDS, np.random.default_rng(0).normal(size=(len(WORDS), 16)))
    write_table(table, tmp_path / "내 벡터.vec.gz")
    page = visit(fresh_server, "/tables")
    page.get_by_role("heading", name="불러오기").wait_for()
    picture(page, "tables-empty")
    page.locator(".st-key-tables_file input[type=file]").set_input_files(tmp_path / "내 벡터.vec.gz")
    page.get_by_text("낱말 12개 · 16차원").first.wait_for()
    page.get_by_text("이 표 열기").wait_for()
    settle(page)
    picture(page, "tables-preview")
    page.get_by_role("button", name="이 표 열기").click()
    page.get_by_text("내-벡터 표를 열었습니다").wait_for()
    page.get_by_role("button", name="파일 만들기").click()
    page.get_by_role("button", name="내려받기").wait_for()
    settle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="내려받기").click()
    waiting.value.save_as(tmp_path / waiting.value.suggested_filename)
    assert waiting.value.suggested_filename == "내-벡터.safetensors"
    assert read_table(tmp_path / "내-벡터.safetensors").labels == WORDS
    picture(page, "tables-opened")
    page.get_by_role("button", name="지우기").click()
    page.get_by_role("button", name="되돌리기").click()
    page.get_by_role("button", name="지우기").wait_for()
    settle(page)
    assert (fresh_server.home / "tables" / "내-벡터.safetensors").is_file()


def test_what_is_no_table_is_said_in_one_sentence_in_the_dark(visit, fresh_server, picture, tmp_path):
    (tmp_path / "bad.vec").write_bytes(b"2 3\na 1 2 3\nb 1 2\n")
    page = visit(fresh_server, "/tables?lang=en", dark=True)
    page.locator(".st-key-tables_file input[type=file]").set_input_files(tmp_path / "bad.vec")
    page.get_by_text("line 3").wait_for()
    settle(page)
    picture(page, "tables-broken")
