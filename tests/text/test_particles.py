import pytest

from lstm_core.text.particles import PAIRS, attach, fits, particle_for


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("왕", "은", "왕은"),
        ("나비", "은", "나비는"),
        ("왕", "이", "왕이"),
        ("나비", "이", "나비가"),
        ("책", "을", "책을"),
        ("차", "을", "차를"),
        ("왕", "과", "왕과"),
        ("차", "과", "차와"),
        ("집", "으로", "집으로"),
        ("바다", "으로", "바다로"),
        ("서울", "으로", "서울로"),  # ㄹ takes 로
        ("왕", "이라고", "왕이라고"),
        ("나비", "이라고", "나비라고"),
        ("왕", "에게", "왕에게"),
        ("3", "은", "3은"),  # 삼
        ("0.2", "은", "0.2는"),  # 이
        ("7", "으로", "7로"),  # 칠
        ("king", "은", "king는"),  # no Hangul: the vowel form
    ],
)
def test_the_particle_follows_the_last_sound(word, particle, expected):
    assert attach(word, particle) == expected


@pytest.mark.parametrize("particle", PAIRS)
@pytest.mark.parametrize("word", ["왕", "나비", "서울"])
def test_what_is_attached_fits_and_the_other_form_does_not(word, particle):
    right = particle_for(word, particle)
    assert fits(word, right)
    for wrong in set(PAIRS[particle]) - {right}:
        assert not fits(word, wrong)
