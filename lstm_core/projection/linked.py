"""One picture of two tables: both clouds of a comparison are projected together, then shown apart, point beside point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from lstm_core.errors import InvalidTable
from lstm_core.projection.comparison import TableComparison
from lstm_core.projection.methods import PROJECTIONS
from lstm_core.projection.neighbors import Rows
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable


@lru_cache(maxsize=4)
def joint_table(comparison: TableComparison) -> EmbeddingTable:
    """Return the aligned rows of both tables as one table ``(2n, D)``: those of a, then those of b, in the order of ``words``.

    Any projection of it shows both tables in one basis: where a word stands in one picture can be compared with the other.
    """
    labels = tuple(f"{side} {word}" for side in "ab" for word in comparison.words)
    about = {"name": " / ".join(comparison.names), "of": list(comparison.fingerprints)}
    return EmbeddingTable(labels, np.concatenate([comparison.aligned_a, comparison.aligned_b]), metadata=about)


def joint_rows(comparison: TableComparison, *, limit: int, always: Iterable[int] = ()) -> Rows:
    """Return the rows of :func:`joint_table` of the first ``limit`` words and of those at the places ``always``, of both."""
    places = np.union1d(np.arange(min(limit, len(comparison))), np.array(list(always), dtype=np.int64))
    return np.concatenate([places, places + len(comparison)])


def joint_methods() -> tuple[str, ...]:
    """Return the methods that can draw two tables together: all but those that ask for words, which both would have."""
    return tuple(member.key for member in PROJECTIONS if not member.asks_words)


def joint_options(method: str) -> dict[str, bool]:
    """Return the options under which ``method`` leaves the aligned rows as they are: their lengths are settled already."""
    return {"unit_rows": False} if "unit_rows" in PROJECTIONS[method].Options.model_fields else {}


def apart(comparison: TableComparison, together: Projection) -> tuple[Projection, Projection]:
    """Return the halves of ``together``, a projection of :func:`joint_table` on :func:`joint_rows`: of a and of b.

    Their ``indices`` are places in ``comparison.words``, the same in both. Raises :class:`InvalidTable` for another projection.
    """
    half = len(together) // 2
    places = together.indices[:half]
    paired = len(together) == 2 * half and (together.indices[half:] == places + len(comparison)).all()
    if not paired or together.fingerprint != joint_table(comparison).fingerprint:
        raise InvalidTable(name=" / ".join(comparison.names), reason="the projection was made from other tables")
    total = len(comparison)
    return (
        replace(together, coordinates=together.coordinates[:half], indices=places, total=total),
        replace(together, coordinates=together.coordinates[half:], indices=places, total=total),
    )
