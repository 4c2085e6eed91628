"""Principal component analysis: the flat view that keeps the most variance, exact for any number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_core.options import Options, option
from lstm_core.projection.methods import PROJECTIONS, Coordinates, Extra, Job, ProjectionMethod
from lstm_core.registry import Text
from lstm_core.table.embedding_table import Matrix

_DOUBLE_UP_TO = 20_000  # rows; more are multiplied in float32, a block at a time, and added up in float64
_BLOCK = 4096  # rows that stay in the processor's cache between being centred and being multiplied


def _component(number: int, *, axis: Text) -> int:
    chosen: int = option(
        number,
        label=axis,
        help=Text(
            "몇 번째 주성분을 이 축에 놓을지 정합니다. 1번이 분산을 가장 많이 설명합니다.",
            "Which principal component lies along this axis; number 1 explains the most variance.",
        ),
        ge=1,
        le=10_000,
        advanced=True,
    )
    return chosen


class PCAOptions(Options):
    """Options of :class:`PCAProjection`."""

    unit_rows: bool = option(
        True,
        label=Text("방향만 보기", "Directions only"),
        help=Text(
            "행의 길이를 1로 맞춘 뒤 투영합니다. 코사인 유사도와 같은 눈으로 보는 셈입니다.",
            "Scale every row to length 1 first: the geometry of cosine similarity.",
        ),
    )
    first: int = _component(1, axis=Text("가로축 주성분", "Component across"))
    second: int = _component(2, axis=Text("세로축 주성분", "Component upwards"))
    third: int = _component(3, axis=Text("깊이축 주성분(3차원)", "Component in depth (3-D)"))

    def chosen(self, dimension: int) -> tuple[int, ...]:
        """Return the numbers (from 1) of the components along the ``dimension`` axes of the picture."""
        return (self.first, self.second, self.third)[:dimension]


@dataclass(frozen=True, eq=False)
class Components:
    """All principal components of rows: ``mean`` ``(D,)``, ``axes`` ``(D, D)`` as columns, ``shares`` ``(D,)`` of variance.

    Shares add up to 1 and descend; they are 0 when all rows are equal. ``directions``: rows were scaled to length 1 first.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    shares: NDArray[np.float64]
    directions: bool

    def scores(self, matrix: Matrix, numbers: tuple[int, ...]) -> Coordinates:
        """Return where the rows of ``matrix`` ``(N, D)`` lie along the components ``numbers`` (from 1), ``(N, len(numbers))``.

        A component beyond D is 0 everywhere. Signs are those of ``axes``.
        """
        kept = [place for place, number in enumerate(numbers) if number <= self.axes.shape[1]]
        axes = self.axes[:, [numbers[place] - 1 for place in kept]]  # (D, n)
        found = np.zeros((len(matrix), len(numbers)), dtype=np.float32)
        for start, rows in _blocks(matrix, self.mean, directions=self.directions):
            found[start : start + len(rows), kept] = rows @ axes.astype(rows.dtype)
        return found


class PCAProjection(ProjectionMethod):
    """Exact PCA of the rows; the sign of an axis is set by its largest coordinate, so it never flips."""

    key = "pca"
    label = Text("PCA (주성분 분석)", "PCA (principal components)")
    caution = Text(
        "그림의 축이 설명하는 분산만 보여 줍니다. 그림에서 겹친 낱말도 원래 공간에서는 멀 수 있습니다.",
        "It shows only the variance its axes explain: words that overlap here may be far apart in the full space.",
    )
    placing = Text("같은 축에 그대로 투영했습니다.", "Projected onto the same axes.")
    Options: type[Options] = PCAOptions
    quick = True

    def fit(self, job: Job) -> tuple[Coordinates, Extra]:
        """Return coordinates ``(N, dimension)`` and the share of variance of every component."""
        components = principal_components(job.matrix, directions=job.options.unit_rows)
        numbers = job.options.chosen(job.dimension)
        coordinates = steady_signs(components.scores(job.matrix, numbers)).astype(np.float32)
        job.tell(1.0)
        shares = components.shares
        along = tuple(float(shares[number - 1]) if number <= len(shares) else 0.0 for number in numbers)
        return coordinates, Extra(explained_variance_ratio=along, spectrum=tuple(shares.tolist()))

    def place(self, job: Job, coordinates: Coordinates, vectors: Matrix) -> Coordinates:
        """Return where ``vectors`` ``(n, D)`` lie along the axes of the picture ``coordinates``; exact."""
        components = principal_components(job.matrix, directions=job.options.unit_rows)
        numbers = job.options.chosen(job.dimension)
        signs = np.sign(np.einsum("nd,nd->d", components.scores(job.matrix, numbers), coordinates, dtype=np.float64))
        placed: Coordinates = (components.scores(vectors, numbers) * np.where(signs < 0, -1, 1)).astype(np.float32)
        return placed


def principal_components(matrix: Matrix, *, directions: bool) -> Components:
    """Return all principal components of the rows of ``matrix`` ``(N, D)``, exact.

    The rows are read a block at a time and never copied as a whole. Up to 20,000 rows all is in float64; more are centred
    on the mean of the first block and multiplied in float32, and the products added up in float64.
    """
    count, width = matrix.shape
    if count < width:
        ((_, rows),) = _blocks(matrix, np.zeros(width), directions=directions, size=count)
        mean = rows.mean(axis=0)
        axes, ratios = principal_axes(rows - mean, width)
        return Components(mean, axes, np.array(ratios), directions)
    _, first = next(_blocks(matrix, np.zeros(width), directions=directions))
    near = first.mean(axis=0, dtype=np.float64)
    product, total = np.zeros((width, width)), np.zeros(width)
    for _, rows in _blocks(matrix, near, directions=directions):
        product += rows.T @ rows
        total += np.ones(len(rows), dtype=rows.dtype) @ rows
    shift = total / count
    axes, shares = _descending(product - count * np.outer(shift, shift), width)
    return Components(near.astype(_kind(count)) + shift, axes, shares, directions)


def principal_axes(centred: NDArray[np.floating], count: int) -> tuple[NDArray[np.float64], tuple[float, ...]]:
    """Return the first ``count`` principal axes of ``centred`` ``(N, D)`` as columns ``(D, count)``, and their variance ratios.

    Exact, from the eigenvectors of the smaller of the two products of the rows with themselves; rows that are all zero have
    ratios 0. ``count`` is at most D.
    """
    if len(centred) >= centred.shape[1]:
        axes, shares = _descending((centred.T @ centred).astype(np.float64), count)
        return axes, tuple(shares.tolist())
    _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
    axes, shares = np.zeros((centred.shape[1], count)), np.zeros(count)
    axes[:, : len(rows)] = rows[:count].T
    squares = sizes[:count].astype(np.float64) ** 2
    shares[: len(squares)] = squares / (float((sizes.astype(np.float64) ** 2).sum()) or 1.0)
    return axes, tuple(shares.tolist())


def steady_signs(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return ``scores`` ``(N, n)`` with each column's sign chosen so that its entry of largest size is positive."""
    largest = scores[np.argmax(np.abs(scores), axis=0), np.arange(scores.shape[1])]
    return scores * np.where(largest < 0, -1.0, 1.0)


def _descending(product: NDArray[np.float64], count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ``count`` leading eigenvectors of ``product`` ``(D, D)`` as columns, and their shares of its trace."""
    variances, vectors = np.linalg.eigh(product)  # ascending
    best = np.clip(variances[::-1], 0.0, None)
    return vectors[:, : -count - 1 : -1], best[:count] / (float(best.sum()) or 1.0)


def _kind(count: int) -> type[np.floating]:
    return np.float64 if count <= _DOUBLE_UP_TO else np.float32


def _blocks(
    matrix: Matrix, centre: NDArray[np.float64], *, directions: bool, size: int = _BLOCK
) -> Iterator[tuple[int, NDArray[np.floating]]]:
    """Yield ``(first row, rows - centre)``, ``size`` rows at a time, as unit rows if ``directions``.

    All blocks share one piece of memory: each is good until the next is asked for.
    """
    kind = _kind(len(matrix))
    middle = centre.astype(kind)
    kept = np.empty((min(size, len(matrix)), matrix.shape[1]), dtype=kind)
    for start in range(0, len(matrix), size):
        given = matrix[start : start + size]
        rows = kept[: len(given)]
        if directions:
            lengths = np.sqrt(np.einsum("nd,nd->n", given, given, dtype=kind))
            np.divide(given, np.where(lengths > 0, lengths, 1.0)[:, None].astype(kind), out=rows)
            rows -= middle
        else:
            np.subtract(given, middle, out=rows)
        yield start, rows


PROJECTIONS.register(PCAProjection())
