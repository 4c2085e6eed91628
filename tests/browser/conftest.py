"""A real Chromium against a real server. Every test also asserts: no script error, nothing leaves the machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from browser_helpers import drawn, settle

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Server:
    """``app`` as run.py serves it, looking at the folders of ``home``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        folders = {f"WORD_ATLAS_{name.upper()}": str(self.home / name) for name in ("models", "runs", "cache", "tables")}
        command = [sys.executable, "-m", "streamlit", "run", "ui/serve.py", f"--server.port={self.port}"]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **folders}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start:\n" + (self.home / "server.log").read_text(errors="replace"))
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether it is up."""
        try:
            with urllib.request.urlopen(self.url + "/_stcore/health", timeout=2) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with the tables that ship."""
    home = tmp_path_factory.mktemp("shipped")
    shutil.copytree(ROOT / "models", home / "models")
    running = Server(home)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has visited and that has no table."""
    running = Server(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium; without one the tests are skipped, on CI they fail."""
    if "WORD_ATLAS_NO_BROWSER" in os.environ:
        no_browser(os.environ["WORD_ATLAS_NO_BROWSER"])
    from playwright.sync_api import Error, sync_playwright

    found = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=found, args=CHROMIUM)
        except Error as error:
            no_browser(f"no Chromium could be started: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


def no_browser(reason: str) -> NoReturn:
    """Skip with the reason; fail where CI=true."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def visit(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """A function that opens a new window: ``visit(server, "/analogy?lang=en", dark=True)``."""
    contexts, problems, external = [], [], []

    def opened(where: Server, path: str = "/", *, dark: bool = False, width: int = 1360) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 1000}, locale="ko-KR", color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        contexts.append(context)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request", lambda sent: None if sent.url.startswith((where.url, "data:", "blob:")) else external.append(sent.url)
        )
        page.goto(where.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []
    assert external == []


@pytest.fixture
def page(visit: Callable[..., Any], server: Server) -> Any:
    """The first page of the app, settled, with its map drawn."""
    opened = visit(server)
    drawn(opened)
    settle(opened)
    return opened


@pytest.fixture
def picture() -> Callable[[Any, str], None]:
    """A function that keeps a screenshot in artifacts/."""

    def taken(page: Any, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"{name}.png")

    return taken
