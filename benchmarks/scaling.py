"""How much faster two processes train one network than one does, what a lost worker costs, how soon a stopped one is gone.

    .venv/bin/python -m benchmarks.scaling               # about 4 minutes on 2 cores
    .venv/bin/python -m benchmarks.scaling --seconds 20 --turns 3

Made-up text: 30,000 words drawn by Zipf's law. Embedding 128, LSTM 256, untied, batches of 96 x 32 whose rows are divided, so
both sides take the same steps; one thread a process. The sides take turns; speeds are those the runs themselves wrote down.
Then a training of the small world by two processes loses one of them to SIGKILL, and its table is held against that of an
undisturbed one; and others are asked to stop.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from benchmarks.results import markdown_table, write_section
from lstm_core.runs import RunDirectory, read_metrics, read_table
from lstm_core.training.launch import request_stop

WORDS, LINES, LENGTH = 30_000, 40_000, 12
SETTINGS = {
    **{"embedding_dim": 128, "hidden_size": 256, "tie_weights": False, "batch_size": 96, "max_vocab": WORDS, "min_count": 1},
    **{"lr": 0.004, "epochs": 100, "patience": 1000, "validation": 0, "snapshots": 0, "threads": 1, "checkpoint_seconds": 3600},
}
HEADER = ("loss", "1 process, tokens/s", "2 processes, tokens/s", "times", "loss after equal steps: 1 process", "2 processes")
SKIPPED = 2  # rows at the beginning, while memory is touched for the first time
WORLD = {"corpus.sentences": 60_000, "epochs": 2, "threads": 1, "checkpoint_seconds": 1, "validation": 0}
STOPS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=12.0, help="how long each training learns")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--parts", nargs="+", default=["speed", "lost", "stopped"])
    parser.add_argument("--losses", nargs="+", default=["sampled", "softmax"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        os.environ["WORD_ATLAS_CACHE"] = str(root / "cache")
        if "speed" in given.parts:
            text = _text(root / "zipf.txt")
            rows = [_compare(root, text, loss, given) for loss in given.losses]
            about = f"{WORDS:,} words, batch 96 x 32 divided, one thread a process, {given.turns} turns of {given.seconds:g} s."
            write_section("scaling", f"{about}\n\n{markdown_table(HEADER, rows)}")
            print(markdown_table(HEADER, rows))
        if "lost" in given.parts:
            lost = _lose_one(root)
            write_section("scaling-lost", lost)
            print(lost)
        if "stopped" in given.parts:
            stopped = _stop_some(root)
            write_section("scaling-stopped", stopped)
            print(stopped)


def _text(path: Path) -> Path:
    draw = np.random.default_rng(0)
    share = 1.0 / np.arange(1, WORDS + 1)
    words = draw.choice(WORDS, size=(LINES, LENGTH), p=share / share.sum())
    path.write_text("\n".join(" ".join(f"w{word}" for word in line) for line in words), encoding="utf-8")
    return path


def _compare(root: Path, text: Path, loss: str, given: argparse.Namespace) -> tuple[object, ...]:
    speeds: dict[int, list[float]] = {1: [], 2: []}
    losses: dict[int, dict[int, float]] = {1: {}, 2: {}}
    for turn in range(given.turns):
        for count in (1, 2):
            run = RunDirectory(root / f"{loss}-{turn}-{count}")
            process = _start(run, count, text=str(text), settings={**SETTINGS, "loss": loss})
            _wait(lambda run=run: len(read_metrics(run)) > SKIPPED, process)
            time.sleep(given.seconds)
            request_stop(run)
            process.wait()
            rows = read_metrics(run)[SKIPPED:]
            speeds[count].append((rows[-1]["tokens"] - rows[0]["tokens"]) / (rows[-1]["time"] - rows[0]["time"]))
            losses[count] = {row["step"]: row["loss"] for row in rows}
            print(f"{loss} {count}: {speeds[count][-1]:,.0f} tokens/s", flush=True)
    one, two = (statistics.median(speeds[count]) for count in (1, 2))
    last = min(max(losses[count]) for count in (1, 2))
    near = [statistics.mean([value for step, value in losses[count].items() if step <= last][-5:]) for count in (1, 2)]
    return (loss, round(one), round(two), round(two / one, 2), *near)


def _lose_one(root: Path) -> str:
    """Return what it did to a training of two processes that one of them was killed half way."""
    whole, broken = RunDirectory(root / "whole"), RunDirectory(root / "broken")
    _start(whole, 2, text="world", settings=WORLD).wait()
    process = _start(broken, 2, text="world", settings=WORLD)
    _wait(lambda: broken.checkpoint.is_file() and len(read_metrics(broken)) > 3, process)
    time.sleep(1.5)
    os.kill(max(_children(process)), signal.SIGKILL)
    at, began = read_metrics(broken)[-1]["step"], time.monotonic()
    process.wait()
    again = [row["step"] for row in read_metrics(broken)]
    before = max((step for step in again if step <= at), default=0)
    one, two = read_table(whole).matrix, read_table(broken).matrix
    took, apart, most = time.monotonic() - began, np.abs(one - two).max(), np.abs(one).max()
    return (
        f"One of two workers killed at about step {at} of {again[-1]}: rows of metrics up to step {before} were kept, and the "
        f"run was {broken.state} {took:.0f} s later. Largest difference of the tables: {apart:.1g} (values up to {most:.1f})."
    )


def _stop_some(root: Path) -> str:
    """Return how soon the processes of a training were gone after it was asked to stop."""
    workers, all_gone = [], []
    for turn in range(STOPS):
        run = RunDirectory(root / f"stopped-{turn}")
        process = _start(run, 2, text="world", settings={**WORLD, "epochs": 100})
        _wait(lambda run=run: len(read_metrics(run)) > 3, process)
        children = _children(process)
        request_stop(run)
        began = time.monotonic()
        while any(map(_lives, children)):
            time.sleep(0.01)
        workers.append(time.monotonic() - began)
        process.wait()
        all_gone.append(time.monotonic() - began)
        if run.state != "stopped":
            raise SystemExit(f"the run is {run.state}")
    return (
        f"{STOPS} trainings of two processes asked to stop: their table is written and they are gone after "
        f"{statistics.median(workers):.2f} s (at most {max(workers):.2f}), torchrun after {statistics.median(all_gone):.2f} s "
        f"(at most {max(all_gone):.2f})."
    )


def _children(process: subprocess.Popen[bytes]) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True)
    return list(map(int, listed.stdout.split()))


def _lives(pid: int) -> bool:
    """Return whether the process ``pid`` still runs: a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _start(run: RunDirectory, count: int, *, text: str, settings: Mapping[str, object]) -> subprocess.Popen[bytes]:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count), "--max-restarts", "1"]
    asked = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    command = ["-m", "lstm_core", "train", "--folder", str(run.path), "--corpus", text, *asked]
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, *(launcher if count > 1 else ()), *command], stdout=quiet, stderr=quiet)


def _wait(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not condition():
        if process.poll() is not None:
            raise SystemExit("a training ended before it had begun")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
