"""Fixtures for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_tables import HOSTILE, write_world


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``models/`` (world-ko, world-en, hostile) and an empty ``runs/`` and ``cache/``."""
    home = tmp_path_factory.mktemp("worlds")
    write_world(home / "models", "world-ko", language="ko")
    write_world(home / "models", "world-en", language="en")
    write_world(home / "models", "hostile", words=HOSTILE, fillers=0)
    (home / "runs").mkdir()
    return home


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the tests compute out of the project's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORD_ATLAS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def in_worlds(worlds: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the app look at the made-up tables."""
    for name, folder in (("MODELS", "models"), ("RUNS", "runs"), ("CACHE", "cache")):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(worlds / folder))
    return worlds


@pytest.fixture(autouse=True)
def no_tables_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the tables that somebody has brought in."""
    monkeypatch.setenv("WORD_ATLAS_TABLES", str(tmp_path / "tables"))
