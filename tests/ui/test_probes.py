"""Example questions are asked only of a table that could answer them."""

from __future__ import annotations

import numpy as np

from lstm_core.table.embedding_table import EmbeddingTable
from ui.probes import example_word, probes_of

PROBES = [
    {"formula": "왕 - 남자 + 여자", "expected": "여왕"},
    {"formula": "왕-남자+여자", "expected": "왕"},
    {"formula": "왕 - 소년 + 여자", "expected": "왕"},
]


def table_of(*words: str) -> EmbeddingTable:
    return EmbeddingTable(words, np.eye(len(words)), metadata={"probes": PROBES})


def test_the_expected_word_must_be_known_too():
    assert [probe.expected for probe in probes_of(table_of("왕", "남자", "여자"))] == ["왕"]
    assert [probe.expected for probe in probes_of(table_of("왕", "남자", "여자", "여왕"))] == ["여왕", "왕"]


def test_a_table_of_one_word_has_an_example():
    assert [example_word(table_of("돌"), number=number) for number in (0, 1, 7)] == ["돌"] * 3
