"""The process behind a small training: ``python -m lstm_core.training.demo FOLDER``; see :mod:`lstm_core.demos.work`."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from lstm_core.demos.forgetting import KIND as FORGETTING
from lstm_core.files import atomic_write_json, read_json
from lstm_core.locks import exclusive

_EVERY = 0.2  # seconds between two reports


def main(folder: Path) -> None:
    """Answer what is asked in ``folder``; a failure stays there in words."""
    with suppress(OSError, AttributeError):
        os.nice(5)  # the pages come first
    with exclusive(folder / "lock"):
        threading.Thread(target=_end_with_our_owner, daemon=True).start()
        try:
            answer = _answer(read_json(folder / "ask.json"), folder)
        except Exception as error:  # whatever it is, those who wait must hear of it
            traceback.print_exc()
            atomic_write_json(folder / "failure.json", {"reason": f"{type(error).__name__}: {error}"[:500]}, durable=False)
            return
        atomic_write_json(folder / "answer.json", answer)


def _answer(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    import torch

    from lstm_core.training.forgetting import measure_forgetting
    from lstm_core.training.series import train_series

    torch.set_num_threads(1)  # such small products are faster so, and the pages keep a core
    began, last = time.monotonic(), 0.0

    def tell(share: float, so_far: dict[str, Any]) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            said = {"share": share, "seconds": now - began, "so_far": so_far}
            atomic_write_json(folder / "progress.json", said, durable=False)

    kind = asked.pop("kind")
    return measure_forgetting(asked, tell) if kind == FORGETTING else train_series(asked, tell)


def _end_with_our_owner() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
