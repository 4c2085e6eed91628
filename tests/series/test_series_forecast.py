"""Forecasts: simple means by hand and against scikit-learn, intervals that cover, verdicts that are honest."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from lstm_core.errors import TooFew
from lstm_core.series import forecast
from lstm_core.series.data import SERIES, SeriesOptions
from lstm_core.series.forecast import Duel, Split, baselines, duel, linear_forecast, scored, verdict, windows


def test_the_parts_follow_each_other_in_time():
    assert Split.of(10) == Split(6, 8, 10)


def test_last_and_seasonal_by_hand():
    values = np.array([1.0, 2.0, 3.0] * 10) + np.arange(30)
    found = baselines(values, season=3, window=2)
    split = Split.of(30)  # 18, 24, 30
    assert found["last"].predicted.tolist() == values[17:29].tolist()
    assert found["seasonal"].predicted.tolist() == values[15:27].tolist()
    assert found["seasonal"].mae == pytest.approx(3.0) and found["seasonal"].rmse == pytest.approx(3.0)
    assert found["seasonal"].half_width == pytest.approx(3.0) and found["seasonal"].coverage == 1.0
    assert found["last"].mae == pytest.approx(np.abs(np.diff(values))[split.validation - 1 :].mean())
    assert "seasonal" not in baselines(values, season=0, window=2)


def test_the_interval_is_the_conformal_quantile_by_hand():
    values = np.zeros(50)  # train 30, validation 10, test 10
    predicted = np.concatenate([np.arange(1.0, 11.0), np.full(10, 9.5)])
    found = scored("x", values, predicted)
    assert found.half_width == 10.0  # the ceil(0.9 * 11) = 10th smallest of ten errors
    assert found.coverage == 1.0 and found.mae == 9.5


def test_windows_hold_the_values_before_each_change():
    values = np.arange(20.0) ** 2
    inputs, changes, scale = windows(values, 3)
    part = values[:12]
    assert inputs.shape == (17, 3) and scale == part.std()
    assert inputs[4] == pytest.approx((values[4:7] - part.mean()) / scale)
    assert changes[4] * scale == pytest.approx(values[7] - values[6])


def test_the_linear_forecast_is_scikit_learns_ridge(monkeypatch):
    monkeypatch.setattr(forecast, "_RIDGES", (0.5,))
    values = SERIES["temperature"].make(SeriesOptions(length=400, seed=4)).values
    inputs, changes, scale = windows(values, 5)
    first = Split.of(400).train - 5
    twin = Ridge(alpha=0.5).fit(inputs[:first], changes[:first])
    assert linear_forecast(values, window=5) == pytest.approx(values[239:-1] + scale * twin.predict(inputs[first:]), abs=1e-8)


def test_nothing_of_the_test_part_is_used():
    values = SERIES["temperature"].make(SeriesOptions(length=400)).values
    other = values.copy()
    other[-1] += 1000.0
    for key, one in baselines(values, season=30, window=10).items():
        assert np.array_equal(one.predicted, baselines(other, season=30, window=10)[key].predicted)


def test_intervals_cover_about_as_often_as_they_say_and_nobody_beats_a_random_walk():
    inside, wins = [], 0
    for seed in range(12):
        values = SERIES["price"].make(SeriesOptions(length=1500, seed=seed)).values
        found = baselines(values, season=0, window=20)
        inside.append(found["last"].coverage)
        wins += verdict({"last": duel(values, found["linear"], found["last"])}) == "wins"
    assert 0.82 < np.mean(inside) < 0.97 and wins <= 1


def test_a_duel_of_a_better_and_an_equal_one():
    values = np.sin(np.arange(500.0)) + np.random.default_rng(0).normal(0, 0.1, 500)
    truth = values[300:]
    good, bad = scored("good", values, truth + 0.01), scored("bad", values, truth + 1.0)
    found = duel(values, good, bad)
    assert found.difference == pytest.approx(-0.99) and found.low == pytest.approx(-0.99) and verdict({"bad": found}) == "wins"
    assert duel(values, bad, good).low > 0 and verdict({"a": found, "b": duel(values, bad, good)}) == "loses"
    assert verdict({"a": Duel(-0.1, -0.3, 0.1), "b": found}) == "even"


def test_a_series_that_is_too_short_for_its_window_is_refused():
    with pytest.raises(TooFew):
        baselines(np.arange(100.0), season=0, window=60)
    with pytest.raises(TooFew):
        baselines(np.arange(100.0), season=59, window=5)
