"""Forecasts one step ahead, with intervals, and scores beside simple means.

Train, validation and test are the first 60 %, the next 20 % and the last 20 % of the time. Nothing of the test part is used
before the scores.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lstm_core.errors import TooFew
from lstm_core.series.data import Values

COVERAGE = 0.9
BASELINES = ("last", "seasonal", "linear")
_RIDGES = (1e-3, 1e-1, 1e1, 1e3)
_DRAWS, _SEED = 2000, 0


@dataclass(frozen=True)
class Split:
    """Where a series is cut: training up to ``train`` (exclusive), validation up to ``validation``, test up to ``end``."""

    train: int
    validation: int
    end: int

    @classmethod
    def of(cls, length: int) -> Split:
        """Return the cuts at 60 % and 80 %."""
        return cls(int(0.6 * length), int(0.8 * length), length)


@dataclass(frozen=True, eq=False)
class Forecast:
    """One method's forecasts of every value from the validation part on, ``predicted`` (N − train,), and its test scores.

    ``half_width``: the interval is forecast ± this (split conformal: the 90 % quantile of the validation errors);
    ``coverage`` is how often the test values really lay inside. ``mae``, ``rmse`` are those of the test part.
    """

    key: str
    predicted: Values
    half_width: float
    coverage: float
    mae: float
    rmse: float


@dataclass(frozen=True)
class Duel:
    """``difference``: mean absolute error of one method minus that of another, with its 95 % interval ``low`` to ``high``."""

    difference: float
    low: float
    high: float


Verdict = Literal["wins", "loses", "even"]


def baselines(values: Values, *, season: int, window: int) -> dict[str, Forecast]:
    """Return what simple means forecast: the last value; that of one season ago (if ``season``); a linear autoregression.

    Raises :class:`TooFew` when the training part is not longer than ``window`` and ``season``.
    """
    split = Split.of(len(values))
    if split.train <= max(window, season) + 1:
        raise TooFew(what="values", given=len(values), needed=math.ceil((max(window, season) + 2) / 0.6))
    found = {"last": values[split.train - 1 : -1]}
    if season > 1:
        found["seasonal"] = values[split.train - season : len(values) - season]
    found["linear"] = linear_forecast(values, window=window)
    return {key: scored(key, values, predicted) for key, predicted in found.items()}


def scored(key: str, values: Values, predicted: Values) -> Forecast:
    """Return ``predicted`` (N − train,) as a :class:`Forecast` of ``values`` (N,): interval from validation, scores on test."""
    split = Split.of(len(values))
    errors = np.abs(values[split.train :] - predicted)
    known, new = np.split(errors, [split.validation - split.train])
    rank = min(len(known), math.ceil((len(known) + 1) * COVERAGE))
    half = float(np.sort(known)[rank - 1])
    return Forecast(
        key, predicted, half, float((new <= half).mean()), float(new.mean()), float(np.sqrt((new**2).mean()))
    )


def linear_forecast(values: Values, *, window: int) -> Values:
    """Return the forecasts of a ridge regression on the last ``window`` values, its penalty chosen on the validation part.

    It learns the change from the last value, all in units of the training part's standard deviation.
    """
    split = Split.of(len(values))
    inputs, changes, scale = windows(values, window)
    first = split.train - window  # rows before are training
    train, rest = inputs[:first], inputs[first:]
    middle, target = train.mean(0), changes[:first]
    gram = (train - middle).T @ (train - middle)
    best: tuple[float, Values] | None = None
    for ridge in _RIDGES:
        weights = np.linalg.solve(gram + ridge * np.eye(window), (train - middle).T @ (target - target.mean()))
        told = (rest - middle) @ weights + target.mean()
        wrong = float(np.abs(told - changes[first:])[: split.validation - split.train].mean())
        if best is None or wrong < best[0]:
            best = wrong, values[split.train - 1 : -1] + scale * told
    assert best is not None
    return best[1]


def windows(values: Values, window: int) -> tuple[Values, Values, float]:
    """Return the ``window`` values before each place from ``window`` on (N − window, window), the change there, the scale.

    Both are in units of the scale: the standard deviation of the training part, whose mean is taken off the first.
    """
    part = values[: Split.of(len(values)).train]
    scale = float(part.std()) or 1.0
    standard = (values - part.mean()) / scale
    return sliding_window_view(standard[:-1], window), np.diff(standard)[window - 1 :], scale


def duel(values: Values, one: Forecast, other: Forecast) -> Duel:
    """Return how ``one`` compares with ``other`` on the test part: a moving-block bootstrap (Künsch 1989) of its days.

    2,000 draws of blocks of about the square root of the number of days, seed 0.
    """
    split = Split.of(len(values))
    truth, skip = values[split.validation :], split.validation - split.train
    gap = np.abs(truth - one.predicted[skip:]) - np.abs(truth - other.predicted[skip:])
    block = max(1, round(math.sqrt(len(gap))))
    starts = np.random.default_rng(_SEED).integers(len(gap) - block + 1, size=(_DRAWS, -(-len(gap) // block)))
    sums = np.concatenate([[0.0], np.cumsum(gap)])
    means = (sums[starts + block] - sums[starts]).mean(1) / block
    low, high = np.quantile(means, (0.025, 0.975))
    return Duel(float(gap.mean()), float(low), float(high))


def verdict(duels: Mapping[str, Duel]) -> Verdict:
    """Return whether a method is better than all it was compared with, surely worse than one of them, or neither."""
    if all(one.high < 0.0 for one in duels.values()):
        return "wins"
    return "loses" if any(one.low > 0.0 for one in duels.values()) else "even"
