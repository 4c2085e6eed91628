"""Principal component analysis: the flat view that keeps the most variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew
from lstm_core.options import Options, option
from lstm_core.projection.methods import PROJECTIONS, Extra, Progress, unit_rows
from lstm_core.registry import Text
from lstm_core.table.embedding_table import Matrix

_DOUBLE_UP_TO = 20_000  # rows; float32 products of more differ by 1e-12 in the angle of an axis, at half the time and memory


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


class PCAProjection:
    """Exact PCA of the rows; the sign of an axis is set by its largest coordinate, so it never flips."""

    key = "pca"
    label = Text("PCA (주성분 분석)", "PCA (principal components)")
    caution = Text(
        "그림의 축이 설명하는 분산만 보여 줍니다. 그림에서 겹친 낱말도 원래 공간에서는 멀 수 있습니다.",
        "It shows only the variance its axes explain: words that overlap here may be far apart in the full space.",
    )
    Options: type[Options] = PCAOptions

    def fit(
        self, matrix: Matrix, *, dimension: int, options: PCAOptions, seed: int, progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], Extra]:
        """Return coordinates ``(N, dimension)`` and the explained variance ratios; a missing axis (D < dimension) is 0."""
        if len(matrix) <= dimension:
            raise TooFew(what="words on the map", given=len(matrix), needed=dimension + 1)
        rows = unit_rows(matrix) if options.unit_rows else matrix
        exact = rows.astype(np.float64 if len(rows) <= _DOUBLE_UP_TO else np.float32, copy=False)
        centred = exact - rows.mean(axis=0, dtype=np.float64).astype(exact.dtype)  # (N, D)
        kept = min(dimension, rows.shape[1])
        axes, ratios = principal_axes(centred, kept)
        coordinates = np.zeros((len(rows), dimension), dtype=np.float32)  # (N, dimension)
        coordinates[:, :kept] = steady_signs(centred @ axes.astype(exact.dtype))
        if progress is not None:
            progress(1.0)
        return coordinates, Extra(ratios + (0.0,) * (dimension - kept))


def principal_axes(centred: NDArray[np.floating], count: int) -> tuple[NDArray[np.float64], tuple[float, ...]]:
    """Return the first ``count`` principal axes of ``centred`` ``(N, D)`` as columns ``(D, count)``, and their variance ratios.

    Exact, from the eigenvectors of the smaller of the two products of the rows with themselves; rows that are all zero have
    ratios 0. ``count`` is at most D.
    """
    if len(centred) >= centred.shape[1]:
        variances, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))  # ascending
        axes = vectors[:, : -count - 1 : -1]
    else:
        _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
        variances = sizes[::-1] ** 2
        axes = np.zeros((centred.shape[1], count))
        axes[:, : len(rows)] = rows[:count].T
    shares = np.zeros(count)
    total = float(variances.sum())
    best = variances[::-1][:count]
    if total > 0:
        shares[: len(best)] = np.clip(best / total, 0.0, 1.0)
    return axes, tuple(shares.tolist())


def steady_signs(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return ``scores`` ``(N, n)`` with each column's sign chosen so that its entry of largest size is positive."""
    largest = scores[np.argmax(np.abs(scores), axis=0), np.arange(scores.shape[1])]
    return scores * np.where(largest < 0, -1.0, 1.0)


PROJECTIONS.register(PCAProjection())
