"""The page 낱말에서 벡터로: every section with a network, without one, with words it cannot use."""

import json
import shutil
from pathlib import Path

import pytest
from page_helpers import ROOT, catalogue_of, words_on

from lstm_core.training import lesson

KO = catalogue_of("ko")
SECTIONS = ("sentence", "onehot", "ids", "step", "contexts", "dimensions")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> Path:
    """The Korean table that ships, with its network, and a smaller corpus to count contexts in."""
    home = tmp_path_factory.mktemp("shipped")
    shutil.copytree(ROOT / "models" / "world-ko", home / "models" / "world-ko")
    config = home / "models" / "world-ko" / "config.json"
    said = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps({**said, "corpus_options": {"sentences": 60_000}}), encoding="utf-8")
    return home


@pytest.fixture
def open_lesson(open_app, shipped, monkeypatch):
    for name in ("models", "runs", "cache"):
        monkeypatch.setenv(f"WORD_ATLAS_{name.upper()}", str(shipped / name))

    def opened(section, **query):
        app = open_app("lesson", **query)
        return app.segmented_control(key="lesson_section").set_value(section).run()

    yield opened
    lesson.end()


def clean(app):
    assert not app.exception and not app.error
    return words_on(app)


def frame(app, column):
    """Return the first data frame that has this column."""
    return next(each.value for each in app.dataframe if column in each.value.columns)


def test_a_sentence_becomes_rows(open_lesson):
    app = open_lesson("sentence")
    assert "(B, T) = (2, 200)" in clean(app) and "(B, T, D) = (2, 200, 64)" in clean(app)
    assert "**0**" in clean(app)  # one_hot @ W is W[id] to the last bit
    rows = frame(app, "토큰")
    assert rows["토큰"].tolist()[:3] == ["왕", "이", "향긋한"] and rows["품사·갈래"].tolist()[0] == "사람"
    app.text_area(key="lesson_sentences_world-ko").set_value("여왕이 모르쇠를 만났다").run()
    assert "모르쇠" in clean(app) and frame(app, "토큰")["읽힌 토큰"].tolist().count("<unk>") == 1
    app.number_input(key="lesson_length").set_value(2).run()
    assert KO["lesson.cut"].split("{")[0][:5] in clean(app) and "(B, T) = (1, 2)" in clean(app)


def test_the_sliders_give_the_figures_of_the_lesson(open_lesson):
    app = open_lesson("onehot")
    assert "99.99 %" in clean(app).replace("\u2009", " ") and "97 %" in clean(app).replace("\u2009", " ")
    assert "1.4142" in clean(app) and "1. 개" in clean(app)
    app.text_input(key="lesson_onehot_word_world-ko").set_value("강아즤").run()
    assert app.warning and not app.error
    next(button for button in app.button if button.label == "강아지").click().run()
    assert not app.warning and "1. 개" in clean(app)


def test_renumbering_changes_ids_and_keeps_the_answers(open_lesson):
    app = open_lesson("ids")
    before = frame(app, "번호의 합")
    app.button(key="lesson_renumber").click().run()
    after = frame(app, "번호의 합")
    assert len(after) == len(before) + 1 and after["번호의 합"].nunique() == len(after)
    assert after["표에서 가까운 낱말"].nunique() == 1 and KO["lesson.ids_read"] in clean(app)
    assert "표의 행 **100" in clean(app) and "원-핫 **50" in clean(app)


def test_own_lists_are_taken_or_refused_with_a_sentence(open_lesson):
    app = open_lesson("dimensions")
    assert "**100" in clean(app) and "남성" in app.selectbox(key="lesson_direction_attribute_world-ko").options[0]
    app.selectbox(key="lesson_direction_attribute_world-ko").set_value("own").run()
    assert KO["lesson.own_invite"] in clean(app)
    app.text_area(key="lesson_direction_low_world-ko").set_value("왕, 왕자, 소년, 남자, 아들, 아버지").run()
    app.text_area(key="lesson_direction_high_world-ko").set_value("여왕, 공주").run()
    assert len(app.warning) == 1
    app.text_area(key="lesson_direction_high_world-ko").set_value("여왕, 공주, 소녀, 여자, 딸, 어머니").run()
    assert not app.warning and "찾은 방향은 **100" in clean(app)
    app.text_area(key="lesson_direction_high_world-ko").set_value("왕, 공주, 소녀, 여자").run()
    assert len(app.warning) == 1 and not app.error


def test_a_step_moves_the_rows_it_read(open_lesson):
    app = open_lesson("step")
    groups = frame(app, "움직인 것")
    assert groups["움직인 것"].tolist()[0] == "6" and groups["움직인 것"].tolist()[2] == "0"
    assert KO["lesson.reason_sampled"] in clean(app) and "모든 낱말과 비교" in clean(app)
    app.segmented_control(key="lesson_loss").set_value("softmax").run()
    assert KO["lesson.reason_tied"] in clean(app) and "**2,454개(100.0" in clean(app)
    app.segmented_control(key="lesson_steps").set_value(10).run()
    assert frame(app, "더 가까워진 낱말(코사인)")["낱말"].tolist() and "10단계 뒤" in clean(app)
    app.text_input(key="lesson_step_sentence_world-ko").set_value("").run()
    assert KO["lesson.step_empty"] in clean(app)


def test_contexts_stand_side_by_side(open_lesson):
    app = open_lesson("contexts")
    assert "커피와 차" in clean(app)
    assert len(frame(app, "왼쪽")) > 3 and "찻잔" in frame(app, "둘레의 낱말")["둘레의 낱말"].tolist()
    assert frame(app, "거리")["낱말"].tolist() == ["개", "고양이", "자동차"]
    app.text_input(key="lesson_context_b_world-ko").set_value("없는말").run()
    assert len(app.warning) == 1 and not app.error and frame(app, "거리") is not None


@pytest.mark.parametrize("section", SECTIONS)
def test_a_table_without_a_network_gets_what_it_can(open_app, in_worlds, section):
    app = open_app("lesson").segmented_control(key="lesson_section").set_value(section).run()
    said = clean(app)
    assert not app.warning
    if section in ("step", "contexts"):
        assert KO[f"lesson.{section}_needs"] in said
    if section == "sentence":
        assert KO["lesson.cut_at_blanks"] in said


@pytest.mark.parametrize("section", SECTIONS)
def test_strange_words_are_only_words_in_every_section(open_app, in_worlds, section):
    app = open_app("lesson", table="hostile").segmented_control(key="lesson_section").set_value(section).run()
    assert "<img" not in clean(app).replace("\\<img", "") and not app.warning


@pytest.mark.parametrize("text", ["", "   ", "<img src=x onerror=alert(1)> $a$", "가" * 10_000])
def test_bad_input_is_one_sentence_at_most(open_lesson, text):
    app = open_lesson("sentence")
    app.text_area(key="lesson_sentences_world-ko").set_value(text[:2000]).run()
    assert len(app.warning) <= 1 and "<img src" not in clean(app).replace("\\<img src", "")
    app.segmented_control(key="lesson_section").set_value("onehot").run()
    app.text_input(key="lesson_onehot_word_world-ko").set_value(text[:200]).run()
    assert len(app.warning) <= 1 and not app.error
