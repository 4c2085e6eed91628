"""Words stay words where Streamlit renders Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lstm_core.errors import FormulaError, UnknownWords
from ui.messages import sentence
from ui.text import amount, percent, plain, plain_list, replace_word, split_words

JOINER = "\u2060"


@pytest.mark.parametrize(
    "word", ["**굵게**", "[a](http://b)", "![i](http://b/i.png)", "$x$", ":red[a]", "<b>", "`a`", "~~a~~", "# a"]
)
def test_every_sign_is_escaped(word):
    escaped = plain(word)
    assert escaped.replace("\\", "").replace(JOINER, "") == word
    bare = [
        sign
        for place, sign in enumerate(escaped)
        if not sign.isalnum() and sign not in f"\\ {JOINER}" and escaped[place - 1] != "\\"
    ]
    assert bare == []


@pytest.mark.parametrize("word", ["http://evil.example", "www.evil.example", "a@evil.example", "a--b", "a<-b"])
def test_nothing_becomes_a_link_or_another_sign(word):
    shown = plain(word).replace("\\", "")
    assert not any(pattern in shown for pattern in ("://", "www.", "@e", "--", "<-"))


@given(some.text(some.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1))
def test_hangul_is_left_alone(word):
    assert plain(word) == word


def test_a_list_of_words():
    assert plain_list(["왕", "a_b"]) == "왕, a\\_b"


def test_numbers_have_a_true_minus_sign():
    assert amount(-0.1254) == "\u22120.125"
    assert amount(2, digits=1) == "2.0"
    assert percent(0.5) == "50\u2009%"


@pytest.mark.parametrize(
    ("text", "word", "other", "expected"),
    [
        ("왕 - 남자 + 여좌", "여좌", "여자", "왕 - 남자 + 여자"),
        ("여왕 - 왕", "왕", "개", "여왕 - 개"),
        ("왕-왕+여왕", "왕", "개", "개-개+여왕"),
        ("왕, 여왕, 왕", "왕", r"\1", r"\1, 여왕, \1"),
        ("2*왕", "왕", "개", "2*개"),
    ],
)
def test_only_whole_words_are_replaced(text, word, other, expected):
    assert replace_word(text, word, other) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("왕, 여왕,왕", ["왕", "여왕"]),
        ("왕 여왕", ["왕", "여왕"]),
        ("New York, 왕", ["New York", "왕"]),
        (" , \n", []),
        ("", []),
    ],
)
def test_lists_of_words(text, words):
    assert split_words(text) == words


def test_sentences_carry_the_data_and_escape_it():
    assert "\\*\\*" in sentence(UnknownWords(words=("a**b",), suggestions={})).replace(JOINER, "")
    assert "3" in sentence(FormulaError(formula="왕 -", position=2, reason="dangling"))
    assert "dangling" not in sentence(FormulaError(formula="왕 -", position=2, reason="dangling"))
