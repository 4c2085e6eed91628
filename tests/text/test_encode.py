import numpy as np
import pytest

from lstm_core.errors import UnknownChoice, UnreadableText
from lstm_core.text.corpus import open_corpus
from lstm_core.text.encode import encode_corpus
from lstm_core.text.vocabulary import SPECIALS, UNK, Vocabulary


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("나 는 너 를\n너 는 나\n나\n", encoding="utf-8")
    return open_corpus(str(path))


def test_ids_offsets_and_counts_by_hand(corpus):
    encoded = encode_corpus(corpus, "words", max_vocab=100)
    assert encoded.vocabulary.words == ("나", "너", "는", "를")  # 3, 2, 2, 1 times; equals in spelling order
    assert encoded.vocabulary.counts[4:] == (3, 2, 2, 1)
    assert encoded.ids.tolist() == [4, 6, 5, 7, 5, 6, 4, 4]
    assert encoded.offsets.tolist() == [0, 4, 7, 8]
    assert encoded.ids.dtype == np.int32


def test_words_too_rare_or_too_many_become_unknown(corpus):
    encoded = encode_corpus(corpus, "words", max_vocab=100, min_count=2)
    assert encoded.ids.tolist() == [4, 6, 5, UNK, 5, 6, 4, 4]
    assert encoded.vocabulary.counts[UNK] == 1
    few = encode_corpus(corpus, "words", max_vocab=len(SPECIALS) + 2)
    assert few.vocabulary.words == ("나", "너")
    assert (few.ids == UNK).sum() == 3


def test_decoding_gives_the_tokens_back(corpus):
    encoded = encode_corpus(corpus, "words", max_vocab=100)
    sentences = [
        " ".join(encoded.vocabulary.decode(encoded.ids[a:b]))
        for a, b in zip(encoded.offsets[:-1], encoded.offsets[1:], strict=True)
    ]
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


def test_progress_rises_to_one_and_can_cancel():
    corpus = open_corpus("world", {"sentences": 8_000})
    seen = []
    encode_corpus(corpus, "particles", max_vocab=5_000, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 5

    def cancel(fraction):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        encode_corpus(corpus, "particles", max_vocab=5_000, progress=cancel)


class TestVocabulary:
    def test_specials_come_first(self):
        vocabulary = Vocabulary.from_counts({"b": 1, "a": 2}, max_size=10)
        assert vocabulary.tokens == (*SPECIALS, "a", "b")
        assert vocabulary.encode(["a", "zebra"]).tolist() == [4, UNK]

    def test_json_round_trip(self):
        vocabulary = Vocabulary.from_counts({"왕": 3, "여왕": 1}, max_size=10)
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
