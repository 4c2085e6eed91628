import time
import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.spelling import jamo, jamo_distance, near_spellings

LETTERS = st.text(st.sampled_from("가각왕와커피abé ㅋ힣"), max_size=7)


def table_of(*words, counts=None):
    return EmbeddingTable(words, np.eye(len(words), dtype=np.float32), counts=counts)


def levenshtein(a, b):
    """The textbook recursion, row by row."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (x != y)))
    return row[-1]


def test_jamo_are_the_letters_of_a_keyboard():
    assert jamo("왕") == "ㅇㅘㅇ"
    assert jamo("커피") == "ㅋㅓㅍㅣ"
    assert jamo("닭a") == "ㄷㅏㄺa"
    assert jamo("힣") == "ㅎㅣㅎ"
    assert jamo("") == ""


def test_jamo_of_decomposed_and_composed_text_are_the_same():
    assert jamo(unicodedata.normalize("NFD", "여왕이 café")) == jamo("여왕이 café")


@given(LETTERS, LETTERS)
def test_distance_is_that_of_the_textbook(a, b):
    assert jamo_distance(a, b) == levenshtein(jamo(a), jamo(b)) == jamo_distance(b, a)


def test_one_wrong_letter_is_nearer_than_a_missing_syllable():
    table = table_of("커피", "커튼", "피", "자동차")
    assert near_spellings(table, "커비") == ("커피",)


def test_equally_near_words_come_by_frequency():
    table = table_of("가나", "가다", "가라", counts=np.array([1, 9, 5]))
    assert near_spellings(table, "가마") == ("가다", "가라", "가나")


def test_a_word_with_its_particle_finds_the_word():
    table = table_of("커피", "차", "컵")
    assert near_spellings(table, "커피에서는")[0] == "커피"
    assert "차" in near_spellings(table, "차에서는")


def test_the_beginning_of_a_word_finds_it():
    assert near_spellings(table_of("컴퓨터공학", "사과"), "컴퓨") == ("컴퓨터공학",)


def test_letter_case_does_not_matter():
    assert near_spellings(table_of("Coffee", "tea"), "COFFEE") == ("Coffee",)


def test_nothing_near_and_nothing_asked():
    table = table_of("커피", "차")
    assert near_spellings(table, "xyzxyz") == ()
    assert near_spellings(table, " ") == ()
    assert near_spellings(table, "커피", k=0) == ()


def test_labels_with_line_breaks_keep_their_places():
    table = table_of("가\n나", "커피", "\n", "커튼")
    assert near_spellings(table, "커비", k=1) == ("커피",)


@given(st.lists(LETTERS.filter(bool), min_size=1, max_size=12, unique=True), LETTERS)
def test_all_that_is_near_is_found_nearest_first(words, query):
    found = near_spellings(table_of(*words), query, k=100)
    letters = jamo(unicodedata.normalize("NFC", " ".join(query.split())))
    distances = [levenshtein(jamo(word), letters) for word in found]
    assert distances == sorted(distances)
    if letters:
        limit = max(1, len(letters) // 3)
        assert {word for word in words if levenshtein(jamo(word), letters) <= limit} <= set(found)


def test_a_hundred_thousand_words_take_a_moment():
    rng = np.random.default_rng(0)
    syllables = rng.integers(0xAC00, 0xD7A4, size=(100_000, 3)).astype("<u4")
    words = tuple(dict.fromkeys(row.tobytes().decode("utf-32-le") for row in syllables))
    table = EmbeddingTable(words, np.ones((len(words), 1)))
    started = time.perf_counter()
    assert near_spellings(table, words[7] + "가")[0] == words[7]
    assert time.perf_counter() - started < 1.0  # about 0.08 s alone; the machine may be busy


def test_a_very_long_word_is_answered_at_once():
    rng = np.random.default_rng(0)
    words = tuple(f"{number:x}" for number in rng.permutation(50_000))
    started = time.perf_counter()
    assert near_spellings(EmbeddingTable(words, np.ones((50_000, 1))), "가나" * 2000) == ()
    assert time.perf_counter() - started < 2.0
