"""Ten thousand broken files: each must give a typed error or a clean table, in time, in memory, and run no code.

    .venv/bin/python -m benchmarks.broken_files [COUNT]

Every file is a whole one of some format, spoilt by one of :data:`SPOIL`; which one follows from its number alone.
"""

from __future__ import annotations

import io
import os
import pickle
import resource
import struct
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.results import markdown_table, write_section
from lstm_core.errors import WordAtlasError
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import FORMATS, format_of, read_table, write_table

SUFFIXES = tuple(suffix for member in FORMATS for suffix in member.suffixes)
KINDS = (*SUFFIXES, ".vec.gz", ".vec.zst", ".fasttext.bin", ".pt")
SECONDS = 5.0
MEMORY = 1 << 30
"""Bytes that reading one broken file may take above what the program has."""
HUGE = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**40, 2**62, 2**63 - 1, 2**64 - 1)
Random = np.random.Generator


def whole_files(folder: Path) -> dict[str, bytes]:
    """Return one whole file of each of :data:`KINDS`, and write what stands beside them into ``folder``."""
    random = np.random.default_rng(0)
    words = tuple(f"낱말{number}" if number % 2 else f"word{number}" for number in range(12))
    table = EmbeddingTable(words, random.normal(size=(12, 4)), np.arange(12), {"kind": ("a", "") * 6}, {"name": "t"})
    found = {}
    for suffix in KINDS[:-2]:
        path = folder / f"t{suffix}"
        write_table(table, path)
        found[suffix] = path.read_bytes()
    (folder / "vocab.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    return {**found, ".fasttext.bin": _fasttext(words, random), ".pt": _torch(table.matrix)}


def _fasttext(words: tuple[str, ...], random: Random) -> bytes:
    head = struct.pack("<2i12id", 793712314, 12, 4, 5, 5, 1, 5, 1, 2, 2, 20, 2, 4, 100, 1e-4)
    head += struct.pack("<3i2q", len(words), len(words), 0, 100, -1)
    entries = b"".join(word.encode() + b"\0" + struct.pack("<qb", 9, 0) for word in words)
    rows = random.normal(size=(len(words) + 20, 4)).astype("<f4")
    return head + entries + struct.pack("<?2q", False, *rows.shape) + rows.tobytes()


def _torch(matrix: np.ndarray, data: bytes | None = None) -> bytes:
    """Return a state_dict as torch saves it, or with ``data`` in the place of its pickle."""
    storage = _Raw(b"((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x30tQ")
    numbers = b"K\x00(K\x0cK\x04t(K\x04K\x01t\x89ccollections\nOrderedDict\n)RtR"
    named = b"\x80\x02}X\x06\x00\x00\x00weightctorch._utils\n_rebuild_tensor_v2\n" + storage + numbers + b"s."
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", named if data is None else data)
        archive.writestr("archive/data/0", np.ascontiguousarray(matrix, "<f4").tobytes())
        archive.writestr("archive/version", b"3\n")
    return file.getvalue()


class _Raw(bytes):
    """Instructions of a pickle, written out."""


class Bomb:
    """A pickle of it makes a file called ``ran`` when it is opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, ...]]:
        return os.mkdir, (str(self.folder / "ran"),)


def truncated(data: bytes, random: Random, folder: Path) -> bytes:
    return data[: int(random.integers(0, len(data)))]


def flipped(data: bytes, random: Random, folder: Path) -> bytes:
    spoilt = bytearray(data)
    for at in random.integers(0, len(data), size=int(random.integers(1, 9))):
        spoilt[at] ^= 1 << int(random.integers(8))
    return bytes(spoilt)


def lying(data: bytes, random: Random, folder: Path) -> bytes:
    """A number of four or eight bytes, or one in digits, becomes one of :data:`HUGE`."""
    value = HUGE[int(random.integers(len(HUGE)))]
    digits = [at for at in range(min(len(data), 400)) if data[at : at + 1].isdigit()]
    if digits and random.random() < 0.5:
        at = digits[int(random.integers(len(digits)))]
        return data[:at] + str(value).encode() + data[at + 1 :]
    size = 4 if value < 2**32 and random.random() < 0.5 else 8
    near = min(len(data), 256) if random.random() < 0.5 else len(data)
    at = int(random.integers(0, max(1, near - size)))
    return data[:at] + value.to_bytes(size, "little") + data[at + size :]


def not_finite(data: bytes, random: Random, folder: Path) -> bytes:
    """Some numbers become NaN or infinite, in digits or as float32."""
    spoilt = bytearray(data)
    for at in random.integers(0, max(1, len(data) - 4), size=int(random.integers(1, 6))):
        bits = np.array([np.nan, np.inf, -np.inf])[int(random.integers(3))].astype("<f4").tobytes()
        spoilt[at : at + 4] = b" nan" if random.random() < 0.3 else bits
    return bytes(spoilt)


def same_label(data: bytes, random: Random, folder: Path) -> bytes:
    """A word becomes another one, or nothing."""
    one, other = (f"word{2 * int(random.integers(6))}".encode() for _ in range(2))
    return data.replace(one, other if random.random() < 0.7 else b"")


def moved(data: bytes, random: Random, folder: Path) -> bytes:
    """A piece is doubled, left out, or replaced by noise."""
    begin, end = sorted(int(at) for at in random.integers(0, len(data), size=2))
    piece = (data[begin:end] * 2, b"", random.bytes(end - begin))[int(random.integers(3))]
    return data[:begin] + piece + data[end:]


def code(data: bytes, random: Random, folder: Path) -> bytes:
    """A pickle that runs code: bare, in a NumPy array of objects, or in the place of PyTorch's."""
    bomb = pickle.dumps(Bomb(folder), protocol=int(random.integers(0, 6)))
    kind = int(random.integers(4))
    if kind == 0:
        return _torch(np.ones((12, 4)), bomb)
    if kind == 1:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(head, {"descr": "|O", "fortran_order": False, "shape": (1,)})
        return head.getvalue() + bomb
    if kind == 2:
        file = io.BytesIO()
        np.savez(file, labels=np.array([Bomb(folder)], dtype=object), matrix=np.ones((1, 2)))
        return file.getvalue()
    return bomb if random.random() < 0.5 else data[: len(data) // 2] + bomb


SPOIL = (truncated, flipped, lying, not_finite, same_label, moved, code)


def spoil(number: int, whole: dict[str, bytes], folder: Path) -> Path:
    """Write the broken file of that ``number`` and return its path."""
    random = np.random.default_rng(number)
    kind, how = KINDS[number % len(KINDS)], SPOIL[number // len(KINDS) % len(SPOIL)]
    path = folder / f"spoilt{kind}"
    path.write_bytes(how(whole[kind], random, folder))
    return path


def outcome(path: Path) -> str:
    """Return what came of reading ``path``: "error", "table", or "table, rows dropped"; anything else is raised."""
    wanted = {name for name in ("labels", "tensor") if name in format_of(path).Options.model_fields}
    labels = {"labels": str(path.with_name("vocab.txt"))} if "labels" in wanted else {}
    try:
        table = read_table(path, labels)
    except WordAtlasError:
        return "error"
    assert np.isfinite(table.matrix).all() and len(set(table.labels)) == len(table.labels) and all(table.labels)
    return "table, rows dropped" if "dropped" in table.metadata else "table"


def _limit_memory() -> None:
    """Let nothing ask for more than four times :data:`MEMORY` above what is mapped now, used or not."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 4 * MEMORY, resource.RLIM_INFINITY))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    found: dict[str, Counter[str]] = {how.__name__: Counter() for how in SPOIL}
    longest, wrong = 0.0, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = whole_files(folder)
        for kind in KINDS:
            outcome(folder / f"t{kind}") if kind in SUFFIXES else None  # what is imported late is imported now
        _limit_memory()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(count):
            path = spoil(number, whole, folder)
            started = time.perf_counter()
            try:
                what = outcome(path)
            except Exception as error:
                what = "wrong"
                wrong.append((number, path.name, repr(error)[:200]))
            longest = max(longest, time.perf_counter() - started)
            found[SPOIL[number // len(KINDS) % len(SPOIL)].__name__][what] += 1
        ran = (folder / "ran").exists()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    columns = ("error", "table", "table, rows dropped", "wrong")
    table = markdown_table(("spoilt", *columns), [(how, *(seen[each] for each in columns)) for how, seen in found.items()])
    facts = f"{count} files of {len(KINDS)} kinds; slowest {longest:.2f} s (bar {SECONDS} s); memory grew by {grown >> 20} MiB "
    facts += f"(bar {MEMORY >> 20} MiB); code ran: {'YES' if ran else 'no'}; neither table nor typed error: {len(wrong)}."
    print(table, facts, *wrong[:20], sep="\n")
    write_section("broken files", f"{facts}\n\n{table}")


if __name__ == "__main__":
    main()
