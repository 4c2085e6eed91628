from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.model.config import ModelConfig
from lstm_core.options import describe
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import MOST_TYPES, SPECIALS, Vocabulary
from lstm_core.training.config import TrainConfig, config_from_json
from lstm_core.training.data import MOST_VALIDATION, Layout, Stream, Thinning, epoch_order, split, wanted_counts
from lstm_core.training.reporter import Pace
from lstm_core.training.schedule import evaluation_steps, learning_rate, snapshot_steps

lengths = st.lists(st.integers(0, 5), min_size=1, max_size=12)


def sentences_of(lengths):
    ids = np.arange(10, 10 + sum(lengths), dtype=np.int32)
    return Sentences(ids, np.cumsum([0, *lengths]), 10_000)


def whole(stream):
    return stream.read(0, len(stream)).tolist()


def test_a_stream_by_hand():
    assert whole(Stream(sentences_of([2, 0, 3]), np.array([2, 0, 1]))) == [2, 12, 13, 14, 3, 2, 10, 11, 3, 2, 3]


@given(lengths, st.randoms(), st.data())
def test_a_stream_is_each_sentence_between_its_marks(lengths, random, data):
    sentences = sentences_of(lengths)
    order = np.array(random.sample(range(len(lengths)), len(lengths)))
    bounds = sentences.offsets
    expected = [i for n in order for i in (2, *sentences.ids[bounds[n] : bounds[n + 1]].tolist(), 3)]
    stream = Stream(sentences, order)
    assert whole(stream) == expected
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, 3 * len(expected))] * 2)))
    assert stream.read(start, stop).tolist() == (expected * 3)[start:stop]


def test_an_empty_order_is_an_empty_stream():
    assert whole(Stream(sentences_of([2]), np.array([], dtype=np.int64))) == []


class TestThinning:
    """Of 한 (900 of 1,000 tokens) and 둘 (100)."""

    VOCABULARY = Vocabulary((*SPECIALS, "한", "둘"), (0, 0, 0, 0, 900, 100))

    def thinning(self, threshold=0.1, **how):
        return Thinning.of(self.VOCABULARY, threshold=threshold, **{"seed": 0, "epoch": 0, **how})

    def stream(self, thinning):
        ids = np.array([4] * 9 + [5], np.int32)
        return Stream(Sentences(np.tile(ids, 1_000), np.arange(0, 10_001, 10), 6), np.arange(1_000), thinning=thinning)

    def test_by_hand(self):
        assert self.thinning().keep[4:] == pytest.approx([1 / 3, 1.0])  # sqrt(0.1 / 0.9), sqrt(0.1 / 0.1)
        assert self.thinning(threshold=0.0) is None

    def test_the_share_that_stays_is_the_probability(self):
        ids = np.bincount(whole(self.stream(self.thinning())))
        assert ids[5] == ids[2] == ids[3] == 1_000
        assert abs(ids[4] - 3_000) < 4 * (9_000 * 2 / 9) ** 0.5  # four standard deviations

    def test_a_draw_belongs_to_seed_and_epoch(self):
        drawn = [whole(self.stream(self.thinning(**how))) for how in ({}, {}, {"epoch": 1}, {"seed": 1})]
        assert drawn[0] == drawn[1] and drawn[0] != drawn[2] != drawn[3] != drawn[0]

    def test_it_does_not_matter_in_what_pieces_it_is_read(self):
        stream = self.stream(self.thinning())
        pieces = [stream.read(start, min(start + 77, len(stream))) for start in range(0, len(stream), 77)]
        assert np.concatenate(pieces).tolist() == whole(stream)

    def test_what_has_to_be_predicted_by_hand(self):
        how = {"sentences": 70}
        assert wanted_counts(self.VOCABULARY, threshold=0.0, **how) == (0, 0, 0, 70, 900, 100)
        assert wanted_counts(self.VOCABULARY, threshold=0.1, **how) == (0, 0, 0, 70, 300, 100)


@given(st.integers(1, 500), st.floats(0, 0.5), st.integers(0, 9))
def test_a_split_is_disjoint_and_whole(count, share, seed):
    training, held = split(count, share=share, seed=seed)
    assert sorted([*training, *held]) == list(range(count))
    assert len(training) >= 1
    assert abs(len(held) - count * share) <= 1


def test_a_split_depends_on_the_seed_and_has_a_ceiling():
    assert split(100, share=0.1, seed=0)[1].tolist() != split(100, share=0.1, seed=1)[1].tolist()
    assert len(split(10**6, share=0.5, seed=0)[1]) == MOST_VALIDATION


def test_each_epoch_has_an_order_of_its_own():
    numbers = np.arange(5, 50)
    first = epoch_order(numbers, seed=0, epoch=0)
    assert sorted(first) == numbers.tolist()
    assert first.tolist() == epoch_order(numbers, seed=0, epoch=0).tolist() != epoch_order(numbers, seed=0, epoch=1).tolist()


@given(st.integers(16, 400), st.integers(1, 9), st.integers(2, 9))
def test_windows_cover_the_grid_once_and_targets_are_one_later(tokens, batch, bptt):
    layout = Layout.of(tokens, batch_size=batch, bptt=bptt)
    grid = np.arange(layout.rows * layout.length).reshape(layout.rows, layout.length)
    assert 1 <= layout.rows <= batch and 0 <= tokens - grid.size < layout.rows
    stream = SimpleNamespace(read=lambda start, stop: np.arange(start, stop, dtype=np.int32))
    windows = list(layout.windows(stream))
    assert len(windows) == layout.steps
    assert np.array_equal(np.concatenate([inputs for inputs, _ in windows], axis=1), grid[:, :-1])
    assert np.array_equal(np.concatenate([targets for _, targets in windows], axis=1), grid[:, 1:])
    for first in range(layout.steps):
        again = list(layout.windows(stream, first=first))
        assert np.array_equal(again[0][0], windows[first][0]) and len(again) == layout.steps - first


def test_too_few_tokens():
    with pytest.raises(TooFew):
        Layout.of(15, batch_size=2, bptt=2)


def test_the_learning_rate_by_hand():
    config = TrainConfig(lr=1.0, warmup=0.1)
    rates = [learning_rate(config, step, total=100) for step in range(100)]
    assert rates[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert rates[10] == 1.0 and max(rates) == 1.0
    assert rates[55] == pytest.approx(0.02 + 0.98 / 2)
    assert rates[10:] == sorted(rates[10:], reverse=True) and 0.02 < rates[99] < 0.021
    constant = TrainConfig(lr=1.0, warmup=0.0, schedule="constant")
    assert {learning_rate(constant, step, total=100) for step in range(100)} == {1.0}


def test_snapshots_are_denser_early():
    assert sorted(snapshot_steps(100, count=6)) == [0, 4, 16, 36, 64, 100]
    assert snapshot_steps(100, count=0) == frozenset()
    assert snapshot_steps(100, count=1) == {100}
    assert {0, 3} <= snapshot_steps(3, count=30)


def test_the_end_of_each_epoch_is_checked():
    assert sorted(evaluation_steps(10, epochs=2, per_epoch=2)) == [5, 10, 15, 20]
    assert sorted(evaluation_steps(1, epochs=3, per_epoch=5)) == [1, 2, 3]


def test_settings_survive_json_and_refuse_strangers():
    config = TrainConfig(epochs=7, corpus_options={"size": 3}, tie_weights=True)
    assert config_from_json({"format": 1, "created": 2.0, **config.model_dump(mode="json")}) == config
    assert config.model == ModelConfig(tie_weights=True)
    assert config_from_json({"epochs": 7}) == TrainConfig(epochs=7)
    for wrong in ({"colour": 1}, {"epochs": 0}, {"lr": 0}, {"schedule": "up"}, {"lr": float("inf")}):
        with pytest.raises(InvalidOption):
            config_from_json(wrong)


@pytest.mark.parametrize("spec", describe(TrainConfig), ids=lambda spec: spec.name)
def test_every_setting_says_what_it_is_in_both_languages(spec):
    assert spec.label.ko and spec.label.en and spec.help.ko and spec.help.en
    assert spec.kind in ("bool", "choice", "text") or spec.minimum is not None


def test_no_vocabulary_is_larger_than_what_is_remembered_of_a_corpus():
    (most,) = [spec.maximum for spec in describe(TrainConfig) if spec.name == "max_vocab"]
    assert most <= MOST_TYPES


def test_the_time_left_by_hand(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("lstm_core.training.reporter.time.monotonic", lambda: clock.now)
    pace = Pace()
    assert pace.left(0.0) is None
    clock.now = 0.9
    assert pace.left(0.5) is None  # half was there before: somebody else had begun
    clock.now = 10.0
    assert pace.left(0.5) is None and pace.left(0.75) == 10.0
    clock.now = 20.0
    assert pace.left(1.0) == 0.0
