"""A person starts a training, watches it move, closes the tab, comes back and sees it finish; stops, resumes, restarts."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from urllib.parse import unquote

import pytest
from browser_helpers import settle, write

from lstm_core.locks import is_held
from lstm_core.runs import RunDirectory, read_metrics, read_table
from lstm_core.training.config import TrainConfig
from lstm_core.training.launch import begin, request_stop, terminate

LINE = ".stProgress"
STEPS = "() => { const found = document.querySelector('.stProgress')?.innerText.match(/([0-9,]+)\\/[0-9,]+ 단계/); \
return found ? Number(found[1].replace(',', '')) : -1; }"
SECONDS = 90_000
LOOKS = 1.5  # seconds from one look of the page into the run folder to the next
MOST = 4  # looks; `benchmarks/pages.py` measures it on a quiet machine, here a server, a browser and a trainer share two cores


@pytest.fixture
def runs(fresh_server):
    """The runs folder of the server; trainers that are left over are ended."""
    folder = fresh_server.home / "runs"
    yield folder
    for path in folder.glob("*"):
        run = RunDirectory(path)
        request_stop(run)
        deadline = time.monotonic() + 20
        while is_held(run.lock) and time.monotonic() < deadline:
            time.sleep(0.1)
        terminate(run, force=True)


def start(page, *, name, sentences, epochs):
    """Fill in the form and start."""
    page.get_by_role("heading", name="새 학습").wait_for()
    settle(page)
    write(page, "문장 수", str(sentences))
    settle(page)
    write(page, "에폭", str(epochs))
    settle(page)
    write(page, "실행 이름", name)
    settle(page)
    page.get_by_role("button", name="학습 시작").click()


def moved(page, beyond):
    """Wait until the shown step is larger than ``beyond``; return it."""
    page.wait_for_function(f"beyond => ({STEPS})() > beyond", arg=beyond, timeout=SECONDS)
    return page.evaluate(STEPS)


def test_start_watch_close_reopen_see_it_finish(visit, fresh_server, runs, picture):
    page = visit(fresh_server, "/train")
    page.get_by_text("아직 학습한 적이 없습니다").wait_for()
    start(page, name="첫-실행", sentences=20_000, epochs=3)
    page.locator(LINE, has_text="첫-실행").wait_for()
    first = moved(page, 0)
    second = moved(page, first)
    page.locator(".st-key-train_loss .atlas-plot[data-drawn]").wait_for(timeout=SECONDS)
    page.context.close()

    run = RunDirectory(runs / "첫-실행")
    assert is_held(run.lock), "the trainer ended with the tab"
    page = visit(fresh_server, "/train?run=첫-실행")
    moved(page, second)
    page.locator(".st-key-train_motion .atlas-plot[data-drawn]").wait_for(timeout=SECONDS)
    page.locator(".st-key-train_probes .atlas-plot[data-drawn]").wait_for(timeout=SECONDS)
    picture(page, "train-running")
    page.locator(LINE, has_text="끝남").wait_for(timeout=SECONDS)
    assert run.state == "done" and "왕" in read_table(run)
    page.get_by_role("button", name="지도에서 보기").click()
    page.get_by_role("heading", name="임베딩 지도").wait_for()
    page.wait_for_selector(".atlas-plot[data-drawn]")
    settle(page)
    assert "table=첫-실행" in unquote(page.url)
    picture(page, "train-opened")


def test_what_is_shown_keeps_moving_and_a_stopped_training_goes_on(visit, fresh_server, runs):
    page = visit(fresh_server, "/train")
    start(page, name="moving", sentences=20_000, epochs=3)
    step, times = moved(page, 0), [time.monotonic()]
    for _ in range(5):
        step = moved(page, step)
        times.append(time.monotonic())
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) < MOST * LOOKS, gaps
    page.get_by_role("button", name="멈추기").click()
    page.locator(LINE, has_text="멈춤").wait_for(timeout=SECONDS)
    assert RunDirectory(runs / "moving").state == "stopped"
    page.get_by_role("button", name="이어서 학습").click()
    page.locator(LINE, has_text=re.compile("학습 중|읽는 중|시작하는 중")).wait_for(timeout=SECONDS)
    moved(page, step)


def test_a_killed_trainer_is_shown_as_crashed_and_resumes(visit, fresh_server, runs):
    run = begin("broken", TrainConfig(corpus="world", corpus_options={"sentences": 20_000}, epochs=3), root=runs)
    deadline = time.monotonic() + 60
    while not read_metrics(run) and time.monotonic() < deadline:
        time.sleep(0.1)
    page = visit(fresh_server, "/train")
    moved(page, 0)
    assert terminate(run, force=True)
    page.locator(LINE, has_text="중단됨").wait_for(timeout=SECONDS)
    page.get_by_text("마지막 체크포인트부터").wait_for()
    page.get_by_role("button", name="이어서 학습").click()
    page.locator(LINE, has_text=re.compile("학습 중")).wait_for(timeout=SECONDS)


def test_a_server_that_restarts_shows_the_run_again(visit, fresh_server, runs):
    begin("lasting", TrainConfig(corpus="world", corpus_options={"sentences": 20_000}, epochs=5), root=runs)
    page = visit(fresh_server, "/train")
    moved(page, 0)
    page.context.close()
    fresh_server.stop()
    assert is_held(RunDirectory(runs / "lasting").lock)
    fresh_server.start()
    moved(visit(fresh_server, "/train"), 0)


def test_a_name_and_a_text_that_will_not_do_give_one_sentence(visit, fresh_server, runs):
    page = visit(fresh_server, "/train")
    start(page, name="../../x", sentences=20_000, epochs=1)
    page.get_by_text("실행 이름으로 쓸 수 없습니다").wait_for()
    page.get_by_text("Traceback").wait_for(state="detached")
    assert not runs.exists() or not list(runs.iterdir())
