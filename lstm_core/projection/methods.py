"""The registry of projection methods and :func:`project`, which applies one of them to a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.options import Options, build
from lstm_core.projection.value import Projection
from lstm_core.registry import Registry, Text
from lstm_core.table.embedding_table import EmbeddingTable, Matrix

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Extra:
    """What a method knows besides coordinates: shares of variance by axis, measures by name."""

    explained_variance_ratio: tuple[float, ...] = ()
    quality: Mapping[str, float] = field(default_factory=dict)


class ProjectionMethod(Protocol):
    """A way to make a picture of rows; ``caution`` says in a sentence what the picture can and cannot show."""

    key: str
    label: Text
    caution: Text
    Options: type[Options]

    def fit(
        self, matrix: Matrix, *, dimension: int, options: Any, seed: int, progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], Extra]:
        """Return coordinates ``(N, dimension)`` of the rows of ``matrix`` ``(N, D)``.

        ``progress`` is called with the share done (0-1); an exception it raises ends the work. Raises :class:`TooFew`.
        """


PROJECTIONS: Registry[ProjectionMethod] = Registry("projection")


def project(
    table: EmbeddingTable,
    *,
    method: str = "pca",
    dimension: int = 2,
    options: Mapping[str, Any] | Options | None = None,
    seed: int = 0,
    indices: Iterable[int] | None = None,
    limit: int | None = None,
    always: Iterable[str] = (),
    progress: Progress | None = None,
) -> Projection:
    """Return a picture of the rows of ``table`` in 2 or 3 dimensions.

    The rows are ``indices``, or the ``limit`` most frequent words (all without a limit), in table order; the words of
    ``always`` are shown in any case. Raises :class:`UnknownChoice`, :class:`InvalidOption`, :class:`TooFew`,
    :class:`UnknownWords`, and whatever ``progress`` raises to cancel.
    """
    member = PROJECTIONS[method]
    chosen = build_options(member, options)
    if dimension not in (2, 3):
        raise InvalidOption(name="dimension", value=dimension, rule="a map has 2 or 3 dimensions")
    rows = choose_rows(table, indices=indices, limit=limit, always=always)
    needed = dimension + 1
    if len(rows) < needed:
        raise TooFew(what="words on the map", given=len(rows), needed=needed)
    coordinates, extra = member.fit(
        table.matrix[rows], dimension=dimension, options=chosen, seed=check_seed(seed), progress=progress
    )
    return Projection(
        coordinates=coordinates,
        indices=rows,
        method=method,
        options=chosen.model_dump(),
        seed=seed,
        fingerprint=table.fingerprint,
        total=len(table),
        quality=extra.quality,
        explained_variance_ratio=extra.explained_variance_ratio,
    )


def build_options(member: ProjectionMethod, options: Mapping[str, Any] | Options | None) -> Options:
    """Return ``options`` as the options of ``member``. Raises :class:`InvalidOption`."""
    if isinstance(options, member.Options):
        return options
    values = options.model_dump() if isinstance(options, Options) else dict(options or {})
    chosen: Options = build(member.Options, values)
    return chosen


def choose_rows(
    table: EmbeddingTable, *, indices: Iterable[int] | None, limit: int | None, always: Iterable[str]
) -> NDArray[np.int64]:
    """Return the rows to show, ascending: ``indices`` or all, cut to the ``limit`` most frequent, and those of ``always``."""
    asked = table.frequency_order if indices is None else np.unique(np.fromiter(indices, dtype=np.int64))
    if len(asked) and not (0 <= asked.min() and asked.max() < len(table)):
        raise InvalidOption(name="indices", value=int(asked.max()), rule=f"the table has rows 0 to {len(table) - 1}")
    if limit is not None and limit < 1:
        raise InvalidOption(name="limit", value=limit, rule="at least 1 is needed")
    forced = np.unique(table.indices(always))
    if limit is not None and limit < len(asked):
        wanted = np.zeros(len(table), dtype=bool)
        wanted[asked] = True
        wanted[forced] = False
        by_frequency = table.frequency_order[wanted[table.frequency_order]]
        asked = by_frequency[: max(0, limit - len(forced))]
    return np.union1d(asked, forced)


def check_seed(seed: int) -> int:
    """Return ``seed``. Raises :class:`InvalidOption` unless it is 0 to 2**31 - 1."""
    if not 0 <= seed < 2**31:
        raise InvalidOption(name="seed", value=seed, rule="a whole number from 0 to 2147483647")
    return seed


def unit_rows(matrix: Matrix) -> Matrix:
    """Return the rows of ``matrix`` ``(N, D)`` scaled to length 1; zero rows stay zero."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    rows: Matrix = (matrix / np.where(norms > 0, norms, 1.0)).astype(np.float32)
    return rows
