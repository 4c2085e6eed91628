"""A person chooses a text: a file on this computer, an upload, a corpus that has to be downloaded."""

from __future__ import annotations

import re

import pytest
from bad_server import served
from browser_helpers import settle, write

from lstm_core.runs import RunDirectory
from lstm_core.text.nsmc import HEADER

REVIEWS = "번호,글,라벨\n" + "".join(f'{n},"영화가 {n % 7}점이고, 배우는 {n % 5}점이다",{n % 2}\n' for n in range(400))
SECONDS = 90_000


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """The one folder the page may read, with a table in CP949; the server is started after this."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "후기.csv").write_text(REVIEWS, encoding="cp949")
    monkeypatch.setenv("WORD_ATLAS_TEXTS", str(folder))
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A public home of NSMC on this machine; the server is started after this."""
    folder = tmp_path / "nsmc_home"
    folder.mkdir()
    rows = "".join(f"{n}\t{n}번째 영화가 재밌다\t{n % 2}\n" for n in range(150_000))
    (folder / "ratings_train.txt").write_bytes(HEADER + rows.encode())
    with served(folder) as serving:
        monkeypatch.setenv("WORD_ATLAS_NSMC_URL", serving.url)
        yield serving


def pick(page, label, option):
    """Choose ``option`` in the select box called ``label``."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()
    settle(page)


def test_a_table_on_this_computer_is_previewed_and_learned_from(texts, visit, fresh_server, picture):
    page = visit(fresh_server, "/train")
    settle(page)
    pick(page, "말뭉치", "이 컴퓨터의 파일이나 폴더")
    write(page, "파일 경로", str(texts / "후기.csv"))
    page.get_by_text(re.compile("CSV · CP949 · .* · 글 약 400개")).wait_for()
    settle(page)
    picture(page, "train-preview")
    for label, value in (("에폭", "1"), ("은닉 상태 크기", "16"), ("임베딩 차원", "16"), ("실행 이름", "reviews")):
        write(page, label, value)
        settle(page)
    page.get_by_role("button", name="학습 시작").click()
    page.locator(".stProgress", has_text="끝남").wait_for(timeout=SECONDS)
    run = RunDirectory(fresh_server.home / "runs" / "reviews")
    assert run.state == "done" and '"글"' in run.config.read_text(encoding="utf-8")
    write(page, "파일 경로", str(texts / ".." / "somewhere.txt"))
    page.get_by_text("읽을 수 있는 폴더 밖에 있습니다").wait_for()


def test_an_upload_is_previewed(texts, visit, fresh_server):
    page = visit(fresh_server, "/train")
    settle(page)
    pick(page, "말뭉치", "내 글 올리기")
    page.locator("input[type=file]").set_input_files(texts / "후기.csv")
    page.get_by_text(re.compile("CSV · CP949 · .* · 글 약 400개")).wait_for()


def test_a_corpus_is_downloaded_stopped_and_downloaded_again(home, visit, fresh_server, picture):
    home.moods = ["drip"]
    page = visit(fresh_server, "/train")
    settle(page)
    pick(page, "말뭉치", "네이버 영화 리뷰")
    page.get_by_role("button", name="내려받기(14.6 MB)").click()
    page.get_by_text("내려받는 중").wait_for()
    picture(page, "train-download")
    page.get_by_role("button", name="멈추기").click()
    page.get_by_role("button", name="내려받기(14.6 MB)").wait_for()
    assert list((fresh_server.home / "cache" / "nsmc").iterdir()) == []
    home.moods = ["404"]
    page.get_by_role("button", name="내려받기(14.6 MB)").click()
    page.get_by_text("서버가 파일을 내주지 않았습니다").wait_for()
    picture(page, "train-download-refused")
    home.moods = ["good"]
    page.get_by_role("button", name="내려받기(14.6 MB)").click()
    page.get_by_text("미리 보기").click()
    settle(page)
    picture(page, "train-downloaded")
    assert [path.name for path in (fresh_server.home / "cache" / "nsmc").iterdir()] == ["ratings_train.txt"]
