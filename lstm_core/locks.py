"""The lock a trainer holds for its whole life: the only sign of life that a ``kill -9`` cannot leave behind.

The operating system lets go of it when the process ends, however it ends; a process number in a file would not do
(numbers are reused, and a dead child that nobody has waited for still has one). The lock file itself is never deleted:
deleting it would let two trainers lock two different files of one name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

PATIENCE = 3.0
"""Seconds a trainer keeps asking: somebody who only looks whether it is alive may hold the file for a moment."""


class Locked(Exception):
    """Somebody else holds the lock."""


@contextmanager
def exclusive(path: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock at ``path`` during the block. Raises :class:`Locked` when another process holds it for ``patience`` s."""
    lock = FileLock(path, timeout=patience, poll_interval=0.02)
    try:
        lock.acquire()
    except Timeout:
        raise Locked(str(path)) from None
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Return whether a living process holds the lock at ``path``; asking neither creates nor deletes the file."""
    if not path.is_file():
        return False
    return _is_held_windows(path) if os.name == "nt" else _is_held_unix(path)


def _is_held_unix(path: Path) -> bool:
    import fcntl

    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not see each other
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _is_held_windows(path: Path) -> bool:
    probe = FileLock(path, timeout=0)
    try:
        probe.acquire()
    except Timeout:
        return True
    probe.release()
    return False
