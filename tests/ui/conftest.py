"""The app without a browser: Streamlit's own test runner, looking at the made-up tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A function that opens a page: ``open_app("analogy", lang="en")``; more keywords are query parameters."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(PagesManager, "__init__", _without_pages_folder(PagesManager.__init__))
    st.cache_resource.clear()

    def opened(page: str = "map", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app.run() if page == "map" else app.switch_page(f"pages/{page}.py").run()

    yield opened
    st.cache_resource.clear()


def _without_pages_folder(begin: Callable[..., None]) -> Callable[..., None]:
    """The test runner forgets at each run what ``ui/serve.py`` says once: this app has no old kind of pages."""

    def begun(self: PagesManager, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        PagesManager.uses_pages_directory = False

    return begun
