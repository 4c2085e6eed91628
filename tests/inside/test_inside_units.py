"""Units and the passages where they behave alike, on states small enough to look at."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.inside.reading import read_sentence
from lstm_core.inside.units import CorpusStates, Pattern, corpus_states, find_matches, first_sentences, pattern_of

# two units; the sentences: a b c / b b / c
HIDDEN = np.array([[0.9, 0.1], [0.8, -0.9], [0.1, 0.0], [0.7, -0.6], [0.6, 0.6], [0.0, -0.8]], np.float32)
STATES = CorpusStates((("a", "b", "c"), ("b", "b"), ("c",)), np.array([0, 3, 5, 6]), HIDDEN)


def test_a_unit_is_on_when_it_stays_beyond_the_threshold_on_one_side():
    assert pattern_of(HIDDEN[:3], first=0, last=1, threshold=0.5) == Pattern((0,), (1,), 0.5)
    assert pattern_of(HIDDEN[:3], first=1, last=1, threshold=0.5) == Pattern((1, 0), (-1, 1), 0.5)  # the strongest first
    assert pattern_of(HIDDEN[:3], first=2, last=2, threshold=0.5).units == ()
    assert pattern_of(HIDDEN[3:5], first=0, last=1, threshold=0.5) == Pattern((0,), (1,), 0.5)  # unit 1 changes sides


def test_passages_by_hand():
    found = find_matches(STATES, Pattern((0, 1), (1, -1), 0.5))
    assert [(one.pieces, one.first, one.last) for one in found.passages] == [
        (("a", "b", "c"), 1, 1), (("b", "b"), 0, 0), (("c",), 0, 0),
    ]  # fmt: skip
    assert found.passages[0].shares == (0.5, 1.0, 0.0) and found.passages[1].shares == (1.0, 0.5)
    assert found.share == pytest.approx((0.5 + 1 + 0 + 1 + 0.5 + 0.5) / 6) and found.places == 6


def test_of_equal_passages_that_comes_first_outside_of_which_least_is_on():
    found = find_matches(STATES, Pattern((0,), (1,), 0.5), length=2)
    assert [(one.pieces, one.first, one.last) for one in found.passages] == [(("a", "b", "c"), 0, 1), (("b", "b"), 0, 1)]
    alone = find_matches(STATES, Pattern((0,), (1,), 0.5), length=1).passages
    assert {one.pieces: one.first for one in alone}["b", "b"] == 0


def test_preferred_tokens_by_hand():
    states = CorpusStates((("x", "y") * 5,), np.array([0, 10]), np.array([[0.9, 0.0], [0.0, 0.9]] * 5, np.float32))
    found = find_matches(states, Pattern((0,), (1,), 0.5))
    assert [(one.token, one.times, one.share) for one in found.preferred] == [("x", 5, 1.0), ("y", 5, 0.0)]
    assert find_matches(STATES, Pattern((0,), (1,), 0.5)).preferred == ()  # nothing occurs five times


def test_the_states_are_those_of_each_sentence_read_alone(network):
    pair, told = network(num_layers=2), []
    sentences = ["왕 이 커피 마신다", "왕", "", "여왕 가 웃는다", "없는말 이"]
    states = corpus_states(pair.inside, sentences, progress=told.append)
    assert told[-1] == 1.0 and len(states.pieces) == 4
    for number, pieces in enumerate(states.pieces):
        alone = read_sentence(pair.inside, " ".join(pieces)).signal("hidden", layer=-1)[1:]
        assert np.abs(states.hidden[states.starts[number] : states.starts[number + 1]] - alone).max() < 1e-6


def test_the_run_is_read_from_its_own_corpus(network):
    assert len(list(first_sentences(network().run, most=7))) == 7


def test_nonsense_is_refused(network):
    with pytest.raises(TooFew):
        corpus_states(network().inside, ["", " "])
    with pytest.raises(TooFew):
        find_matches(STATES, Pattern((), (), 0.5))
    for wrong in ({"first": 2, "last": 1}, {"first": 0, "last": 9}, {"first": 0, "last": 0, "threshold": 1.0}):
        with pytest.raises(InvalidOption):
            pattern_of(HIDDEN, **{"threshold": 0.5, **wrong})
