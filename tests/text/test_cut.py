import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.normalize import normalize
from lstm_core.text.cut import MOST_CHARACTERS, MOST_SENTENCES, Cut, batches, cut, pack, unpack
from lstm_core.text.tokenizers import TOKENIZERS

sentences = st.lists(st.text("가나다 .a😀\ud800", max_size=12), min_size=1, max_size=8)


@pytest.mark.parametrize("member", list(TOKENIZERS), ids=lambda member: member.key)
@settings(max_examples=25, deadline=None)
@given(sentences=sentences)
def test_a_cut_holds_the_tokens_of_every_sentence(member, sentences):
    sentences = [normalize(sentence) for sentence in sentences]
    tokenizer = member.fit(sentences)
    one = Cut.from_bytes(cut(tokenizer, sentences).to_bytes())
    tokens = [one.tokens[number] for number in one.ids]
    ends = np.cumsum(one.lengths)
    rebuilt = [tokens[end - length : end] for end, length in zip(ends, one.lengths, strict=True)]
    assert rebuilt == [found for found in map(tokenizer.tokenize, sentences) if found]
    assert list(dict.fromkeys(tokens)) == one.tokens


@given(st.lists(st.text(st.characters(exclude_characters="\n")), min_size=1))
def test_texts_survive_packing(texts):
    assert unpack(pack(texts)) == texts


def test_a_line_break_inside_is_refused():
    with pytest.raises(ValueError, match="line break"):
        pack(["왕", "여\n왕"])


def test_batches_are_bounded_in_both_ways():
    short = list(batches(["왕"] * (MOST_SENTENCES + 1)))
    assert [len(batch) for batch in short] == [MOST_SENTENCES, 1]
    long = list(batches(["왕" * MOST_CHARACTERS] * 2))
    assert [len(batch) for batch in long] == [1, 1]
    assert list(batches([])) == []
