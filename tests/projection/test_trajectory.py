from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes

from lstm_core.errors import InvalidOption, TooFew
from lstm_core.projection.alignment import align, procrustes_rotation
from lstm_core.projection.trajectory import Trajectory, trajectory

WORDS = tuple(f"w{i}" for i in range(30))


def rotation(rng, width=10):
    return np.linalg.qr(rng.normal(size=(width, width)))[0]


def stretched(rng, width=10):
    """A cloud with clear principal axes."""
    return rng.normal(size=(30, width)) * np.array([8.0, 4.0] + [0.5] * (width - 2)) + 3.0


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_the_rotation_is_that_of_scipy_and_undoes_a_turn(seed):
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(2, 30, 5))
    found = procrustes_rotation(source, target)
    assert found @ found.T == pytest.approx(np.eye(5), abs=1e-9)
    assert found == pytest.approx(orthogonal_procrustes(source, target)[0], abs=1e-7)
    turn = rotation(rng, 5)
    assert align(source @ turn, source) == pytest.approx(source, abs=1e-8)


def test_what_does_not_fit_cannot_be_aligned():
    with pytest.raises(InvalidOption):
        procrustes_rotation(np.ones((3, 2)), np.ones((4, 2)))
    with pytest.raises(InvalidOption):
        procrustes_rotation(np.full((3, 2), np.nan), np.ones((3, 2)))


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_rotated_copies_do_not_move(seed):
    rng = np.random.default_rng(seed)
    cloud = stretched(rng)
    found = trajectory([cloud @ rotation(rng) for _ in range(6)], WORDS, range(0, 60, 10))
    assert found.path_lengths() == pytest.approx(np.zeros(30), abs=1e-3)
    assert found.steps == (0, 10, 20, 30, 40, 50)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_the_picture_does_not_flip_as_snapshots_arrive(seed):
    rng = np.random.default_rng(seed)
    cloud = stretched(rng)
    clouds = [(cloud + 0.05 * step * rng.normal(size=cloud.shape)) @ rotation(rng) for step in range(8)]
    pictures = [trajectory(clouds[:n], WORDS, range(n)).coordinates for n in range(1, 9)]
    for n, (before, after) in enumerate(pairwise(pictures), start=1):
        moved = np.linalg.norm(after[n - 1] - before[n - 1], axis=1).max()
        assert moved < 0.35 * np.linalg.norm(before[n - 1], axis=1).max()


def test_the_newest_plane_holds_the_most_variance():
    rng = np.random.default_rng(0)
    clouds = [stretched(rng) for _ in range(3)]
    found = trajectory(clouds, WORDS, (1, 2, 3))
    centred = clouds[-1] - clouds[-1].mean(axis=0)
    sizes = np.linalg.svd(centred, compute_uv=False) ** 2
    assert sum(found.explained_variance_ratio) == pytest.approx(sizes[:2].sum() / sizes.sum())
    assert found.coordinates[-1].var(axis=0).sum() == pytest.approx(sizes[:2].sum() / 30, rel=1e-5)


def test_a_word_that_moves_has_a_path_and_the_others_hardly():
    rng = np.random.default_rng(0)
    cloud = stretched(rng)
    moved = cloud.copy()
    moved[4, 0] += 6.0
    lengths = trajectory([cloud, moved], WORDS, (0, 1)).path_lengths()
    assert int(np.argmax(lengths)) == 4
    assert lengths[4] > 3 * np.median(lengths)


def test_one_snapshot_and_one_dimension_are_enough():
    assert trajectory([np.eye(3)], "abc", [0]).coordinates.shape == (1, 3, 2)
    flat = trajectory([np.array([[1.0], [2], [4]])], "abc", [0])
    assert flat.coordinates[0, :, 1] == pytest.approx(np.zeros(3))
    assert trajectory([np.ones((3, 2))] * 2, "abc", [0, 1]).explained_variance_ratio == (0, 0)


@pytest.mark.parametrize(
    ("matrices", "words", "steps", "error"),
    [
        ([], "abc", [], TooFew),
        ([np.ones((2, 2))], "ab", [0], TooFew),
        ([np.ones((4, 2))], "abc", [0], InvalidOption),
        ([np.ones((3, 2)), np.ones((3, 3))], "abc", [0, 1], InvalidOption),
        ([np.full((3, 2), np.nan)], "abc", [0], InvalidOption),
        ([np.ones((3, 2))] * 2, "abc", [1, 1], InvalidOption),
        ([np.ones((3, 2))] * 2, "abc", [0], InvalidOption),
    ],
)
def test_what_is_no_trajectory_is_refused(matrices, words, steps, error):
    with pytest.raises(error):
        trajectory(matrices, words, steps)


def test_a_trajectory_checks_its_shape_and_cannot_be_changed():
    with pytest.raises(InvalidOption):
        Trajectory(("a",), np.zeros((2, 1, 2)), (0,), (0.5, 0.5))
    with pytest.raises(ValueError, match="read-only"):
        Trajectory(("a",), np.zeros((1, 1, 2)), (0,), (0.5, 0.5)).coordinates[0] = 1
