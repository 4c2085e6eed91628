"""Helper processes that cut text: started for one corpus, gone with it, and never outliving whoever started them."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from lstm_core.errors import HelperDied
from lstm_core.text.cut import Cut, pack
from lstm_core.text.tokenizers import Tokenizer
from lstm_core.text.tokenizers.processes import HELPER

AHEAD = 3
"""Batches for each helper that are on their way or wait for their turn."""
_LOOK = 0.2
_ALONE = {HELPER: "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}
_PROJECT = Path(__file__).resolve().parents[2]


def usable_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cut_by_helpers(
    batches: Iterable[list[str]], tokenizer: Tokenizer, *, processes: int, tick: Callable[[], None]
) -> Iterator[tuple[int, Cut]]:
    """Yield the batches cut, in order, each with the number of its sentences; ``tick`` is called while waiting.

    Closing the generator, or an exception from ``tick``, ends the helpers at once. Raises :class:`HelperDied`.
    """
    waiting: deque[tuple[int, Future[Cut]]] = deque()
    with _Pool(tokenizer, processes) as pool:
        for batch in batches:
            waiting.append((len(batch), pool.cut(batch)))
            if len(waiting) == AHEAD * processes:
                yield _next(waiting, tick)
        while waiting:
            yield _next(waiting, tick)


def _next(waiting: deque[tuple[int, Future[Cut]]], tick: Callable[[], None]) -> tuple[int, Cut]:
    read, coming = waiting.popleft()
    while True:
        try:
            return read, coming.result(timeout=_LOOK)
        except NotYet:
            tick()


class _Pool:
    """``processes`` helpers, each with a thread of ours that talks to it."""

    def __init__(self, tokenizer: Tokenizer, processes: int) -> None:
        self._helpers = [_Helper(tokenizer) for _ in range(processes)]
        self._free: SimpleQueue[_Helper] = SimpleQueue()
        for helper in self._helpers:
            self._free.put(helper)
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="cut")

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for helper in self._helpers:
            helper.end()
        self._threads.shutdown(cancel_futures=True)

    def cut(self, batch: list[str]) -> Future[Cut]:
        return self._threads.submit(self._ask, batch)

    def _ask(self, batch: list[str]) -> Cut:
        helper = self._free.get()
        try:
            return Cut.from_bytes(helper.ask(pack(batch)))
        finally:
            self._free.put(helper)


class _Helper:
    """One process that runs :func:`serve`: it is told the tokenizer, then answers batch after batch."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import serve; serve()"],
            cwd=_PROJECT,
            env={**os.environ, **_ALONE},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        about = {"module": type(tokenizer).__module__, "tokenizer": tokenizer.to_json()}
        self._about = json.dumps(about).encode()

    def ask(self, data: bytes) -> bytes:
        """Return the answer to ``data``. Raises :class:`HelperDied`."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            if self._about:
                _send(process.stdin, self._about)
                self._about = b""
            _send(process.stdin, data)
            answer = _receive(process.stdout)
        except (OSError, ValueError):  # a broken pipe; or closed by us, because all is over
            answer = None
        if answer is None:
            raise HelperDied(status=process.wait(), said=self._last_words())
        return answer

    def end(self) -> None:
        """End the process, whatever it is doing."""
        process = self._process
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, self._errors):
            _close(stream)

    def _last_words(self) -> str:
        try:
            self._errors.seek(0)
            lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        except ValueError:  # closed already
            lines = []
        return lines[-1][:300] if lines else ""


def _close(stream: object) -> None:
    try:
        stream.close()  # type: ignore[attr-defined]
    except OSError:  # what was still in the buffer cannot be sent any more
        pass


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(8, "little"))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """Return the next message; None when the other side has gone."""
    size = stream.read(8)
    if len(size) < 8:
        return None
    wanted = int.from_bytes(size, "little")
    data = stream.read(wanted)
    return data if len(data) == wanted else None


def serve() -> None:
    """Be a helper: read the tokenizer and then batches from the standard input until it ends; answer each with its cut."""
    import signal

    from lstm_core.text.cut import cut, unpack
    from lstm_core.text.tokenizers import tokenizer_from_json

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing a library prints may get between the answers
    about = json.loads(_receive(sys.stdin.buffer) or b"{}")
    if not about:
        return
    importlib.import_module(about["module"])
    tokenizer = tokenizer_from_json(about["tokenizer"])
    while (data := _receive(sys.stdin.buffer)) is not None:
        try:
            _send(answers, cut(tokenizer, unpack(data)).to_bytes())
        except BrokenPipeError:
            os._exit(1)
