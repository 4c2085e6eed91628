"""Classifiers by what they are given, and directions by what they tell of words they have not seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from lstm_core.errors import InvalidOption, NoDirection, TooFew, UnknownWords
from lstm_core.lesson.classify import classify_by_inputs, held_out, resampled_error
from lstm_core.lesson.contrast import Contrast, contrasts, own_contrast
from lstm_core.lesson.dimensions import find_direction
from lstm_core.lesson.examples import examples, spelled
from lstm_core.lesson.logistic import fit_logistic
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.world.lexicon import lexicon


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from((0.1, 1.0, 10.0)))
def test_the_regression_is_that_of_scikit_learn(seed, penalty):
    random = np.random.default_rng(seed)
    inputs, high = random.normal(size=(40, 5)) * 3, random.random(40) < 0.4
    high[:2] = (True, False)
    found = fit_logistic(inputs, high, penalty=penalty)
    other = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000).fit(inputs, high)
    assert found.weights == pytest.approx(other.coef_[0], abs=1e-3)
    assert found.bias == pytest.approx(float(other.intercept_[0]), abs=1e-3)
    assert np.array_equal(found.says_high(inputs), inputs @ found.weights + found.bias > 0)


def test_groups_that_can_be_parted_do_not_run_away():
    found = fit_logistic(np.array([[-100.0], [100.0]]), np.array([False, True]))
    assert np.isfinite(found.weights).all() and found.says_high(np.array([[-1.0], [1.0]])).tolist() == [False, True]


def test_the_error_of_a_mean_over_overlapping_divisions():
    # variance of (0, 1) is 1/2; (1/2 + 1) * 1/2 = 3/4
    assert resampled_error(np.array([0.0, 1.0]), ratio=1.0) == pytest.approx(0.75**0.5)
    assert resampled_error(np.array([0.7]), ratio=1.0) == 0.0


def test_some_of_each_group_are_held_out_and_never_all():
    high = np.array([False] * 10 + [True] * 2)
    test = held_out(high, np.random.default_rng(0))
    assert test[:10].sum() == 3 and test[10:].sum() == 1


def test_only_rows_tell_anything_about_words_not_seen(plant):
    table = plant(count=40)
    order = np.random.default_rng(3).permutation(80)  # ids know nothing of the groups
    table = EmbeddingTable(tuple(table.labels[at] for at in order), table.matrix[order])
    lists = [sorted(word for word in table.labels if word[0] == sign) for sign in "낮높"]
    seen = []
    found = classify_by_inputs(table, own_contrast(table, low=lists[0], high=lists[1]), progress=seen.append)
    by = {one.given: one for one in found.results}
    assert by["embedding"].accuracy > 0.95 and found.chance == 0.5 and found.tested == 24
    assert by["one_hot"].accuracy == 0.5
    assert by["ids"].interval[0] < 0.55 and by["renumbered"].interval[0] < 0.55
    assert seen[-1] == 1.0 and len(seen) == found.splits
    again = classify_by_inputs(table, found.contrast)
    assert [one.accuracy for one in again.results] == [one.accuracy for one in found.results]


def test_ids_that_follow_the_groups_are_found_out(plant):
    """The first half of the planted table is low: its ids give that away, dealt anew they do not."""
    found = classify_by_inputs(plant(count=40), next(one for one in contrasts(plant(count=40)) if one.name == "height"))
    by = {one.given: one.accuracy for one in found.results}
    assert by["ids"] > 0.95 and by["renumbered"] < 0.7


def test_a_direction_across_dimensions_beats_any_single_one(plant):
    table = plant(count=60, dimension=12, noise=2.0)
    found = find_direction(table, contrasts(table)[0], seed=1)
    assert found.by_direction.accuracy > found.by_dimension.accuracy + 0.1
    assert found.by_direction.p < 0.01 and 0.4 < found.by_direction.null < 0.6
    assert found.dimensions_used > 5 and found.largest_share < 0.5
    assert found.by_direction.interval[0] < found.by_direction.accuracy < found.by_direction.interval[1]
    told = found.along > 0
    assert (told == found.is_high).mean() == pytest.approx(found.by_direction.accuracy)
    single = found.single_values > 0
    assert (single == found.is_high).mean() == pytest.approx(found.by_dimension.accuracy)
    assert len(found.wrong) == round((1 - found.by_direction.accuracy) * 60) and set(found.wrong) <= set(found.words)


def test_a_feature_along_one_dimension_is_found_there(plant):
    found = find_direction(plant(axis=np.eye(12)[4]), contrasts(plant(axis=np.eye(12)[4]))[0])
    assert found.single == 4 and found.by_dimension.accuracy > 0.95
    assert found.largest_share > 0.7 and found.dimensions_used < 2.5


def test_groups_that_differ_in_nothing_are_not_told_apart(plant):
    noise = plant(axis=np.zeros(12))
    found = find_direction(noise, contrasts(noise)[0])
    assert found.by_direction.p > 0.05 and found.by_direction.accuracy <= found.by_direction.null_most


def test_the_halves_share_no_word_and_the_seed_decides(plant):
    table = plant()
    first, same, other = (find_direction(table, contrasts(table)[0], seed=seed) for seed in (0, 0, 1))
    assert len(first.words) == 60 and first.trained == 60
    assert first.words == same.words and first.by_direction == same.by_direction and first.words != other.words


def test_groups_with_one_mean_have_no_direction():
    table = EmbeddingTable(tuple("가나다라마바사아"), np.tile(np.array([[1.0, 2.0]], dtype=np.float32), (8, 1)))
    with pytest.raises(NoDirection):
        find_direction(table, own_contrast(table, low="가나다라", high="마바사아"))


def test_attributes_come_from_the_columns_and_the_lexicon():
    known = [word for word in lexicon().words if word.kind == "person"]
    people = tuple(word.ko for word in known)
    gender = contrasts(EmbeddingTable(people, np.eye(len(people), dtype=np.float32)))[0]
    assert gender.name == "gender" and {"왕", "여왕"} <= {*gender.low, *gender.high}
    by_word = {word.ko: word.attribute("gender") for word in known}
    assert {by_word[word] for word in gender.low} == {gender.low_name} != {by_word[word] for word in gender.high}
    assert len(gender.low) == len(gender.high) >= 8 and not gender.is_high[0] and gender.is_high[-1]


def test_too_small_attributes_are_not_offered_and_large_ones_are_evened_out():
    labels = tuple(f"w{number}" for number in range(40))
    counts = np.arange(40)
    columns = {"a": ("x",) * 25 + ("y",) * 15, "b": ("x",) * 36 + ("y",) * 4, "c": labels}
    found = contrasts(EmbeddingTable(labels, np.eye(40, dtype=np.float32), counts, columns))
    (only,) = found
    assert (only.name, only.low_name, only.high_name) == ("a", "x", "y") and len(only.low) == len(only.high) == 15
    assert set(only.low) == {f"w{number}" for number in range(10, 25)}  # the most frequent ones


def test_bad_lists_are_refused(table, plant):
    planted = plant(count=8)
    with pytest.raises(TooFew):
        own_contrast(table, low=["가", "나", " "], high=["다", "라"])
    with pytest.raises(UnknownWords):
        own_contrast(planted, low=planted.labels[:4], high=["없다", *planted.labels[8:11]])
    with pytest.raises(InvalidOption):
        own_contrast(planted, low=planted.labels[:4], high=planted.labels[3:8])
    assert own_contrast(planted, low=planted.labels[:4], high=planted.labels[8:12]).words == Contrast(
        "", "", "", planted.labels[:4], planted.labels[8:12]
    ).words


def test_examples_are_words_of_the_table(table):
    shown = examples(table)
    assert all(word in table for word in (*shown.pair, *shown.drinks, *shown.rank))
    assert all(word in table for sentence in shown.sentences for word in sentence.split())
    words = ("고양이/NNG", "강아지/NNG", "커피/NNG", "차/NNG", "개/NNG", "자동차/NNG")
    tagged = EmbeddingTable(words, np.eye(6, dtype=np.float32))
    assert examples(tagged).drinks == ("커피/NNG", "차/NNG") and spelled(tagged, "소") == ""
