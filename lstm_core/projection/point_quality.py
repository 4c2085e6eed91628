"""Where on a picture one may look for neighbours: the neighbour recall of every single point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew
from lstm_core.projection.methods import unit_rows
from lstm_core.projection.overlap import Progress, shared, told_neighbors
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable


def point_recall(
    table: EmbeddingTable, projection: Projection, *, k: int = 10, progress: Progress | None = None
) -> NDArray[np.float64]:
    """Return the share (0-1) of each point's ``k`` true neighbours that are among its ``k`` nearest on the picture, ``(N,)``.

    True neighbours are those among the drawn words, by cosine when the rows were made unit rows; the mean is the neighbour
    recall of :func:`quality` without a sample. ``progress`` is called with the share done.
    Raises :class:`InvalidTable` for a projection of another table, :class:`TooFew` for k or fewer other points.
    """
    projection.labels(table)
    if not 1 <= k < len(projection):
        raise TooFew(what=f"points to compare {k} neighbours", given=len(projection), needed=max(k, 1) + 1)
    rows = table.matrix[projection.indices]
    truth = unit_rows(rows) if projection.options.get("unit_rows", True) else rows
    tell = progress or (lambda done: None)
    near, _ = told_neighbors(truth, k=k, progress=lambda done: tell(0.6 * done))
    seen, _ = told_neighbors(projection.coordinates, k=k, progress=lambda done: tell(0.6 + 0.4 * done))
    return shared(near, seen)
