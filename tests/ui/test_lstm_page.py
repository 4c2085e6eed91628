"""The page LSTM 속 without a browser: every section, a table without a network, what cannot be read."""

from __future__ import annotations

import pytest
from page_helpers import ROOT, catalogue_of, words_on

from lstm_core.demos.work import DemoWork

VIEWS = ("steps", "units", "writing", "forgetting", "series")
KO = catalogue_of("ko")


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """The app with the tables that ship: they have networks."""
    monkeypatch.setenv("WORD_ATLAS_MODELS", str(ROOT / "models"))
    for name in ("RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))


def at(app, view):
    return app.segmented_control(key="lstm_view").set_value(view).run() if view != "steps" else app


def clean(app):
    assert not app.exception and not app.error and not app.warning, [one.value for one in (*app.error, *app.warning)]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_section_opens_in_both_languages(open_app, shipped, language):
    app = open_app("lstm", lang=language, table=f"world-{language}")
    for view in VIEWS:
        clean(at(app, view))


def test_steps_are_walked_and_the_equations_agree(open_app, shipped):
    app = open_app("lstm")
    last = app.slider(key="lstm_step").value
    app.button(key="lstm_back").click().run()
    assert app.slider(key="lstm_step").value == last - 1
    assert "\\sigma" in app.latex[0].value and "c_t" in app.latex[0].value
    app.slider(key="lstm_step").set_value(0).run()
    assert KO["lstm.because_none"] in words_on(app)
    app.text_input(key="lstm_sentence_world-ko").set_value("왕이").run()
    clean(app)
    assert app.slider(key="lstm_step").max == 2


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_classifier_shows_its_verdict_at_every_step(open_app, shipped, language):
    app, words = open_app("lstm", lang=language, table="nsmc-sentiment"), catalogue_of(language)
    good, bad = (words[f"lstm.told_nsmc-sentiment_{label}"] for label in (1, 0))
    last = app.dataframe[0].value
    assert last[words["lstm.label"]].tolist() == [good, bad] and last[words["lstm.probability"]].iloc[0] > 0.9
    assert words["lstm.verdicts_both"] in words_on(app) and "c_t" in app.latex[0].value
    app.slider(key="lstm_step").set_value(4).run()
    assert app.dataframe[0].value[words["lstm.label"]].iloc[0] == bad  # after 지루하다
    for view in ("units", "writing"):
        clean(at(app, view))
        assert words[{"units": "lstm.units_no_text", "writing": "lstm.writing_labels"}[view]] in [one.value for one in app.info]
    app.segmented_control(key="lstm_view").set_value("steps").run()
    app.segmented_control(key="lstm_direction").set_value("right").run()
    assert words["lstm.gates_whole"] in words_on(app)
    clean(app)


@pytest.mark.parametrize("wrong", ["   ", "왕 " * 400])
def test_what_cannot_be_read_gives_one_sentence_and_is_kept(open_app, shipped, wrong):
    app = open_app("lstm")
    app.text_input(key="lstm_sentence_world-ko").set_value(wrong).run()
    assert len(app.warning) == 1 and not app.exception and not app.error
    app.text_input(key="lstm_sentence_world-ko").set_value("왕이 커피를 마신다").run()
    clean(app)


def test_hostile_words_are_only_words(open_app, shipped):
    app = open_app("lstm")
    app.text_input(key="lstm_sentence_world-ko").set_value("<img src=x onerror=alert(1)> $x$ ![i](http://e.x) **b**").run()
    clean(app)
    assert "![i](http" not in words_on(app)


def test_units_find_passages_and_say_when_none_is_on(open_app, shipped):
    app = at(open_app("lstm"), "units")
    assert any(line.value.startswith("1. ") for line in app.markdown)
    app.slider(key="lstm_threshold").set_value(0.95).run()
    app.slider(key="lstm_threshold").set_value(0.05).run()
    clean(app)


def test_writing_repeats_with_its_seed(open_app, shipped):
    app = at(open_app("lstm"), "writing")
    first = app.subheader[0].value
    assert first.startswith("아침에 왕이")
    app.button(key="lstm_other").click().run()
    app.number_input(key="lstm_seed").set_value(0).run()
    assert app.subheader[0].value == first
    app.text_input(key="lstm_prompt_world-ko").set_value("").run()
    clean(app)


def test_a_table_without_a_network_teaches_and_the_other_sections_stay_open(open_app, in_worlds):
    app = open_app("lstm")
    for view in ("steps", "units", "writing"):
        clean(at(app, view))
        assert "신경망이 없습니다" in app.info[0].value
    clean(at(app, "forgetting"))
    clean(at(app, "series"))


def test_practice_can_be_started_and_stopped(open_app, shipped):
    app = at(open_app("lstm"), "forgetting")
    next(button for button in app.button if button.proto.is_form_submitter).click().run()
    clean(app)
    work: DemoWork = app.session_state["lstm_forgetting_own"]
    assert work.alive
    app.button(key="lstm_forgetting_stop").click().run()
    assert not work.alive and "lstm_forgetting_own" not in app.session_state
    clean(app)


def test_simple_forecasts_stand_at_once_and_a_bad_file_is_one_sentence(open_app, shipped):
    app = at(open_app("lstm"), "series")
    clean(app)
    assert len(app.dataframe[0].value) == 3
    app.selectbox(key="lstm_series").select("file").run()
    app.file_uploader(key="lstm_file").upload("bad.csv", b"a,b\n1,x\n", "text/csv").run()
    assert len(app.warning) == 1 and "bad" in app.warning[0].value and not app.exception
    good = "day,value\n" + "\n".join(f"{at},{at % 9}" for at in range(400))
    app.file_uploader(key="lstm_file").upload("good.csv", good.encode(), "text/csv").run()
    clean(app)
    assert len(app.dataframe[0].value) == 2
