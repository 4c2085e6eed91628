"""Data that is not part of the project: found beside the checkout, else tests that need it are skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Return the path of ``name`` in ``$WORD_ATLAS_SHARED_DATA`` (default: ``../shared/data``); skip the test without it."""
    path = Path(os.environ.get("WORD_ATLAS_SHARED_DATA") or _BESIDE) / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    return path
