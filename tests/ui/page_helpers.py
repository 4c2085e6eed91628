"""Small helpers of the page tests."""

from __future__ import annotations

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def catalogue_of(language: str) -> dict[str, str]:
    """Return the catalogue of a language."""
    return json.loads((ROOT / "ui" / "locales" / f"{language}.json").read_text(encoding="utf-8"))


def words_on(app: AppTest) -> str:
    """Return all that can be read on the page, in one string."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error", "button", "metric")
    found = [element for kind in kinds for element in app.get(kind)]
    return "\n".join(str(getattr(element, "label", "") or getattr(element, "value", "")) for element in found)
