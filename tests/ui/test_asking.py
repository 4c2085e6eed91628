"""Transforms, filters, half-typed words, axes and odd ones on the pages that ask a table about words."""

from __future__ import annotations

import pytest
from page_helpers import catalogue_of, words_on

from lstm_core.table import approximate
from lstm_core.table.transforms import TRANSFORMS

KO = catalogue_of("ko")


@pytest.mark.parametrize("page", ["similar", "analogy"])
@pytest.mark.parametrize("key", TRANSFORMS.keys())
def test_every_transform_is_answered_and_said(open_app, in_worlds, page, key):
    app = open_app(page)
    app.selectbox(key="transform").select(key).run()
    assert not app.exception and not app.error and not app.warning
    said = KO["asking.transform_said"].split("{name}")[1]
    assert (said in words_on(app)) is (key != "raw")


def test_the_number_shown_is_that_of_the_treated_rows(open_app, in_worlds):
    app = open_app("similar")
    before = app.button(key="similar_words_1").label
    app.selectbox(key="transform").select("whitened").run()
    assert app.button(key="similar_words_1").label != before


def test_an_impossible_transform_gives_a_sentence_and_the_answer_stays(open_app, in_worlds):
    app = open_app("analogy")
    app.selectbox(key="transform").select("all-but-the-top").run()
    app.number_input(key="transform_all-but-the-top_components").set_value(40).run()
    assert len(app.warning) == 1 and "여왕" in words_on(app)


@pytest.mark.parametrize("page", ["similar", "analogy"])
def test_only_words_that_meet_the_conditions_answer(open_app, in_worlds, page):
    app = open_app(page)
    app.multiselect(key=f"{page}_kind_world-ko").set_value(["animal"]).run()
    assert KO["asking.filtered"] in words_on(app) and not app.exception and not app.warning
    app.number_input(key=f"{page}_least_world-ko").set_value(4000).run()
    assert KO["asking.nothing_passes"] in words_on(app) and not app.exception


def test_words_of_the_formula_may_be_let_in(open_app, in_worlds):
    app = open_app("analogy")
    app.toggle(key="analogy_let_in").set_value(True).run()
    assert not app.exception and "순위에서 뺐습니다" not in words_on(app)


def test_brackets_are_written_out(open_app, in_worlds):
    app = open_app("analogy")
    app.text_input(key="formula_world-ko").set_value("왕 - (남자 - 여자)")
    next(button for button in app.button if button.proto.is_form_submitter).click().run()
    assert "여왕" in app.subheader[0].value
    assert any("괄호를 풀면" in line.value for line in app.caption)


def test_a_half_typed_word_is_offered(open_app, in_worlds):
    app = open_app("similar")
    app.text_input(key="chosen_word").set_value("ㅇㅇ").run()
    offered = {button.label: button for button in app.button if str(button.key).startswith("match_")}
    offered["여왕"].click().run()
    assert app.text_input(key="chosen_word").value == "여왕" and not app.warning


def test_words_along_an_axis(open_app, in_worlds):
    app = open_app("similar")
    assert KO["axis.invite"] in words_on(app)
    app.text_area(key="matrix_world-ko").set_value("왕, 여왕, 커피").run()
    app.text_input(key="axis_low_world-ko").set_value("남자, 소년").run()
    app.text_input(key="axis_high_world-ko").set_value("여자, 소녀").run()
    assert not app.exception and not app.warning
    assert app.dataframe[0].value.iloc[0, 1] == "여왕" and app.dataframe[0].value.iloc[0, 3]
    app.text_input(key="axis_high_world-ko").set_value("여좌").run()
    app.button(key="axis_여좌_여자").click().run()
    assert app.text_input(key="axis_high_world-ko").value == "여자" and not app.warning


def test_the_odd_one_is_said(open_app, in_worlds):
    app = open_app("similar")
    app.text_area(key="matrix_world-ko").set_value("커피, 차, 우유, 왕").run()
    assert any("어울리지 않는" in line.value and "왕" in line.value for line in app.markdown)


def test_a_huge_table_may_be_asked_approximately_and_the_answer_says_so(open_app, in_worlds, monkeypatch):
    app = open_app("similar")
    assert not any(toggle.key == "approximate" for toggle in app.toggle)  # exact is fast enough
    monkeypatch.setattr(approximate, "LARGE", 10)
    app = open_app("similar")
    assert "recall@10" not in words_on(app)
    app.toggle(key="approximate").set_value(True).run()
    assert not app.exception and not app.warning and "recall@10 = " in words_on(app)
    app.segmented_control(key="similar_metric").set_value("dot").run()
    assert app.toggle(key="approximate").disabled and "recall@10" not in words_on(app)
