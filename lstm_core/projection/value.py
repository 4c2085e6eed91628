"""A projection: a picture of some rows of a table, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidTable
from lstm_core.table.embedding_table import EmbeddingTable


@dataclass(frozen=True, eq=False)
class Projection:
    """``coordinates`` ``(N, 2 or 3)`` float32 of the rows ``indices`` ``(N,)`` of the table with ``fingerprint``; read-only.

    ``method``, ``options``, ``seed`` and ``total`` (all words of the table, N of which are shown) say how it was made;
    ``quality`` holds measures by name; ``explained_variance_ratio`` one share (0-1) per axis and ``spectrum`` those of all
    components, descending; both are empty where there is none.
    Raises :class:`InvalidTable` for NaN/Inf or shapes that do not fit.
    """

    coordinates: NDArray[np.float32]
    indices: NDArray[np.int64]
    method: str
    options: Mapping[str, Any]
    seed: int
    fingerprint: str
    total: int
    quality: Mapping[str, float] = field(default_factory=dict)
    explained_variance_ratio: tuple[float, ...] = ()
    spectrum: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        coordinates = np.array(self.coordinates, dtype=np.float32, order="C")
        indices = np.array(self.indices, dtype=np.int64)
        if coordinates.ndim != 2 or coordinates.shape[1] not in (2, 3) or indices.shape != coordinates.shape[:1]:
            reason = f"coordinates of shape {coordinates.shape} for {indices.shape} rows"
            raise InvalidTable(name=f"the {self.method} projection", reason=reason)
        if not np.isfinite(coordinates).all():
            raise InvalidTable(name=f"the {self.method} projection", reason="a coordinate is not a finite number")
        coordinates.setflags(write=False)
        indices.setflags(write=False)
        object.__setattr__(self, "coordinates", coordinates)
        object.__setattr__(self, "indices", indices)
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        object.__setattr__(self, "quality", MappingProxyType(dict(self.quality)))
        object.__setattr__(self, "explained_variance_ratio", tuple(map(float, self.explained_variance_ratio)))
        object.__setattr__(self, "spectrum", tuple(map(float, self.spectrum)))

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return int(self.coordinates.shape[1])

    def labels(self, table: EmbeddingTable) -> tuple[str, ...]:
        """Return the words of the points, in order. Raises :class:`InvalidTable` for a table it was not made from."""
        if table.fingerprint != self.fingerprint:
            raise InvalidTable(name=table.name, reason="the projection was made from another table")
        return tuple(table.labels[row] for row in self.indices)
