"""How many tokens a second each tokenizer cuts, beside the library called directly in its fastest way for the same tokens.

    .venv/bin/python -m benchmarks.text_tokenizers                     # 100,000 reviews; morphemes on a fifth of them
    .venv/bin/python -m benchmarks.text_tokenizers --lines 2000 --rounds 1

Both sides cut the same batches of normalised lines, one after the other, batch by batch, so that a busy machine is busy for
both. A side's time is the sum over batches of its fastest round. Libraries may use all cores on both sides.
"""

from __future__ import annotations

import argparse
import os
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.results import markdown_table, write_section
from lstm_core.normalize import normalize
from lstm_core.text.tokenizers import TOKENIZERS, Tokenizer
from lstm_core.text.tokenizers.processes import threads

BATCH = 4_000
SLOW = {"morphemes": 5}
"""Tokenizers that get only so great a part of the lines."""
HEADER = ("tokenizer", "lines", "tokens", "tokens/s", "library alone, tokens/s", "time ÷ library", "how the library is called")
Cut = Callable[[Sequence[str]], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(TOKENIZERS.keys()), metavar="KEY")
    given = parser.parse_args()
    rows = measure(reviews(given.lines), rounds=given.rounds, keys=given.only)
    print(markdown_table(HEADER, rows))
    if set(given.only) == set(TOKENIZERS.keys()):
        write_section("tokenizers", section(rows))


def reviews(lines: int) -> list[str]:
    """Return the first ``lines`` movie reviews, normalised."""
    shared = Path(os.environ.get("WORD_ATLAS_SHARED_DATA", "../shared/data"))
    with (shared / "nsmc" / "reviews.txt").open(encoding="utf-8") as text:
        return [sentence for line in islice(text, lines) if (sentence := normalize(line))]


def section(rows: Sequence[Sequence[object]]) -> str:
    """Return the section of the results that shows ``rows``."""
    about = (
        "NSMC reviews, normalised, cut in batches of 4,000; both sides in turn on the same batch, the fastest round counts. "
        f"Libraries may use {threads()} threads. `particles` has no library; it is measured against the cut into words."
    )
    return f"{about}\n\n{markdown_table(HEADER, rows)}"


def measure(lines: Sequence[str], *, rounds: int, keys: Sequence[str]) -> list[tuple[object, ...]]:
    """Return one row of :data:`HEADER` for each tokenizer of ``keys``."""
    rows: list[tuple[object, ...]] = []
    for key in keys:
        part = lines[: max(1, len(lines) // SLOW.get(key, 1))]
        tokenizer = TOKENIZERS[key].fit(lines)
        direct, way = _direct(tokenizer)
        tokenizer.tokenize_batch(part[:9])
        direct(part[:9])
        count = sum(map(len, tokenizer.tokenize_batch(part)))
        ours, theirs = _interleaved(tokenizer.tokenize_batch, direct, part, rounds=rounds)
        speeds = f"{count / ours:,.0f}", f"{count / theirs:,.0f}"
        rows.append((key, f"{len(part):,}", f"{count:,}", *speeds, ours / theirs, way))
        print(rows[-1], flush=True)
    return rows


def _interleaved(ours: Cut, theirs: Cut, lines: Sequence[str], *, rounds: int) -> tuple[float, float]:
    """Return the seconds each side takes for all lines."""
    total = [0.0, 0.0]
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        best = [float("inf")] * 2
        for turn in range(2 * rounds):
            side = (turn + turn // 2) % 2  # ours, theirs, theirs, ours, ours …
            begin = time.perf_counter()
            found = (ours, theirs)[side](batch)
            best[side] = min(best[side], time.perf_counter() - begin)
            del found
        total = [sum(pair) for pair in zip(total, best, strict=True)]
    return total[0], total[1]


def _direct(tokenizer: Tokenizer) -> tuple[Cut, str]:
    """Return the fastest way we know to have the same work done without this project, and its name."""
    return _DIRECT[tokenizer.key](tokenizer)


def _words(tokenizer: Any) -> tuple[Cut, str]:
    findall = re.compile(r"\w+(?:[-'’·]\w+)*|[^\w\s]").findall
    return lambda lines: [findall(line.lower()) for line in lines], "re.findall(line.lower())"


def _characters(tokenizer: Any) -> tuple[Cut, str]:
    return lambda lines: [list(line.lower().replace(" ", "▁")) for line in lines], 'list(line.lower().replace(" ", "▁"))'


def _jamo(tokenizer: Any) -> tuple[Cut, str]:
    apart = unicodedata.normalize
    way = 'list(unicodedata.normalize("NFD", line.lower().replace(" ", "▁")))'
    return lambda lines: [list(apart("NFD", line.lower().replace(" ", "▁"))) for line in lines], way


def _subwords(tokenizer: Any) -> tuple[Cut, str]:
    encode, vocabulary = tokenizer._engine.encode_batch_fast, tokenizer._engine.get_vocab()
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    way = "tokenizers: encode_batch_fast, .ids as pieces"
    return lambda lines: [[pieces[i] for i in one.ids] for one in encode([" " + line.lower() for line in lines])], way


def _morphemes(tokenizer: Any) -> tuple[Cut, str]:
    from kiwipiepy import Kiwi

    kiwi = Kiwi(num_workers=threads(), load_multi_dict=False)

    def cut(lines: Sequence[str]) -> list[list[str]]:
        found = kiwi.tokenize([line.lower() for line in lines], normalize_coda=True)
        return [[one.tagged_form for one in morphemes] for morphemes in found]

    return cut, f"Kiwi(num_workers={threads()}).tokenize(list), .tagged_form"


_DIRECT: dict[str, Callable[[Any], tuple[Cut, str]]] = {
    "particles": _words,
    "words": _words,
    "morphemes": _morphemes,
    "subwords": _subwords,
    "characters": _characters,
    "jamo": _jamo,
}

if __name__ == "__main__":
    main()
