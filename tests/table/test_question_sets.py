import re

import numpy as np
import pytest

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.odd_sets import evaluate_odd
from lstm_core.table.question_sets import QUESTION_SETS, expand_group, expand_pairs, set_for

HANGUL = re.compile("[가-힣]+")
LATIN = re.compile("[A-Za-z-]+")


@pytest.mark.parametrize("key", QUESTION_SETS.keys())
class TestEverySet:
    def test_every_category_holds_twelve_pairs_or_more_each_word_once(self, key):
        for name, pairs in QUESTION_SETS[key].pairs.items():
            assert len(pairs) >= 12, name
            for side in zip(*pairs, strict=True):
                assert len(set(side)) == len(side), name
            assert all(one != other for one, other in pairs), name

    def test_every_question_has_one_answer_and_none_is_among_its_words(self, key):
        for asked in QUESTION_SETS[key].analogies.values():
            assert all(d not in (a, b, c) for a, b, c, d in asked)
            assert len(set(asked)) == len(asked)

    def test_no_word_is_of_two_kinds(self, key):
        words = [word for group in QUESTION_SETS[key].groups.values() for word in group]
        assert len(words) == len(set(words))

    def test_words_are_spelt_in_one_script(self, key):
        script = HANGUL if key == "ko" else LATIN
        pairs = [word for pairs in QUESTION_SETS[key].pairs.values() for pair in pairs for word in pair]
        assert all(script.fullmatch(word) for word in [*pairs, *sum(QUESTION_SETS[key].groups.values(), ())])

    def test_categories_have_names_for_the_page(self, key):
        assert QUESTION_SETS[key].label.ko and QUESTION_SETS[key].label.en
        assert {"family", "court", "capitals", "languages", "young"} <= set(QUESTION_SETS[key].analogies)

    def test_every_odd_question_has_four_of_a_kind_and_a_stranger(self, key):
        kinds = {word: kind for kind, group in QUESTION_SETS[key].groups.items() for word in group}
        for kind, asked in QUESTION_SETS[key].odd.items():
            assert all({kinds[word] for word in words} == {kind} != {kinds[odd]} for words, odd in asked)
            assert all(len(set(words)) == 4 for words, _ in asked)


def test_pairs_make_every_ordered_question():
    assert expand_pairs([("a", "b"), ("c", "d")]) == (("a", "b", "c", "d"), ("c", "d", "a", "b"))
    assert len(expand_pairs([(f"a{n}", f"b{n}") for n in range(12)])) == 132


def test_groups_take_turns():
    groups = {"x": "abcde", "y": "12"}
    assert expand_group("x", groups) == ((("a", "b", "c", "d"), "1"), (("b", "c", "d", "e"), "2"))


def test_the_set_of_a_table_is_that_of_its_words():
    assert set_for(EmbeddingTable(("king", "queen", "paris"), np.eye(3))).key == "en"
    assert set_for(EmbeddingTable(("왕", "여왕"), np.eye(2))).key == "ko"
    assert set_for(EmbeddingTable(("zzz",), [[1.0]])).key == QUESTION_SETS.keys()[0]


def test_odd_one_out_by_hand():
    table = EmbeddingTable(("a", "b", "c", "x"), [[1, 0], [1, 0.1], [1, -0.1], [0, 1]])
    found = evaluate_odd(table, {"k": [(("a", "b", "c"), "x"), (("a", "b", "x"), "c"), (("a", "b"), "none")], "empty": []})
    assert (found.total.asked, found.total.answerable, found.total.correct) == (3, 2, 1)
    assert found.total.chance == 0.25 and found.total.interval[0] < 0.5 < found.total.interval[1]
    assert found.categories["empty"].accuracy is found.categories["empty"].chance is None
    assert found.to_json()["odd_one_out"]["categories"]["k"]["correct"] == 1


def test_a_tie_is_no_answer():
    table = EmbeddingTable(("a", "b", "c"), np.ones((3, 2)))
    assert evaluate_odd(table, {"k": [(("a", "b"), "c")]}).total.correct == 0
