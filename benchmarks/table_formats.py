"""How long it takes to open a table, and how much memory, beside gensim; and how soon a mapped one is open.

    .venv/bin/python -m benchmarks.table_formats [WORDS]        default 200,000 words of 300 numbers; mapped: five times that

Each reading is a process of its own, the peers in turn. "cpu": seconds of all threads; "memory": the peak of what the reading
added to the program, as a multiple of the matrix.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import markdown_table, write_section
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import FORMATS, read_table, write_table

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 300
REPEATS = 3
BARS = {"times faster": 12.0, "memory": 1.5, "mapped s": 1.0}
MAPPED = (".safetensors", ".npy", ".arrow")


def here(path: Path) -> Any:
    return read_table(path).matrix


def gensim(path: Path) -> Any:
    from gensim.models import KeyedVectors

    return KeyedVectors.load_word2vec_format(str(path), binary=path.suffix == ".bin").vectors


READERS: dict[str, Callable[[Path], Any]] = {"here": here, "gensim": gensim}


def reading(who: str, path: Path) -> dict[str, float]:
    """Return seconds and memory of one reading in this process; what is imported late is imported before."""
    with tempfile.TemporaryDirectory() as name:
        small = Path(name) / f"small{path.suffix}"
        write_table(made(2_000), small)
        READERS[who](small)
    before, cpu, started = _peak(), time.process_time(), time.perf_counter()
    matrix = READERS[who](path)
    found = {"wall": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    return {**found, "memory": (_peak() - before) / matrix.nbytes}


def _peak() -> int:
    """Return the greatest size of this program in memory so far (``ru_maxrss`` would also hold that of its parent)."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def made(words: int) -> EmbeddingTable:
    rows = np.random.default_rng(0).normal(size=(words, WIDTH)).astype(np.float32)
    rows.setflags(write=False)
    return EmbeddingTable(tuple(f"낱말{number}" for number in range(words)), rows)


def measured(who: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.table_formats", "--one", who, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def against_gensim(folder: Path, words: int) -> list[tuple[object, ...]]:
    """Return a row for each format both read; text as usual for such files, six decimals."""
    table, rows = made(words), []
    text = folder / "big.vec"
    with text.open("w", encoding="utf-8") as file:
        file.write(f"{words} {WIDTH}\n")
        line = "%s" + " %.6f" * WIDTH + "\n"
        file.writelines(line % (label, *row.tolist()) for label, row in zip(table.labels, table.matrix, strict=True))
    write_table(table, folder / "big.bin")
    for path in (text, folder / "big.bin"):
        found: dict[str, list[dict[str, float]]] = {who: [] for who in READERS}
        for number in range(REPEATS):
            for who in READERS:
                if number == 0 or who == "here" or path.suffix == ".bin":  # gensim's text reader once is long enough
                    found[who].append(measured(who, path))
        medians = {
            who: {key: statistics.median(one[key] for one in each) for key in each[0]} for who, each in found.items()
        }
        for who, each in medians.items():
            faster = {key: medians["gensim"][key] / each[key] for key in ("wall", "cpu")}
            size = f"{path.stat().st_size >> 20} MiB"
            rows.append((path.suffix, size, who, each["wall"], each["cpu"], faster["wall"], faster["cpu"], each["memory"]))
        path.unlink()
    return rows


def every_format(folder: Path, words: int) -> list[tuple[object, ...]]:
    """Return size and seconds of writing and reading for each format that is written."""
    table, rows = made(words), []
    for member in FORMATS:
        for suffix in member.suffixes[:1]:
            path = folder / f"each{suffix}"
            started = time.perf_counter()
            write_table(table, path)
            written = time.perf_counter() - started
            each = measured("here", path)
            rows.append((member.key, f"{path.stat().st_size / 1e6:.0f} MB", written, each["wall"], each["memory"]))
            path.unlink()
    return rows


def mapped(folder: Path, words: int) -> list[tuple[object, ...]]:
    """Return the seconds until a large table is open: mapped, its words read, its numbers checked."""
    table, rows = made(words), []
    for suffix in MAPPED:
        path = folder / f"mapped{suffix}"
        write_table(table, path)
        found = [measured("here", path)["wall"] for _ in range(REPEATS)]
        rows.append((suffix, f"{words:,} x {WIDTH}", statistics.median(found), max(found)))
        path.unlink()
    return rows


def main(words: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = (
            markdown_table(
                ("file", "size", "reader", "wall s", "cpu s", "times faster (wall)", "(cpu)", "memory / matrix"),
                against_gensim(folder, words),
            ),
            markdown_table(("mapped", "table", "open after s (median)", "most"), mapped(folder, 5 * words)),
            markdown_table(("format", "size", "write s", "read s", "memory / matrix"), every_format(folder, words // 10)),
        )
    about = f"{words:,} words of {WIDTH} numbers; the last table a tenth of them. Bars: {BARS}."
    body = "\n\n".join((about, *tables))
    print(body)
    write_section("table formats", body)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(reading(sys.argv[2], Path(sys.argv[3]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
