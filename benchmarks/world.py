"""What a training from the page's default settings learns about 작은 세상, seed by seed, and what the shipped tables know.

    .venv/bin/python -m benchmarks.world                  # seeds 0-9, about 20 minutes on 2 cores
    .venv/bin/python -m benchmarks.world --seeds 0 1      # fewer
    .venv/bin/python -m benchmarks.world --seeds          # only the shipped tables

Each training is started like the page starts it: a child process with the default settings. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import markdown_table, write_section
from lstm_core.errors import RunNotFound
from lstm_core.run_history import snapshot_table
from lstm_core.runs import RunDirectory, find_table, read_manifest, read_table, snapshots
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.evaluation import evaluate_analogies
from lstm_core.table.probes import Probe, probe_rank
from lstm_core.table.search import similarity
from lstm_core.table.standing import pair_standing
from lstm_core.text.world.questions import implied_questions
from lstm_core.training.config import TrainConfig
from lstm_core.training.launch import begin
from lstm_core.training.watch import watch

WORDS = {
    "ko": {"probe": ("왕 - 남자 + 여자", "여왕"), "near": ("개", "강아지", "고양이", "자동차"), "drinks": ("커피", "차")},
    "en": {"probe": ("king - man + woman", "queen"), "near": ("dog", "puppy", "cat", "car"), "drinks": ("coffee", "tea")},
}
PAIRS = 200_000
HEADER = (
    *("table", "queen", "gender", "age", "gender + age", "capital", "language"),
    *("young, cat, car ~ dog", "coffee ~ tea above"),
)


@dataclass(frozen=True)
class Timing:
    """How long a training took from the click to the manifest, and the longest time in which nothing moved, in seconds."""

    seconds: float
    standstill: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=list(range(10)))
    seeds = parser.parse_args().seeds
    rows, times = [], []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            run, timing = _train(Path(folder), seed)
            if not rows:
                rows.append(_row("untrained (step 0)", snapshot_table(run, snapshots(run)[0]), "ko"))
            rows.append(_row(f"default settings, seed {seed}", read_table(run), "ko"))
            summary = read_manifest(run)["summary"]
            perplexity = float(summary["perplexity"])
            times.append((seed, round(timing.seconds, 1), round(timing.standstill, 2), summary["steps"], perplexity))
            print(rows[-1], times[-1], flush=True)
    for name, language in (("world-ko", "ko"), ("world-en", "en")):
        try:
            rows.append(_row(f"shipped {name}", find_table(name), language))
            print(rows[-1], flush=True)
        except RunNotFound:
            print(f"{name} is not there yet")
    _write(rows, times)


def _train(root: Path, seed: int) -> tuple[RunDirectory, Timing]:
    started = moved = time.monotonic()
    run = begin(f"seed-{seed}", TrainConfig(seed=seed), root=root)
    seen, standstill = None, 0.0
    while True:
        view, now = watch(run), time.monotonic()
        shown = (view.state, view.fraction, view.step, len(view.metrics))
        if shown != seen:
            standstill, seen, moved = max(standstill, now - moved), shown, now
        if view.state not in ("waiting", "preparing", "training"):
            break
        time.sleep(0.1)
    if view.state != "done":
        raise SystemExit(f"seed {seed} ended as {view.state}: {view.log}")
    return run, Timing(now - started, standstill)


def _row(name: str, table: EmbeddingTable, language: str) -> tuple[object, ...]:
    words = WORDS[language]
    found = evaluate_analogies(table, implied_questions(language)).categories
    both = [found["gender"], found["age"]]
    share = sum(part.correct for part in both) / sum(part.answerable for part in both)
    dog, *others = words["near"]
    cosines = ", ".join(f"{similarity(table, other, dog):.2f}" for other in others)
    above = f"{pair_standing(table, *words['drinks'], sample=PAIRS).share:.2%}"
    shares = {key: part.correct / part.answerable for key, part in found.items()}
    rank = probe_rank(table, Probe(*words["probe"]))
    return (name, rank, shares["gender"], shares["age"], share, shares["capital"], shares["language"], cosines, above)


def _write(rows: list[tuple[object, ...]], times: list[tuple[object, ...]]) -> None:
    asked = ", ".join(f"{key} {len(value):,}" for key, value in implied_questions().items())
    parts = [
        f"Every analogy the attribute table implies, both ways round, query words left out, rank 1 counts (asked: {asked}). "
        "`queen` is the rank of 여왕 for 왕 − 남자 + 여자; `above` is "
        "the share of 200,000 random word pairs at least as close as 커피–차.",
        markdown_table(HEADER, rows),
    ]
    if times:
        header = ("seed", "seconds from click to table", "longest standstill, s", "steps", "validation perplexity")
        parts.append(markdown_table(header, times))
    write_section("world", "\n\n".join(parts))


if __name__ == "__main__":
    main()
