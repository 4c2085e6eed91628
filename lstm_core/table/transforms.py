"""What may be done to all rows before similarities are measured; each gives a new table that says so in its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.options import Options, build, option
from lstm_core.registry import Registry, Text
from lstm_core.table.embedding_table import EmbeddingTable

_CHUNK = 8_192
_FLAT = 1e-10  # axes with a smaller share of the largest variance hold nothing but rounding


class Transform(Protocol):
    """A registered transform: ``apply`` returns another table with the same or fewer words, never changing the given one."""

    key: str
    label: Text
    help: Text
    Options: type[Options]

    def apply(self, table: EmbeddingTable, options: Any) -> EmbeddingTable:
        """Return the transformed table."""
        ...


TRANSFORMS: Registry[Transform] = Registry("transform")


def transform(table: EmbeddingTable, key: str, options: Mapping[str, Any] | None = None) -> EmbeddingTable:
    """Return ``table`` transformed; its metadata hold ``transform``: the key and every option. Remembered by fingerprint.

    ``raw`` is the table itself. Raises :class:`UnknownChoice`, :class:`InvalidOption`, :class:`TooFew` (one word only, or none
    left).
    """
    method = TRANSFORMS[key]
    return _transformed(table, key, build(method.Options, dict(options or {})))


def transform_of(table: EmbeddingTable) -> tuple[str, dict[str, Any]]:
    """Return the key and the options of the transform that made ``table``; ``("raw", {})`` for one as it was learned."""
    about = dict(treatment_of(table))
    return str(about.pop("key")), about


def treatment_of(table: EmbeddingTable) -> Mapping[str, Any]:
    """Return the same as one mapping, read-only and JSON-able once copied: ``key`` and every option."""
    return MappingProxyType(dict(table.metadata.get("transform", {"key": "raw"})))


@lru_cache(maxsize=4)  # as many as stand side by side on the page 평가
def _transformed(table: EmbeddingTable, key: str, options: Options) -> EmbeddingTable:
    made = TRANSFORMS[key].apply(table, options)
    if made is table:
        return table
    metadata = {**table.metadata, "transform": {"key": key, **options.model_dump()}}
    return EmbeddingTable(made.labels, made.matrix, made.counts, made.columns, metadata)


class NoOptions(Options):
    """Nothing to choose."""


class Raw:
    """The rows as they were learned."""

    key = "raw"
    label = Text("그대로", "as learned")
    help = Text("배운 행을 그대로 씁니다.", "The rows as they were learned.")
    Options: type[Options] = NoOptions

    def apply(self, table: EmbeddingTable, options: NoOptions) -> EmbeddingTable:
        """Return ``table`` itself."""
        return table


class Unit:
    """Rows of length 1: cosine, product and distance then give one order."""

    key = "unit"
    label = Text("길이 1", "length 1")
    help = Text(
        "행마다 길이를 1로 맞춥니다. 코사인은 그대로이고, 내적과 거리도 같은 순위를 줍니다.",
        "Every row is scaled to length 1: cosines stay, and products and distances give the same ranking.",
    )
    Options: type[Options] = NoOptions

    def apply(self, table: EmbeddingTable, options: NoOptions) -> EmbeddingTable:
        """Return the unit rows; a zero row stays zero."""
        return _with_rows(table, table.unit)


class Centred:
    """Rows without their common mean."""

    key = "centred"
    label = Text("평균 빼기", "centred")
    help = Text(
        "모든 행에서 평균을 뺍니다. 낱말이 모두 같은 쪽으로 몰려 있을 때 도움이 됩니다.",
        "The mean of all rows is taken away: it helps where all words point the same way.",
    )
    Options: type[Options] = NoOptions

    def apply(self, table: EmbeddingTable, options: NoOptions) -> EmbeddingTable:
        """Return the rows minus their mean."""
        mean, _ = _moments(table)
        return _with_rows(table, _mapped(table, mean, np.eye(table.dimension)))


class AllButTheTopOptions(Options):
    """How much is taken away."""

    components: int = option(
        2,
        ge=1,
        le=50,
        label=Text("뺄 주성분 수", "components removed"),
        help=Text("가장 큰 주성분을 이만큼 뺍니다. 논문의 권장값은 차원 수의 100분의 1입니다.",
                  "So many of the largest principal components are removed; the paper advises a hundredth of the dimensions."),
    )  # fmt: skip


class AllButTheTop:
    """Rows without their mean and their largest principal components (Mu & Viswanath, ICLR 2018, algorithm 1)."""

    key = "all-but-the-top"
    label = Text("평균과 큰 주성분 빼기", "all but the top")
    help = Text(
        "평균과, 모든 낱말에 퍼져 있는 가장 큰 주성분 몇 개를 뺍니다(Mu & Viswanath 2018).",
        "The mean and the few largest principal components, which all words share, are removed (Mu & Viswanath 2018).",
    )
    Options: type[Options] = AllButTheTopOptions

    def apply(self, table: EmbeddingTable, options: AllButTheTopOptions) -> EmbeddingTable:
        """Return the rows without mean and top components; at least one dimension must be left."""
        if options.components >= table.dimension:
            most = table.dimension - 1
            raise InvalidOption(
                name="components", value=options.components, rule=f"at most {most} can be removed", least=1, most=most
            )
        mean, covariance = _moments(table)
        top = np.linalg.eigh(covariance)[1][:, -options.components :]  # (D, n)
        return _with_rows(table, _mapped(table, mean, np.eye(table.dimension) - top @ top.T))


class Whitened:
    """Centred rows with variance 1 along every direction (ZCA), directions without variance left out."""

    key = "whitened"
    label = Text("백색화", "whitened")
    help = Text(
        "평균을 빼고 모든 방향의 분산을 같게 만듭니다. 몇몇 방향이 유사도를 좌우하지 못합니다.",
        "The mean is removed and all directions get the same variance, so that no few of them decide the similarity.",
    )
    Options: type[Options] = NoOptions

    def apply(self, table: EmbeddingTable, options: NoOptions) -> EmbeddingTable:
        """Return whitened rows; needs more words than dimensions to be of use, but works for any table of two words."""
        mean, covariance = _moments(table)
        sizes, axes = np.linalg.eigh(covariance)
        kept = sizes > _FLAT * max(float(sizes[-1]), 0.0)
        scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, sizes, 1.0)), 0.0)
        return _with_rows(table, _mapped(table, mean, (axes * scale) @ axes.T))


class FrequentOptions(Options):
    """Which words stay."""

    least: int = option(
        5,
        ge=1,
        le=1_000_000_000,
        label=Text("최소 등장 횟수", "least count"),
        help=Text("말뭉치에 이보다 적게 나온 낱말은 빼고 비교합니다.", "Words seen less often in the corpus are left out."),
    )


class Frequent:
    """Only words that were seen often enough to be trusted."""

    key = "frequent"
    label = Text("자주 나온 낱말만", "frequent words only")
    help = Text(
        "드물게 나온 낱말의 행은 거의 배우지 못한 값입니다. 자주 나온 낱말만 남깁니다.",
        "Rows of rare words have hardly been learned: only words seen often enough stay.",
    )
    Options: type[Options] = FrequentOptions

    def apply(self, table: EmbeddingTable, options: FrequentOptions) -> EmbeddingTable:
        """Return the words seen at least ``least`` times. Raises :class:`InvalidOption` for a table without counts."""
        if table.counts is None:
            raise InvalidOption(name="least", value=options.least, rule="this table does not know how often words were seen")
        rows = np.flatnonzero(table.counts >= options.least)
        if not len(rows):
            raise TooFew(what="words", given=0, needed=1)
        columns = {name: tuple(values[row] for row in rows) for name, values in table.columns.items()}
        labels = tuple(table.labels[row] for row in rows)
        return EmbeddingTable(labels, table.matrix[rows], table.counts[rows], columns, table.metadata)


for _member in (Raw(), Unit(), Centred(), AllButTheTop(), Whitened(), Frequent()):
    TRANSFORMS.register(_member)


def _with_rows(table: EmbeddingTable, matrix: NDArray[np.float32]) -> EmbeddingTable:
    return EmbeddingTable(table.labels, matrix, table.counts, table.columns, table.metadata)


def _moments(table: EmbeddingTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean row ``(D,)`` and the covariance ``(D, D)`` in float64. Raises :class:`TooFew` below two words."""
    if len(table) < 2:
        raise TooFew(what="words", given=len(table), needed=2)
    mean = table.matrix.mean(axis=0, dtype=np.float64)
    covariance = np.zeros((table.dimension, table.dimension))
    for start in range(0, len(table), _CHUNK):
        rows = table.matrix[start : start + _CHUNK] - mean
        covariance += rows.T @ rows
    return mean, covariance / len(table)


def _mapped(table: EmbeddingTable, mean: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return (rows - ``mean``) @ ``turn`` ``(D, D)``, ``(V, D)`` float32, worked out in float64 by blocks."""
    mapped = np.empty(table.matrix.shape, dtype=np.float32)
    for start in range(0, len(table), _CHUNK):
        mapped[start : start + _CHUNK] = (table.matrix[start : start + _CHUNK] - mean) @ turn
    return mapped
