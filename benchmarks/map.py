"""The map in a browser: how long a person waits for it at 10,000 and 100,000 words, and how smoothly a training is played.

    .venv/bin/python -m benchmarks.map [FOLDER_OF_THE_STANDALONE_EMBEDDING_PROJECTOR]

Headless Chromium with software rendering (SwiftShader) against the real server; the tables are made (clusters, 200 dimensions;
counts by Zipf).

- new tab: from the address to the drawn map, the projection worked out
- open: from the click on the page's link to the drawn map
- recolour: to frequency and back to one colour
- click: from the press on a point to its neighbours, listed and drawn
- idle rerun: the page's whole script when nothing has changed, by Streamlit's test runner (which adds its own to it)

Side by side: the same 10,000 x 200 vectors, first two principal components, by st.plotly_chart, and by the projector when its
folder is given.
"""

from __future__ import annotations

import functools
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, Response, sync_playwright
from safetensors.numpy import save_file

from benchmarks.made import clusters, hangul_words
from benchmarks.map_peers import projector, streamlit, streamlit_chart
from benchmarks.results import markdown_table, write_section
from lstm_core.files import atomic_write_json, describe_files
from lstm_core.run_folder import RUN_FORMAT, RunDirectory
from lstm_core.runs import snapshot_path
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.vocabulary import SPECIALS, Vocabulary

ROOT = Path(__file__).resolve().parents[1]
DIMENSION = 200
SIZES = (10_000, 100_000)
REPEATS = 3
FILM = (5_000, 60, 64)  # words, snapshots, dimensions
BARS = {"new tab": 2.5, "open": 2.5, "recolour": 0.3, "click": 0.3, "idle rerun": 0.05}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
ATLAS = "document.querySelector('.atlas-words .atlas-plot').atlas"
READY = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
# presses some point and answers when its neighbours are listed and drawn
CLICK = """async () => {
  const { plot, scene } = document.querySelector('.atlas-words .atlas-plot').atlas, box = plot.getBoundingClientRect();
  const seen = [], free = (x, y) => x > 40 && y > 40 && x < scene.width - 60 && y < scene.height - 40;
  scene.each((point, x, y) => { if (free(x, y)) seen.push([point, x, y]); });
  const [point, x, y] = seen[Math.floor(Math.random() * seen.length)];
  const meant = scene.nearest(x, y, 14), word = scene.words[meant];
  const at = { clientX: box.x + x, clientY: box.y + y, bubbles: true, pointerId: 1, pointerType: 'mouse', buttons: 1 };
  plot.setPointerCapture = () => {};
  const began = performance.now();
  plot.dispatchEvent(new PointerEvent('pointerdown', at)); plot.dispatchEvent(new PointerEvent('pointerup', at));
  const done = () => document.querySelector('.st-key-chosen h3')?.innerText.replaceAll('\\u2060', '') === word
    && document.querySelectorAll('.st-key-map_neighbors_list button').length >= 10
    && scene.words[scene.highlight.center] === word;
  while (!done()) { await new Promise(requestAnimationFrame); if (performance.now() - began > 20000) throw new Error(word); }
  return (performance.now() - began) / 1000;
}"""
# plays all snapshots at 16 a second and answers with the moments drawn and when
PLAY = """async () => {
  const { player } = document.querySelector('.atlas-words .atlas-plot').atlas;
  player.speed = 16; player.play();
  while (player.playing) await new Promise(done => setTimeout(done, 50));
  return player.seen;
}"""


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as home, sync_playwright() as driver:
        for size in SIZES:
            _write_run(Path(home) / "runs", f"map-{size}", size, DIMENSION)
        _write_run(Path(home) / "runs", "map-film", FILM[0], FILM[2], snapshots=FILM[1])
        path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
        chromium = driver.chromium.launch(executable_path=path, args=list(FLAGS))

        def fresh() -> Page:
            return chromium.new_context(locale="ko-KR", viewport={"width": 1360, "height": 1000}).new_page()

        os.environ |= {f"WORD_ATLAS_{name.upper()}": str(Path(home) / name) for name in ("runs", "models", "cache", "tables")}
        with streamlit(ROOT / "ui" / "serve.py", cwd=ROOT) as url:
            rows = [row for size in SIZES for row in _waiting(fresh(), url, size)]
            film = _film(fresh(), url)
        table = clusters(SIZES[0], DIMENSION)
        peers = [("this map", *_ours(rows)), ("st.plotly_chart", *streamlit_chart(fresh(), table, Path(home)))]
        if folder is not None:
            peers.append(("Embedding Projector, standalone", *projector(fresh(), table, folder, Path(home))))
        chromium.close()
    text = "\n\n".join(
        (
            "Headless Chromium, software rendering; the bar at 100,000 words is three times that at 10,000.",
            markdown_table(("words", "what", "median s", "least", "most", "bar", "bytes fetched"), rows),
            film,
            markdown_table(("10,000 × 200, two components", "first map s", "click to neighbours s", "bytes sent"), peers),
        )
    )
    print(text)
    write_section("map", text)


def _waiting(page: Page, url: str, size: int) -> Iterator[tuple[Any, ...]]:
    sent: list[int] = []
    page.on("response", lambda reply: sent.append(_length(reply)))
    times: dict[str, list[float]] = {name: [] for name in BARS}
    fetched: dict[str, int] = dict.fromkeys(BARS, 0)

    def measured(name: str, act: Callable[[], float]) -> None:
        sent.clear()
        times[name].append(act())
        fetched[name] = max(fetched[name], sum(sent))

    measured("new tab", lambda: _visit(page, f"{url}/?table=map-{size}&limit={size}&color=-plain"))
    page.wait_for_selector(READY, timeout=60_000)
    for _ in range(REPEATS):
        page.get_by_role("link", name="비슷한 낱말").click()
        page.get_by_role("heading", name="비슷한 낱말").wait_for()
        page.wait_for_selector(READY)
        measured("open", lambda: _open(page))
        page.wait_for_selector(READY, timeout=60_000)
        for way in ("나온 횟수", "한 가지 색"):
            measured("recolour", functools.partial(_recolour, page, way))
            page.wait_for_selector(READY, timeout=60_000)
        measured("click", lambda: page.evaluate(CLICK))
        page.wait_for_selector(READY, timeout=60_000)
    times["idle rerun"] = _idle(size)
    for name, found in times.items():
        bar = BARS[name] * (1 if size == SIZES[0] else 3)
        row = f"{size:,}", name, statistics.median(found), min(found), max(found), bar, f"{fetched[name]:,}"
        print(*row, flush=True)
        yield row


def _length(reply: Response) -> int:
    """Return the bytes of an array of the map, 0 for anything else."""
    return int(reply.headers.get("content-length", 0)) if reply.url.endswith(".bin") else 0


def _visit(page: Page, address: str) -> float:
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".atlas-words .atlas-plot[data-drawn]", timeout=60_000)
    return time.perf_counter() - started


def _open(page: Page) -> float:
    started = time.perf_counter()
    page.get_by_role("link", name="임베딩 지도").click()
    page.wait_for_selector(".atlas-words .atlas-plot[data-drawn]", timeout=60_000)
    return time.perf_counter() - started


def _recolour(page: Page, way: str) -> float:
    page.get_by_label("색", exact=True).click()
    option = page.get_by_role("option", name=way, exact=True)
    option.wait_for()
    before = page.evaluate(f"{ATLAS}.plot.dataset.drawn")
    started = time.perf_counter()
    option.click()
    page.wait_for_function(f"before => {ATLAS}.plot.dataset.drawn !== before", arg=before)
    return time.perf_counter() - started


def _idle(size: int) -> list[float]:
    """Return how long the script of the map runs when nothing has changed, without a browser."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in (("table", f"map-{size}"), ("limit", str(size)), ("color", "-plain")):
        app.query_params[name] = value
    for _ in range(3):
        app.run()
    times = []
    for _ in range(2 * REPEATS):
        started = time.perf_counter()
        app.run()
        times.append(time.perf_counter() - started)
    return times


def _film(page: Page, url: str) -> str:
    sent: list[int] = []
    page.goto(f"{url}/?table=map-film")
    page.wait_for_selector(".atlas-words .atlas-plot[data-drawn]", timeout=60_000)
    page.wait_for_selector(READY, timeout=60_000)
    page.on("response", lambda reply: sent.append(_length(reply)))
    page.locator(".st-key-map_replay label").click()
    page.locator(".atlas-player").wait_for(timeout=120_000)
    page.wait_for_selector(READY, timeout=60_000)
    once = sum(sent)
    sent.clear()
    seen = page.evaluate(PLAY)
    whole = {moment for _, moment in seen if moment == int(moment)}
    seconds = (seen[-1][0] - seen[0][0]) / 1000
    rows = [(f"{FILM[0]:,} × {FILM[1]}", (len(seen) - 1) / seconds, FILM[1] - len(whole), f"{once:,}", sum(sent))]
    header = ("words × snapshots", "frames/s (bar 15)", "snapshots left out", "bytes before", "bytes while playing")
    return markdown_table(header, rows)


def _ours(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    mine = {row[1]: row for row in rows if row[0] == f"{SIZES[0]:,}"}
    return mine["new tab"][2], mine["click"][2], mine["new tab"][6]


def _write_run(root: Path, name: str, size: int, dimension: int, *, snapshots: int = 0) -> None:
    table: EmbeddingTable = clusters(size, dimension)
    run = RunDirectory.create(root, name)
    counts = (1e7 / np.arange(1, size + 1)).astype(int).tolist()
    atomic_write_json(run.config, {"format": RUN_FORMAT, "corpus": "made"})
    atomic_write_json(run.vocabulary, Vocabulary((*SPECIALS, *hangul_words(size)), (0, 0, 0, 0, *counts)).to_json())
    atomic_write_json(run.columns, {"columns": {"kind": [f"k{row % 9}" for row in range(size)]}, "probes": []})
    save_file({"matrix": table.matrix}, run.table)
    run.snapshots.mkdir(exist_ok=True)
    noise = np.random.default_rng(0).normal(size=table.matrix.shape) * table.matrix.std()
    for step in range(snapshots):
        share = step / (snapshots - 1)
        mixed = (share * table.matrix + (1 - share) * noise).astype(np.float16)
        save_file({"matrix": mixed}, snapshot_path(run, 10 * step))
    files = describe_files(run.path, (run.config, run.vocabulary, run.columns, run.table))
    summary = {"corpus": "made", "language": "ko", "steps": 1, "seed": 0}
    atomic_write_json(run.manifest, {"format": RUN_FORMAT, "state": "done", "summary": summary, "files": files})


if __name__ == "__main__":
    main()
