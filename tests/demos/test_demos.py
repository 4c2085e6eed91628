"""Small trainings: what they measure, and the process they run in."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from lstm_core.demos.forgetting import (
    CELLS,
    CHANCE,
    DELAYS,
    ForgettingOptions,
    forgetting_of,
    forgetting_work,
    shipped_forgetting,
)
from lstm_core.demos.work import question
from lstm_core.errors import ComputationFailed
from lstm_core.series.data import SERIES, SeriesOptions
from lstm_core.series.forecast import baselines, duel, scored, verdict
from lstm_core.training.forgetting import Copier, accuracy, gradient_by_distance, measure_forgetting, task
from lstm_core.training.series import train_series


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def test_the_task_is_symbols_noise_and_a_call():
    ids, wanted = task(50, 4, torch.Generator().manual_seed(0))
    assert ids.shape == (50, 10) and torch.equal(ids[:, :3], wanted)
    assert ids[:, 3:7].min() >= 8 and ids[:, 3:7].max() <= 11 and (ids[:, 7:] == 12).all() and wanted.max() < 8


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_those_of_finite_differences(cell):
    """For the state one step before the last: the score is a function of it that can be asked by hand."""
    made = torch.Generator().manual_seed(1)
    model = Copier(cell, 6, made).double()
    ids, wanted = task(32, 45, torch.Generator().manual_seed(5))
    told = gradient_by_distance(model, torch.Generator().manual_seed(5))
    ids = ids[:, :-2]

    def score(state, back):
        read, _ = model.layer(model.embedding(ids[:, ids.shape[1] - back :]), state)
        return model.output(read[:, -1]).gather(1, wanted[:, :1])[:, 0]

    with torch.no_grad():
        sizes = []
        for back in (1, 2):
            _, state = model.layer(model.embedding(ids[:, : ids.shape[1] - back]))
            parts, squares = list(state) if cell == "lstm" else [state], torch.zeros(32, dtype=torch.float64)
            for number, part in enumerate(parts):
                for unit in range(6):
                    step = torch.zeros_like(part)
                    step[..., unit] = 1e-6
                    up, down = ([*parts], [*parts])
                    up[number], down[number] = part + step, part - step
                    pack = tuple if cell == "lstm" else (lambda one: one[0])
                    squares += ((score(pack(up), back) - score(pack(down), back)) / 2e-6) ** 2
            sizes.append(float(squares.sqrt().mean()))
    assert told[2] / told[1] == pytest.approx(sizes[1] / sizes[0], rel=1e-3)
    assert told[0] == 1.0 and len(told) == 41


def test_practice_is_measured_and_repeats():
    shares = []
    asked = {"hidden": 8, "steps": 60, "seeds": 1}
    answer = measure_forgetting(asked, lambda share, so_far: shares.append(share))
    found = forgetting_of(answer)
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    assert [one.cell for one in found.cells] == list(CELLS) and len(found.cells[0].accuracy[0]) == len(DELAYS)
    again = measure_forgetting(asked, lambda share, so_far: None)
    assert {**again, "seconds": 0} == {**answer, "seconds": 0}


def test_an_untrained_network_guesses():
    model = Copier("lstm", 8, torch.Generator().manual_seed(0))
    assert accuracy(model, 5, torch.Generator().manual_seed(1)) == pytest.approx(CHANCE, abs=0.05)


def test_what_ships_says_what_the_page_says():
    found = {one.cell: one for one in shipped_forgetting().cells}
    far = DELAYS.index(60)
    assert all(row[far] > 0.95 for cell in ("gru", "lstm") for row in found[cell].accuracy)
    assert all(row[far] < 0.25 for row in found["rnn"].accuracy)
    before = {cell: np.median([row[20] for row in one.gradient_before]) for cell, one in found.items()}
    assert before["rnn"] < 1e-4 < before["lstm"]


def test_the_lstm_learns_a_wave_that_the_last_value_cannot_tell_and_not_a_random_walk():
    days = np.arange(400)
    wave = np.sin(days / 3.0) + 0.05 * np.random.default_rng(0).normal(size=400)
    answer = train_series({"values": wave.tolist(), "window": 10, "hidden": 16, "epochs": 25, "seed": 0}, lambda *_: None)
    simple = baselines(wave, season=0, window=10)
    lstm = scored("lstm", wave, np.array(answer["predicted"]))
    assert len(lstm.predicted) == 160 and lstm.mae < 0.5 * simple["last"].mae
    walk = SERIES["price"].make(SeriesOptions(length=400, seed=1)).values
    answer = train_series({"values": walk.tolist(), "window": 10, "hidden": 16, "epochs": 8, "seed": 0}, lambda *_: None)
    lstm, last = scored("lstm", walk, np.array(answer["predicted"])), baselines(walk, season=0, window=10)["last"]
    assert verdict({"last": duel(walk, lstm, last)}) != "wins"


class TestWork:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path, monkeypatch):
        monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path))

    def test_a_question_is_answered_once_and_kept(self):
        work = forgetting_work(ForgettingOptions(hidden=4, steps=50, seeds=1))
        work.begin()
        until, seen = time.monotonic() + 60, []
        while (now := work.look()).answer is None and time.monotonic() < until:
            seen.append(now.share)
            time.sleep(0.1)
        assert now.answer is not None and seen == sorted(seen)
        assert forgetting_of(now.answer).options.steps == 50
        assert forgetting_work(ForgettingOptions(hidden=4, steps=50, seeds=1)).answer == now.answer

    def test_a_stopped_one_leaves_nothing(self):
        work = forgetting_work(ForgettingOptions(steps=3000))
        work.begin()
        assert work.alive and work.look().answer is None
        work.stop()
        assert not work.alive and not work.folder.exists()

    def test_one_that_breaks_off_says_why(self):
        work = question("series", values=[1.0, 2.0], window=0, hidden=1, epochs=1, seed=0)
        work.begin()
        until = time.monotonic() + 60
        with pytest.raises(ComputationFailed):
            while time.monotonic() < until:
                work.look()
                time.sleep(0.1)
        assert not work.folder.exists()
