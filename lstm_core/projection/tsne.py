"""t-SNE by openTSNE: near words stay near; distances between groups and sizes of groups mean nothing."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew
from lstm_core.options import Options, option
from lstm_core.projection.methods import PROJECTIONS, Extra, Progress, unit_rows
from lstm_core.projection.neighbors import nearest_rows
from lstm_core.projection.pca import PCAOptions, PCAProjection
from lstm_core.registry import Text
from lstm_core.table.embedding_table import Matrix

_EXACT_NEIGHBOURS = 10_000
_FFT_FROM = 10_000
_EARLY = 250
_EVERY = 10


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
        500,
        label=Text("반복 횟수", "Iterations"),
        help=Text(
            "초기 과장 250회 뒤에 다듬는 횟수입니다. 많을수록 느리지만 안정됩니다.",
            "Steps after the 250 of early exaggeration: more is slower but steadier.",
        ),
        ge=50,
        le=3000,
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
    unit_rows: bool = option(
        True,
        label=Text("방향만 보기", "Directions only"),
        help=Text(
            "행의 길이를 1로 맞춘 뒤 이웃을 찾습니다. 코사인 유사도의 이웃과 같습니다.",
            "Scale every row to length 1 first: neighbours are those of cosine similarity.",
        ),
        advanced=True,
    )


class TSNEProjection:
    """t-SNE from a PCA start, Barnes-Hut in 3-D and below 10,000 points, FFT above; one thread, so a seed gives one picture."""

    key = "tsne"
    label = Text("t-SNE", "t-SNE")
    caution = Text(
        "가까운 이웃만 믿으세요. 무리 사이의 거리와 무리의 크기에는 뜻이 거의 없습니다.",
        "Trust only near neighbours: distances between groups and the sizes of groups mean almost nothing.",
    )
    Options: type[Options] = TSNEOptions

    def fit(
        self, matrix: Matrix, *, dimension: int, options: TSNEOptions, seed: int, progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], Extra]:
        """Return coordinates ``(N, dimension)`` and the final KL divergence. Raises :class:`TooFew`: N < 3 x perplexity + 2."""
        from openTSNE import TSNE

        needed = 3 * options.perplexity + 2
        if len(matrix) < needed:
            raise TooFew(what="words for this perplexity", given=len(matrix), needed=needed)
        rows = unit_rows(matrix) if options.unit_rows else matrix
        steps = _Steps(progress, _EARLY + options.iterations)
        model = TSNE(
            n_components=dimension,
            perplexity=options.perplexity,
            n_iter=options.iterations,
            exaggeration=options.exaggeration,
            early_exaggeration_iter=_EARLY,
            negative_gradient_method="bh" if dimension == 3 or len(rows) < _FFT_FROM else "fft",
            n_jobs=1,
            random_state=seed,
            callbacks=steps,
            callbacks_every_iters=_EVERY,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            affinities = _affinities(rows, options.perplexity, seed)
            embedding = model.fit(affinities=affinities, initialization=_start(rows, dimension, seed))
        if steps.failure is not None:
            raise steps.failure
        return np.asarray(embedding, dtype=np.float32), Extra(quality={"kl_divergence": float(embedding.kl_divergence)})


class _Steps:
    """openTSNE's callback: passes the share done on to ``progress`` and keeps what that raises."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total = progress, total
        self.calls = 0
        self.failure: BaseException | None = None
        if progress is not None:
            progress(0.0)

    def __call__(self, iteration: int, error: float, embedding: Any) -> bool:
        self.calls += 1
        if self.progress is None:
            return False
        try:
            self.progress(min(1.0, self.calls * _EVERY / self.total))
        except BaseException as failure:  # Streamlit ends a script with one: it is raised again outside openTSNE
            self.failure = failure
        return self.failure is not None


def _affinities(rows: Matrix, perplexity: int, seed: int) -> Any:
    """Return openTSNE's affinities: exact neighbours up to 10,000 rows, Annoy's approximate ones (seeded) above."""
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    if len(rows) > _EXACT_NEIGHBOURS:
        return PerplexityBasedNN(rows, perplexity, method="annoy", n_jobs=1, random_state=seed)
    near, distances = nearest_rows(rows, k=3 * perplexity)
    return PerplexityBasedNN(perplexity=perplexity, knn_index=PrecomputedNeighbors(near, distances), n_jobs=1)


def _start(rows: Matrix, dimension: int, seed: int) -> NDArray[np.float64]:
    """Return the PCA start ``(N, dimension)`` of standard deviation 0.0001, with seeded jitter that parts equal rows."""
    flat, _ = PCAProjection().fit(rows, dimension=dimension, options=PCAOptions(unit_rows=False), seed=seed)
    spread = float(np.std(flat[:, 0])) or 1.0
    jitter = np.random.default_rng(seed).normal(scale=1e-6, size=flat.shape)
    return np.asarray(flat, dtype=np.float64) / spread * 1e-4 + jitter


PROJECTIONS.register(TSNEProjection())
