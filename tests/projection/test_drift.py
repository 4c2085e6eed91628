import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.projection.alignment import lay_onto, procrustes_rotation, snapshot_rotation
from lstm_core.projection.drift import Drift, drift
from lstm_core.projection.neighbors import nearest_rows
from lstm_core.projection.overlap import shared, told_neighbors
from lstm_core.projection.trajectory import Trajectory

WORDS = tuple(f"w{i}" for i in range(40))
ROWS = range(40)


def rotation(rng, width=8):
    return np.linalg.qr(rng.normal(size=(width, width)))[0]


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_table_rotated_at_random_between_snapshots_has_gone_nowhere(seed):
    rng = np.random.default_rng(seed)
    cloud = rng.normal(size=(40, 8))
    found = drift([cloud @ rotation(rng) for _ in range(5)], WORDS, range(5), rows=ROWS, k=5)
    assert found.path_lengths == pytest.approx(np.zeros(40), abs=1e-9)
    assert found.turnover.max() == 0
    assert found.path.path_lengths() == pytest.approx(np.zeros(40), abs=1e-3)
    assert found.settled() == (0,) * 40


@given(st.integers(0, 10_000), st.integers(1, 20))
@settings(max_examples=20)
def test_rows_that_were_never_trained_stay_still_while_the_others_travel(seed, untrained):
    rng = np.random.default_rng(seed)
    clouds = [rng.normal(size=(40, 8)) * [5, 3, 1, 1, 1, 1, 1, 1] for _ in range(4)]
    for cloud in clouds[1:]:
        cloud[:untrained] = clouds[0][:untrained]
    found = drift(clouds, WORDS, range(4), rows=ROWS, k=5)
    assert found.path_lengths[:untrained] == pytest.approx(np.zeros(untrained), abs=1e-9)
    assert found.path_lengths[untrained:].min() > 1
    trails = np.diff(found.path.coordinates[:, :untrained], axis=0)
    assert np.abs(trails).max() < 1e-4


def test_unchanged_rows_fix_only_the_directions_they_span():
    rng = np.random.default_rng(0)
    older = rng.normal(size=(30, 6))
    older[:3, 2:] = 0  # three rows in a plane
    turn = np.eye(6)
    turn[2:, 2:] = rotation(rng, 4)
    found = snapshot_rotation(older, older @ turn)
    assert found == pytest.approx(turn, abs=1e-9)
    assert snapshot_rotation(older, older).tolist() == np.eye(6).tolist()
    moved = older @ rotation(rng, 6)
    moved[3] = older[3] = 0  # a zero row is equal in both and says nothing
    assert snapshot_rotation(older, moved) == pytest.approx(procrustes_rotation(older, moved), abs=1e-9)


def test_moves_turnover_and_settling_by_hand():
    # on a line of directions, w moves from the a's to the b's in the second of three steps
    angle = np.deg2rad
    others = [0, 2, 4, 90, 92, 94]
    clouds = [
        np.array([[np.cos(angle(a)), np.sin(angle(a))] for a in (*others, w)]) for w in (1.0, 1.5, 91.0, 91.5)
    ]  # fmt: skip
    names = ("a1", "a2", "a3", "b1", "b2", "b3", "w")
    found = drift(clouds, names, (0, 10, 20, 30), rows=range(7), k=3)
    w = names.index("w")
    assert found.turnover[:, w].tolist() == [0, 1, 0]
    assert found.kept[:, w].tolist() == [0, 0, 1, 1]
    assert found.settled()[w] == 20
    assert found.moves[1, w] == pytest.approx(2 * np.sin(angle(89.5) / 2))
    assert found.moves[:, :6] == pytest.approx(np.zeros((3, 6)))  # the rest did not change, to the last bit
    assert found.chance == 3 / 6
    assert found.path_lengths[w] == pytest.approx(found.moves[:, w].sum())


def test_a_word_is_settled_from_when_it_keeps_its_neighbours_to_the_end():
    kept = np.array([[1.0, 0.9, 0.0, 1.0], [0.5, 0.8, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    nothing = np.zeros((2, 4))
    path = Trajectory(tuple("abcd"), np.zeros((3, 4, 2)), (1, 2, 3), (0.0, 0.0))
    found = Drift(tuple("abcd"), (1, 2, 3), nothing, nothing, kept, k=10, candidates=40, path=path)
    assert found.settled() == (3, 1, 3, 1)
    assert found.settled(share=0.85) == (3, 3, 3, 1)


def test_only_the_asked_rows_are_followed_but_all_are_candidates():
    rng = np.random.default_rng(1)
    clouds = [rng.normal(size=(40, 8)) for _ in range(3)]
    every = drift(clouds, WORDS, (1, 2, 3), rows=ROWS, k=4)
    some = drift(clouds, ("w3", "w7", "w9"), (1, 2, 3), rows=(3, 7, 9), k=4)
    assert some.moves == pytest.approx(every.moves[:, [3, 7, 9]])
    assert some.turnover.tolist() == every.turnover[:, [3, 7, 9]].tolist()
    assert some.candidates == 40 and some.chance == 4 / 39


def test_shared_counts_the_common_members_whatever_their_order():
    one, two = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[3, 1, 9], [7, 8, 9]])
    assert shared(one, two) == pytest.approx([2 / 3, 0])


def test_neighbours_by_blocks_are_those_at_once_and_the_way_is_told(monkeypatch):
    monkeypatch.setattr("lstm_core.projection.overlap._BLOCK", 7)
    points, told = np.random.default_rng(0).normal(size=(20, 3)), []
    near, distances = told_neighbors(points, k=4, progress=told.append)
    once, lengths = nearest_rows(points, k=4)
    assert near.tolist() == once.tolist() and distances == pytest.approx(lengths)
    assert told == [7 / 20, 14 / 20, 1.0]


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_picture_laid_onto_another_undoes_shift_turn_mirror_and_size(seed):
    rng = np.random.default_rng(seed)
    picture = rng.normal(size=(20, 2))
    other = 3.7 * picture @ rotation(rng, 2) + [5, -2]
    assert lay_onto(other, picture) == pytest.approx(picture, abs=1e-9)
    assert lay_onto(np.ones((20, 2)), picture) == pytest.approx(np.tile(picture.mean(axis=0), (20, 1)))


@pytest.mark.parametrize(
    ("clouds", "rows", "k", "error"),
    [
        ([np.ones((9, 2))], range(9), 3, TooFew),
        ([np.ones((9, 2))] * 2, range(9), 9, TooFew),
        ([np.ones((9, 2))] * 2, range(9), 0, TooFew),
        ([np.ones((9, 2))] * 2, range(1, 10), 3, InvalidOption),
        ([np.ones((9, 2)), np.ones((9, 3))], range(9), 3, InvalidOption),
    ],
)
def test_what_cannot_be_followed_is_refused(clouds, rows, k, error):
    with pytest.raises(error):
        drift(clouds, "abcdefghi", range(len(clouds)), rows=rows, k=k)


def test_progress_is_told_and_can_end_the_work():
    told = []
    clouds = [np.random.default_rng(0).normal(size=(9, 2))] * 4
    drift(clouds, "abcdefghi", range(4), rows=range(9), k=2, progress=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drift(clouds, "abcdefghi", range(4), rows=range(9), k=2, progress=stop)
