import pytest

from lstm_core.errors import InvalidOption, NoLabels, UnknownChoice
from lstm_core.options import describe
from lstm_core.text.corpus import CORPORA, open_corpus
from lstm_core.text.tokenizers import TOKENIZERS

SMALL = {"world": {"sentences": 1_000}, "world-en": {"sentences": 1_000}, "nsmc": {}}


@pytest.mark.parametrize("key", CORPORA.keys())
class TestEveryCorpus:
    @pytest.fixture
    def corpus(self, key, made_nsmc):
        return open_corpus(key, SMALL[key])

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

    def test_labels_stand_beside_the_sentences_or_there_are_none(self, corpus):
        try:
            labelled = list(corpus.labelled())
        except NoLabels:
            return
        assert [text for text, _ in labelled] == list(corpus.sentences()) and {label for _, label in labelled} == {"0", "1"}

    def test_identity_is_a_short_name_for_the_sentences(self, key, corpus):
        assert corpus.identity() == open_corpus(key, SMALL[key]).identity()
        assert corpus.identity().isalnum() and len(corpus.identity()) == 32

    def test_nothing_is_missing_once_it_is_fetched(self, corpus):
        told = []
        corpus.fetch(told.append)
        assert corpus.missing == 0 and told == sorted(told)

    def test_unknown_options_are_refused(self, key):
        with pytest.raises(InvalidOption):
            open_corpus(key, {"colour": "red"})

    def test_it_says_what_it_is_and_its_options_describe_themselves(self, key):
        assert all(CORPORA[key].note) and all(spec.label.ko and spec.help.en for spec in describe(CORPORA[key].Options))


def test_options_out_of_range_are_refused():
    with pytest.raises(InvalidOption, match="sentences"):
        open_corpus("world", {"sentences": 0})


def test_other_options_are_other_sentences():
    asked = [(key, {"sentences": 1_000, "seed": seed}) for key in ("world", "world-en") for seed in (0, 1)]
    assert len({open_corpus(key, options).identity() for key, options in asked}) == 4


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


@pytest.mark.parametrize(
    ("options", "error"),
    [({"sentences": 5}, InvalidOption), ({"encoding": "klingon"}, InvalidOption), ({"format": "docx"}, UnknownChoice)],
)
def test_a_file_refuses_options_it_does_not_have(tmp_path, options, error):
    path = tmp_path / "a.txt"
    path.write_text("왕이 왔다\n", encoding="utf-8")
    with pytest.raises(error):
        open_corpus(str(path), options)


def test_a_plain_file_has_no_labels(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("왕이 왔다\n", encoding="utf-8")
    for options in ({}, {"label_column": "label"}):
        with pytest.raises(NoLabels):
            list(open_corpus(str(path), options).labelled())
