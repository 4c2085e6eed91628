"""What a file says about its table: kept as it is, except where the program itself would trip over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lstm_core.errors import FormulaError
from lstm_core.table.formula import parse_formula

FAULTS = {
    "not_finite": "NaN or infinite numbers",
    "empty_label": "an empty label",
    "duplicate_label": "a label that has occurred before",
}
"""What may be wrong with a row; the keys of ``metadata["dropped"]``."""

_KINDS: dict[str, Any] = {"name": str, "corpus": str, "steps": int, "probes": (list, tuple), "dropped": dict}


def named(path: Path, metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return ``metadata`` with the file's name as the table's name where it has none.

    What the program reads itself (name, corpus, steps, probes, dropped) is left out where it is of another kind.
    """
    given = {
        key: value
        for key, value in (metadata or {}).items()
        if key not in _KINDS or value is None or isinstance(value, _KINDS[key])
    }
    if "probes" in given:
        given["probes"] = [probe for probe in given["probes"] or () if _is_probe(probe)]
    if "dropped" in given:
        counts = given["dropped"] or {}
        given["dropped"] = {fault: counts[fault] for fault in FAULTS if isinstance(counts.get(fault), int)}
    return {"name": path.stem, **given}


def _is_probe(probe: Any) -> bool:
    if not isinstance(probe, Mapping) or not all(isinstance(probe.get(key), str) for key in ("formula", "expected")):
        return False
    try:
        parse_formula(probe["formula"])
    except FormulaError:
        return False
    return True
