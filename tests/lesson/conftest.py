"""Tables small enough to compute in the head."""

import numpy as np
import pytest
from hypothesis import settings

from lstm_core.table.embedding_table import EmbeddingTable

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def table():
    """가 나 다 라, in the plane."""
    rows = np.array([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0], [-1.0, 0.0]], dtype=np.float32)
    return EmbeddingTable(("가", "나", "다", "라"), rows, np.array([40, 30, 20, 10]), metadata={"name": "작은 표"})


@pytest.fixture
def specials():
    return np.array([[9.0, 9.0], [5.0, 5.0], [6.0, 6.0], [7.0, 7.0]], dtype=np.float32)


def planted(*, count=60, dimension=12, seed=0, axis=None, noise=1.0):
    """A table whose first ``count`` words stand on one side of a direction and the next ``count`` on the other."""
    random = np.random.default_rng(seed)
    axis = np.ones(dimension) / np.sqrt(dimension) if axis is None else np.asarray(axis, dtype=float)
    side = np.repeat([-1.0, 1.0], count)
    rows = noise * random.normal(size=(2 * count, dimension)) + 3 * side[:, None] * axis
    labels = tuple(f"{'낮' if value < 0 else '높'}{number}" for number, value in enumerate(side))
    kinds = tuple("low" if value < 0 else "high" for value in side)
    return EmbeddingTable(labels, rows.astype(np.float32), None, {"height": kinds}, {"name": "planted"})


@pytest.fixture
def plant():
    return planted
