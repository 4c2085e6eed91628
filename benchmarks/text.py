"""Cutting large texts: memory, time, several processes, and how soon a second training starts.

    .venv/bin/python -m benchmarks.text                              # about 15 minutes on 2 cores
    .venv/bin/python -m benchmarks.text --sizes 10 100 --lines 20000 # shorter

The texts are made from the NSMC reviews in ``$WORD_ATLAS_SHARED_DATA`` (default: ``../shared/data``), in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psutil

from benchmarks.results import markdown_table, write_section
from lstm_core.text.pool import HELPER

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("WORD_ATLAS_SHARED_DATA") or ROOT.parent / "shared" / "data")
REVIEWS = DATA / "nsmc" / "reviews.txt"
MB = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 100, 500, 2000], help="megabytes; none: not at all")
    parser.add_argument("--unique", type=int, default=300, help="megabytes of words that occur once; 0: none")
    parser.add_argument("--lines", type=int, default=240_000, help="reviews for one process or two; 0: none")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(CHILDREN[given.child[0]](*given.child[1:])))
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.sizes:
            write_section("text", f"{sizes(Path(folder), given.sizes, given.unique)}\n\n{starts(Path(folder))}")
        if given.lines:
            write_section("text processes", processes(Path(folder), given.lines))


def sizes(folder: Path, megabytes: list[int], unique: int) -> str:
    rows = []
    wanted = [("reviews, words changed", size, reviews) for size in megabytes]
    if unique:
        wanted.append(("words that occur once", unique, words_of_their_own))
    for kind, size, lines in wanted:
        text = write(folder / "text.txt", lines(), size * MB)
        found, peak = measured(folder, "encode", str(text), "words")
        written = f"{found['tokens'] / MB:.1f} M", f"{found['types'] / MB:.2f} M"
        rows.append((f"{size} MB, {kind}", *written, found["seconds"], size / found["seconds"], peak / MB))
        print(rows[-1], flush=True)
    header = ("text", "tokens", "different", "seconds", "MB/s", "peak MB, helpers included")
    return (
        "Cut by `words` into a token file, from opening the text to the finished vocabulary. Peak: resident memory of the "
        "process and its helpers together, looked at every 50 ms. In the changed reviews one word in eight gets a random "
        "ending, so that new words keep coming.\n\n" + markdown_table(header, rows)
    )


def processes(folder: Path, lines: int) -> str:
    from lstm_core.text.tokenizers import TOKENIZERS

    text = folder / "some.txt"
    with REVIEWS.open(encoding="utf-8") as source:
        text.write_text("".join(islice(source, lines)), encoding="utf-8")
    rows = []
    for tokenizer in [key for key in ("words", "morphemes") if key in TOKENIZERS]:
        taken: dict[str, list[float]] = {"1": [], "2": []}
        for count in ("1", "2") * 2:
            taken[count].append(measured(folder, "encode", str(text), tokenizer, count, alone=True)[0]["seconds"])
        one, two = min(taken["1"]), min(taken["2"])
        rows.append((tokenizer, one, two, one / two))
        print(rows[-1], flush=True)
    header = ("tokenizer", "one process, s", "two helpers, s", "times as fast")
    about = f"{lines:,} reviews, interleaved, one thread a process, the faster of two runs each, loading included."
    return f"{about}\n\n{markdown_table(header, rows)}"


def starts(folder: Path) -> str:
    rows = []
    for corpus in ("world", str(REVIEWS)):
        home = tempfile.mkdtemp(dir=folder)
        first, second = (child("start", corpus, home, name)["seconds"] for name in ("first", "second"))
        rows.append((Path(corpus).stem, first, second))
        print(rows[-1], flush=True)
    header = ("corpus", "first training, s", "second training, s")
    return "From the start of a training to its first step, torch imported before.\n\n" + markdown_table(header, rows)


def measured(folder: Path, *arguments: str, alone: bool = False) -> tuple[dict[str, float], float]:
    """Return what a child says, run with a cache of its own, and the most bytes it and its children had at one time.

    ``alone``: the libraries in it use one thread, as they do in a helper.
    """
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.text", "--child", *arguments],
            cwd=ROOT,
            env={**os.environ, **({HELPER: "1"} if alone else {}), "WORD_ATLAS_CACHE": cache},
            stdout=subprocess.PIPE,
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, memory_of(process.pid))
            time.sleep(0.05)
        output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return json.loads(output), peak


def memory_of(pid: int) -> int:
    total = 0
    try:
        parent = psutil.Process(pid)
        for one in (parent, *parent.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def child(*arguments: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.text", "--child", *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def encode(path: str, tokenizer: str, processes: str = "") -> dict[str, float]:
    from lstm_core.text.corpus import open_corpus
    from lstm_core.text.encode import encode_corpus

    began = time.perf_counter()
    found = encode_corpus(open_corpus(path), tokenizer, max_vocab=20_000, processes=int(processes) if processes else None)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "tokens": found.coverage.tokens, "types": found.coverage.types}


def start(corpus: str, home: str, name: str) -> dict[str, float]:
    os.environ["WORD_ATLAS_CACHE"] = str(Path(home) / "cache")
    from lstm_core.runs import RunDirectory
    from lstm_core.training import reporter, trainer
    from lstm_core.training.config import TrainConfig
    from lstm_core.training.loop import train

    assert trainer.torch
    reporter.EVERY_SECONDS = 0.0  # every step is told
    run = RunDirectory.create(Path(home) / "runs", name)
    began = time.perf_counter()
    for progress in train(run, TrainConfig(corpus=corpus)):
        if progress.stage == "training":
            break
    return {"seconds": time.perf_counter() - began}


CHILDREN = {"encode": encode, "start": start}


def write(path: Path, lines: Iterator[str], size: int) -> Path:
    """Write about ``size`` bytes of ``lines``."""
    left = size
    with path.open("wb") as stream:
        for line in lines:
            data = line.encode()
            stream.write(data)
            left -= len(data)
            if left <= 0:
                break
    return path


def reviews() -> Iterator[str]:
    """Yield reviews for ever, in another order each time; one word in eight gets a random ending."""
    draw = random.Random(0)
    lines = REVIEWS.read_text(encoding="utf-8").splitlines()
    while True:
        for line in draw.sample(lines, len(lines)):
            words = line.split()
            for place in range(draw.randrange(8), len(words), 8):
                words[place] += chr(0xAC00 + draw.randrange(11_172))
            yield " ".join(words) + "\n"


def words_of_their_own() -> Iterator[str]:
    """Yield lines of ten words that occur nowhere else."""
    number = 0
    while True:
        yield " ".join(f"낱말{number + place:x}" for place in range(10)) + "\n"
        number += 10


if __name__ == "__main__":
    main()
