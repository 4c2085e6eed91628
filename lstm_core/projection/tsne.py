"""t-SNE: near words stay near; distances between groups and sizes of groups mean nothing (van der Maaten & Hinton 2008)."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lstm_core.options import Options, option
from lstm_core.projection.descent import EARLY, Descent, descend
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
from lstm_core.projection.pca import principal_components, steady_signs
from lstm_core.registry import Text
from lstm_core.table.embedding_table import Matrix

_START = 1e-4  # standard deviation of the first axis of the layout that is begun with


class TSNEOptions(Options):
    """Options of :class:`TSNEProjection`."""

    perplexity: int = option(
        30,
        label=Text("이웃 규모(perplexity)", "Perplexity"),
        help=Text(
            "낱말마다 이웃을 몇 개쯤 가깝게 둘지 정합니다. 작으면 잘게, 크면 넓게 묶입니다.",
            "About how many neighbours each word keeps close: small gives fine clumps, large gives broad ones.",
        ),
        ge=5,
        le=100,
    )
    iterations: int = option(
        750,
        label=Text("반복 횟수", "Iterations"),
        help=Text(
            f"초기 과장 {EARLY}회 뒤에 다듬는 횟수입니다. 많을수록 느리지만 안정됩니다.",
            f"Steps after the {EARLY} of early exaggeration: more is slower but steadier.",
        ),
        ge=50,
        le=3000,
    )
    early_exaggeration: float = option(
        12.0,
        label=Text("초기 과장", "Early exaggeration"),
        help=Text(
            f"처음 {EARLY}회 동안 이웃끼리 당기는 힘을 몇 배로 할지 정합니다. 크면 무리가 먼저 뚜렷이 갈라집니다.",
            f"How many times stronger neighbours attract during the first {EARLY} steps: large parts the groups early.",
        ),
        ge=1.0,
        le=50.0,
        advanced=True,
    )
    exaggeration: float = option(
        1.0,
        label=Text("과장", "Exaggeration"),
        help=Text(
            "1보다 크면 무리가 더 뭉치고 사이가 벌어집니다.",
            "Above 1, groups pull together and apart from each other.",
        ),
        ge=1.0,
        le=8.0,
        advanced=True,
    )
    learning_rate: float = option(
        0.0,
        label=Text("학습률", "Learning rate"),
        help=Text(
            "한 번에 옮기는 크기입니다. 0이면 낱말 수를 초기 과장으로 나눈 값(적어도 200)을 씁니다.",
            "The size of a step; 0 takes the number of words divided by the early exaggeration, at least 200.",
        ),
        ge=0.0,
        le=100_000.0,
        advanced=True,
    )
    start: Literal["pca", "random"] = option(
        "pca",
        label=Text("시작 배치", "Start"),
        help=Text(
            "PCA에서 시작하면 큰 배치가 덜 우연에 달립니다. 무작위는 씨앗으로 정해집니다.",
            "From PCA the large layout is less a matter of chance; random starts follow the seed.",
        ),
        advanced=True,
    )
    unit_rows: bool = neighbors_by_direction()


class TSNEProjection(ProjectionMethod):
    """t-SNE by the fastest library for the dimension (see :mod:`lstm_core.projection.descent`), on exact neighbours."""

    key = "tsne"
    label = Text("t-SNE", "t-SNE")
    caution = Text(
        "가까운 이웃만 믿으세요. 무리 사이의 거리와 무리의 크기에는 뜻이 거의 없습니다.",
        "Trust only near neighbours: distances between groups and the sizes of groups mean almost nothing.",
    )
    Options: type[Options] = TSNEOptions
    live = True
    libraries = ("openTSNE", "scikit-learn", "daal")

    def needed(self, options: TSNEOptions, dimension: int) -> tuple[str, int]:
        """Return 3 x perplexity + 2 words."""
        return "words for this perplexity", 3 * options.perplexity + 2

    def fit(self, job: Job) -> tuple[Coordinates, Extra]:
        """Return coordinates ``(N, dimension)`` and the final KL divergence."""
        options: TSNEOptions = job.options
        job.tell(0.0)
        rows = unit_rows(job.matrix) if options.unit_rows else job.matrix
        layout, divergence = descend(
            Descent(
                affinities=affinities(rows, options.perplexity),
                start=_start(rows, job),
                iterations=options.iterations,
                early_exaggeration=options.early_exaggeration,
                exaggeration=options.exaggeration,
                learning_rate=options.learning_rate or max(200.0, len(rows) / options.early_exaggeration),
                seed=job.seed,
            ),
            job,
        )
        return layout, Extra(quality={"kl_divergence": divergence})


def affinities(rows: Matrix, perplexity: int) -> Any:
    """Return openTSNE's affinities of ``rows`` ``(N, D)``, from the 3 x perplexity nearest neighbours of each."""
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    near, distances = near_graph(rows, k=3 * perplexity)
    return PerplexityBasedNN(perplexity=perplexity, knn_index=PrecomputedNeighbors(near, distances), n_jobs=1)


def _start(rows: Matrix, job: Job) -> NDArray[np.float64]:
    """Return the layout ``(N, dimension)`` to begin with, of standard deviation 0.0001; jitter parts equal rows."""
    noise = np.random.default_rng(job.seed).normal(size=(len(rows), job.dimension))
    if job.options.start == "random":
        return noise * _START
    components = principal_components(rows, directions=False)
    flat = steady_signs(components.scores(rows, (1, 2, 3)[: job.dimension])).astype(np.float64)
    return flat / (float(np.std(flat[:, 0])) or 1.0) * _START + noise * (_START / 100)


PROJECTIONS.register(TSNEProjection())
