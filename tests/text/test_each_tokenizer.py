"""What single tokenizers do, on sentences that can be cut by hand."""

import os
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption
from lstm_core.normalize import normalize
from lstm_core.options import build
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.spelling import near_spellings
from lstm_core.text.particles import SPELLINGS
from lstm_core.text.tokenizers import (
    CharacterTokenizer,
    JamoTokenizer,
    MorphemeOptions,
    MorphemeTokenizer,
    ParticleTokenizer,
    Piece,
    SubwordOptions,
    SubwordTokenizer,
    WordTokenizer,
)
from lstm_core.text.tokenizers.morphemes import TAGS
from lstm_core.text.tokenizers.processes import HELPER, threads

SENTENCES = ["왕이 고양이를 보았다.", "고양이는 왕에게 왔다!", "왕은 고양이와 산다"]


def test_words_and_punctuation():
    assert WordTokenizer().tokenize("왕이 왔다. co-op!") == ["왕이", "왔다", ".", "co-op", "!"]
    assert WordTokenizer().normal_form("  왕이   왔다.\nco-op- -2 don't’") == "왕이 왔다 . co-op - - 2 don't ’"


def test_small_letters_are_composed_again():
    assert WordTokenizer().tokenize("H\u0331") == ["\u1e96"]  # the capital is two characters, the small letter one


def test_particles_are_cut_where_the_stem_is_known():
    tokenizer = ParticleTokenizer.fit(SENTENCES)
    assert tokenizer.tokenize("왕이 고양이를 보았다") == ["왕", "이", "고양이", "를", "보았다"]
    assert tokenizer.tokenize("고양이") == ["고양이"]  # 고양 + 이 would sound right, but 고양 is no stem
    assert tokenizer.tokenize("고양이이다") == ["고양이", "이다"]


def test_a_particle_must_fit_the_sound():
    tokenizer = ParticleTokenizer(["사"])
    assert tokenizer.tokenize("사과") == ["사과"]  # 과 follows a consonant only
    assert tokenizer.tokenize("사와") == ["사", "와"]


def test_particles_are_written_to_their_stems():
    tokenizer = ParticleTokenizer.fit(SENTENCES)
    assert tokenizer.decode(["왕", "이", "고양이", "를", "보았다", "."]) == "왕이 고양이를 보았다 ."
    assert tokenizer.decode(["이", "왕", "를", "왕", "이", "은"]) == "이 왕 를 왕이 은"  # 를 does not fit, one is enough
    assert tokenizer.normal_form("왕 이 왔다") == "왕이 왔다"


@given(st.lists(st.sampled_from(["왕이", "왕", "고양이를", "고양이", "사과", "왔다", "co-op", ".", "산은"]), max_size=8))
def test_blanks_come_back_where_no_particle_stands_apart(words):
    tokenizer, sentence = ParticleTokenizer.fit(SENTENCES), " ".join(words)
    assert not any(tokenizer.tokenize(word)[0] in SPELLINGS for word in words)
    assert tokenizer.decode(tokenizer.tokenize(sentence)) == WordTokenizer().normal_form(sentence)


def test_characters():
    assert CharacterTokenizer().tokenize("왕이 a") == ["왕", "이", "▁", "a"]
    assert CharacterTokenizer().decode(["▁", "왕", "▁", "▁"]) == " 왕  "


def test_jamo_know_their_place():
    tokenizer = JamoTokenizer()
    assert tokenizer.tokenize("앙 ㅇ") == ["\u110b", "\u1161", "\u11bc", "▁", "ㅇ"]
    assert tokenizer.token_columns(tokenizer.tokenize("앙 ㅇ")) == {"jamo": ("lead", "vowel", "tail", "", "")}


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=8))
def test_jamo_are_those_of_the_arithmetic_of_unicode(word):
    expected = []
    for syllable in word:
        lead, rest = divmod(ord(syllable) - 0xAC00, 21 * 28)
        vowel, tail = divmod(rest, 28)
        expected += [chr(0x1100 + lead), chr(0x1161 + vowel), *([chr(0x11A7 + tail)] if tail else [])]
    assert JamoTokenizer().tokenize(word) == expected


def test_subwords_merge_the_most_frequent_pair_first():
    few = SubwordTokenizer.fit(["가나 가나 가나 다라 가다"], SubwordOptions(pieces=50))
    assert few.tokenize("가나") == ["▁가나"]
    # <unk> ▁ 가 나 다 라 are six; ▁가 (4 times) is the first pair, then ▁가나 (3 times)
    merges = [tuple(pair) for pair in few.model["merges"]]
    assert merges[:2] == [("▁", "가"), ("▁가", "나")]


def test_subwords_do_not_reach_over_blanks_or_into_punctuation():
    tokenizer = SubwordTokenizer.fit(["왕이 왔다."] * 9)
    assert tokenizer.tokenize("왕이 왔다.") == ["▁왕이", "▁왔다", "."]
    assert tokenizer.tokenize("왕이 🙃쀍!") == ["▁왕이", "▁", "🙃", "쀍", "!"]  # what was not seen is spelled out


def test_so_many_subwords_and_no_more():
    text = [" ".join(chr(0xAC00 + 31 * i + j) for j in range(9)) for i in range(40)]
    tokenizer = SubwordTokenizer.fit(text, SubwordOptions(pieces=60))
    assert len(tokenizer.model["vocab"]) == 60
    assert tokenizer.decode(tokenizer.tokenize(text[-1])) == text[-1]


def test_subwords_are_learned_from_a_sample(monkeypatch):
    read = []
    monkeypatch.setattr("lstm_core.text.tokenizers.subwords.SAMPLE", 5)
    monkeypatch.setattr("lstm_core.text.tokenizers.subwords.SAMPLE_LETTERS", 12)
    SubwordTokenizer.fit(read.append(one) or one for one in ["가나다", "", "가", "나", "다", "라"])
    assert read == ["가나다", "", "가", "나", "다"]
    read.clear()
    SubwordTokenizer.fit(read.append(one) or one for one in ["가나다라마바", "가나다라마바", "가"])
    assert read == ["가나다라마바"] * 2


def test_a_worker_among_others_uses_one_thread(monkeypatch):
    assert threads() == os.cpu_count()
    monkeypatch.setenv(HELPER, "1")
    assert threads() == 1


class TestMorphemes:
    def cut(self, sentence, **options):
        return MorphemeTokenizer(MorphemeOptions(**options)).tokenize(sentence)

    def test_particles_and_endings_come_off(self):
        assert self.cut("여왕이 커피를 마신다") == ["여왕/NNG", "이/JKS", "커피/NNG", "를/JKO", "마시다/VV", "ㄴ다/EF"]

    def test_stems_as_they_are(self):
        assert self.cut("왕이 갔다", dictionary=False)[2] == "가/VV"
        assert self.cut("왕이 갔다", labels="form") == ["왕", "이", "가다", "었", "다"]

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ("all_pos", "왕/NNG 이/JKS 그/MM 매우/MAG 예쁘다/VA ㄴ/ETM 꽃/NNG 을/JKO 보다/VV 었/EP 다/EF ./SF"),
            ("lexical_pos", "왕/NNG 그/MM 매우/MAG 예쁘다/VA 꽃/NNG 보다/VV"),
            ("content_pos", "왕/NNG 매우/MAG 예쁘다/VA 꽃/NNG 보다/VV"),
            ("noun_pos", "왕/NNG 꽃/NNG"),
        ],
    )
    def test_parts_of_speech_that_stay(self, parts, expected):
        assert self.cut("왕이 그 매우 예쁜 꽃을 봤다.", parts=parts) == expected.split()

    def test_your_words_are_not_cut(self):
        assert "고양이발/NNG" not in self.cut("이것은 고양이발이다")
        assert "고양이발/NNG" in self.cut("이것은 고양이발이다", user_words="꿀잼, 고양이발/NNG")
        assert "고양이발/NNG" not in self.cut("이것은 고양이발이다"), "the words of one are not those of all"

    @pytest.mark.parametrize("words", ["가/QQ", "/NNG", "가/", "가/나/다"])
    def test_a_word_of_no_known_part_of_speech_is_refused(self, words):
        with pytest.raises(InvalidOption) as caught:
            build(MorphemeOptions, {"user_words": words})
        assert caught.value.name == "user_words"

    def test_run_on_laughter(self):
        assert "ㅋㅋ/SW" in self.cut("갔다ㅋㅋ")
        assert self.cut("하핰ㅋㅋ", normalize_coda=False) != self.cut("하핰ㅋㅋ")

    @pytest.mark.parametrize(
        "sentence",
        ["왕이 갔다.", "여왕이 커피를 마신다.", "예쁜 꽃을 봤습니다.", "나는 학교에서 공부를 한다.", "길을 걸었다.", "추워요."],
    )
    def test_written_together_again_they_are_the_sentence(self, sentence):
        tokenizer = MorphemeTokenizer()
        assert tokenizer.decode(tokenizer.tokenize(sentence)) == sentence

    def test_pieces_are_words_with_their_parts_of_speech(self):
        pieces = MorphemeTokenizer().pieces("왕이 갔다")
        assert pieces[:3] == [Piece("왕", "NNG"), Piece("이", "JKS"), Piece("가다", "VV")]
        plain = MorphemeTokenizer(MorphemeOptions(labels="form", parts="noun_pos")).pieces("왕이 갔다")
        assert plain == [Piece("왕", "NNG")]

    def test_parts_of_speech_are_a_column(self):
        tokenizer = MorphemeTokenizer()
        assert tokenizer.token_columns(["왕/NNG", "걷다/VV-I", "//SP", "<unk>"]) == {"pos": ("NNG", "VV", "SP", "")}
        assert MorphemeTokenizer(MorphemeOptions(labels="form")).token_columns(["왕"]) == {}

    @given(st.text("ab c.,!?3漢🙂אب한왕이다ㅋ", max_size=30))
    @settings(max_examples=100, deadline=None)
    def test_no_text_is_lost_but_by_contraction(self, text):
        sentence = normalize(text)
        kept = "".join(piece.text for piece in MorphemeTokenizer(MorphemeOptions(dictionary=False)).pieces(sentence))
        foreign = [letter for letter in sentence if not unicodedata.name(letter).startswith("HANGUL") and letter != " "]
        assert [letter for letter in kept if not unicodedata.name(letter).startswith("HANGUL")] == foreign

    def test_a_word_without_its_part_of_speech_is_offered_with_it(self):
        labels = ("왕자/NNG", "왕/NNG", "왕/XPN", "여왕/NNG", "커피/NNG", "ㄴ다/EF")
        table = EmbeddingTable(labels, np.eye(6, dtype=np.float32), counts=np.array([9, 8, 2, 7, 6, 5]))
        assert near_spellings(table, "왕")[:2] == ("왕/NNG", "왕/XPN")
        assert near_spellings(table, "커피")[0] == "커피/NNG"

    def test_the_library_knows_every_tag(self):
        kiwi = MorphemeTokenizer()._kiwi()
        assert all(isinstance(kiwi.join([("가", tag)]), str) for tag in TAGS)
        with pytest.raises(ValueError):
            kiwi.join([("가", "QQ")])
