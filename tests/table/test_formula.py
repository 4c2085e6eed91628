import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.errors import FormulaError
from lstm_core.table.formula import MAX_TERMS, Formula, Term, parse_formula

WORDS = {"왕", "남자", "여자", "co-op", "-다", "co", "New York", "New", "여왕", "2*x"}


def signed(text, vocabulary=None):
    return [(term.weight, term.word) for term in parse_formula(text, vocabulary).terms]


@pytest.mark.parametrize("minus", ["-", "−", "–"])
def test_king_minus_man_plus_woman(minus):
    assert signed(f"왕 {minus} 남자 + 여자") == [(1, "왕"), (-1, "남자"), (1, "여자")]


def test_words_keep_their_own_signs():
    assert signed("co-op - -다") == [(1, "co-op"), (-1, "-다")]
    assert signed("co-op - -다", WORDS) == [(1, "co-op"), (-1, "-다")]
    assert signed("왕-남자") == [(1, "왕-남자")]


def test_without_blanks_a_vocabulary_decides():
    assert signed("왕-남자+여자", WORDS) == [(1, "왕"), (-1, "남자"), (1, "여자")]
    assert signed("왕 -남자 +여자", WORDS) == [(1, "왕"), (-1, "남자"), (1, "여자")]
    assert signed("왕+co-op", WORDS) == [(1, "왕"), (1, "co-op")]
    assert signed("왕--다", WORDS) == [(1, "왕"), (-1, "-다")]
    assert signed("왕-xyz", WORDS) == [(1, "왕-xyz")]


def test_leading_signs_and_weights():
    assert signed("- 남자 + 왕") == [(-1, "남자"), (1, "왕")]
    assert signed("2*왕 - 0.5×남자") == [(2, "왕"), (-0.5, "남자")]
    assert signed("2*왕-0.5*남자", WORDS) == [(2, "왕"), (-0.5, "남자")]
    assert signed("2*x", WORDS) == [(1, "2*x")]
    assert signed("2*x") == [(2, "x")]


def test_words_of_several_parts_are_joined_when_known():
    assert signed("New York - New", WORDS) == [(1, "New York"), (-1, "New")]


def test_a_single_word_is_a_formula():
    assert parse_formula(" 왕 ") == Formula((Term("왕", 1.0),), "왕")
    assert parse_formula("왕 + 왕").words == ("왕",)


def test_decomposed_hangul_and_odd_blanks():
    text = unicodedata.normalize("NFD", "왕\u3000-\t남자\u00a0+ 여자")
    assert parse_formula(text) == parse_formula("왕 - 남자 + 여자")


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("왕 -", 2, "dangling"),
        ("왕 - 남자 +", 7, "dangling"),
        ("+", 0, "dangling"),
        ("왕 - + 여자", 4, "unexpected"),
        ("+ + 왕", 2, "unexpected"),
        ("왕 남자", 2, "unexpected"),
        ("0*왕", 0, "unexpected"),
        ("999999*왕", 0, "unexpected"),
        ("(왕 - 남자", 0, "bracket"),
        ("왕 - 남자) + 여자", 6, "bracket"),
        ("왕 + ()", 5, "bracket"),
        ("왕 - (남자 +) + 여자", 8, "dangling"),
        ("왕 (남자)", 2, "unexpected"),
        ("(왕) 남자", 4, "unexpected"),
        ("(왕)(남자)", 3, "unexpected"),
        ("0*(왕)", 2, "unexpected"),
        ("600*(2*왕)", 5, "unexpected"),
        ("(" * 17 + "왕" + ")" * 17, 16, "too_long"),
    ],
)
@pytest.mark.parametrize("vocabulary", [None, WORDS])
def test_errors_name_the_place(text, position, reason, vocabulary):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text, vocabulary)
    assert (caught.value.position, caught.value.reason) == (position, reason)


def test_too_much_is_refused_at_once():
    for text in (" + ".join(["왕"] * (MAX_TERMS + 1)), "왕" * 2001, " " * 10**6 + "왕"):
        with pytest.raises(FormulaError) as caught:
            parse_formula(text, WORDS)
        assert caught.value.reason == "too_long"
        assert len(str(caught.value)) < 300
    assert len(parse_formula(" + ".join(["왕"] * MAX_TERMS)).terms) == MAX_TERMS


@given(
    st.lists(st.tuples(st.sampled_from("+-−"), st.sampled_from(sorted(WORDS - {"2*x", "New York"}))), min_size=1, max_size=20)
)
def test_what_is_written_is_what_is_read(terms):
    text = " ".join(f"{sign} {word}" for sign, word in terms)
    expected = [(1.0 if sign == "+" else -1.0, word) for sign, word in terms]
    assert signed(text) == expected == signed(text, WORDS)


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_read_or_refused(text, known):
    try:
        formula = parse_formula(text, WORDS if known else None)
    except FormulaError as error:
        assert 0 <= error.position <= len(error.formula)
    else:
        assert formula.terms
        assert all(term.word and term.weight for term in formula.terms)


@given(st.text("+-왕", max_size=2000))
def test_a_wall_of_signs_is_answered_quickly(text):
    try:
        parse_formula(text, {"왕"})
    except FormulaError:
        pass


def test_brackets_are_multiplied_out():
    expected = [(2, "왕"), (-2, "남자"), (1, "여자")]
    assert signed("2*(왕 - 남자) + 여자") == expected == signed("2 * ( 왕 - 남자 ) + 여자")
    assert signed("2*(왕-남자)+여자", WORDS) == expected == [*signed("여자+2×(왕-남자)", WORDS)[1:], (1, "여자")]
    assert signed("왕 - (남자 - 여자)") == [(1, "왕"), (-1, "남자"), (1, "여자")]
    assert signed("왕-0.5*(남자-(여자+왕))", WORDS) == [(1, "왕"), (-0.5, "남자"), (0.5, "여자"), (0.5, "왕")]
    assert signed("- (왕)") == [(-1, "왕")] == signed("（-왕）", WORDS)
    assert signed("((왕))") == [(1, "왕")]


def test_words_with_brackets_stay_words():
    known = {"(주)", "왕", "a)", ":("}
    assert signed("왕 - (주) + a) + :(", known) == [(1, "왕"), (-1, "(주)"), (1, "a)"), (1, ":(")]
    assert signed("왕-(주)", known) == [(1, "왕"), (-1, "(주)")]


def test_a_weight_may_stand_apart():
    assert signed("2 * 왕 - 0.5 × 남자") == [(2, "왕"), (-0.5, "남자")]
    with pytest.raises(FormulaError) as caught:
        parse_formula("2 * 왕 - - 남자")
    assert caught.value.position == 8


def test_a_formula_written_out_has_no_brackets():
    assert parse_formula("- 0.5*(왕 - 2*남자) + 여자").written_out == "- 0.5*왕 + 남자 + 여자"


WEIGHTS = st.sampled_from(["", "2*", "0.5*", "1.25*"])
PLAIN = st.sampled_from(["왕", "남자", "여자", "co-op", "-다"])


@st.composite
def written(draw, depth=3):
    """A formula as text and the terms it means, worked out on the way."""
    parts, terms = [], []
    for place in range(draw(st.integers(1, 3))):
        sign = draw(st.sampled_from("+-")) if place or draw(st.booleans()) else ""
        weight = draw(WEIGHTS)
        if depth and draw(st.booleans()):
            inner, meant = draw(written(depth=depth - 1))
            parts.append(f"{sign} {weight}({inner})")
        else:
            word = draw(PLAIN)
            meant = [(1.0, word)]
            parts.append(f"{sign} {weight}{word}")
        factor = float(weight[:-1] or 1) * (-1 if sign == "-" else 1)
        terms += [(factor * size, word) for size, word in meant]
    return " ".join(parts).strip(), terms


@given(written())
def test_what_is_nested_is_what_is_meant_and_survives_being_written_out(case):
    text, terms = case
    if len(terms) > MAX_TERMS:
        return
    for vocabulary in (None, WORDS):
        formula = parse_formula(text, vocabulary)
        assert [(term.weight, term.word) for term in formula.terms] == terms
        assert [(term.weight, term.word) for term in parse_formula(formula.written_out, vocabulary).terms] == terms


@given(st.text("()+-*2왕 ", max_size=200))
def test_a_heap_of_brackets_is_read_or_refused(text):
    try:
        formula = parse_formula(text, {"왕"})
    except FormulaError as error:
        assert 0 <= error.position <= len(error.formula)
        assert error.reason in ("empty", "dangling", "unexpected", "bracket", "too_long")
    else:
        assert all(0 < abs(term.weight) <= 1000 for term in formula.terms)
