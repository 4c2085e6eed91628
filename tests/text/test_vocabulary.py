from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.text.vocabulary import SPECIALS, UNK, CoverageReport, TokenTypes, Vocabulary

words = st.lists(st.sampled_from("가나다라마바사"), min_size=1, max_size=40)


def types_of(tokens, *, listed=100):
    counts = Counter(tokens)
    ranked = sorted(counts, key=lambda token: (-counts[token], token))[:listed]
    return TokenTypes(tuple(ranked), tuple(counts[token] for token in ranked), len(tokens), len(counts))


class TestVocabulary:
    def test_specials_come_first(self):
        vocabulary = types_of("aab").vocabulary(max_size=10)
        assert vocabulary.tokens == (*SPECIALS, "a", "b") and vocabulary.counts == (0, 0, 0, 0, 2, 1)
        assert vocabulary.encode(["a", "zebra"]).tolist() == [4, UNK]

    def test_json_round_trip(self):
        vocabulary = types_of(["왕", "왕", "여왕"]).vocabulary(max_size=10)
        assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary

    @pytest.mark.parametrize(
        ("tokens", "counts"),
        [
            (("왕",), (1,)),
            ((*SPECIALS, "왕", "왕"), (0, 0, 0, 0, 1, 1)),
            ((*SPECIALS, "왕"), (0, 0, 0, 0)),
            ((*SPECIALS, ""), (0, 0, 0, 0, 1)),
            ((*SPECIALS, "\u110b\u116a\u11bc"), (0, 0, 0, 0, 1)),  # 왕 in three jamo
        ],
    )
    def test_what_cannot_be_is_refused(self, tokens, counts):
        with pytest.raises(ValueError):
            Vocabulary(tokens, counts)


@given(words, st.integers(0, 15), st.integers(1, 6))
def test_a_vocabulary_keeps_the_frequent_and_counts_the_rest_as_unknown(tokens, size, least):
    vocabulary = types_of(tokens).vocabulary(max_size=size, min_count=least)
    counts = Counter(tokens)
    assert len(vocabulary.words) <= max(0, size - 4) and sum(vocabulary.counts) == len(tokens)
    assert all(counts[word] >= least for word in vocabulary.words)
    left = [token for token, number in counts.items() if number >= least and token not in vocabulary]
    assert not left or len(vocabulary.words) == max(0, size - 4)
    for token in left:
        assert all((-counts[word], word) < (-counts[token], token) for word in vocabulary.words)


def test_a_report_by_hand():
    types = types_of(["가"] * 5 + ["나"] * 3 + ["다", "라"], listed=3)
    report = types.coverage(types.vocabulary(max_size=6))
    assert report == CoverageReport(tokens=10, tokens_kept=8, types=4, types_kept=2, dropped=(("다", 1),))
    assert (report.token_share, report.type_share) == (0.8, 0.5)
    assert str(report) == "80.0% of 10 tokens, 2 of 4 different ones"
    assert CoverageReport.from_json(report.to_json()) == report


@pytest.mark.parametrize("damage", [{"tokens": 0}, {"types": "many"}, {"dropped": [["가"]]}, {"dropped": None}], ids=str)
def test_a_damaged_report_is_refused(damage):
    whole = CoverageReport(10, 8, 4, 2, ()).to_json()
    with pytest.raises((TypeError, ValueError)):
        CoverageReport.from_json({**whole, **damage})
