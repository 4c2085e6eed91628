"""A few steps of learning on one sentence, on a copy of a run's network, taken by a helper process. Imports no torch.

One helper serves all sessions of this process. It is started early (:func:`warm`), because importing torch takes seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import ComputationFailed, WordAtlasError
from lstm_core.options import Options, option
from lstm_core.registry import Text
from lstm_core.runs import RunDirectory
from lstm_core.training.failure import error_from_json

LONGEST = 100
"""Tokens of a sentence that are learned from; what follows is left out."""
_PROJECT = Path(__file__).resolve().parents[2]
_GUARD = Lock()
_HELPER: list[subprocess.Popen[bytes]] = []


class LearnOptions(Options):
    """How the sentence is learned from."""

    steps: int = option(
        1,
        ge=1,
        le=200,
        label=Text("단계 수", "Steps"),
        help=Text("이 문장으로 몇 번 고쳐 배우는지", "How many times the weights are changed by this sentence"),
    )
    loss: str = option(
        "",
        max_length=100,
        label=Text("손실 계산", "Loss"),
        help=Text("비우면 이 모델이 학습할 때 쓴 것", "Empty: the one the model was trained with"),
    )
    negatives: int = option(
        32,
        ge=1,
        le=65_536,
        label=Text("뽑는 낱말 수", "Sampled words"),
        help=Text("뽑은 낱말하고만 견줄 때 뽑는 수", "How many words are drawn where the loss compares with drawn ones"),
    )
    lr: float = option(
        0.02,
        gt=0.0,
        le=1.0,
        label=Text("학습률", "Learning rate"),
        help=Text("한 단계에서 가중치를 바꾸는 크기", "How far one step moves the weights"),
    )
    seed: int = option(
        0,
        ge=0,
        le=2**31 - 1,
        label=Text("난수 씨앗", "Seed"),
        help=Text("뽑는 낱말을 정합니다.", "Decides which words are drawn."),
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """The sentence as it was read (``tokens``, ``cut``: how many did not fit) and what learning from it did.

    ``losses`` (nats a token, over the whole vocabulary): before the first step and after each. ``before`` and ``after`` are
    the rows of the words ``(V, D)``, ``compared`` the word rows that the loss drew, ``loss`` the loss that was used.
    ``tied``: input and output share their rows.
    """

    tokens: tuple[str, ...]
    cut: int
    losses: tuple[float, ...]
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    compared: tuple[int, ...]
    loss: str
    tied: bool


def warm() -> None:
    """Start the helper, if it is not there, so that it imports torch meanwhile."""
    if _GUARD.acquire(blocking=False):  # else it is at work
        try:
            _process()
        finally:
            _GUARD.release()


def end() -> None:
    """End the helper of this process."""
    with _GUARD:
        _kill()


def learn(
    run: RunDirectory, sentence: str, options: LearnOptions, *, progress: Callable[[float], None] = lambda done: None
) -> Learned:
    """Return what ``options.steps`` optimizer steps on ``sentence`` do to a copy of the network of ``run``.

    The optimizer is that of the training, begun anew. ``progress`` hears the fraction done and may raise to cancel: the helper
    is ended then. Raises what :func:`lstm_core.training.lesson_steps.take_steps` raises, :class:`ComputationFailed`.
    """
    asked = {"run": str(run.path.resolve()), "sentence": sentence, "options": options.model_dump(mode="json")}
    with _GUARD:
        try:
            return _ask(_process(), asked, progress)
        except WordAtlasError:  # told by the helper, which waits for the next question
            raise
        except BaseException:
            _kill()
            raise


def _ask(helper: subprocess.Popen[bytes], asked: dict[str, Any], progress: Callable[[float], None]) -> Learned:
    assert helper.stdin is not None and helper.stdout is not None
    with suppress(BrokenPipeError):
        helper.stdin.write(json.dumps(asked).encode() + b"\n")
        helper.stdin.flush()
    while line := helper.stdout.readline():
        said = json.loads(line)
        if "error" in said:
            raise error_from_json(said["error"]) or ComputationFailed(what="learning", reason=said["error"]["message"])
        if "done" in said:
            return _answer(said, helper.stdout)
        progress(float(said["share"]))
    _kill()
    raise ComputationFailed(what="learning", reason="its process ended")


def _answer(said: dict[str, Any], stream: Any) -> Learned:
    shape = tuple(said["shape"])
    before, after = (
        np.frombuffer(stream.read(4 * shape[0] * shape[1]), dtype=np.float32).reshape(shape) for _ in range(2)
    )
    about = said["done"]
    return Learned(
        tuple(about["tokens"]),
        about["cut"],
        tuple(about["losses"]),
        before,
        after,
        tuple(about["compared"]),
        about["loss"],
        about["tied"],
    )


def _process() -> subprocess.Popen[bytes]:
    """Return the helper, started if there is none; the guard is ours."""
    if _HELPER and _HELPER[0].poll() is None:
        return _HELPER[0]
    _kill()
    command = [sys.executable, "-m", "lstm_core.training.lesson_worker"]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    _HELPER.append(subprocess.Popen(command, cwd=_PROJECT, stdin=pipe, stdout=pipe, stderr=nothing, close_fds=True))
    return _HELPER[0]


def _kill() -> None:
    for helper in _HELPER:
        helper.kill()
        helper.wait()
        for stream in (helper.stdin, helper.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
    _HELPER.clear()
