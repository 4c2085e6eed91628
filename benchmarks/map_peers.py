"""The same vectors in what a person would use instead of the map: st.plotly_chart, and the standalone Embedding Projector.

Both are driven as a person does; answers are (seconds to the first map, seconds from a click to neighbours, bytes sent).
"""

from __future__ import annotations

import functools
import http.server
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from playwright.sync_api import Error, Page

from lstm_core.table.embedding_table import EmbeddingTable

Answer = tuple[float, float, str]
CHART = """
import numpy as np, plotly.graph_objects as go, streamlit as st
@st.cache_resource
def load():
    rows = np.load("rows.npy"); centred = rows - rows.mean(0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), centred @ vectors[:, -2:], open("words.txt").read().split("\\n")
unit, places, words = load()
about = dict(hovertext=words, customdata=list(range(len(words))))
figure = go.Figure(go.Scattergl(x=places[:, 0], y=places[:, 1], mode="markers", **about))
event = st.plotly_chart(figure, on_select="rerun", key="map")
for point in event.selection.points[:1]:
    row = point["customdata"]
    row = row[0] if isinstance(row, list) else row
    st.subheader(words[row])
    for near in np.argsort(-(unit @ unit[row]))[1:11]:
        st.button(words[near], key=f"near_{near}")
"""
MIDDLE = """() => {
  const plot = document.querySelector('.js-plotly-plot'), box = plot.getBoundingClientRect(), layout = plot._fullLayout;
  const points = plot._fullData[0];
  const spots = Array.from(points.x, (x, i) => [layout.xaxis.d2p(x), layout.yaxis.d2p(points.y[i])]);
  const far = spots.map(([x, y]) => Math.abs(x - layout.xaxis._length / 2) + Math.abs(y - layout.yaxis._length / 2));
  const at = far.indexOf(Math.min(...far));
  return [box.x + layout.xaxis._offset + spots[at][0], box.y + layout.yaxis._offset + spots[at][1]];
}"""


def streamlit_chart(page: Page, table: EmbeddingTable, home: Path) -> Answer:
    """Return what st.plotly_chart takes for the first two principal components, with clicks answered by a rerun."""
    np.save(home / "rows.npy", table.matrix)
    (home / "words.txt").write_text("\n".join(table.labels), encoding="utf-8")
    (home / "chart.py").write_text(CHART, encoding="utf-8")
    with streamlit(home / "chart.py", cwd=home) as url:
        sent = _frames(page)
        started = time.perf_counter()
        page.goto(url)
        page.wait_for_function("() => document.querySelector('.js-plotly-plot')?._fullLayout?._basePlotModules", timeout=60_000)
        page.wait_for_selector(".js-plotly-plot .gl-canvas, .js-plotly-plot canvas", timeout=60_000)
        first, size = time.perf_counter() - started, sum(sent)
        page.wait_for_timeout(2_000)
        page.mouse.move(*page.evaluate(MIDDLE))
        page.wait_for_timeout(500)
        started = time.perf_counter()
        page.mouse.down()
        page.mouse.up()
        page.locator("button", has_text="w").nth(9).wait_for(timeout=20_000)
        return first, time.perf_counter() - started, f"{size:,}"


def projector(page: Page, table: EmbeddingTable, folder: Path, home: Path) -> Answer:
    """Return what the page ``index.html`` of ``folder`` takes, served beside the vectors; its map is PCA in 3-D."""
    site = home / "projector"
    site.mkdir()
    (site / "index.html").write_bytes((folder / "index.html").read_bytes())
    (site / "rows.bytes").write_bytes(table.matrix.tobytes())
    (site / "words.tsv").write_text("\n".join(table.labels), encoding="utf-8")
    paths = {"tensorPath": "rows.bytes", "metadataPath": "words.tsv"}
    about = {"tensorName": "made", "tensorShape": list(table.matrix.shape), **paths}
    (site / "config.json").write_text(json.dumps({"embeddings": [about]}), encoding="utf-8")
    page.route(lambda address: not address.startswith("http://127.0.0.1"), lambda route: route.abort())
    with _files(site) as url:
        started = time.perf_counter()
        page.goto(f"{url}/index.html?config={url}/config.json")
        page.get_by_text("Total variance described").first.wait_for(timeout=120_000)
        first = time.perf_counter() - started
        page.wait_for_timeout(3_000)
        size = sum(path.stat().st_size for path in site.iterdir())
        return first, _first_answer(page), f"{size:,}"


def _first_answer(page: Page) -> float:
    """Click around the middle of the canvas until a point was hit, and return how long its neighbours took."""
    box = page.locator("#scatter canvas").first.bounding_box() or {"x": 0, "y": 0, "width": 1, "height": 1}
    for step in range(60):
        x, y = box["x"] + box["width"] * (0.5 + 0.003 * step), box["y"] + box["height"] * (0.5 + 0.002 * step)
        page.mouse.move(x, y)
        page.wait_for_timeout(250)
        started = time.perf_counter()
        page.mouse.down()
        page.mouse.up()
        with suppress(Error):
            page.locator(".nn-list .neighbor").nth(9).wait_for(timeout=1_500)
            return time.perf_counter() - started
    return float("nan")


def _frames(page: Page) -> list[int]:
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data))))
    return sizes


@contextmanager
def streamlit(script: Path, *, cwd: Path, env: dict[str, str] | None = None) -> Iterator[str]:
    """Serve ``script`` at a free port, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=cwd, env=env, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _files(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
