"""Series of numbers in the order of time: two that are generated, and a column of somebody's CSV file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidSeries
from lstm_core.options import Options, option
from lstm_core.registry import Registry, Text

LEAST, MOST = 200, 10_000
"""Values a series must and may have."""
MOST_BYTES = 20 * 1024 * 1024
_NUMBER_SHARE = 0.8  # of the cells: a column of numbers, in which anything else is a mistake
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Series:
    """``values`` (N,) from the oldest to the newest, a ``label`` for each (a date, or its number), and the usual ``season``.

    ``season``: after so many steps the pattern repeats (0: none is known).
    """

    name: str
    values: Values
    labels: tuple[str, ...]
    season: int = 0


class SeriesOptions(Options):
    """How long a generated series is, and which one of its kind."""

    length: int = option(
        1826, ge=LEAST, le=MOST, label=Text("길이(날)", "Length (days)"), help=Text("만들 값의 수", "How many values are made.")
    )
    seed: int = option(
        0,
        ge=0,
        le=2**31 - 1,
        label=Text("난수 씨앗", "Seed"),
        help=Text("같은 씨앗이면 같은 값이 나옵니다.", "The same seed makes the same values."),
    )


class DailyTemperature:
    """A yearly wave, and weather that lasts some days around it."""

    key = "temperature"
    label = Text("하루 기온처럼 (만든 값)", "Like daily temperatures (generated)")
    note = Text(
        "한 해 주기의 물결에 며칠씩 이어지는 날씨를 더해 만든 값입니다. 실제 기온이 아닙니다.",
        "A yearly wave and weather that lasts some days, made by a formula. Not real temperatures.",
    )
    Options = SeriesOptions

    @staticmethod
    def make(options: SeriesOptions) -> Series:
        """Return 12 − 13 cos(2π t / 365.25) plus AR(2) weather (1.1, −0.3; noise 2.2), in degrees."""
        random = np.random.default_rng(options.seed)
        days = np.arange(options.length)
        noise = random.normal(0.0, 2.2, options.length)
        weather = np.zeros(options.length)
        for day in range(options.length):
            weather[day] = noise[day] + 1.1 * weather[day - 1] * (day > 0) - 0.3 * weather[day - 2] * (day > 1)
        values = 12.0 - 13.0 * np.cos(2.0 * math.pi * (days - 15) / 365.25) + weather
        return Series(DailyTemperature.key, values, _numbered(options.length), 365)


class RandomWalkPrice:
    """A price whose next change has nothing to do with all earlier ones: a geometric random walk without drift."""

    key = "price"
    label = Text("주가처럼 (만든 값)", "Like prices (generated)")
    note = Text(
        "다음 변화가 지난 일과 아무 상관 없도록 만든 값입니다(무작위 걸음). 누구도 어제 값보다 잘 맞힐 수 없습니다.",
        "A random walk: the next change has nothing to do with the past. Nobody can do better than yesterday's value.",
    )
    Options = SeriesOptions

    @staticmethod
    def make(options: SeriesOptions) -> Series:
        """Return 100 exp of the sum of normal steps of 1 %, each less half its variance, so that no gain is expected."""
        steps = np.random.default_rng(options.seed).normal(-0.5 * 0.01**2, 0.01, options.length)
        return Series(RandomWalkPrice.key, 100.0 * np.exp(np.cumsum(steps)), _numbered(options.length))


SERIES: Registry[Any] = Registry("series")
SERIES.register(DailyTemperature)
SERIES.register(RandomWalkPrice)


@dataclass(frozen=True)
class NumberTable:
    """A CSV file whose ``columns`` of numbers can be forecast; ``labels`` are the cells of its first other column."""

    name: str
    columns: dict[str, tuple[str, ...]]
    labels: tuple[str, ...]

    def series(self, column: str) -> Series:
        """Return that column. Raises :class:`InvalidSeries`, with the row where a cell is at fault."""
        values = []
        for number, cell in enumerate(self.columns[column], start=2):
            value = _number(cell)
            if value is None:
                raise InvalidSeries(name=self.name, reason="cell" if cell.strip() else "gap", row=number)
            values.append(value)
        found = np.array(values)
        if len(found) < LEAST or len(found) > MOST:
            raise InvalidSeries(name=self.name, reason="short" if len(found) < LEAST else "long", row=len(found))
        if np.ptp(found) == 0.0:
            raise InvalidSeries(name=self.name, reason="constant", row=len(found))
        return Series(f"{self.name} · {column}", found, self.labels)


def read_csv(data: bytes, name: str) -> NumberTable:
    """Return the columns of numbers of a CSV (or TSV, or semicolon) file whose first row names them.

    Raises :class:`InvalidSeries`.
    """
    if len(data) > MOST_BYTES:
        raise InvalidSeries(name=name, reason="long", row=0)
    text = _decoded(data, name)
    lines = io.StringIO(text, newline=None)  # whatever ends a line
    try:
        rows = [row for row in csv.reader(lines, delimiter=_delimiter(text)) if any(row)]
    except csv.Error:  # such as a cell of a megabyte
        raise InvalidSeries(name=name, reason="no_text", row=0) from None
    if len(rows) < 2:
        raise InvalidSeries(name=name, reason="short", row=max(0, len(rows) - 1))
    head, body = _header(rows)
    for number, row in enumerate(body, start=2):
        if len(row) != len(head):
            raise InvalidSeries(name=name, reason="ragged", row=number)
    columns = {title: tuple(row[at] for row in body) for at, title in enumerate(head)}
    numeric = {title: cells for title, cells in columns.items() if _mostly_numbers(cells)}
    if not numeric:
        raise InvalidSeries(name=name, reason="no_numbers", row=0)
    others = [cells for title, cells in columns.items() if title not in numeric]
    return NumberTable(name, numeric, others[0] if others else _numbered(len(body)))


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InvalidSeries(name=name, reason="no_text", row=0)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _header(rows: Sequence[Sequence[str]]) -> tuple[list[str], Sequence[Sequence[str]]]:
    """Return the titles, all different, and the rows below them; a first row of numbers alone is no header."""
    if any(_number(cell) is None for cell in rows[0]):
        titles, body = [cell.strip() or "–" for cell in rows[0]], rows[1:]
    else:
        titles, body = [str(at + 1) for at in range(len(rows[0]))], rows
    return [title if titles.index(title) == at else f"{title} ({at + 1})" for at, title in enumerate(titles)], body


def _mostly_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum(_number(cell) is not None for cell in filled) >= _NUMBER_SHARE * len(filled)


def _number(cell: str) -> float | None:
    """Return the number in a cell (``1,234.5`` too), or None."""
    try:
        value = float(cell.strip().replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e15 else None


def _numbered(length: int) -> tuple[str, ...]:
    return tuple(str(at + 1) for at in range(length))
