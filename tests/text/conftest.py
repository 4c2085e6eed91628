"""A small NSMC that is already in the cache, so that nothing is downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_core.text import nsmc


@pytest.fixture
def made_nsmc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own with three reviews for training and two for testing."""
    monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(nsmc, "ROWS", {"train": 3, "test": 2})
    folder = tmp_path / "cache" / "nsmc"
    folder.mkdir(parents=True)
    rows = {"train": '1\t재밌다\t1\n2\t"별로\t0\n3\t또 봤다\t1\n', "test": "4\t최고\t1\n5\t지루함\t0\n"}
    for split, text in rows.items():
        (folder / f"ratings_{split}.txt").write_bytes(nsmc.HEADER + text.encode())
    return folder
