"""Which rows moved, how far, and where to."""

import numpy as np
import pytest

from lstm_core.errors import InvalidOption
from lstm_core.lesson.movement import movement


def test_rows_are_counted_by_group_and_measured(table):
    after = table.matrix.copy()
    after[1] += (3.0, 4.0)  # 나, read: 5 away, doubled in length
    after[2] += (0.0, 1.0)  # 다, drawn
    found = movement(table, table.matrix, after, sentence=["나", "나", "없다"], compared=[2])
    groups = {one.name: (one.rows, one.moved, one.mean, one.most) for one in found.groups}
    assert groups == {"sentence": (1, 1, 5.0, 5.0), "compared": (1, 1, 1.0, 1.0), "others": (2, 0, 0.0, 0.0)}
    assert (found.changed, found.total) == (2, 4)
    (word,) = found.words
    assert (word.word, word.distance, word.share) == ("나", 5.0, 1.0) and word.before == word.after and word.toward == ()


def test_a_row_that_turns_changes_its_neighbours(table):
    after = table.matrix.copy()
    after[3] = (0.1, 3.0)  # 라 from opposite 가 to beside 다
    (word,) = movement(table, table.matrix, after, sentence=["라"]).words
    assert word.before[0] == "다" and word.after[0] == "다" and word.before[-1] == "가"
    assert {other for other, _ in word.toward} == {"가", "나", "다"} and word.toward[0][0] == "나"
    assert word.toward[0][1] == pytest.approx(_cosine((0.1, 3), (3, 4)) - _cosine((-1, 0), (3, 4)), abs=1e-6)


def _cosine(a, b):
    return np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b)


def test_read_words_count_as_read_even_when_drawn_and_farthest_come_first(table):
    after = table.matrix + np.array([[0.1, 0], [2, 0], [0, 0], [0, 0]], dtype=np.float32)
    found = movement(table, table.matrix, after, sentence=["가", "나"], compared=[0, 3])
    assert [one.word for one in found.words] == ["나", "가"] and [one.rows for one in found.groups] == [2, 1, 1]


def test_other_shapes_are_refused(table):
    with pytest.raises(InvalidOption):
        movement(table, table.matrix, table.matrix[:3], sentence=["가"])
