"""How many threads a library may use: all cores, but one in a process that is itself one of many."""

from __future__ import annotations

import multiprocessing
import os


def in_worker() -> bool:
    """Tell whether this process was started by :mod:`multiprocessing`, so that others like it share the cores."""
    return multiprocessing.parent_process() is not None


def threads() -> int:
    """Return how many threads to use here, >= 1."""
    return 1 if in_worker() else os.cpu_count() or 1
