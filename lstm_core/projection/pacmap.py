"""PaCMAP by its authors' library: neighbours and middling pairs pull, far pairs push (Wang, Huang, Rudin, Shaposhnik 2021)."""

from __future__ import annotations

import warnings

import numpy as np

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
from lstm_core.registry import Text


class PaCMAPOptions(Options):
    """Options of :class:`PaCMAPProjection`."""

    n_neighbors: int = option(
        10,
        label=Text("이웃 수", "Neighbours"),
        help=Text(
            "낱말마다 끌어당길 이웃의 수입니다.",
            "How many neighbours of each word pull it.",
        ),
        ge=2,
        le=100,
    )
    middling: float = option(
        0.5,
        label=Text("중간 거리 쌍의 비율", "Share of middling pairs"),
        help=Text(
            "이웃 하나에 중간 거리의 쌍을 몇 개 둘지 정합니다. 크면 전체 모양을 더 지킵니다.",
            "Pairs at middle distance for each neighbour: more of them keep more of the overall shape.",
        ),
        ge=0.1,
        le=5.0,
        advanced=True,
    )
    far: float = option(
        2.0,
        label=Text("먼 쌍의 비율", "Share of far pairs"),
        help=Text(
            "이웃 하나에 서로 밀어내는 먼 쌍을 몇 개 둘지 정합니다.",
            "Far pairs, which push each other away, for each neighbour.",
        ),
        ge=0.5,
        le=10.0,
        advanced=True,
    )
    iterations: int = option(
        450,
        label=Text("반복 횟수", "Iterations"),
        help=Text(
            "처음 200회는 큰 배치를, 나머지는 이웃을 다듬습니다.",
            "The first 200 arrange the large layout, the rest the neighbours.",
        ),
        ge=250,
        le=3000,
        advanced=True,
    )
    unit_rows: bool = neighbors_by_direction()


class PaCMAPProjection(ProjectionMethod):
    """PaCMAP from a PCA start, seeded; the library says nothing while it works."""

    key = "pacmap"
    label = Text("PaCMAP", "PaCMAP")
    caution = Text(
        "이웃과 큰 배치를 함께 지키려는 그림입니다. 그래도 무리 사이의 거리를 재듯이 읽지는 마세요.",
        "It tries to keep both neighbours and the large layout; still, do not read distances between groups as measures.",
    )
    Options: type[Options] = PaCMAPOptions
    libraries = ("pacmap", "faiss-cpu", "numba")

    def needed(self, options: PaCMAPOptions, dimension: int) -> tuple[str, int]:
        """Return twice as many words as neighbours and one, at least 11."""
        return "words for so many neighbours", max(2 * options.n_neighbors, 10) + 1

    def fit(self, job: Job) -> tuple[Coordinates, Extra]:
        """Return coordinates ``(N, dimension)``."""
        import pacmap

        options: PaCMAPOptions = job.options
        job.tell(0.0)
        rows = unit_rows(job.matrix) if options.unit_rows else job.matrix
        rows = np.pad(rows, ((0, 0), (0, max(0, job.dimension - rows.shape[1]))))  # its PCA start needs as many columns
        spread = np.random.default_rng(job.seed).normal(scale=1e-6, size=rows.shape)  # equal rows cannot be normalised
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = pacmap.PaCMAP(
                n_components=job.dimension,
                n_neighbors=options.n_neighbors,
                MN_ratio=options.middling,
                FP_ratio=options.far,
                num_iters=(100, 100, options.iterations - 200),
                random_state=job.seed,
            )
            layout = model.fit_transform((rows + spread).astype(np.float32), init="pca")
        job.tell(1.0)
        return np.asarray(layout, dtype=np.float32), Extra()


PROJECTIONS.register(PaCMAPProjection())
