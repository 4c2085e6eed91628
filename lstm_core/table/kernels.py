"""The inner loops over rows kept as bytes, compiled by numba on first use; the compiled form is kept beside this file.

They let go of the interpreter's lock, so a page stays alive and several threads may each do a share.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_compiled: Any = njit(nogil=True, cache=True)
_whole = np.int32
_real = np.float32
_TILE = 64  # rows that stay in the nearest cache while all questions pass over them


def _products(rows: Any, size: int, asked: Any, totals: Any) -> None:
    """Write the products of the first ``size`` of ``rows`` ``(n, W)`` with ``asked`` ``(W,)`` to ``totals`` ``(n,)``."""
    for row in range(size):
        total = _whole(0)
        for axis in range(rows.shape[1]):
            total = _whole(total + _whole(_whole(rows[row, axis]) * _whole(asked[axis])))
        totals[row] = total


def _insert(tops: Any, low: Any) -> None:
    """Put ``low`` in its place among ``tops`` ``(k,)``, the least first; the least of all falls out."""
    place = -1
    while place + 1 < len(tops) and tops[place + 1] < low:
        if place >= 0:
            tops[place] = tops[place + 1]
        place += 1
    if place >= 0:
        tops[place] = low


def _sweep(asked: Any, factor: Any, spare: Any, codes: Any, scale: Any, slack: Any, rough: Any, low: Any, high: Any) -> None:
    """Add the products of ``codes`` ``(V, W)`` int8 with ``asked`` ``(W,)`` int16 to ``rough``; bound by slack and spare."""
    totals = np.empty(_TILE, np.int32)
    for start in range(0, len(codes), _TILE):
        size = min(len(codes) - start, _TILE)
        products(codes[start:], size, asked, totals)
        for row in range(size):
            place = start + row
            value = rough[place] + _real(totals[row]) * scale[place] * factor
            left = slack[place] + spare
            rough[place], low[place], high[place] = value, value - left, value + left


def _reaches(totals: Any, size: int, scale: Any, slack: Any, factor: Any, floor: Any) -> Any:
    """Tell whether any upper bound comes to ``floor``."""
    reached = False
    for row in range(size):
        reached |= _real(totals[row]) * scale[row] * factor + slack[row] >= floor
    return reached


def _sift(
    codes: Any, scale: Any, slack: Any, asked: Any, factor: Any, spare: Any, found: Any, highs: Any, counts: Any, tops: Any
) -> None:
    """Note the rows that may be among the best of each question of ``asked`` ``(B, W)`` int16.

    ``tops`` ``(B, k)`` keeps the largest lower bounds, the least of them first: a row whose upper bound stays below that
    is out. ``found`` and ``highs`` ``(B, n)`` take rows and upper bounds; ``counts`` ``(B,)`` goes on where they are full.
    """
    tile, totals = np.empty((_TILE, codes.shape[1]), np.int16), np.empty(_TILE, np.int32)
    for start in range(0, len(codes), _TILE):
        size = min(len(codes) - start, _TILE)
        tile[:size] = codes[start : start + size]
        for number in range(len(asked)):
            products(tile, size, asked[number], totals)
            if not reaches(totals, size, scale[start:], slack[start:], factor[number], tops[number, 0] - spare[number]):
                continue
            for row in range(size):
                value = _real(totals[row]) * scale[start + row] * factor[number]
                left = slack[start + row] + spare[number]
                if value + left >= tops[number, 0]:
                    if counts[number] < found.shape[1]:
                        found[number, counts[number]], highs[number, counts[number]] = start + row, value + left
                    counts[number] += 1
                    insert(tops[number], value - left)


def _tally(first: Any, second: Any, which: Any, whose: Any, low: Any, high: Any, near: Any, above: Any) -> None:
    """Count for each of Q questions the sums ``first[which] + second[whose]`` ``(n,)`` from ``low`` on and above ``high``."""
    for number in range(len(which)):
        one, other, least, most = first[which[number]], second[whose[number]], low[number], high[number]
        reached, passed = _whole(0), _whole(0)
        for row in range(len(one)):
            total = one[row] + other[row]
            reached += _whole(total >= least)
            passed += _whole(total > most)
        near[number], above[number] = reached, passed


def _between(first: Any, second: Any, which: Any, whose: Any, low: Any, high: Any, lines: Any, pairs: Any) -> None:
    """Write to ``pairs`` ``(2, n)`` the questions of ``lines`` and the places whose sums lie from ``low`` to ``high``."""
    count = 0
    for number in lines:
        one, other, least, most = first[which[number]], second[whose[number]], low[number], high[number]
        for start in range(0, len(one), _TILE):
            end, reached = min(start + _TILE, len(one)), _whole(0)
            for row in range(start, end):
                total = one[row] + other[row]
                reached += _whole(total >= least and total <= most)
            if reached:
                for row in range(start, end):
                    if one[row] + other[row] >= least and one[row] + other[row] <= most:
                        pairs[0, count], pairs[1, count] = number, row
                        count += 1


products: Any = _compiled(_products)
insert: Any = _compiled(_insert)
reaches: Any = _compiled(_reaches)
sweep: Any = _compiled(_sweep)
sift: Any = _compiled(_sift)
tally: Any = _compiled(_tally)
between: Any = _compiled(_between)
