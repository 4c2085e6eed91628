"""Logistic regression for two groups, by Newton's method: small enough to be trained many times in a moment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
_MOST_STEPS = 100
_ENOUGH = 1e-8


class Logistic(NamedTuple):
    """A fitted regression: ``weights`` ``(D,)`` and ``bias``."""

    weights: Values
    bias: float

    def says_high(self, inputs: Values) -> NDArray[np.bool_]:
        """Return which rows of ``inputs`` ``(n, D)`` are told to be of the high group, ``(n,)``."""
        told: NDArray[np.bool_] = inputs @ self.weights + self.bias > 0
        return told


def fit_logistic(inputs: Values, is_high: NDArray[np.bool_], *, penalty: float = 1.0) -> Logistic:
    """Return the weights that minimise the log loss (nats, summed over rows) plus ``penalty`` / 2 |weights|²; the bias is free.

    ``inputs`` ``(n, D)``; both groups must occur. Newton's method, each step halved until the sum falls (iteratively
    reweighted least squares: Hastie, Tibshirani & Friedman 2009, section 4.4).
    """
    design = np.column_stack([inputs, np.ones(len(inputs))])  # (n, D + 1)
    signs = np.where(is_high, 1.0, -1.0)
    ridge = np.append(np.full(inputs.shape[1], penalty), 0.0)
    found = np.zeros(design.shape[1])
    loss = _loss(found, design, signs, ridge)
    for _ in range(_MOST_STEPS):
        chance = _sigmoid(-signs * (design @ found))  # of the wrong group, (n,)
        slope = ridge * found - design.T @ (signs * chance)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(ridge)
        curvature[-1, -1] += 1e-12
        step, before = np.linalg.solve(curvature, slope), loss
        share = 1.0
        while (loss := _loss(found - share * step, design, signs, ridge)) > before and share > 1e-6:
            share /= 2
        found = found - share * step
        if np.abs(slope).max() < _ENOUGH or before - loss <= _ENOUGH * abs(before):
            break
    return Logistic(found[:-1], float(found[-1]))


def _loss(found: Values, design: Values, signs: Values, ridge: Values) -> float:
    return float(np.logaddexp(0.0, -signs * (design @ found)).sum() + 0.5 * (ridge * found * found).sum())


def _sigmoid(values: Values) -> Values:
    return 0.5 * (1.0 + np.tanh(0.5 * values))
