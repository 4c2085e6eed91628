import json

import numpy as np

from lstm_core.figures.near import NONE, near_layers
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.search import nearest

WORDS = tuple(f"<b>{row}</b>" for row in range(40))


def table(counts=None):
    rows = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    rows[7] = 0
    return EmbeddingTable(WORDS, rows, counts=counts)


def named(layers, rows):
    near = np.frombuffer(layers["near"].content, "<u4").reshape(len(rows), -1)
    words = [WORDS[row] for row in rows] + json.loads(layers["near_words"].content)
    return [[words[number] for number in line if number != NONE] for line in near.tolist()]


def test_the_nearest_words_are_those_of_a_question_also_where_they_are_not_drawn():
    rows = np.array([1, 3, 7, 20])
    found = named(near_layers(table(), rows), rows)
    assert [list(nearest(table(), WORDS[row], k=5).words) for row in (1, 3, 20)] == [found[0], found[1], found[3]]
    assert found[2] == []


def test_beyond_the_limit_only_frequent_words_have_neighbours():
    counts = np.ones(40, dtype=np.int64)
    counts[[5, 9]] = 10
    found = named(near_layers(table(counts), np.arange(40), pairs=80), range(40))
    assert [row for row, words in enumerate(found) if words] == [5, 9]


def test_a_table_of_one_word_has_no_neighbours():
    alone = EmbeddingTable(("a",), np.ones((1, 3), np.float32))
    assert near_layers(alone, np.array([0]))["near"].content == b""
