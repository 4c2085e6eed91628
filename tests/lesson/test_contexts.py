"""Contexts, counted by hand and by a second implementation."""

from collections import Counter
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import TooFew, UnknownWords
from lstm_core.lesson.contexts import Contexts, Line, compare_contexts, rank_by_distance
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import SPECIALS, UNK, Vocabulary


def contexts_of(sentences, *, window=2, words=None):
    counts = Counter(word for sentence in sentences for word in sentence)
    kept = tuple(words or sorted(counts))
    vocabulary = Vocabulary(SPECIALS + kept, (0, 0, 0, 0, *(counts[word] for word in kept)))
    ids = [vocabulary.id_of(word) for sentence in sentences for word in sentence]
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return Contexts(Sentences(np.array(ids, dtype=np.uint16), offsets, len(vocabulary)), vocabulary, window)


def slow_counts(sentences, window):
    """Pairs (word, context) within the window, one by one."""
    pairs = Counter()
    for sentence in sentences:
        for at, word in enumerate(sentence):
            for other in range(max(0, at - window), min(len(sentence), at + window + 1)):
                if other != at:
                    pairs[word, sentence[other]] += 1
    return pairs


TEXT = [["나", "커피", "마신다"], ["나", "차", "마신다"], *[["개", "짖는다"]] * 5, ["차", "따뜻한", "차"]]


def test_neighbours_stay_within_their_sentence():
    contexts = contexts_of(TEXT)
    near = contexts.counts_near("차")
    named = {contexts.vocabulary.tokens[at]: int(near[at]) for at in np.flatnonzero(near)}
    assert named == {"나": 1, "마신다": 1, "따뜻한": 2, "차": 2}
    assert contexts.count("차") == 3 and "차" in contexts and "없다" not in contexts and "<unk>" not in contexts


@given(
    st.lists(st.lists(st.sampled_from("가나다라마"), min_size=1, max_size=7), min_size=1, max_size=8), st.integers(1, 4)
)
def test_counts_totals_and_ppmi_are_those_of_counting_one_by_one(sentences, window):
    contexts, pairs = contexts_of(sentences, window=window), slow_counts(sentences, window)
    tokens = contexts.vocabulary.tokens
    whole = sum(pairs.values())
    for word in contexts.vocabulary.words:
        near = contexts.counts_near(word)
        assert {tokens[at]: near[at] for at in np.flatnonzero(near)} == {c: n for (w, c), n in pairs.items() if w == word}
        total = sum(count for (one, _), count in pairs.items() if one == word)
        assert contexts.totals[contexts.vocabulary.id_of(word)] == total
        if not total:
            with pytest.raises(TooFew):
                contexts.ppmi(word)
            continue
        for context in contexts.vocabulary.words:
            count, other = pairs[word, context], sum(n for (w, _), n in pairs.items() if w == context)
            expected = max(0.0, log2(count * whole / (total * other))) if count else 0.0
            assert contexts.ppmi(word)[contexts.vocabulary.id_of(context)] == pytest.approx(expected)


def test_unknown_tokens_are_no_context():
    contexts = contexts_of([["커피", "모름", "차"]], words=("커피", "차"))
    assert contexts.ids.tolist().count(UNK) == 1 and contexts.counts_near("커피")[UNK] == 0
    assert contexts.totals.tolist()[4:] == [1, 1] and contexts.totals[:4].sum() == 0


def table_of(**rows):
    return EmbeddingTable(tuple(rows), np.array(list(rows.values()), dtype=np.float32))


def test_two_words_by_what_they_share():
    table = table_of(커피=[1, 0], 차=[1, 1], 개=[0, 1])
    found = compare_contexts(contexts_of(TEXT), table, a="커피", b="차")
    shared = {one.word: (one.count_a, one.count_b) for one in found.shared}
    assert shared == {"나": (1, 1), "마신다": (1, 1)} and found.shared_total == 2
    assert sum(one.share for one in found.shared) == pytest.approx(1.0)
    assert found.table_cosine == pytest.approx(0.5**0.5) and 0 < found.ppmi_cosine < 1
    assert (found.count_a, found.count_b) == (1, 3)
    none = compare_contexts(contexts_of(TEXT), table, a="커피", b="개")
    assert none.shared == () and none.ppmi_cosine == 0.0
    same = compare_contexts(contexts_of(TEXT), table, a="커피", b="커피")
    assert same.ppmi_cosine == pytest.approx(1.0)


def test_words_that_table_or_corpus_lack_are_named():
    table = table_of(커피=[1, 0], 차=[1, 1], 소=[0, 1])
    with pytest.raises(UnknownWords, match="없다"):
        compare_contexts(contexts_of(TEXT), table, a="커피", b="없다")
    with pytest.raises(UnknownWords, match="소"):
        compare_contexts(contexts_of(TEXT), table, a="커피", b="소")


def test_lines_are_whole_sentences_around_the_word():
    contexts = contexts_of(TEXT)
    assert contexts.concordance("커피") == (Line("나", "커피", "마신다"),)
    assert contexts.concordance("차")[1:] == (Line("", "차", "따뜻한 차"), Line("차 따뜻한", "차", ""))
    assert len(contexts.concordance("차", limit=2)) == 2
    assert contexts.concordance("차", limit=2, seed=1) == contexts.concordance("차", limit=2, seed=1)


def test_words_are_ranked_by_cosine_with_distance_and_ppmi_beside():
    table = table_of(커피=[3, 4], 차=[3, 4.5], 개=[-4, 3], 소=[0, 1])
    ranked = rank_by_distance(table, "커피", ("개", "소", "차"), contexts=contexts_of(TEXT))
    assert [one.word for one in ranked] == ["차", "소", "개"]
    assert ranked[0].distance == pytest.approx(0.5) and ranked[2].cosine == pytest.approx(0.0)
    assert ranked[1].ppmi_cosine is None and ranked[2].ppmi_cosine == 0.0 and ranked[0].ppmi_cosine > 0
    assert [one.ppmi_cosine for one in rank_by_distance(table, "커피", ("차",))] == [None]


def test_a_long_text_is_read_up_to_a_whole_sentence(monkeypatch):
    monkeypatch.setattr("lstm_core.lesson.contexts.MOST_TOKENS", 7)
    contexts = contexts_of(TEXT)
    assert len(contexts.ids) == 6 and contexts.count("차") == 1 and contexts.count("개") == 0 and "개" not in contexts
