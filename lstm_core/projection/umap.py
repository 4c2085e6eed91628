"""UMAP by umap-learn, on exact neighbours of up to 20,000 rows, else its own search (McInnes, Healy & Melville 2018)."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lstm_core.options import Options, option
from lstm_core.projection.methods import (
    PROJECTIONS,
    Coordinates,
    Extra,
    Job,
    ProjectionMethod,
    neighbors_by_direction,
    unit_rows,
)
from lstm_core.projection.neighbors import near_graph
from lstm_core.registry import Text
from lstm_core.table.embedding_table import Matrix

_EXACT_UP_TO = 20_000  # rows; beyond, umap-learn's approximate search is faster


class UMAPOptions(Options):
    """Options of :class:`UMAPProjection`."""

    n_neighbors: int = option(
        15,
        label=Text("이웃 수", "Neighbours"),
        help=Text(
            "낱말마다 이웃을 몇 개까지 볼지 정합니다. 작으면 잘게, 크면 전체 모양을 봅니다.",
            "How many neighbours of each word count: few show details, many the overall shape.",
        ),
        ge=2,
        le=200,
    )
    min_dist: float = option(
        0.1,
        label=Text("최소 거리", "Least distance"),
        help=Text(
            "그림에서 이웃한 점을 얼마나 바짝 붙일지 정합니다. 0에 가까우면 뭉칩니다.",
            "How tightly neighbours may be packed on the picture; near 0 they clump.",
        ),
        ge=0.0,
        le=0.99,
    )
    epochs: int = option(
        0,
        label=Text("반복 횟수", "Epochs"),
        help=Text(
            "0이면 umap-learn이 정합니다(낱말 10,000개까지 500번, 그보다 많으면 200번).",
            "0 leaves it to umap-learn (500 up to 10,000 words, 200 above).",
        ),
        ge=0,
        le=3000,
        advanced=True,
    )
    start: Literal["spectral", "pca", "random"] = option(
        "spectral",
        label=Text("시작 배치", "Start"),
        help=Text(
            "큰 배치가 무엇에서 시작하는지 정합니다. 스펙트럼은 이웃 그래프의 모양에서 시작합니다.",
            "What the large layout begins with; spectral begins with the shape of the neighbour graph.",
        ),
        advanced=True,
    )
    unit_rows: bool = neighbors_by_direction()


class UMAPProjection(ProjectionMethod):
    """UMAP with a seed, hence on one thread."""

    key = "umap"
    label = Text("UMAP", "UMAP")
    caution = Text(
        "가까운 이웃을 보는 그림입니다. 무리 사이의 거리와 무리의 크기에는 뜻이 거의 없습니다.",
        "A picture of near neighbours: distances between groups and the sizes of groups mean almost nothing.",
    )
    Options: type[Options] = UMAPOptions
    libraries = ("umap-learn", "numba", "scikit-learn", "daal")

    def needed(self, options: UMAPOptions, dimension: int) -> tuple[str, int]:
        """Return two words more than neighbours."""
        return "words for so many neighbours", max(options.n_neighbors, dimension + 1) + 2

    def warm(self) -> None:
        """Also compile umap-learn's own search for neighbours."""
        from pynndescent import NNDescent

        super().warm()
        NNDescent(np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32), n_neighbors=15, random_state=0)

    def fit(self, job: Job) -> tuple[Coordinates, Extra]:
        """Return coordinates ``(N, dimension)``."""
        import umap

        options: UMAPOptions = job.options
        job.tell(0.0)
        rows = unit_rows(job.matrix) if options.unit_rows else job.matrix
        graph = _graph(rows, options.n_neighbors) if len(rows) <= _EXACT_UP_TO else (None, None, None)
        job.tell(0.1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = umap.UMAP(
                n_components=job.dimension,
                n_neighbors=options.n_neighbors,
                min_dist=options.min_dist,
                n_epochs=options.epochs or None,
                init=options.start,
                random_state=job.seed,
                n_jobs=1,
                precomputed_knn=graph,
                force_approximation_algorithm=True,  # also for few rows: with the neighbours above nothing is approximate
                tqdm_kwds={"file": _Told(job), "bar_format": "{n} {total} ", "mininterval": 0.2, "disable": False},
            )
            layout = model.fit_transform(rows)
        job.tell(1.0)
        return np.asarray(layout, dtype=np.float32), Extra()


def _graph(rows: Matrix, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the ``count`` exact neighbours of each row and their distances, both ``(N, count)``; itself is the first."""
    near, distances = near_graph(rows, k=count - 1)
    own = np.arange(len(rows))[:, None]
    return np.hstack([own, near]), np.hstack([np.zeros_like(distances[:, :1]), distances])


class _Told:
    """The file that umap-learn writes its progress bar to, as ``done total`` in epochs; what it says is passed on."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def write(self, text: str) -> int:
        """Pass on the share done."""
        numbers = [int(word) for word in text.split() if word.isdigit()]
        if len(numbers) == 2 and numbers[1]:
            self.job.tell(0.1 + 0.89 * min(1.0, numbers[0] / numbers[1]))
        return len(text)

    def flush(self) -> None:
        """Do nothing: there is nothing to flush."""


PROJECTIONS.register(UMAPProjection())
