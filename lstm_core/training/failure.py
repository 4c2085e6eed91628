"""What went wrong in a trainer, on its way through the status file to whoever watches. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from lstm_core.errors import WordAtlasError

INTERNAL = "internal"
"""The code of an error that is not of the project's family: a fault of the program or the machine."""
_MOST = 50


def error_to_json(error: Exception) -> dict[str, Any]:
    """Return ``{"code", "message", "data"}`` for the status file."""
    if not isinstance(error, WordAtlasError):
        name = "" if type(error) is RuntimeError else f"{type(error).__name__}: "
        return {"code": INTERNAL, "message": f"{name}{error}"[:500], "data": {}}
    _, (_, data) = error.__reduce__()
    return {"code": error.code, "message": str(error)[:500], "data": {key: _short(value) for key, value in data.items()}}


def error_from_json(said: Mapping[str, Any] | None) -> WordAtlasError | None:
    """Return the error that :func:`error_to_json` wrote as the exception it was; None when it is not of the family."""
    known = {kind.code: kind for kind in WordAtlasError.__subclasses__()}
    kind, data = known.get(str((said or {}).get("code"))), (said or {}).get("data")
    if kind is None or not isinstance(data, dict):
        return None
    try:
        return kind(**{name: _tuples(value) for name, value in data.items()})
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _short(value: Any) -> Any:
    """Return ``value`` as JSON can hold it: numbers, truth values and None as they are, the rest as text, not too long."""
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, (tuple, list)):
        return [_short(one) for one in value[:_MOST]]
    if isinstance(value, Mapping):
        return {str(key)[:500]: _short(one) for key, one in list(value.items())[:_MOST]}
    return str(value)[:500]


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(one) for one in value)
    return {key: _tuples(one) for key, one in value.items()} if isinstance(value, dict) else value
