"""Word analogies by 3CosAdd and 3CosMul, and the parallelogram behind ``a - b + c``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, NoDirection, TooFew
from lstm_core.normalize import normalize
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import Formula, parse_formula
from lstm_core.table.index import cosine_scans
from lstm_core.table.scan import Bounds, Scan
from lstm_core.table.search import NOWHERE, Mask, Neighbors, metric_scans, ranked

Method = Literal["3cosadd", "3cosmul"]
METHODS: tuple[str, ...] = get_args(Method)
EPSILON = 1e-3
SPARE = 1e-6  # roundings of a product of up to 64 closenesses


@dataclass(frozen=True, eq=False)
class Parallelogram:
    """``a - b + c`` seen in the plane that fits its five points best, with numbers on what the plane does not show.

    ``points`` names the rows of ``coordinates`` ``(5, 2)`` float64: the words a, b, c, the answer, and "" for the target
    ``a - b + c`` itself, all on unit rows. ``cosine`` is that of (a - b) with (answer - c) in the full space; ``shown_ab``
    and ``shown_ca`` are the shares (0-1) of the lengths of these two differences that lie inside the plane;
    ``explained`` is the share of the five points' variance in it.
    """

    points: tuple[str, str, str, str, str]
    coordinates: NDArray[np.float64]
    cosine: float
    shown_ab: float
    shown_ca: float
    explained: float
    fingerprint: str


def analogy(
    table: EmbeddingTable,
    formula: Formula | str,
    *,
    k: int = 10,
    method: str = "3cosadd",
    exclude_query: bool = True,
    among: Mask | None = None,
) -> Neighbors:
    """Return the ``k`` words closest to ``formula``; its own words are left out, with the ranks they would have had.

    ``3cosadd`` is the cosine to the weighted sum of unit rows; ``3cosmul`` the product of (cos + 1) / 2 over added words,
    divided by that over subtracted ones plus 0.001, weights as exponents (Levy & Goldberg 2014). Terms of one word count
    together, and those that cancel out ask nothing. Only words of the mask ``among`` ``(V,)`` compete.
    Raises :class:`UnknownWords`, :class:`FormulaError`, :class:`InvalidOption` (k, method) or :class:`NoDirection`.
    """
    if method not in METHODS:
        raise InvalidOption(name="method", value=method, rule=f"the choices are: {', '.join(METHODS)}")
    formula = as_formula(table, formula)
    left_out = table.indices(formula.words if exclude_query else ())
    scans = _add_scans(table, formula) if method == "3cosadd" else _multiply_scans(table, formula)
    return ranked(
        table, scans, k=k, left_out=left_out, query=formula.text, metric="cosine", method=method, among=among
    )


def analogy_from_pairs(
    table: EmbeddingTable,
    pairs: Sequence[tuple[str, str]],
    word: str,
    *,
    k: int = 10,
    exclude_query: bool = True,
    among: Mask | None = None,
) -> Neighbors:
    """Return the ``k`` words that are to ``word`` as the second of each of ``pairs`` is to its first: 3CosAvg.

    The mean offset of the pairs' unit rows is added to that of ``word`` (Drozd, Gladkova & Matsuoka 2016). ``word`` and the
    words of the pairs are left out, with the ranks they would have had.
    Raises as :func:`analogy`, and :class:`TooFew` without any pair.
    """
    if not pairs:
        raise TooFew(what="words", given=0, needed=1)
    first, second = (table.unit_rows(table.indices(side)) for side in zip(*pairs, strict=True))
    target = (second - first).mean(axis=0) + table.unit_rows(table.indices((word,)))[0]
    examples = ", ".join(f"{a} : {b}" for a, b in pairs)
    query = f"{examples} = {normalize(word)} : ?"
    if np.linalg.norm(target) <= NOWHERE:
        raise NoDirection(query=query)
    words = dict.fromkeys(normalize(each) for each in (word, *(each for pair in pairs for each in pair)))
    left_out = table.indices(words if exclude_query else ())
    scans = metric_scans(table, target, metric="cosine", query=query)
    return ranked(
        table, scans, k=k, left_out=left_out, query=query, metric="cosine", method="3cosavg", among=among
    )


def analogy_vector(table: EmbeddingTable, formula: Formula | str) -> NDArray[np.float64]:
    """Return the weighted sum of the unit rows of ``formula``, scaled to length 1, ``(D,)`` float64.

    Raises :class:`UnknownWords`, :class:`FormulaError`, and :class:`NoDirection` where the sum is zero (``왕 - 왕``).
    """
    formula = as_formula(table, formula)
    words, weights = _collected(table, formula)
    total = weights @ table.unit_rows(words)
    length = float(np.linalg.norm(total))
    if length <= NOWHERE * sum(abs(term.weight) for term in formula.terms):
        raise NoDirection(query=formula.text)
    direction: NDArray[np.float64] = total / length
    return direction


def parallelogram(table: EmbeddingTable, formula: Formula | str, answer: str) -> Parallelogram | None:
    """Return the parallelogram of ``a - b + c`` with ``answer``, or None when the formula has another form.

    The form is two added words and a subtracted one in any order, weights 1, and four different words whose differences
    a - b and answer - c are not zero. a is the first added word. Raises :class:`UnknownWords`, :class:`FormulaError`.
    """
    formula = as_formula(table, formula)
    plus = [term.word for term in formula.terms if term.weight == 1.0]
    minus = [term.word for term in formula.terms if term.weight == -1.0]
    rows = table.indices((*plus, *minus, answer))
    if len(formula.terms) != 3 or (len(plus), len(minus)) != (2, 1) or len(set(rows)) != 4:
        return None
    a, c, b, found = table.unit_rows(rows)
    if np.allclose(a, b) or np.allclose(found, c):
        return None
    points = np.stack((a, b, c, found, a - b + c))  # (5, D)
    plane, explained = _plane(points)
    names = (*(table.labels[row] for row in rows[[0, 2, 1, 3]]), "")
    return Parallelogram(
        points=(names[0], names[1], names[2], names[3], names[4]),
        coordinates=(points - points.mean(axis=0)) @ plane.T,
        cosine=float((a - b) @ (found - c) / np.linalg.norm(a - b) / np.linalg.norm(found - c)),
        shown_ab=_share(a - b, plane),
        shown_ca=_share(found - c, plane),
        explained=explained,
        fingerprint=table.fingerprint,
    )


def as_formula(table: EmbeddingTable, formula: Formula | str) -> Formula:
    """Return ``formula``, parsed against the words of ``table`` when it is text. Raises :class:`FormulaError`."""
    return parse_formula(formula, table) if isinstance(formula, str) else formula


def _collected(table: EmbeddingTable, formula: Formula) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows of the different words of ``formula`` and the sum of the weights of each, without those that are 0."""
    weights: dict[int, float] = {}
    for row, term in zip(table.indices(term.word for term in formula.terms), formula.terms, strict=True):
        weights[int(row)] = weights.get(int(row), 0.0) + term.weight
    left = {row: weight for row, weight in weights.items() if weight != 0.0}
    return np.array(list(left), dtype=np.int64), np.array(list(left.values()))


def _add_scans(table: EmbeddingTable, formula: Formula) -> Iterator[Scan]:
    return metric_scans(table, analogy_vector(table, formula), metric="cosine", query=formula.text)


def _multiply_scans(table: EmbeddingTable, formula: Formula) -> Iterator[Scan]:
    """Yield scans of 3CosMul: the bounds of each come from those of the words' cosines."""
    rows, weights = _collected(table, formula)
    if not len(rows):
        raise NoDirection(query=formula.text)
    for row in rows:
        if table.lengths[row] == 0:
            raise NoDirection(query=table.labels[row])
    for parts in zip(*(cosine_scans(table, direction) for direction in table.unit_rows(rows)), strict=True):
        yield _multiplied(parts, weights)


def _multiplied(parts: Sequence[Scan], weights: NDArray[np.float64]) -> Scan:
    low = _product([part.low for part in parts], [part.high for part in parts], weights)
    high = _product([part.high for part in parts], [part.low for part in parts], weights)

    def exact(chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        cosines = [part.exact(chosen) for part in parts]
        return _product(cosines, cosines, weights)

    return Scan(low * (1 - SPARE), high * (1 + SPARE), exact)


def _product(added: Sequence[Bounds], taken: Sequence[Bounds], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 3CosMul scores with the cosines ``added`` for positive weights and ``taken`` for negative ones, ``(n,)``."""
    above, below = np.ones(len(added[0])), np.ones(len(added[0]))
    for near, far, weight in zip(added, taken, weights, strict=True):
        closeness = np.clip(((near if weight > 0 else far) + 1.0) / 2.0, 0.0, 1.0).astype(np.float64)
        if weight > 0:
            above *= closeness**weight
        else:
            below *= closeness**-weight
    result: NDArray[np.float64] = above / (below + EPSILON)
    return result


def _plane(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return an orthonormal basis ``(2, D)`` of the best plane of the points: a lies right of b, and c above it."""
    centred = points - points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    if len(axes) < 2:  # a table of one dimension
        axes = np.vstack((axes, np.zeros_like(axes)))
        sizes = np.append(sizes, 0.0)
    plane = axes[:2]
    a, b, c = points[:3] @ plane.T
    plane = plane * np.where(np.array([a[0] - b[0], c[1] - b[1]]) < 0, -1.0, 1.0)[:, None]
    return plane, float((sizes[:2] ** 2).sum() / (sizes**2).sum())


def _share(difference: NDArray[np.float64], plane: NDArray[np.float64]) -> float:
    return min(1.0, float(np.linalg.norm(plane @ difference) / np.linalg.norm(difference)))
