"""Which rows of a table stand on a map: stated, repeatable, and the words one asks for always among them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption
from lstm_core.table.embedding_table import EmbeddingTable

Sample = Literal["frequent", "random"]
SAMPLES: tuple[Sample, ...] = get_args(Sample)


def choose_rows(
    table: EmbeddingTable,
    *,
    indices: Iterable[int] | None = None,
    limit: int | None = None,
    sample: str = "frequent",
    seed: int = 0,
    always: Iterable[str] = (),
) -> NDArray[np.int64]:
    """Return the rows to show, ascending: ``indices`` or all, cut to ``limit``, and those of the words of ``always``.

    ``sample`` says which ``limit`` rows: the most ``"frequent"`` words, or ``"random"`` ones by ``seed``.
    Raises :class:`InvalidOption` and :class:`UnknownWords`.
    """
    if sample not in SAMPLES:
        raise InvalidOption(name="sample", value=sample, rule=f"one of {', '.join(SAMPLES)}")
    asked = np.arange(len(table)) if indices is None else np.unique(np.fromiter(indices, dtype=np.int64))
    if len(asked) and not (0 <= asked.min() and asked.max() < len(table)):
        raise InvalidOption(name="indices", value=int(asked.max()), rule=f"the table has rows 0 to {len(table) - 1}")
    if limit is not None and limit < 1:
        raise InvalidOption(name="limit", value=limit, rule="at least 1 is needed")
    forced = np.unique(table.indices(always))
    if limit is not None and limit < len(asked):
        wanted = np.zeros(len(table), dtype=bool)
        wanted[asked] = True
        wanted[forced] = False
        order = table.frequency_order if sample == "frequent" else np.random.default_rng(seed).permutation(len(table))
        asked = order[wanted[order]][: max(0, limit - len(forced))]
    return np.union1d(asked, forced)
