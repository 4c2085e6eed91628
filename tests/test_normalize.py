import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm_core.normalize import normalize, normalize_lines

BLANKS = "".join(sign for sign in map(chr, range(sys.maxunicode + 1)) if re.match(r"\s", sign))
AWKWARD = st.text(st.sampled_from("a왕ᄀ\u1161\u11a8\u0301\u0338<\n \ufeff\u200b\u2060\x00\x1f\x7f\ud800\udfff" + BLANKS))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  왕이\t 왔다 \n", "왕이 왔다"),
        (unicodedata.normalize("NFD", "여왕"), "여왕"),
        ("\ufeff왕\u200b관", "왕관"),
        ("a\ud800b", "a\ufffdb"),
        ("\u3000\xa0", ""),
    ],
)
def test_by_hand(text, normal):
    assert normalize(text) == normal
    assert normalize_lines(text.replace("\n", " ")) == normal


@given(st.one_of(st.text(), AWKWARD))
@example("a\ud83d\n\ude00b")
@example("e\n\u0301")
def test_a_block_is_its_lines_each_normalised(block):
    assert normalize_lines(block).split("\n") == [normalize(line) for line in block.split("\n")]


@given(st.one_of(st.text(), AWKWARD))
def test_twice_is_once_and_the_result_can_be_written(text):
    once = normalize(text)
    assert normalize(once) == once
    assert once.encode("utf-8").decode("utf-8") == once
