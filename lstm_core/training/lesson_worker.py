"""The helper of :mod:`lstm_core.training.lesson`: a question a line on stdin, answers as JSON lines and rows on stdout.

It ends when its stdin does, or when nobody has asked anything for a while.
"""

from __future__ import annotations

import json
import os
import sys
from threading import Timer
from typing import Any

import torch

from lstm_core.runs import RunDirectory
from lstm_core.training.failure import error_to_json
from lstm_core.training.lesson import Learned, LearnOptions
from lstm_core.training.lesson_steps import take_steps
from lstm_core.training.saved import read_model

_IDLE = 900.0  # seconds


def main() -> None:
    """Answer questions until there are no more."""
    torch.set_num_threads(1)
    torch.optim.AdamW([torch.zeros(1)], lr=0.1)  # the first one imports more of torch: now, not in the first question
    while True:
        idle = Timer(_IDLE, os._exit, (0,))
        idle.daemon = True
        idle.start()
        line = sys.stdin.buffer.readline()
        idle.cancel()
        if not line:
            return
        try:
            _tell_answer(_answer(json.loads(line)))
        except Exception as error:  # whatever went wrong is told; the next question may be answered
            _tell({"error": error_to_json(error)})


def _answer(asked: dict[str, Any]) -> Learned:
    options = LearnOptions(**asked["options"])
    model = read_model(RunDirectory.open(asked["run"]))
    return take_steps(model, asked["sentence"], options, progress=lambda share: _tell({"share": share}))


def _tell_answer(answer: Learned) -> None:
    about = {name: getattr(answer, name) for name in ("tokens", "cut", "losses", "compared", "loss", "tied")}
    _tell({"done": about, "shape": list(answer.after.shape)})
    for rows in (answer.before, answer.after):
        sys.stdout.buffer.write(rows.tobytes())
    sys.stdout.buffer.flush()


def _tell(said: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
