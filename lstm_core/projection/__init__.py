"""Pictures of a table: projections to two or three dimensions, what they are worth, and how they move while training."""

from lstm_core.projection import pca, tsne, umap, pacmap, axes  # noqa: I001  the order they are offered in
from lstm_core.projection.cache import cached_project
from lstm_core.projection.methods import PROJECTIONS, project, question
from lstm_core.projection.place import place_vectors, place_words
from lstm_core.projection.trajectory import Trajectory, trajectory
from lstm_core.projection.value import Projection

__all__ = [
    "PROJECTIONS",
    "Projection",
    "Trajectory",
    "axes",
    "cached_project",
    "pacmap",
    "pca",
    "place_vectors",
    "place_words",
    "project",
    "question",
    "trajectory",
    "tsne",
    "umap",
]
