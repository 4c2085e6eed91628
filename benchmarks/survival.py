"""A training is killed without warning at random moments and resumed: does it end with the same bytes?

    .venv/bin/python -m benchmarks.survival              # 50 kills, about 10 minutes on 2 cores
    .venv/bin/python -m benchmarks.survival --kills 5

A small training (작은 세상, a checkpoint every 0.3 s) runs once undisturbed. Then it is started again and again as the page
starts it, killed with SIGKILL at a random moment of its life (while it imports, reads, trains or writes), up to three times,
and resumed to the end. Counted: tables whose bytes equal those of the undisturbed one, temporary files and processes left over.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.results import markdown_table, write_section
from lstm_core.runs import RunDirectory, write_config
from lstm_core.training.config import TrainConfig
from lstm_core.training.launch import launch

CONFIG = TrainConfig(
    corpus_options={"sentences": 8_000}, embedding_dim=32, hidden_size=64, epochs=3, checkpoint_seconds=0.3, dropout=0.1
)
MOST_KILLS = 3  # of one training


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    draw, moments = random.Random(given.seed), {"before the first step": 0, "while training": 0}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        began = time.monotonic()
        whole = _finish(_made(root, "whole"))
        span = time.monotonic() - began
        trainings = same = left = kills = 0
        while kills < given.kills:
            run = _made(root, f"broken-{trainings}")
            trainings += 1
            for _ in range(min(draw.randint(1, MOST_KILLS), given.kills - kills)):
                moment = _kill(run, after=draw.uniform(0.1, span))
                if moment is not None:
                    moments[moment] += 1
                    kills += 1
            same += _finish(run) == whole
            left += len(list(run.path.rglob("*.tmp"))) + _trainers(run)
            print(f"{kills} kills, {trainings} trainings, {same} with the same bytes, {left} left over", flush=True)
    header = ("kills", *moments, "trainings", "tables with the same bytes", "files or processes left over")
    table = markdown_table(header, [(kills, *moments.values(), trainings, same, left)])
    write_section("survival", f"Seed {given.seed}; an undisturbed training takes {span:.1f} s.\n\n{table}")
    if same != trainings or left:
        raise SystemExit("not every training survived")


def _made(root: Path, name: str) -> RunDirectory:
    run = RunDirectory.create(root, name)
    write_config(run, CONFIG.model_dump(mode="json"))
    return run


def _kill(run: RunDirectory, *, after: float) -> str | None:
    """Start or resume the trainer of ``run``, kill it after so many seconds, and say when that was; None: it was done."""
    process = _trainer(run)
    try:
        process.wait(after)
        return None
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return "while training" if run.checkpoint.is_file() or run.manifest.is_file() else "before the first step"


def _finish(run: RunDirectory) -> bytes:
    """Let the trainer of ``run`` come to its end and return the bytes of the table."""
    if run.state != "done" and _trainer(run).wait(300):
        raise SystemExit(f"{run.name} failed:\n{run.log.read_text(errors='replace')}")
    return run.table.read_bytes()


def _trainer(run: RunDirectory) -> subprocess.Popen[bytes]:
    return launch(run, resume=run.log.is_file())


def _trainers(run: RunDirectory) -> int:
    """Return how many processes still have the run in their command line."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return sum(str(run.path.resolve()) in line and "lstm_core" in line for line in listed.splitlines())


if __name__ == "__main__":
    main()
