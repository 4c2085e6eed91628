import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.lookup import WordFinder, find_words
from lstm_core.table.spelling import jamo

WORDS = ("왕", "여왕", "왕자", "여자", "커피", "커피숍", "아이스커피", "ㅋㅋㅋ", "New York", "york", "각", "가구", "닭갈비")
COUNTS = (50, 90, 30, 80, 70, 5, 6, 99, 3, 2, 8, 9, 1)


def table_of(words, counts=None):
    return EmbeddingTable(tuple(words), np.ones((len(words), 2)), counts)


TABLE = table_of(WORDS, COUNTS)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("왕", ("왕", "왕자", "여왕")),
        ("여", ("여왕", "여자")),
        ("여와", ("여왕",)),
        ("ㅇㅇ", ("여왕", "아이스커피")),
        ("ㅇㅈ", ("여자", "왕자")),
        ("여ㅇ", ("여왕",)),
        ("ㅇ왕", ("여왕",)),
        ("커피", ("커피", "커피숍", "아이스커피")),
        ("ㅋㅍ", ("커피", "커피숍", "아이스커피")),
        ("ㅋㅋ", ("ㅋㅋㅋ",)),
        ("가", ("가구", "각", "닭갈비")),
        ("각", ("각", "가구")),
        ("YOR", ("york", "New York")),
        ("new y", ("New York",)),
        ("ㅏㄹㄱ", ()),
        ("갈비", ("닭갈비",)),
        ("없음", ()),
        ("", ()),
        ("  ", ()),
    ],
)
def test_what_is_typed_is_found(typed, found):
    assert find_words(TABLE, typed) == found
    assert find_words(TABLE, unicodedata.normalize("NFD", typed)) == found


def test_only_so_many_and_the_most_frequent_first():
    many = table_of([f"나무{number}" for number in range(500)], np.arange(500))
    assert find_words(many, "나무", k=3) == ("나무499", "나무498", "나무497")
    assert find_words(many, "나무", k=0) == ()
    assert find_words(table_of(["가가가가가가" * 9, "나가"]), "가", k=2) == ("가가가가가가" * 9, "나가")


def test_labels_of_any_kind_do_not_confuse_it():
    odd = table_of(("a\nb", "😀", "é", "ab", unicodedata.normalize("NFD", "여왕")))
    assert find_words(odd, "b") == ("a\nb", "ab")
    assert find_words(odd, "😀") == ("😀",)
    assert find_words(odd, "ㅇㅇ") == (unicodedata.normalize("NFD", "여왕"),)


LETTERS = st.text("가각강나라ab", min_size=1, max_size=5)


@given(st.lists(LETTERS, min_size=1, max_size=30, unique=True), LETTERS)
def test_whole_letters_find_what_a_loop_over_jamo_finds(words, typed):
    found = WordFinder(table_of(words)).find(typed, k=100)
    holding = [word for word in words if jamo(typed) in jamo(word)]
    assert sorted(found) == sorted(holding)
    kinds = [0 if word == typed else 1 if jamo(word).startswith(jamo(typed)) else 2 for word in found]
    assert kinds == sorted(kinds)


SYLLABLES = st.text("가나각낙바", min_size=1, max_size=6)


@given(st.lists(SYLLABLES, min_size=1, max_size=30, unique=True), st.text("ㄱㄴㅂ", min_size=1))
def test_initials_find_what_a_loop_over_initials_finds(words, typed):
    leads = {"가": "ㄱ", "각": "ㄱ", "나": "ㄴ", "낙": "ㄴ", "바": "ㅂ"}
    holding = [word for word in words if typed in "".join(leads[letter] for letter in word)]
    assert sorted(WordFinder(table_of(words)).find(typed, k=100)) == sorted(holding)
