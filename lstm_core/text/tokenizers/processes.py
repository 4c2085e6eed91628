"""How many threads a library may use: all cores, but one in a process that is itself one of several that cut."""

from __future__ import annotations

import os

HELPER = "WORD_ATLAS_HELPER"
"""Set in the environment of a process that cuts beside others like it."""


def in_worker() -> bool:
    """Tell whether this process is one of several that share the cores."""
    return HELPER in os.environ


def threads() -> int:
    """Return how many threads to use here, >= 1."""
    return 1 if in_worker() else os.cpu_count() or 1
