"""Which words may be answers: by how often they were seen, and by what is known about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, UnknownChoice
from lstm_core.table.embedding_table import EmbeddingTable


@dataclass(frozen=True)
class WordFilter:
    """Words seen ``least`` to ``most`` times (None: no bound) whose ``columns`` hold one of the values listed for them."""

    least: int | None = None
    most: int | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it lets every word through."""
        return self.least is None and self.most is None and not self.columns

    def mask(self, table: EmbeddingTable) -> NDArray[np.bool_]:
        """Return which words of ``table`` pass, ``(V,)``.

        Raises :class:`InvalidOption` for bounds on a table that does not know its counts, :class:`UnknownChoice` for a column
        it does not have.
        """
        passed = np.ones(len(table), dtype=bool)
        if self.least is not None or self.most is not None:
            passed &= self._by_count(table)
        for name, wanted in self.columns.items():
            if name not in table.columns:
                raise UnknownChoice(kind="column", given=name, choices=tuple(table.columns))
            passed &= np.isin(np.array(table.columns[name]), wanted)
        return passed

    def _by_count(self, table: EmbeddingTable) -> NDArray[np.bool_]:
        if table.counts is None:
            bound = self.least if self.least is not None else self.most
            raise InvalidOption(name="count", value=bound, rule="this table does not know how often words were seen")
        least, most = self.least or 0, np.iinfo(np.int64).max if self.most is None else self.most
        return (table.counts >= least) & (table.counts <= most)
