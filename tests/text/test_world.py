import re
from collections import Counter
from itertools import islice

import pytest

from lstm_core.text.particles import PAIRS, fits
from lstm_core.text.tokenizers import ParticleTokenizer
from lstm_core.text.world.generator import DEFAULT_SENTENCES, segmented, sentences
from lstm_core.text.world.lexicon import lexicon
from lstm_core.text.world.patterns import compile_pattern, patterns
from lstm_core.text.world.questions import implied_pairs, implied_questions


@pytest.fixture(scope="module")
def sample():
    return list(islice(segmented(size=DEFAULT_SENTENCES), 40_000))


def test_the_world_is_as_large_as_promised():
    content = [word for word in lexicon().words if word.kind not in ("verb", "adjective", "trait")]
    assert len(content) >= 1_500
    assert len(patterns()) >= 60
    assert sum("[" in pattern.ko for pattern in patterns()) >= 60


def test_default_size_makes_that_many_different_sentences():
    written = list(sentences())
    assert len(written) == len(set(written)) == DEFAULT_SENTENCES


def test_the_same_seed_writes_the_same_sentences_and_another_seed_others():
    first, second = list(sentences(size=500, seed=1)), list(sentences(size=500, seed=1))
    assert first == second
    assert list(sentences(size=500, seed=2)) != first
    assert list(islice(sentences(size=800, seed=1), 500)) == first


def test_more_sentences_than_the_patterns_can_make_is_an_error(monkeypatch):
    few = tuple(pattern for pattern in patterns() if pattern.slots == "p=person, m=p.sex, o=when")
    monkeypatch.setattr("lstm_core.text.world.generator.patterns", lambda: few)
    monkeypatch.setattr("lstm_core.text.world.generator._GIVE_UP", 1)
    with pytest.raises(ValueError, match="different sentences"):
        list(segmented(size=100_000))


def test_spellings_are_unique_in_both_languages():
    for language in ("ko", "en"):
        spelled = Counter(word.spelled(language) for word in lexicon().words)
        assert [word for word, n in spelled.items() if n > 1] == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_pattern_can_be_drawn_and_leaves_no_trace_of_the_template(language):
    from random import Random

    for pattern in patterns():
        compiled = compile_pattern(pattern, lexicon=lexicon(), language=language)
        drawn = [compiled.draw(Random(seed)) for seed in range(20)]
        texts = [" ".join("".join(word) for word in words) for words in drawn if words]
        assert texts
        assert not any(re.search(r"[\[\]{}|=]", text) for text in texts), pattern


def test_every_particle_fits_the_word_before_it(sample):
    forms = {form for pair in PAIRS.values() for form in pair}
    checked = 0
    for word in (word for sentence in sample for word in sentence if len(word) == 2):
        if word[1] in forms:
            checked += 1
            assert fits(*word), word
    assert checked > 30_000


def test_no_sentence_holds_the_four_words_of_an_analogy(sample):
    pairs = [{pair[0].ko, pair[1].ko} for pairs in implied_pairs(lexicon()).values() for pair in pairs]
    for sentence in sample:
        present = {morpheme for word in sentence for morpheme in word}
        assert sum(pair <= present for pair in pairs) <= 1, sentence


def test_gender_is_shown_by_pronouns_kinship_and_titles_only():
    """Both genders of a concept meet the same things: no stereotype tells them apart."""
    for male, female in implied_pairs(lexicon())["gender"]:
        for relation in ("around", "rank", "home", "class"):
            assert male.relations.get(relation) == female.relations.get(relation)


def test_implied_pairs_by_hand():
    pairs = {relation: {(a.ko, b.ko) for a, b in found} for relation, found in implied_pairs(lexicon()).items()}
    assert {("왕", "여왕"), ("왕자", "공주"), ("아버지", "어머니"), ("수탉", "암탉")} <= pairs["gender"]
    assert {("개", "강아지"), ("소", "송아지"), ("왕", "왕자"), ("어머니", "딸")} <= pairs["age"]
    assert ("왕", "공주") not in pairs["gender"] | pairs["age"]
    assert ("한국", "서울") in pairs["capital"]
    assert ("한국", "한국어") in pairs["language"]


def test_questions_come_both_ways_and_never_repeat_a_word():
    questions = implied_questions()
    assert ("남자", "여자", "왕", "여왕") in questions["gender"]
    assert ("여자", "남자", "여왕", "왕") in questions["gender"]
    for asked in questions.values():
        assert len(asked) == len(set(asked))
        assert all(len(set(question)) == 4 for question in asked)
    countries = len(implied_pairs(lexicon())["capital"])
    assert len(questions["capital"]) == 2 * countries * (countries - 1)


def test_english_questions_are_the_same_questions():
    korean, english = implied_questions("ko"), implied_questions("en")
    assert {key: len(value) for key, value in korean.items()} == {key: len(value) for key, value in english.items()}
    assert ("man", "woman", "king", "queen") in english["gender"]


def test_the_particle_tokenizer_finds_the_generators_own_morphemes():
    written = list(sentences())
    tokenizer = ParticleTokenizer.fit(written)
    wrong = [
        text
        for text, words in zip(written, segmented(), strict=True)
        if tokenizer.tokenize(text) != [morpheme for word in words for morpheme in word]
    ]
    assert wrong == []


def test_columns_tell_the_attributes():
    columns = lexicon().columns(("여왕", "강아지", "은", "이야기"), particles=frozenset({"은"}))
    assert columns["kind"] == ("person", "animal", "particle", "function")
    assert columns["gender"] == ("female", "", "", "")
    assert columns["age"] == ("adult", "young", "", "")
    assert columns["class"] == ("", "mammal", "", "")
    assert lexicon().columns(("queen",), particles=frozenset())["kind"] == ("person",)
