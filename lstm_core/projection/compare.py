"""Laying two tables onto each other and counting what they have in common."""

from __future__ import annotations

import numpy as np

from lstm_core.errors import TooFew
from lstm_core.normalize import normalize
from lstm_core.projection.alignment import Points, procrustes_rotation
from lstm_core.projection.comparison import ComparisonOptions, Null, TableComparison, Values
from lstm_core.projection.methods import check_seed, unit_rows
from lstm_core.projection.neighbors import Rows
from lstm_core.projection.overlap import Progress, shared, told_neighbors
from lstm_core.table.embedding_table import EmbeddingTable

_QUANTILES = (0.025, 0.975)
_UNMISTAKABLE = 0.95  # of the pairs of different words lie below the line above which a word is recognised
_NOWHERE = 1e-9  # a row shorter than this share of the longest points nowhere


def compare(
    a: EmbeddingTable,
    b: EmbeddingTable,
    *,
    options: ComparisonOptions | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TableComparison:
    """Return how the words that both tables have stand in each, after b was turned onto a by orthogonal Procrustes.

    Neighbours are looked for among the compared words only. A table of fewer dimensions is filled up with zeros. Words whose
    row is zero in either table point nowhere and are left out. Chance is measured by ``options.shuffles`` seeded shuffles in
    which no word stays with itself. Raises :class:`TooFew` for fewer than k + 2 shared words, and what ``progress`` raises.
    """
    chosen = options or ComparisonOptions()
    check_seed(seed)
    tell = progress or (lambda done: None)
    common, rows_a, rows_b = _shared_rows(a, b, chosen)
    _check_enough(len(rows_a), chosen.k)
    one, two, kept = _prepared(a.matrix[rows_a], b.matrix[rows_b], chosen)
    rows_a, rows_b = rows_a[kept], rows_b[kept]
    _check_enough(len(kept), chosen.k)
    turned = two @ procrustes_rotation(two, one)
    near_a, scores_a = _neighbors(a.matrix[rows_a], chosen.k, lambda done: tell(0.4 * done))
    near_b, scores_b = _neighbors(b.matrix[rows_b], chosen.k, lambda done: tell(0.4 + 0.4 * done))
    nulls = _nulls(one, two, near_a, near_b, chosen.shuffles, seed, lambda done: tell(0.8 + 0.2 * done))
    return TableComparison(
        names=(a.name, b.name),
        fingerprints=(a.fingerprint, b.fingerprint),
        totals=(len(a), len(b)),
        shared=common,
        words=tuple(normalize(a.labels[row]) for row in rows_a),
        rows_a=rows_a,
        rows_b=rows_b,
        counts_a=None if a.counts is None else a.counts[rows_a],
        counts_b=None if b.counts is None else b.counts[rows_b],
        aligned_a=one.astype(np.float32),
        aligned_b=turned.astype(np.float32),
        cosines=_cosines(one, turned),
        overlaps=shared(near_a, near_b),
        near_a=near_a,
        near_b=near_b,
        scores_a=scores_a,
        scores_b=scores_b,
        cosine_null=nulls[0],
        overlap_null=nulls[1],
        options=chosen,
        seed=seed,
    )


def shared_words(a: EmbeddingTable, b: EmbeddingTable) -> int:
    """Return how many words both tables have."""
    return len({normalize(label) for label in a.labels} & {normalize(label) for label in b.labels})


def _shared_rows(a: EmbeddingTable, b: EmbeddingTable, options: ComparisonOptions) -> tuple[int, Rows, Rows]:
    """Return how many words are shared, and the rows of those to compare, in the order of frequency in a (else in b)."""
    in_a = {normalize(label): row for row, label in enumerate(a.labels)}
    in_b = {normalize(label): row for row, label in enumerate(b.labels)}
    leading = b if a.counts is None and b.counts is not None else a
    ordered = dict.fromkeys(normalize(leading.labels[row]) for row in leading.frequency_order)
    both = [(in_a[word], in_b[word]) for word in ordered if word in in_a and word in in_b]
    pairs = np.array(both, dtype=np.int64).reshape(-1, 2)
    common = len(pairs)
    for table, column in ((a, 0), (b, 1)):
        if table.counts is not None:
            pairs = pairs[table.counts[pairs[:, column]] >= options.least_count]
    pairs = pairs[: options.limit]
    return common, pairs[:, 0], pairs[:, 1]


def _check_enough(words: int, k: int) -> None:
    if words < k + 2:
        raise TooFew(what="words in both tables", given=words, needed=k + 2)


def _prepared(one: Points, two: Points, options: ComparisonOptions) -> tuple[Values, Values, Rows]:
    """Return both clouds ``(n', D)`` as ``options`` wants them, of one width, and the places ``(n',)`` that point somewhere."""
    kept = np.flatnonzero((one != 0).any(axis=1) & (two != 0).any(axis=1))
    width = max(one.shape[1], two.shape[1])
    clouds = [_cloud(cloud[kept], width, options) for cloud in (one, two)]
    lengths = np.stack([np.linalg.norm(cloud, axis=1) for cloud in clouds])  # (2, n)
    somewhere = (lengths > _NOWHERE * np.maximum(lengths.max(axis=1, initial=0.0), _NOWHERE)[:, None]).all(axis=0)
    first, second = (cloud[somewhere] for cloud in clouds)
    if options.scale and len(first):
        second *= np.linalg.norm(first) / np.linalg.norm(second)
    return first, second, kept[somewhere]


def _cloud(rows: Points, width: int, options: ComparisonOptions) -> Values:
    cloud = np.zeros((len(rows), width))
    cloud[:, : rows.shape[1]] = unit_rows(np.asarray(rows, dtype=np.float32)) if options.unit_rows else rows
    return cloud - cloud.mean(axis=0) if options.center and len(cloud) else cloud


def _neighbors(matrix: Points, k: int, tell: Progress) -> tuple[Rows, Values]:
    near, distances = told_neighbors(unit_rows(np.asarray(matrix, dtype=np.float32)), k=k, progress=tell)
    return near, 1.0 - distances**2 / 2.0  # of unit vectors


def _cosines(one: Points, two: Points) -> Values:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    cosines: Values = np.clip(np.einsum("nd,nd->n", one, two) / lengths, -1.0, 1.0)
    return cosines


def _nulls(
    one: Values, two: Values, near_a: Rows, near_b: Rows, shuffles: int, seed: int, tell: Progress
) -> tuple[Null, Null]:
    """Return what the cosine and the overlap come to when every word is paired with another one."""
    random = np.random.default_rng(seed)
    cosines, overlaps = [], []
    for number in range(shuffles):
        order = random.permutation(len(one))
        partner = np.empty_like(order)
        partner[order] = np.roll(order, 1)  # one cycle: nobody stays with itself
        strangers = two[partner]
        cosines.append(_cosines(one, strangers @ procrustes_rotation(strangers, one)))
        overlaps.append(shared(near_a, near_b[partner]))
        tell((number + 1) / shuffles)
    return _null(np.stack(cosines)), _null(np.stack(overlaps))


def _null(values: Values) -> Null:
    """Return the null of ``values`` ``(shuffles, n)``."""
    means = values.mean(axis=1)
    low, high = np.quantile(means, _QUANTILES)
    return Null(float(means.mean()), float(low), float(high), float(np.quantile(values, _UNMISTAKABLE)))
