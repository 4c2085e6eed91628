"""The same words drawn several times, with another seed or another setting: what stays is in the table, what changes is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.options import OptionSpec, build, describe
from lstm_core.projection.alignment import lay_onto
from lstm_core.projection.cache import cached_project
from lstm_core.projection.methods import PROJECTIONS
from lstm_core.projection.neighbors import nearest_rows
from lstm_core.projection.overlap import shared
from lstm_core.projection.quality import Quality, projection_quality
from lstm_core.projection.value import Projection
from lstm_core.table.embedding_table import EmbeddingTable

SEED = "seed"
MOST = 12  # pictures that can still be compared by eye


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture of a sweep: made with ``value``, laid onto the first one, with its ``quality`` (None: too few points).

    ``agreement`` is the share (0-1) of each point's nearest points on the first picture that are its nearest here, on average.
    """

    value: int | float
    projection: Projection
    quality: Quality | None
    agreement: float | None


@dataclass(frozen=True, eq=False)
class Sweep:
    """The pictures ``panels`` of one table by ``method``, alike in all but the option called ``name``."""

    method: str
    name: str
    panels: tuple[Panel, ...]
    fingerprint: str


def sweep(
    table: EmbeddingTable,
    cache_dir: str | Path,
    *,
    method: str,
    name: str,
    values: Sequence[int | float],
    options: dict[str, Any] | None = None,
    dimension: int = 2,
    seed: int = 0,
    limit: int | None = None,
    always: Sequence[str] = (),
    k: int = 10,
    progress: Callable[[float], None] | None = None,
) -> Sweep:
    """Return one picture for each of ``values`` of ``name``: :data:`SEED` or an option of ``method``.

    Every picture is shifted, turned, mirrored and scaled as a whole onto the first, so that they can be compared by eye; its
    quality is that of :func:`projection_quality`. ``progress`` is called with the share done; an exception it raises ends the
    work, and what was finished stays in ``cache_dir``. Raises :class:`InvalidOption` (a name or a value that will not do,
    none or more than :data:`MOST` values) and what :func:`project` raises.
    """
    questions = _questions(method, name, values, options or {}, seed)
    pictures: list[Projection] = []
    for number, (chosen, with_seed) in enumerate(questions):
        found = cached_project(
            table,
            cache_dir,
            method=method,
            dimension=dimension,
            options=chosen,
            seed=with_seed,
            limit=limit,
            always=always,
            progress=_part(progress, number, len(questions)),
        )
        laid = found.coordinates if not pictures else lay_onto(found.coordinates, pictures[0].coordinates)
        pictures.append(replace(found, coordinates=np.asarray(laid, dtype=np.float32)))
    panels = [_panel(table, value, one, pictures[0], k) for value, one in zip(values, pictures, strict=True)]
    return Sweep(method, name, tuple(panels), table.fingerprint)


def swept_options(method: str) -> tuple[OptionSpec, ...]:
    """Return the options of ``method`` that are numbers within limits: what can be varied besides the seed."""
    specs = describe(PROJECTIONS[method].Options)
    return tuple(one for one in specs if one.kind in ("int", "float") and None not in (one.minimum, one.maximum))


def suggested_values(spec: OptionSpec | None, *, count: int = 4) -> tuple[int | float, ...]:
    """Return ``count`` values worth trying: seeds 0, 1, 2 … without ``spec``, else a quarter, half, once, twice … the default.

    Values outside the limits are moved to them; equal ones are named once.
    """
    if spec is None:
        return tuple(range(count))
    low, high = float(spec.minimum or 0.0), float(spec.maximum or 0.0)
    start = float(spec.default) or (high - low) / 4
    wanted = (min(high, max(low, start * 2.0**power)) for power in range(-2, count - 2))
    return tuple(dict.fromkeys(round(value) if spec.kind == "int" else round(value, 4) for value in wanted))


def _questions(
    method: str, name: str, values: Sequence[int | float], options: dict[str, Any], seed: int
) -> list[tuple[Any, int]]:
    member = PROJECTIONS[method]
    known = [spec.name for spec in swept_options(method)]
    if name not in (SEED, *known):
        raise InvalidOption(name="name", value=name, rule=f"the choices are: {', '.join((SEED, *known))}")
    if not 1 <= len(values) <= MOST:
        raise InvalidOption(name=name, value=len(values), rule=f"1 to {MOST} values", least=1, most=MOST)
    if name == SEED:
        return [(build(member.Options, options), int(value)) for value in values]
    return [(build(member.Options, options | {name: value}), seed) for value in values]


def _panel(table: EmbeddingTable, value: int | float, one: Projection, first: Projection, k: int) -> Panel:
    worth, agreement = None, None
    with suppress(TooFew):
        worth = projection_quality(table, one, k=k)
        near, near_first = (nearest_rows(each.coordinates, k=k)[0] for each in (one, first))
        agreement = float(shared(near, near_first).mean())
    return Panel(value, one, worth, agreement)


def _part(progress: Callable[[float], None] | None, number: int, count: int) -> Callable[[float], None] | None:
    if progress is None:
        return None
    return lambda done: progress((number + done) / count)
