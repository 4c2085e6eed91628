"""Many small systems of equations: several threads for each would wait for each other longer than they compute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from threadpoolctl import threadpool_limits

_TURN = Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let numpy's linear algebra use one thread during the block.

    The setting belongs to the whole process, so blocks take turns: else one could end by restoring another's single thread.
    """
    with _TURN, threadpool_limits(1, user_api="blas"):
        yield
