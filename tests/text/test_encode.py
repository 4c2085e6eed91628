from collections import Counter

import numpy as np
import pytest

from lstm_core.errors import UnknownChoice, UnreadableText
from lstm_core.text.corpus import open_corpus
from lstm_core.text.encode import encode_corpus
from lstm_core.text.vocabulary import SPECIALS, UNK


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("나 는 너 를\n너 는 나\n나\n", encoding="utf-8")
    return open_corpus(str(path))


def test_ids_offsets_and_counts_by_hand(corpus):
    encoded = encode_corpus(corpus, "words", max_vocab=100)
    assert encoded.vocabulary.words == ("나", "너", "는", "를")  # 3, 2, 2, 1 times; equals in spelling order
    assert encoded.vocabulary.counts[4:] == (3, 2, 2, 1)
    assert [one.tolist() for one in encoded.sentences] == [[4, 6, 5, 7], [5, 6, 4], [4]]
    assert encoded.sentences[0].dtype == np.int32


def test_words_too_rare_or_too_many_become_unknown(corpus):
    encoded = encode_corpus(corpus, "words", max_vocab=100, min_count=2)
    assert [one.tolist() for one in encoded.sentences] == [[4, 6, 5, UNK], [5, 6, 4], [4]]
    assert encoded.vocabulary.counts[UNK] == 1
    few = encode_corpus(corpus, "words", max_vocab=len(SPECIALS) + 2)
    assert few.vocabulary.words == ("나", "너")
    assert sum((one == UNK).sum() for one in few.sentences) == 3


def test_decoding_gives_the_tokens_back(corpus):
    encoded = encode_corpus(corpus, "words", max_vocab=100)
    sentences = [" ".join(encoded.vocabulary.decode(one)) for one in encoded.sentences]
    assert sentences == list(corpus.sentences())


def test_one_token_is_not_enough(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("왕\n왕 왕\n", encoding="utf-8")
    with pytest.raises(UnreadableText) as caught:
        encode_corpus(open_corpus(str(path)), "words", max_vocab=100)
    assert caught.value.reason == "one_token"


def test_a_text_of_rare_words_only_is_refused(tmp_path):
    path = tmp_path / "rare.txt"
    path.write_text("\n".join(f"낱말{i}" for i in range(12)), encoding="utf-8")
    with pytest.raises(UnreadableText) as caught:
        encode_corpus(open_corpus(str(path)), "words", max_vocab=100, min_count=2)
    assert caught.value.reason == "too_rare"


def test_an_unknown_tokenizer_names_the_choices(corpus):
    with pytest.raises(UnknownChoice, match="particles"):
        encode_corpus(corpus, "kiwi?", max_vocab=100)


def test_progress_rises_to_one_and_can_cancel(monkeypatch, tmp_path):
    monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path))
    corpus = open_corpus("world", {"sentences": 8_000})
    seen = []
    encode_corpus(corpus, "particles", max_vocab=5_000, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 5

    def cancel(fraction):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        encode_corpus(corpus, "words", max_vocab=5_000, progress=cancel)


def test_another_size_does_not_read_the_text_again(corpus, monkeypatch):
    encode_corpus(corpus, "words", max_vocab=100)
    monkeypatch.setattr(type(corpus), "sentences", None)
    few = encode_corpus(corpus, "words", max_vocab=len(SPECIALS) + 2, min_count=2)
    assert few.vocabulary.words == ("나", "너")


def test_what_was_dropped_is_reported(corpus):
    report = encode_corpus(corpus, "words", max_vocab=100, min_count=2).coverage
    assert (report.tokens, report.tokens_kept, report.types, report.types_kept) == (8, 7, 4, 3)
    assert report.dropped == (("를", 1),)
    assert report.token_share == 7 / 8 and report.type_share == 3 / 4


def one_after_another(corpus, tokenizer, *, max_vocab, min_count):
    """The plain way, in memory: count all tokens, rank them, number them."""
    sentences = [tokens for tokens in map(tokenizer.tokenize, corpus.sentences()) if tokens]
    counts = Counter(token for tokens in sentences for token in tokens)
    ranked = sorted((token for token, number in counts.items() if number >= min_count), key=lambda t: (-counts[t], t))
    ids = {token: number for number, token in enumerate(ranked[: max_vocab - 4], start=4)}
    return ids, [[ids.get(token, UNK) for token in tokens] for tokens in sentences]


@pytest.mark.parametrize("limits", [{"max_vocab": 20_000, "min_count": 2}, {"max_vocab": 300, "min_count": 1}], ids=str)
@pytest.mark.parametrize("tokenizer", ["particles", "words", "characters"])
def test_a_world_gets_the_ids_it_always_had(tokenizer, limits):
    corpus = open_corpus("world", {"sentences": 6_000})
    encoded = encode_corpus(corpus, tokenizer, **limits)
    ids, sentences = one_after_another(corpus, encoded.tokenizer, **limits)
    assert encoded.vocabulary.words == tuple(ids)
    assert [one.tolist() for one in encoded.sentences] == sentences
