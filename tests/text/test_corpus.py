import pytest

from lstm_core.errors import InvalidOption
from lstm_core.text.corpus import CORPORA, open_corpus
from lstm_core.text.tokenizers import TOKENIZERS


@pytest.mark.parametrize("key", CORPORA.keys())
class TestEveryCorpus:
    @pytest.fixture
    def corpus(self, key):
        return open_corpus(key, {"sentences": 1_000})

    def test_sentences_are_the_same_each_time(self, corpus):
        assert list(corpus.sentences()) == list(corpus.sentences())

    def test_it_knows_its_size(self, corpus):
        assert corpus.size_hint == len(list(corpus.sentences()))

    def test_its_tokenizer_exists(self, corpus):
        assert corpus.default_tokenizer in TOKENIZERS

    def test_probes_are_formulas_with_an_answer(self, corpus):
        assert corpus.probes and all(set(probe) == {"formula", "expected"} for probe in corpus.probes)

    def test_columns_have_one_value_a_word(self, corpus):
        assert all(len(values) == 3 for values in corpus.columns(("왕", "king", "없는말")).values())

    def test_options_out_of_range_are_refused(self, key):
        with pytest.raises(InvalidOption, match="sentences"):
            open_corpus(key, {"sentences": 0})
        with pytest.raises(InvalidOption):
            open_corpus(key, {"colour": "red"})


def test_a_file_is_a_corpus(tmp_path):
    path = tmp_path / "후기.txt"
    path.write_text("영화가 좋다\n배우도 좋다\n", encoding="utf-8")
    corpus = open_corpus(str(path))
    assert (corpus.name, corpus.language, corpus.default_tokenizer) == ("후기", "ko", "words")
    assert list(corpus.sentences()) == ["영화가 좋다", "배우도 좋다"]
    assert corpus.columns(("영화가",)) == {}


def test_an_english_file_is_told_by_its_letters(tmp_path):
    path = tmp_path / "tale.txt"
    path.write_text("once upon a time\n", encoding="utf-8")
    assert open_corpus(str(path)).language == "en"


def test_a_file_has_no_options(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("왕이 왔다\n", encoding="utf-8")
    with pytest.raises(InvalidOption):
        open_corpus(str(path), {"sentences": 5})
