"""What the colour of a point says: a number (frequency) or a category (kind, part of speech)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption
from lstm_core.figures.style import CATEGORIES, OTHER, SCALE, hover_text


@dataclass(frozen=True, eq=False)
class Coloring:
    """One ``value`` per point, numbers or category names; ``title`` names the colour bar or the legend.

    Numbers run along a colour-blind-safe scale, logarithmic when ``logarithmic`` (all must then be >= 0). Categories get
    twelve colours by size; the rest, and the empty name, are called ``other``. Raises :class:`InvalidOption`.
    """

    values: Sequence[str] | NDArray[np.floating] | NDArray[np.integer]
    title: str = ""
    other: str = "…"
    logarithmic: bool = False

    def __post_init__(self) -> None:
        if self.categorical:
            return
        numbers = np.asarray(self.values, dtype=np.float64)
        if numbers.ndim != 1 or not np.isfinite(numbers).all() or (self.logarithmic and (numbers < 0).any()):
            raise InvalidOption(
                name="coloring", value=self.title, rule="one finite number a point, none below 0 on a log scale"
            )

    @property
    def categorical(self) -> bool:
        """Whether the values are names."""
        return not isinstance(self.values, np.ndarray) and all(isinstance(value, str) for value in self.values)

    def categories(self) -> dict[str, str]:
        """Return the colour of each of the largest categories, largest first (equal ones by name)."""
        sizes = Counter(str(value) for value in self.values if value != "")
        names = sorted(sizes, key=lambda name: (-sizes[name], name))[: len(CATEGORIES)]
        return dict(zip(names, CATEGORIES, strict=False))

    def legend(self) -> tuple[tuple[str, str], ...]:
        """Return (name, colour) of each entry of the legend; none for numbers."""
        if not self.categorical:
            return ()
        colours = self.categories()
        rest = ((self.other, OTHER),) if any(value not in colours for value in self.values) else ()
        return (*colours.items(), *rest)

    def notes(self) -> list[str]:
        """Return what the hover box says of each point, unescaped."""
        if self.categorical:
            return [str(value) for value in self.values]
        return [f"{self.title} {value:,.6g}".strip() for value in np.asarray(self.values, dtype=np.float64).tolist()]


def marker_colours(coloring: Coloring, points: int) -> dict[str, Any]:
    """Return plotly's ``marker`` for ``points`` points in ``coloring``. Raises :class:`InvalidOption` for another number."""
    if len(coloring.values) != points:
        raise InvalidOption(name="coloring", value=len(coloring.values), rule=f"{points} values are needed, one a point")
    if coloring.categorical:
        colours = coloring.categories()
        return {"color": [colours.get(str(value), OTHER) for value in coloring.values]}
    numbers = np.asarray(coloring.values, dtype=np.float64)
    shown = np.log10(numbers + 1.0) if coloring.logarithmic else numbers
    bar: dict[str, Any] = {"title": {"text": hover_text(coloring.title)}, "thickness": 12, "len": 0.6}
    if coloring.logarithmic:
        ticks = np.arange(0, np.ceil(shown.max(initial=0.0)) + 1)
        bar |= {"tickvals": np.log10(10.0**ticks + 1.0), "ticktext": [f"{10 ** int(tick):,}" for tick in ticks]}
    return {"color": shown.astype(np.float32), "colorscale": SCALE, "showscale": True, "colorbar": bar}
