"""Word axes: each direction of the picture runs from one word (or group) to another, e.g. 남자 ↔ 여자; nothing is fitted."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, NoDirection
from lstm_core.normalize import normalize
from lstm_core.options import Options, option
from lstm_core.projection.methods import PROJECTIONS, Coordinates, Extra, Job, ProjectionMethod, unit_rows
from lstm_core.registry import Text
from lstm_core.table.embedding_table import Matrix

_BETWEEN = re.compile(r"↔|<->|\|")
Poles = tuple[tuple[str, ...], tuple[str, ...]]


def _axis(label: Text) -> str:
    chosen: str = option(
        "",
        label=label,
        help=Text(
            "두 낱말을 ↔, <-> 또는 |로 이으세요. 쉼표로 이어 무리로 쓸 수도 있습니다. 예: 남자, 소년 ↔ 여자, 소녀",
            "Two words joined by ↔, <-> or |; commas make groups: man, boy ↔ woman, girl",
        ),
        max_length=400,
    )
    return chosen


class AxesOptions(Options):
    """Options of :class:`AxesProjection`: one text ``word, … ↔ word, …`` for each axis."""

    across: str = _axis(Text("가로축", "Across"))
    upwards: str = _axis(Text("세로축", "Upwards"))
    depth: str = _axis(Text("깊이축(3차원)", "In depth (3-D)"))
    unit_rows: bool = option(
        True,
        label=Text("방향만 보기", "Directions only"),
        help=Text(
            "행의 길이를 1로 맞춘 뒤 축 위의 자리를 잽니다. 자주 나오는 낱말의 긴 행이 멀리 튀지 않습니다.",
            "Scale every row to length 1 first, so that long rows do not stand far out.",
        ),
        advanced=True,
    )

    def poles(self, dimension: int) -> tuple[Poles, ...]:
        """Return the two groups of words of each axis. Raises :class:`InvalidOption` for a text that has not got two."""
        texts = {"across": self.across, "upwards": self.upwards, "depth": self.depth}
        return tuple(read_poles(text, name=name) for name, text in list(texts.items())[:dimension])


class AxesProjection(ProjectionMethod):
    """Signed positions between words: -1 at the first pole, +1 at the other, 0 half-way; axes need not be at right angles."""

    key = "axes"
    label = Text("낱말 축", "Word axes")
    caution = Text(
        "두 낱말을 잇는 방향으로 얼마나 기울었는지만 보여 줍니다. −1과 1이 두 낱말의 자리이고, 나머지 차원은 안 보입니다.",
        "It shows only how far each word leans along the direction between two words, which stand at −1 and 1.",
    )
    placing = Text("같은 축에 그대로 투영했습니다.", "Projected onto the same axes.")
    Options: type[Options] = AxesOptions
    quick = True
    asks_words = True

    def words(self, options: AxesOptions, dimension: int) -> tuple[str, ...]:
        """Return the words at the ends of the axes."""
        return tuple(dict.fromkeys(word for poles in options.poles(dimension) for group in poles for word in group))

    def fit(self, job: Job) -> tuple[Coordinates, Extra]:
        """Return positions ``(N, dimension)`` and the cosine of the first two axes. Raises :class:`NoDirection`."""
        axes = [_direction(job, poles) for poles in job.options.poles(job.dimension)]
        found = self.place(job, np.zeros((0, job.dimension), dtype=np.float32), job.matrix)
        job.tell(1.0)
        first, second = (axis / np.linalg.norm(axis) for _, axis in axes[:2])
        return found, Extra(quality={"axes_cosine": float(first @ second)})

    def place(self, job: Job, coordinates: Coordinates, vectors: Matrix) -> Coordinates:
        """Return the positions ``(n, dimension)`` of ``vectors`` ``(n, D)``; exact."""
        rows = unit_rows(vectors) if job.options.unit_rows else vectors
        axes = (_direction(job, poles) for poles in job.options.poles(job.dimension))
        columns = [2.0 * (rows @ axis - middle @ axis) / (axis @ axis) for middle, axis in axes]
        return np.stack(columns, axis=1).astype(np.float32)


def read_poles(text: str, *, name: str) -> Poles:
    """Return the two groups of words of ``text``. Raises :class:`InvalidOption` called ``name`` unless there are two."""
    sides = [tuple(filter(None, map(normalize, side.split(",")))) for side in _BETWEEN.split(text)]
    if len(sides) != 2 or not all(sides):
        raise InvalidOption(name=name, value=text or '""', rule="write two words or groups: man ↔ woman")
    return sides[0], sides[1]


def _direction(job: Job, poles: Poles) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle between two poles and the way from the first to the second, both ``(D,)``."""
    ends = []
    for group in poles:
        vectors = np.stack([job.words[word] for word in group])
        ends.append((unit_rows(vectors) if job.options.unit_rows else vectors).astype(np.float64).mean(axis=0))
    axis = ends[1] - ends[0]
    if not np.linalg.norm(axis) > 1e-6:
        raise NoDirection(query=" ↔ ".join(", ".join(group) for group in poles))
    return (ends[0] + ends[1]) / 2, axis


PROJECTIONS.register(AxesProjection())
