"""Word analogies by 3CosAdd and 3CosMul, and the parallelogram behind ``a - b + c``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, NoDirection
from lstm_core.table.embedding_table import EmbeddingTable, Matrix
from lstm_core.table.formula import Formula, parse_formula
from lstm_core.table.search import Neighbors, Scores, check_k, ranked, score_rows

Method = Literal["3cosadd", "3cosmul"]
METHODS: tuple[str, ...] = get_args(Method)
EPSILON = 1e-3


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
) -> Neighbors:
    """Return the ``k`` words closest to ``formula``; its own words are left out, with the ranks they would have had.

    ``3cosadd`` is the cosine to the weighted sum of unit rows; ``3cosmul`` the product of (cos + 1) / 2 over added words,
    divided by that over subtracted ones plus 0.001, weights as exponents (Levy & Goldberg 2014).
    Raises :class:`UnknownWords`, :class:`FormulaError`, :class:`InvalidOption` (k, method) or :class:`NoDirection`.
    """
    if method not in METHODS:
        raise InvalidOption(name="method", value=method, rule=f"the choices are: {', '.join(METHODS)}")
    formula = as_formula(table, formula)
    left_out = table.indices(formula.words if exclude_query else ())
    scores = _add_scores(table, formula) if method == "3cosadd" else _multiply_scores(table, formula)
    check_k(table, k, excluded=len(left_out))
    return ranked(table, scores, k=k, left_out=left_out, query=formula.text, metric="cosine", method=method)


def analogy_vector(table: EmbeddingTable, formula: Formula | str) -> Matrix:
    """Return the weighted sum of the unit rows of ``formula``, scaled to length 1, ``(D,)`` float32.

    Raises :class:`UnknownWords`, :class:`FormulaError`, and :class:`NoDirection` where the sum is zero (``왕 - 왕``).
    """
    formula = as_formula(table, formula)
    rows = table.unit[table.indices(term.word for term in formula.terms)].astype(np.float64)  # (n, D)
    weights = np.array([term.weight for term in formula.terms])
    total = weights @ rows
    length = float(np.linalg.norm(total))
    if length <= 1e-6 * float(np.abs(weights).sum()):
        raise NoDirection(query=formula.text)
    direction: Matrix = (total / length).astype(np.float32)
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
    a, c, b, found = table.unit[rows].astype(np.float64)
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


def _add_scores(table: EmbeddingTable, formula: Formula) -> Scores:
    return score_rows(table, analogy_vector(table, formula), metric="cosine", query=formula.text)


def _multiply_scores(table: EmbeddingTable, formula: Formula) -> Scores:
    rows = table.unit[table.indices(term.word for term in formula.terms)]  # (n, D)
    for term, row in zip(formula.terms, rows, strict=True):
        if not row.any():
            raise NoDirection(query=term.word)
    closeness = np.clip((table.unit @ rows.T + 1.0) / 2.0, 0.0, 1.0).astype(np.float64)  # (V, n)
    weights = np.array([term.weight for term in formula.terms])
    added = np.prod(closeness[:, weights > 0] ** weights[weights > 0], axis=1)
    taken = np.prod(closeness[:, weights < 0] ** -weights[weights < 0], axis=1)
    scores: Scores = (added / (taken + EPSILON)).astype(np.float32)
    return scores


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
