"""New words on an existing picture, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from lstm_core.errors import InvalidOption, InvalidTable
from lstm_core.projection.methods import PROJECTIONS, Coordinates, Question, build_options
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable, Matrix


def place_words(table: EmbeddingTable, projection: Projection, words: Iterable[str]) -> Coordinates:
    """Return places ``(n, 2 or 3)`` of ``words`` of ``table`` on ``projection``, which does not move; how is up to its method.

    A word that is on the picture gets the place it has. Raises :class:`UnknownWords`, and as :func:`place_vectors`.
    """
    rows = table.indices(words)
    placed = place_vectors(table, projection, table.matrix[rows])
    at = np.searchsorted(projection.indices, rows).clip(max=len(projection) - 1)
    there = projection.indices[at] == rows
    placed[there] = projection.coordinates[at[there]]
    return placed


def place_vectors(table: EmbeddingTable, projection: Projection, vectors: Matrix) -> Coordinates:
    """Return places ``(n, 2 or 3)`` for ``vectors`` ``(n, D)`` of the space of ``table`` on ``projection`` of it.

    Raises :class:`InvalidTable` for a picture of another table, :class:`InvalidOption` for vectors that do not fit.
    """
    if projection.fingerprint != table.fingerprint:
        raise InvalidTable(name=table.name, reason="the projection was made from another table")
    vectors = np.asarray(vectors, dtype=np.float32)
    if vectors.ndim != 2 or vectors.shape[1] != table.dimension or not np.isfinite(vectors).all():
        raise InvalidOption(name="vectors", value=vectors.shape, rule=f"rows of {table.dimension} finite numbers")
    method = PROJECTIONS[projection.method]
    options = build_options(method, projection.options)
    wanted = Question(table, projection.indices, method, projection.dimension, options, projection.seed)
    return method.place(wanted.job(), projection.coordinates, vectors)


def with_words(table: EmbeddingTable, projection: Projection, words: Iterable[str]) -> Projection:
    """Return ``projection`` with ``words`` of ``table`` added where they belong; the points it has stay where they are.

    Raises as :func:`place_words`.
    """
    new = [word for word in dict.fromkeys(words) if table.index(word) not in projection.indices]
    if not new:
        return projection
    rows = np.concatenate([projection.indices, table.indices(new)])
    coordinates = np.concatenate([projection.coordinates, place_words(table, projection, new)])
    order = np.argsort(rows)
    return replace(projection, coordinates=coordinates[order], indices=rows[order])
