"""The page 평가: what it says about a table, another table, a file, nothing."""

from __future__ import annotations

import pytest
from page_helpers import words_on

from lstm_core.table.transforms import TRANSFORMS


def metrics(app):
    return {one.label: one.value for one in app.metric}


def test_the_share_right_stands_beside_its_baselines(open_app, in_worlds):
    app = open_app("evaluate")
    assert not app.exception and not app.error and not app.warning
    found = metrics(app)
    assert len(found) == 5 and found["1위 정답률"] != "–"
    assert "95% 구간" in words_on(app) and "따로 세었습니다" in words_on(app)
    assert len(app.dataframe) == 1


def test_the_method_that_is_chosen_is_used(open_app, in_worlds):
    app = open_app("evaluate")
    before = app.dataframe[0].value
    app.segmented_control(key="evaluate_method").set_value("3cosmul").run()
    assert not app.exception and not app.dataframe[0].value.equals(before)


@pytest.mark.parametrize("key", TRANSFORMS.keys())
def test_every_transform_is_evaluated_and_said(open_app, in_worlds, key):
    app = open_app("evaluate")
    learned = app.dataframe[0].value
    app.selectbox(key="transform").select(key).run()
    assert not app.exception and not app.error and not app.warning
    assert words_on(app).count("처리를 한 행으로 잰 값입니다") == (0 if key == "raw" else 3)  # analogies, odd ones, health
    assert app.dataframe[0].value.equals(learned) is (key in ("raw", "unit", "frequent"))


def test_an_impossible_transform_gives_a_sentence_and_the_numbers_stay(open_app, in_worlds):
    app = open_app("evaluate")
    app.selectbox(key="transform").select("all-but-the-top").run()
    app.number_input(key="transform_all-but-the-top_components").set_value(40).run()
    assert len(app.warning) == 1 and len(app.dataframe) == 1
    assert "처리를 한 행으로" not in words_on(app)


def test_tables_side_by_side_share_their_questions(open_app, in_worlds):
    app = open_app("evaluate")
    app.multiselect(key="evaluate_beside_world-ko").select("world-en").run()
    assert not app.exception and "답할 수 있는 문항이 없습니다" in words_on(app)


def test_own_files_begin_with_what_to_write(open_app, in_worlds):
    app = open_app("evaluate")
    app.selectbox(key="evaluate_set_world-ko").select("own").run()
    assert not app.exception and "남자 여자 왕 여왕" in words_on(app)
    pairs = "왕,여왕,9\n왕,커피,1\n왕자,공주,8\n차,왕,2\n".encode()
    app.file_uploader(key="evaluate_pairs").set_value(("p.csv", pairs, "text/csv")).run()
    assert not app.exception and "스피어만" in words_on(app) and "4쌍 가운데 4쌍" in words_on(app)


def test_a_wrong_file_gives_a_sentence_and_the_health_stays(open_app, in_worlds):
    app = open_app("evaluate")
    app.selectbox(key="evaluate_set_world-ko").select("own").run()
    app.file_uploader(key="evaluate_analogies").set_value(("q.txt", b"a b c\n", "text/plain")).run()
    assert not app.exception and "1번째 줄" in app.warning[0].value
    assert "유효 차원" in words_on(app)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_health_has_a_number_and_a_meaning_each(open_app, in_worlds, language):
    app = open_app("evaluate", lang=language)
    shown = words_on(app)
    assert ("알 수 없음" if language == "ko" else "not known") in shown  # no snapshots in the made-up run
    assert "/ 24" in shown
