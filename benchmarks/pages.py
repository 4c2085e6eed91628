"""How long a person waits: for the first map in a cold and in a warm browser, for the answer to a formula, for a training.

    .venv/bin/python -m benchmarks.pages

Headless Chromium (software rendering) against the real server with the tables that ship. "cold": a browser process that was
just started; "loaded": the page opened again in the same browser; "formula": from Enter to the answer on the page; "training":
from the click on the page's default settings to "done"; "standstill": the longest time meanwhile in which the text of the
page stayed the same, clock and progress bar included.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.results import markdown_table, write_section

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 7
BARS = {
    "first map, cold browser": 5.0,
    "first map, loaded": 2.5,
    "formula": 0.5,
    "training with the default settings": 120.0,
    "longest standstill of the page while training": 2.0,
}
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
FORMULAS = (("아버지 - 남자 + 여자", "어머니"), ("왕 - 남자 + 여자", "여왕"))
MAP = ".atlas-plot[data-drawn]"
# every 50 ms: has any text of the page changed? window.standstill is the longest time, in seconds, without a change
WATCH = """() => {
  let shown = document.body.innerText, moved = performance.now();
  window.standstill = 0;
  setInterval(() => {
    const now = performance.now(), text = document.body.innerText;
    window.standstill = Math.max(window.standstill, (now - moved) / 1000);
    if (text !== shown) { shown = text; moved = now; }
  }, 50);
}"""


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in BARS}
    with _server() as url, sync_playwright() as driver:
        for _ in range(REPEATS):
            browser = _browser(driver)
            page = browser.new_context(locale="ko-KR", viewport={"width": 1280, "height": 900}).new_page()
            times["first map, cold browser"].append(_seconds_to_map(page, url))
            times["first map, loaded"].append(_seconds_to_map(page, url))
            times["formula"].extend(_seconds_to_answers(page, url))
            browser.close()
        browser = _browser(driver)
        seconds, standstill = _training(browser.new_context(locale="ko-KR").new_page(), url)
        times["training with the default settings"].append(seconds)
        times["longest standstill of the page while training"].append(standstill)
        browser.close()
    rows = [
        (name, len(found), statistics.median(found), min(found), max(found), BARS[name]) for name, found in times.items()
    ]
    table = markdown_table(("what", "times", "median s", "least", "most", "bar"), rows)
    print(table)
    write_section("pages", f"Headless Chromium, software rendering, table `world-ko`.\n\n{table}")


def _seconds_to_map(page: Page, url: str) -> float:
    started = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(MAP, timeout=60_000)
    return time.perf_counter() - started


def _seconds_to_answers(page: Page, url: str) -> Iterator[float]:
    page.goto(url + "/analogy")
    answer = page.locator(".st-key-answer")
    answer.get_by_text("여왕").wait_for(timeout=60_000)
    page.wait_for_selector(MAP, timeout=60_000)
    box = page.locator(".st-key-formula_world-ko input")
    for formula, expected in FORMULAS:
        box.fill(formula)
        started = time.perf_counter()
        box.press("Enter")
        answer.get_by_text(expected).wait_for(timeout=60_000)
        yield time.perf_counter() - started
        page.wait_for_timeout(1_000)


def _training(page: Page, url: str) -> tuple[float, float]:
    """Return how long a training from the page's default settings took, and the longest standstill of the page meanwhile."""
    page.goto(url + "/train")
    button = page.get_by_role("button", name="학습 시작")
    button.wait_for(timeout=60_000)
    page.wait_for_timeout(2_000)
    started = time.perf_counter()
    page.evaluate(WATCH)
    button.click()
    page.locator(".stProgress", has_text="끝남").wait_for(timeout=600_000)
    return time.perf_counter() - started, float(page.evaluate("window.standstill"))


def _browser(driver: Playwright) -> Browser:
    found = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
    return driver.chromium.launch(executable_path=found, args=list(FLAGS))


@contextmanager
def _server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        where: dict[str, Any] = {f"WORD_ATLAS_{name}": str(Path(folder) / name.lower()) for name in ("RUNS", "CACHE")}
        command = [sys.executable, "-m", "streamlit", "run", "ui/serve.py", f"--server.port={port}"]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **where}, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if urllib.request.urlopen(url, timeout=2).status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
