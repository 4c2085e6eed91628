"""How often each token occurs, counted exactly in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MOST_IN_MEMORY = 1_000_000
"""Different tokens (about 200 MB); when there are more, what was counted so far is laid down on disk."""
_PARTS = 256
_SLICE = 100_000


class TypeCounts:
    """Counts of tokens, kept in memory as long as they fit and in files of ``folder`` beyond that.

    A token always goes to the same one of 256 files, so that each can be added up alone at the end.
    """

    def __init__(self, folder: Path, *, limit: int = MOST_IN_MEMORY) -> None:
        self._folder, self._limit = folder, limit
        self._seen: dict[str, int] = {}
        self._spilled = False

    def add(self, tokens: Iterable[str], counts: NDArray[np.int64]) -> None:
        """Count each of ``tokens`` so many times more."""
        seen = self._seen
        for token, number in zip(tokens, counts.tolist(), strict=True):
            seen[token] = seen.get(token, 0) + number
        if len(seen) > self._limit:
            self._spill()

    def ranked(self, most: int, *, without: Iterable[str] = ()) -> tuple[dict[str, int], int]:
        """Return the ``most`` most frequent tokens with their counts, in order, and how many different ones there are.

        Equally frequent ones come in the order of their spelling. Tokens in ``without`` are passed over.
        """
        found: dict[str, int] = {}
        types, least = 0, 1
        for part in self._parts():
            for token in without:
                part.pop(token, None)
            types += len(part)
            found.update((token, number) for token, number in part.items() if number >= least)
            if len(found) > 2 * most:
                found = _top(found, most)
                least = min(found.values())
        best = sorted(_top(found, most).items(), key=lambda item: (-item[1], item[0]))
        return dict(best), types

    def _parts(self) -> Iterator[dict[str, int]]:
        """Yield the counts in pieces that share no token."""
        if not self._spilled:
            yield self._seen
            return
        self._spill()
        for number in range(_PARTS):
            part: dict[str, int] = {}
            if self._part(number).exists():
                with self._part(number).open(encoding="utf-8", errors="surrogatepass", newline="\n") as lines:
                    for line in lines:
                        seen, _, token = line[:-1].partition(" ")
                        part[token] = part.get(token, 0) + int(seen)
            yield part

    def _spill(self) -> None:
        items = iter(self._seen.items())
        while some := list(islice(items, _SLICE)):
            lines: list[list[str]] = [[] for _ in range(_PARTS)]
            for token, number in some:
                lines[hash(token) % _PARTS].append(f"{number} {token}\n")
            for number, part in enumerate(lines):
                with self._part(number).open("a", encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
                    stream.writelines(part)
        self._seen = {}
        self._spilled = True

    def _part(self, number: int) -> Path:
        return self._folder / f"counts-{number:03d}"


def _top(counts: Mapping[str, int], most: int) -> dict[str, int]:
    """Return the ``most`` most frequent tokens, in no order; of equally frequent ones those that come first in spelling."""
    if len(counts) <= most:
        return dict(counts)
    numbers = np.fromiter(counts.values(), np.int64, len(counts))
    least = int(np.partition(numbers, len(numbers) - most)[len(numbers) - most])
    above = {token: number for token, number in counts.items() if number > least}
    ties = sorted(token for token, number in counts.items() if number == least)
    return above | dict.fromkeys(ties[: most - len(above)], least)
