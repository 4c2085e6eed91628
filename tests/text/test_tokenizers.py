import unicodedata

import pytest

from lstm_core.errors import UnknownChoice
from lstm_core.normalize import normalize
from lstm_core.text.tokenizers import TOKENIZERS, ParticleTokenizer, WordTokenizer, tokenizer_from_json

SENTENCES = ["왕이 고양이를 보았다.", "고양이는 왕에게 왔다!", "왕은 고양이와 산다", "The King's co-op 🙂 ok", "ㅋㅋ 재미있다"]


@pytest.mark.parametrize("member", list(TOKENIZERS), ids=lambda member: member.key)
class TestEveryTokenizer:
    def test_it_declares_itself(self, member):
        assert member.label.ko and member.label.en
        options = member.Options()
        assert member.Options.model_validate_json(options.model_dump_json()) == options

    def test_tokens_are_the_text_without_blanks(self, member):
        tokenizer = member.fit(SENTENCES)
        for sentence in SENTENCES:
            assert "".join(tokenizer.tokenize(sentence)) == sentence.lower().replace(" ", "")

    def test_no_token_is_empty_or_holds_a_blank(self, member):
        tokens = [token for sentence in SENTENCES for token in member.fit(SENTENCES).tokenize(sentence)]
        assert all(token and not any(letter.isspace() for letter in token) for token in tokens)

    def test_it_saves_itself(self, member):
        tokenizer = member.fit(SENTENCES)
        again = tokenizer_from_json(tokenizer.to_json())
        assert [again.tokenize(s) for s in SENTENCES] == [tokenizer.tokenize(s) for s in SENTENCES]

    def test_nothing_gives_nothing(self, member):
        assert member.fit([]).tokenize("") == []

    def test_decomposed_text_is_cut_like_composed(self, member):
        tokenizer = member.fit(SENTENCES)
        decomposed = unicodedata.normalize("NFD", SENTENCES[0])
        assert tokenizer.tokenize(normalize(decomposed)) == tokenizer.tokenize(SENTENCES[0])


def test_words_and_punctuation():
    assert WordTokenizer().tokenize("왕이 왔다. co-op!") == ["왕이", "왔다", ".", "co-op", "!"]


def test_particles_are_cut_where_the_stem_is_known():
    tokenizer = ParticleTokenizer.fit(SENTENCES)
    assert tokenizer.tokenize("왕이 고양이를 보았다") == ["왕", "이", "고양이", "를", "보았다"]
    assert tokenizer.tokenize("고양이") == ["고양이"]  # 고양 + 이 would sound right, but 고양 is no stem
    assert tokenizer.tokenize("고양이이다") == ["고양이", "이다"]


def test_a_particle_must_fit_the_sound():
    tokenizer = ParticleTokenizer(["사"])
    assert tokenizer.tokenize("사과") == ["사과"]  # 과 follows a consonant only
    assert tokenizer.tokenize("사와") == ["사", "와"]


def test_an_unknown_kind_is_refused():
    with pytest.raises(UnknownChoice, match="particles"):
        tokenizer_from_json({"key": "telepathy", "options": {}})
