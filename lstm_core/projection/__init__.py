"""Pictures of a table: projections to two or three dimensions, what they are worth, and how they move while training."""

from lstm_core.projection import pca, tsne
from lstm_core.projection.cache import cached_project
from lstm_core.projection.methods import PROJECTIONS, project
from lstm_core.projection.trajectory import Trajectory, trajectory
from lstm_core.projection.value import Projection

__all__ = ["PROJECTIONS", "Projection", "Trajectory", "cached_project", "pca", "project", "trajectory", "tsne"]
