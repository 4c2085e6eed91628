"""The process that computes one picture: ``python -m lstm_core.projection.worker [--warm]``; its folder comes by stdin.

It ends, and takes its folder away, when the picture is in the cache, when ``stop`` lies in the folder, or when whoever
started it is gone (its stdin closes). With ``--warm`` it first imports and compiles what is slow, then waits.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from lstm_core.files import atomic_path, atomic_write_json, read_json
from lstm_core.locks import Locked, exclusive
from lstm_core.projection import PROJECTIONS, Projection
from lstm_core.projection.cache import write_projection
from lstm_core.projection.methods import Coordinates, Job
from lstm_core.projection.work import AT_ONCE, WorkFolder

_EVERY = 0.1  # seconds between looks at what is asked of us


def main() -> None:
    """Wait for a folder, then compute what it asks for."""
    with suppress(OSError, AttributeError):
        os.nice(5)  # the pages come first
    ready = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print goes nowhere
    if "--warm" in sys.argv:
        _warm()
        os.write(ready, b"warm\n")
    line = sys.stdin.readline().strip()
    if line:
        work(WorkFolder(Path(line)))


def work(folder: WorkFolder) -> None:
    """Compute what ``folder`` asks for and take it away; a failure stays there in words."""
    with exclusive(folder.lock):
        threading.Thread(target=_watch, args=(folder,), daemon=True).start()
        try:
            with _slot(folder.path.parent):
                _compute(folder)
        except Exception as error:  # whatever it is, those who wait must hear of it
            traceback.print_exc()
            atomic_write_json(folder.failure, {"reason": f"{type(error).__name__}: {error}"[:500]}, durable=False)
            return
    shutil.rmtree(folder.path, ignore_errors=True)


def _compute(folder: WorkFolder) -> None:
    asked = read_json(folder.ask)
    member = PROJECTIONS[asked["method"]]
    started = time.monotonic()

    def progress(share: float) -> None:
        seconds = time.monotonic() - started
        atomic_write_json(folder.progress, {"share": share, "seconds": seconds}, durable=False)

    def frame(layout: Coordinates) -> None:
        with atomic_path(folder.frame, durable=False) as temporary, temporary.open("wb") as stream:
            np.save(stream, layout, allow_pickle=False)
        while folder.pause.exists():
            time.sleep(_EVERY)

    matrix, rows = np.load(folder.matrix, allow_pickle=False), np.load(folder.rows, allow_pickle=False)
    options = member.Options.model_validate(asked["options"])
    job = Job(matrix, asked["dimension"], options, asked["seed"], progress=progress, frame=frame)
    coordinates, extra = member.fit(job)
    about = {name: asked[name] for name in ("method", "options", "seed", "fingerprint", "total")}
    found = Projection(
        coordinates, rows, **about, quality=extra.quality, explained_variance_ratio=extra.explained_variance_ratio
    )
    write_projection(Path(asked["answer"]), found)


@contextmanager
def _slot(parent: Path) -> Iterator[None]:
    """Wait until fewer than ``AT_ONCE`` workers compute, and be one of them."""
    while True:
        for number in range(AT_ONCE):
            try:
                with exclusive(parent / f"slot-{number}.lock", patience=0.05):
                    yield
                    return
            except Locked:
                continue


def _watch(folder: WorkFolder) -> None:
    """End the process at once when it is told to, or when nobody holds the other end of stdin."""
    gone = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        gone.set()

    threading.Thread(target=listen, daemon=True).start()
    while not (folder.stop.exists() or gone.is_set()):
        time.sleep(_EVERY)
    shutil.rmtree(folder.path, ignore_errors=True)
    os._exit(1)


def _warm() -> None:
    for member in PROJECTIONS:
        if not member.quick:
            with suppress(ImportError):
                member.warm()


if __name__ == "__main__":
    main()
