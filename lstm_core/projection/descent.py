"""How t-SNE is optimised: by oneDAL in the plane where the processor has it, else by openTSNE.

oneDAL's descent (of scikit-learn-intelex, x86-64 only, 2-D only, not for very many points) takes a fifth of openTSNE's
processor time, but shows nothing while it runs. So it is called for 50 steps at a time: each call begins with momentum 0 and
gains 1, which the larger learning rate of Belkina et al. (2019) makes up for. The layout does not depend on whether anybody
watches, and is the same to the byte however many threads there are from two on. Figures: ``benchmarks/RESULTS.md``.
"""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.projection.methods import Coordinates, Job

EARLY = 250
"""Steps of early exaggeration."""
_EVERY = 50  # steps between frames; fewer would forget the momentum too often
_ONEDAL_UP_TO = 12_000  # points; at 50,000 oneDAL 2026.2 writes beyond its tree and the process is aborted (docs/log.md)
_FFT_FROM = 10_000  # points; below, openTSNE's Barnes-Hut is faster than its FFT
_THETA = {2: 0.5, 3: 0.8}  # coarseness of Barnes-Hut; in 3-D 0.8 is twice as fast as 0.5 and keeps 2 to 3 % fewer neighbours


@dataclass(frozen=True, eq=False)
class Descent:
    """Where t-SNE begins and how it goes on: openTSNE's ``affinities`` of N points, ``start`` ``(N, 2 or 3)``, settings."""

    affinities: Any
    start: NDArray[np.float64]
    iterations: int
    early_exaggeration: float
    exaggeration: float
    learning_rate: float
    seed: int


def descend(descent: Descent, job: Job) -> tuple[Coordinates, float]:
    """Return the layout ``(N, 2 or 3)`` and its KL divergence."""
    count, dimension = descent.start.shape
    library = onedal() if dimension == 2 and count <= _ONEDAL_UP_TO else None
    return _by_opentsne(descent, job) if library is None else _by_onedal(library, descent, job)


def onedal() -> Any:
    """Return daal4py with its t-SNE, or None where it cannot be used."""
    try:
        library = importlib.import_module("daal4py")
    except (ImportError, OSError):
        return None
    return library if hasattr(library, "daal_tsne_gradient_descent") else None


def _by_onedal(library: Any, descent: Descent, job: Job) -> tuple[Coordinates, float]:
    pull = (descent.affinities.P * descent.exaggeration).tocsr().astype(np.float64)
    pull.sort_indices()
    layout = np.ascontiguousarray(descent.start)
    total, done, error = EARLY + descent.iterations, 0, 0.0
    while done < total:
        early = done < EARLY
        steps = min(_EVERY, (EARLY if early else total) - done)
        counts = np.array([[len(layout)], [pull.nnz], [steps + 1], [steps], [steps if early else 0], [steps]], dtype=np.float64)
        exaggeration = descent.early_exaggeration / descent.exaggeration
        settings = np.array([[exaggeration], [descent.learning_rate], [0.0], [_THETA[2]]])
        result = np.zeros((3, 1))
        library.daal_tsne_gradient_descent(layout, pull, counts, settings, result, 0)
        done += steps
        error = float(result[1, 0])
        job.tell(done / total)
        job.show(layout)
    divergence = error / descent.exaggeration - np.log(descent.exaggeration)  # as if nothing were exaggerated
    return layout.astype(np.float32), round(float(divergence), 6)  # its threads add up in any order: the last digits vary


def _by_opentsne(descent: Descent, job: Job) -> tuple[Coordinates, float]:
    from openTSNE import TSNE

    steps = _Steps(job, EARLY + descent.iterations)
    dimension = descent.start.shape[1]
    model = TSNE(
        n_components=dimension,
        n_iter=descent.iterations,
        early_exaggeration_iter=EARLY,
        early_exaggeration=descent.early_exaggeration,
        exaggeration=descent.exaggeration,
        learning_rate=descent.learning_rate,
        theta=_THETA[dimension],
        negative_gradient_method="bh" if dimension == 3 or len(descent.start) < _FFT_FROM else "fft",
        n_jobs=1,
        random_state=descent.seed,
        callbacks=steps,
        callbacks_every_iters=_EVERY,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layout = model.fit(affinities=descent.affinities, initialization=descent.start)
    if steps.failure is not None:
        raise steps.failure
    return np.asarray(layout, dtype=np.float32), float(layout.kl_divergence)


class _Steps:
    """openTSNE's callback: tells and shows how far it is, and keeps what is raised then."""

    def __init__(self, job: Job, total: int) -> None:
        self.job, self.total = job, total
        self.done = 0
        self.failure: BaseException | None = None

    def __call__(self, iteration: int, error: float, layout: Any) -> bool:
        self.done += _EVERY
        try:
            self.job.tell(min(1.0, self.done / self.total))
            self.job.show(layout)
        except BaseException as failure:  # Streamlit ends a script with one: it is raised again outside openTSNE
            self.failure = failure
        return self.failure is not None
