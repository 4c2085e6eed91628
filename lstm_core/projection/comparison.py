"""Two tables of the same words: what is alike and what has moved, each number beside what chance alone would give."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import UnknownWords
from lstm_core.normalize import normalize
from lstm_core.options import Options, option
from lstm_core.projection.neighbors import Rows
from lstm_core.registry import Text
from lstm_core.table.search import Neighbor

Values = NDArray[np.float64]


class ComparisonOptions(Options):
    """How two tables are laid onto each other and what is counted."""

    k: int = option(
        10,
        label=Text("이웃 수", "Neighbours"),
        help=Text("낱말마다 가까운 낱말 몇 개를 견줄지 정합니다.", "How many of each word's nearest words are compared."),
        ge=1,
        le=100,
    )
    limit: int = option(
        5000,
        label=Text("견줄 낱말 수", "Words compared"),
        help=Text(
            "두 표에 함께 있는 낱말 가운데 자주 나온 것부터 이만큼 견줍니다.",
            "So many of the words both tables have, from the most frequent down.",
        ),
        ge=5,
        le=50_000,
    )
    least_count: int = option(
        1,
        label=Text("가장 적게 나온 횟수", "Least count"),
        help=Text(
            "두 표 모두에서 이만큼은 나온 낱말만 견줍니다. 드물게 나온 낱말은 학습할 때마다 자리가 달라집니다.",
            "Only words seen at least so often in both tables: rare ones land elsewhere in every training.",
        ),
        ge=0,
        le=1_000_000,
    )
    unit_rows: bool = option(
        True,
        label=Text("방향만 보기", "Directions only"),
        help=Text("맞추기 전에 행의 길이를 1로 맞춥니다.", "Scale every row to length 1 before aligning."),
        advanced=True,
    )
    center: bool = option(
        True,
        label=Text("가운데 맞추기", "Centre"),
        help=Text(
            "표마다 평균을 빼서 모든 낱말에 공통인 방향을 없앱니다. 그대로 두면 서로 다른 낱말도 닮아 보입니다.",
            "Take away each table's mean, the direction all words share; with it even different words look alike.",
        ),
        advanced=True,
    )
    scale: bool = option(
        True,
        label=Text("크기 맞추기", "Same size"),
        help=Text(
            "두 표의 평균 크기를 같게 합니다. 지도의 크기에만 영향을 주고 코사인은 바뀌지 않습니다.",
            "Give both tables the same overall size: changes the maps, not the cosines.",
        ),
        advanced=True,
    )
    shuffles: int = option(
        20,
        label=Text("우연을 재는 횟수", "Shuffles"),
        help=Text(
            "낱말의 짝을 이만큼 섞어 보며 우연이면 얼마일지 잽니다.",
            "How often the pairs of words are shuffled to see what chance gives.",
        ),
        ge=2,
        le=200,
        advanced=True,
    )


@dataclass(frozen=True)
class Null:
    """What shuffled pairs give: the ``mean`` over all shuffles, the interval ``low``–``high`` in which 95 % of their means
    lie, and ``line``: 95 % of single pairs of different words stay below it."""

    mean: float
    low: float
    high: float
    line: float


@dataclass(frozen=True, eq=False)
class TableComparison:
    """Two tables on the ``words`` (n) they share, the most frequent first.

    ``rows_a``, ``rows_b`` ``(n,)`` are the rows of the words in the tables called ``names``; ``aligned_a``, ``aligned_b``
    ``(n, D)`` float32 the vectors in one space: a's, and b's turned onto them. ``cosines`` ``(n,)`` compare each word with
    itself there. ``near_a``, ``near_b`` ``(n, k)`` are its nearest words (places in ``words``) by cosine in each table as it
    is, and ``overlaps`` ``(n,)`` the share they have in common. ``cosine_null`` and ``overlap_null`` say what pairs of
    different words give (for the cosine, aligned anew each time). ``shared`` words are in both tables, of ``totals``.
    """

    names: tuple[str, str]
    fingerprints: tuple[str, str]
    totals: tuple[int, int]
    shared: int
    words: tuple[str, ...]
    rows_a: Rows
    rows_b: Rows
    counts_a: NDArray[np.int64] | None
    counts_b: NDArray[np.int64] | None
    aligned_a: NDArray[np.float32]
    aligned_b: NDArray[np.float32]
    cosines: Values
    overlaps: Values
    near_a: Rows
    near_b: Rows
    scores_a: Values
    scores_b: Values
    cosine_null: Null
    overlap_null: Null
    options: ComparisonOptions
    seed: int

    def __len__(self) -> int:
        return len(self.words)

    @property
    def k(self) -> int:
        """How many neighbours were compared."""
        return self.options.k

    @property
    def most_moved(self) -> Rows:
        """Places of the words ``(n,)``, the lowest cosine after alignment first."""
        return np.argsort(self.cosines, kind="stable")

    @property
    def unrecognised(self) -> int:
        """How many words are no closer to themselves than 5 % of pairs of different words are to each other."""
        return int(np.count_nonzero(self.cosines <= self.cosine_null.line))

    @property
    def frequency_effect(self) -> float | None:
        """Spearman's correlation of a word's count (the smaller of the two) and its cosine; None where counts are unknown."""
        if self.counts_a is None or self.counts_b is None:
            return None
        from scipy.stats import rankdata

        ranks = np.stack([rankdata(np.minimum(self.counts_a, self.counts_b)), rankdata(self.cosines)])
        if (ranks.std(axis=1) == 0).any():
            return None
        return float(np.corrcoef(ranks)[0, 1])

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and normalize(word) in self.words

    def place(self, word: str) -> int:
        """Return the place of ``word`` in ``words``. Raises :class:`UnknownWords` (it is not in both, or not compared)."""
        wanted = normalize(word)
        if wanted not in self.words:
            raise UnknownWords(words=(wanted,), suggestions={})
        return self.words.index(wanted)

    def neighbors(self, place: int) -> tuple[tuple[Neighbor, ...], tuple[Neighbor, ...]]:
        """Return the nearest words of the word at ``place`` in each of the two tables, with their cosines there."""
        sides = ((self.near_a, self.scores_a), (self.near_b, self.scores_b))
        one, two = (
            tuple(
                Neighbor(self.words[row], float(score), rank)
                for rank, (row, score) in enumerate(zip(near[place], scores[place], strict=True), start=1)
            )
            for near, scores in sides
        )
        return one, two

    def records(self) -> list[dict[str, Any]]:
        """Return one record per word, the most moved first: word, cosine, overlap, counts, whether it can be recognised."""
        return [
            {
                "word": self.words[place],
                "cosine": round(float(self.cosines[place]), 6),
                "overlap": round(float(self.overlaps[place]), 6),
                "count_a": None if self.counts_a is None else int(self.counts_a[place]),
                "count_b": None if self.counts_b is None else int(self.counts_b[place]),
                "recognised": bool(self.cosines[place] > self.cosine_null.line),
            }
            for place in self.most_moved
        ]

    def to_json(self) -> dict[str, Any]:
        """Return everything but the vectors: what was compared and how, means beside chance, and the :meth:`records`."""
        return {
            "tables": [
                {"name": name, "fingerprint": fingerprint, "words": total}
                for name, fingerprint, total in zip(self.names, self.fingerprints, self.totals, strict=True)
            ],
            "shared": self.shared,
            "compared": len(self),
            "options": self.options.model_dump(mode="json"),
            "seed": self.seed,
            "cosine": {"mean": float(self.cosines.mean()), "chance": asdict(self.cosine_null)},
            "overlap": {"mean": float(self.overlaps.mean()), "chance": asdict(self.overlap_null)},
            "unrecognised": self.unrecognised,
            "frequency_effect": self.frequency_effect,
            "words": self.records(),
        }

    def to_csv(self) -> str:
        """Return the :meth:`records` as CSV with a header."""
        text = io.StringIO(newline="")
        records = self.records()
        writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        return text.getvalue()
