"""Korean particles: which form follows which last sound, and how to attach one."""

from __future__ import annotations

# (after a final consonant, after a vowel); ㄹ counts as a vowel for 으로.
PAIRS: dict[str, tuple[str, str]] = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "이다": ("이다", "이다"),
    "이라고": ("이라고", "라고"),
}
INVARIANT: tuple[str, ...] = (
    *("에", "에서", "에서는", "에는", "에게", "에게는", "의"),
    *("도", "만", "까지", "부터", "마다", "처럼", "보다"),
)

_FINAL_RIEUL = 8
_DIGITS = {"0": 21, "1": 8, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": 8, "8": 8, "9": 0}  # 영 일 이 삼 사 오 육 칠 팔 구


def final_consonant(word: str) -> int | None:
    """Return the index 0–27 of the last syllable's final consonant (0 = none), digits as they are read in Korean.

    None when the word ends in neither Hangul nor a digit.
    """
    if word[-1:] in _DIGITS:
        return _DIGITS[word[-1]]
    code = ord(word[-1]) - 0xAC00 if word else -1
    return code % 28 if 0 <= code < 11172 else None


def particle_for(word: str, particle: str) -> str:
    """Return the form of ``particle`` that follows ``word``: ``("왕", "은") -> "은"``, ``("나비", "은") -> "는"``.

    ``particle`` is a key of :data:`PAIRS` or any invariant particle. A word that does not end in Hangul takes the vowel form.
    """
    if particle not in PAIRS:
        return particle
    after_consonant, after_vowel = PAIRS[particle]
    final = final_consonant(word)
    if not final or (particle == "으로" and final == _FINAL_RIEUL):
        return after_vowel
    return after_consonant


def attach(word: str, particle: str) -> str:
    """Return ``word`` with the fitting form of ``particle``: ``("서울", "으로") -> "서울로"``."""
    return word + particle_for(word, particle)


def fits(stem: str, particle: str) -> bool:
    """Tell whether ``particle``, as spelled, may follow ``stem`` by its last sound (은 after a consonant, 는 after a vowel)."""
    for key, forms in PAIRS.items():
        if particle in forms:
            return particle_for(stem, key) == particle
    return True


SPELLINGS: frozenset[str] = frozenset(form for forms in PAIRS.values() for form in forms) | frozenset(INVARIANT)
