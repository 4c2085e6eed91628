"""Ways to colour the words of a map: a new one is a class here and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lstm_core.options import Options, option
from lstm_core.projection.methods import unit_rows
from lstm_core.projection.point_quality import point_recall
from lstm_core.projection.value import Projection
from lstm_core.registry import Registry, Text
from lstm_core.table.embedding_table import EmbeddingTable

Values = Sequence[str] | NDArray[np.floating] | NDArray[np.integer]
Progress = Callable[[float], None]
_WHOLE = 20_000  # rows up to which k-means looks at all of them in every round


@dataclass(frozen=True)
class Asked:
    """A table, a picture of some of its words, and the word that is chosen ("" for none)."""

    table: EmbeddingTable
    projection: Projection
    word: str = ""


class WordColoring:
    """One way: what it is called, its ``Options``, and whether its answer depends on the chosen word (``follows_word``)."""

    key: str
    label: Text
    Options: type[Options] = Options
    logarithmic: bool = False
    follows_word: bool = False

    def possible(self, table: EmbeddingTable) -> bool:
        """Tell whether the table knows what is needed."""
        return True

    def values(self, asked: Asked, options: Any, *, progress: Progress) -> Values | None:
        """Return a name or a number for each point, ``(N,)``; None when there is nothing to say without a chosen word."""
        raise NotImplementedError


COLORINGS: Registry[WordColoring] = Registry("coloring")


class Frequency(WordColoring):
    """How often a word was seen, on a logarithmic scale."""

    key = "-frequency"
    label = Text("나온 횟수", "frequency")
    logarithmic = True

    def possible(self, table: EmbeddingTable) -> bool:
        """Tell whether the table has counts."""
        return table.counts is not None

    def values(self, asked: Asked, options: Options, *, progress: Progress) -> Values | None:
        """Return the counts, ``(N,)``."""
        return np.asarray(asked.table.counts)[asked.projection.indices]


class Norm(WordColoring):
    """The length of the word's row."""

    key = "-norm"
    label = Text("벡터 길이", "length of the row")

    def values(self, asked: Asked, options: Options, *, progress: Progress) -> Values | None:
        """Return the lengths, ``(N,)``."""
        return asked.table.lengths[asked.projection.indices]


class Nearness(WordColoring):
    """The cosine of each word with the chosen one, in the true space."""

    key = "-near"
    label = Text("고른 낱말과 가까운 정도", "nearness to the chosen word")
    follows_word = True

    def values(self, asked: Asked, options: Options, *, progress: Progress) -> Values | None:
        """Return cosines; None without a word that the table has, ``(N,)``."""
        if asked.word not in asked.table:
            return None
        table, rows = asked.table, asked.projection.indices
        center = table.unit_rows(table.indices([asked.word]))[0]
        lengths = np.where(table.lengths[rows] > 0, table.lengths[rows], 1.0)
        cosines: NDArray[np.float64] = (table.matrix[rows] @ center.astype(np.float32)) / lengths
        return cosines


class RecallOptions(Options):
    """Options of :class:`Recall`."""

    k: int = option(
        10,
        label=Text("이웃 수", "neighbours"),
        help=Text(
            "점마다 이만큼의 이웃이 지도에서도 이웃인지 셉니다.", "How many neighbours of each point are looked for on the map."
        ),
        ge=1,
        le=100,
    )


class Recall(WordColoring):
    """The share of each point's true neighbours that are its neighbours on the picture."""

    key = "-recall"
    label = Text("지도 품질", "map quality")
    Options = RecallOptions

    def values(self, asked: Asked, options: RecallOptions, *, progress: Progress) -> Values | None:
        """Return shares (0-1), ``(N,)``."""
        k = min(options.k, len(asked.projection) - 1)
        return point_recall(asked.table, asked.projection, k=k, progress=progress)


class ClusterOptions(Options):
    """Options of :class:`Clusters`."""

    clusters: int = option(
        8,
        label=Text("무리 수", "clusters"),
        help=Text("낱말을 이만큼의 무리로 나눕니다.", "Into how many clusters the words are divided."),
        ge=2,
        le=12,
    )
    seed: int = option(
        0,
        label=Text("난수 씨앗", "seed"),
        help=Text("같은 씨앗이면 같은 무리가 나옵니다.", "The same seed gives the same clusters."),
        ge=0,
        le=2**31 - 1,
    )


class Clusters(WordColoring):
    """Clusters of the unit rows by k-means; above 20,000 rows by small batches."""

    key = "-kmeans"
    label = Text("무리 (k-평균, 원래 공간)", "clusters (k-means, true space)")
    Options = ClusterOptions

    def values(self, asked: Asked, options: ClusterOptions, *, progress: Progress) -> Values | None:
        """Return names of clusters, ``(N,)``."""
        from sklearn.cluster import KMeans, MiniBatchKMeans

        rows = unit_rows(asked.table.matrix[asked.projection.indices])
        kind = KMeans if len(rows) <= _WHOLE else MiniBatchKMeans
        fitted = kind(min(options.clusters, len(np.unique(rows, axis=0))), random_state=options.seed, n_init=3).fit(rows)
        return _named(asked, fitted.labels_)


class DensityOptions(Options):
    """Options of :class:`Density`."""

    least: int = option(
        25,
        label=Text("무리의 최소 크기", "smallest cluster"),
        help=Text("이보다 작은 뭉치는 무리로 치지 않습니다.", "Fewer points than this are no cluster."),
        ge=2,
        le=5000,
    )
    where: Literal["map", "space"] = option(
        "map",
        label=Text("어디에서", "where"),
        help=Text(
            "지도 위의 자리로 나누거나 원래 공간에서 나눕니다. 원래 공간은 오래 걸립니다.",
            "By the places on the map, or in the true space, which takes long.",
        ),
    )


class Density(WordColoring):
    """Clusters where points are dense (HDBSCAN); the others are in none."""

    key = "-hdbscan"
    label = Text("뭉친 곳 (HDBSCAN)", "dense places (HDBSCAN)")
    Options = DensityOptions

    def values(self, asked: Asked, options: DensityOptions, *, progress: Progress) -> Values | None:
        """Return names of clusters, "" for none, ``(N,)``."""
        from sklearn.cluster import HDBSCAN

        picture = asked.projection
        points = picture.coordinates if options.where == "map" else unit_rows(asked.table.matrix[picture.indices])
        least = min(options.least, len(points))
        if least < 2:
            return [""] * len(points)
        return _named(asked, HDBSCAN(min_cluster_size=least, copy=True).fit(points).labels_)


def _named(asked: Asked, clusters: NDArray[np.integer]) -> list[str]:
    """Return the name of each point's cluster: the word nearest its middle in the true space; "" outside of all (-1)."""
    indices = asked.projection.indices
    rows = unit_rows(asked.table.matrix[indices])
    names = {-1: ""}
    for one in np.unique(clusters[clusters >= 0]).tolist():
        members = np.flatnonzero(clusters == one)
        central = members[np.argmax(rows[members] @ rows[members].mean(axis=0))]
        names[one] = f"‘{asked.table.labels[indices[central]]}’"
    return [names[one] for one in clusters.tolist()]


for _way in (Frequency, Norm, Nearness, Recall, Clusters, Density):
    COLORINGS.register(_way())
