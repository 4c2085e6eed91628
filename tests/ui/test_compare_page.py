"""The page 비교: two tables, a training, a sweep."""

import json

import numpy as np
import pytest
import streamlit as st
from made_tables import write_world
from page_helpers import catalogue_of, words_on
from safetensors.numpy import load_file, save_file

from lstm_core.runs import snapshot_path

KO = catalogue_of("ko")


@pytest.fixture
def own_run(tmp_path, monkeypatch):
    """A shipped table and a run of one's own with four snapshots, in which the words are found bit by bit."""
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))
    write_world(tmp_path / "MODELS", "world-ko", fillers=120)
    run = write_world(tmp_path / "RUNS", "mine", fillers=100)
    rows = load_file(run.table)["matrix"]
    noise = np.random.default_rng(0).normal(size=rows.shape)
    run.snapshots.mkdir()
    for step, share in ((0, 1.0), (10, 0.6), (20, 0.3), (30, 0.0)):
        moved = (1 - share) * rows + share * noise
        save_file({"matrix": moved.astype(np.float16)}, snapshot_path(run, step))
    return run


def test_shipped_tables_that_share_no_words_teach_how_to_get_another(open_app, in_worlds):
    app = open_app("compare")
    assert app.selectbox(key="compare_b_world-ko").value is None
    assert KO["compare.teach"] in words_on(app) and not app.warning


def test_stopping_a_comparison_chooses_no_second_table(open_app, own_run, monkeypatch):
    def slow(key, compute, *, text="", on_stop=None):
        if key[0] == "comparison":
            st.button("stop", key="stop", on_click=on_stop)
            st.stop()
        return compute(lambda done: None)

    monkeypatch.setattr("ui.compare_tables.once", slow)
    app = open_app("compare", **{"with": "mine"})
    app.button(key="stop").click().run()
    assert app.selectbox(key="compare_b_world-ko").value is None and KO["compare.teach"] in words_on(app)


def test_a_second_training_of_the_same_text_is_one_click_away(open_app, own_run, monkeypatch):
    begun = []
    monkeypatch.setattr("ui.compare_again.begin", lambda name, config: begun.append((name, config)) or own_run)
    app = open_app("compare")
    app.selectbox(key="compare_b_world-ko").set_value(None).run()
    app.button(key="compare_again").click().run()
    (name, config), *more = begun
    assert not more and name == "world-ko-1" and (config.corpus, config.seed, config.snapshots) == ("world", 1, 30)
    assert app.session_state["run"] == "mine" and app.title[0].value == KO["train.title"]


def test_a_table_whose_text_is_not_there_sends_to_the_training_page(open_app, own_run):
    about = json.loads(own_run.config.read_text(encoding="utf-8"))
    own_run.config.write_text(json.dumps(about | {"corpus": "upload:x.txt"}), encoding="utf-8")
    app = open_app("compare", table="mine")
    app.selectbox(key="compare_b_mine").set_value(None).run()
    assert KO["compare.teach"] in words_on(app) and not app.exception
    assert not [one for one in app.button if one.key == "compare_again"]


def test_a_table_with_the_same_words_is_proposed_and_compared(open_app, own_run):
    app = open_app("compare")
    assert app.selectbox(key="compare_a").value == "world-ko" and app.selectbox(key="compare_b_world-ko").value == "mine"
    said = words_on(app)
    assert not app.exception and not app.warning and not app.error
    assert "118" in said and "100\u2009%" in said  # the made-up rows of the shared words are the same in both
    frame = app.dataframe[0].value
    assert len(frame) == 118 and frame.iloc[0, 1] == pytest.approx(1.0)


def test_a_run_can_be_compared_with_its_past(open_app, own_run):
    app = open_app("compare", table="mine")
    app.selectbox(key="compare_b_mine").select("mine").run()
    assert app.selectbox(key="compare_when_b_mine_20").value == 20
    cosines = app.dataframe[0].value.iloc[:, 1]
    assert 0.5 < cosines.mean() < 0.99 and not app.warning
    app.selectbox(key="compare_when_b_mine_20").select(0).run()
    assert app.dataframe[0].value.iloc[:, 1].mean() < cosines.mean() - 0.2
    app.selectbox(key="compare_when_b_mine_20").select(-1).run()
    assert KO["compare.same"] in words_on(app)


def test_a_word_is_looked_up_in_both(open_app, own_run):
    app = open_app("compare")
    app.text_input(key="chosen_word").set_value("왕").run()
    assert "왕" in [each.value for each in app.subheader]
    near = [[one.label for one in app.button if one.key.startswith(f"compare_near_{side}_")] for side in "ab"]
    assert len(near[0]) == len(near[1]) == 10 and near[0] == near[1]
    app.button(key="compare_near_b_1").click().run()
    assert app.text_input(key="chosen_word").value in near[0][0]
    app.text_input(key="chosen_word").set_value("없는말").run()
    assert "없는말" in app.info[0].value and not app.exception and not app.warning


def test_every_colouring_and_method_draws(open_app, own_run):
    app = open_app("compare")
    for color in ("kind", "-frequency", "-plain", "-moved"):
        app.selectbox(key="compare_color_world-ko").select(color).run()
        assert not app.exception and not app.error and not app.warning
    app.selectbox(key="compare_method").select("tsne").run()
    assert not app.exception and not app.error and not app.warning


def test_options_that_will_not_do_give_a_sentence(open_app, own_run):
    app = open_app("compare")
    app.number_input(key="compare_least_count").set_value(100_000)
    app.button[[one.label for one in app.button].index(KO["compare.apply"])].click().run()
    assert len(app.warning) == 1 and KO["error.too_few.words in both tables"] in app.warning[0].value


def test_the_second_table_is_in_the_address(open_app, own_run):
    assert open_app("compare", table="world-ko", **{"with": "mine"}).selectbox(key="compare_b_world-ko").value == "mine"
    assert open_app("compare", **{"with": "../../etc"}).selectbox(key="compare_b_world-ko").value == "mine"


def test_downloads_hold_every_word(open_app, own_run):
    from lstm_core.projection.compare import compare
    from lstm_core.runs import find_table

    found = compare(find_table("world-ko"), find_table("mine"))
    assert len(found.to_csv().splitlines()) == 119 and found.to_csv().startswith("word,cosine,overlap")
    assert len(json.loads(json.dumps(found.to_json()))["words"]) == 118


class TestTraining:
    def test_words_are_followed_through_the_snapshots(self, open_app, own_run):
        app = open_app("compare", table="mine")
        app.segmented_control(key="compare_view").set_value("training").run()
        assert not app.exception and not app.warning and "30" in words_on(app)
        frame = app.dataframe[0].value
        assert len(frame) == 60 and (frame.iloc[:, 1] > 0).all() and frame.iloc[:, 3].isin((0, 10, 20, 30)).all()
        app.text_input(key="chosen_word").set_value("공주").run()
        assert "**공주**" in words_on(app)
        app.text_input(key="chosen_word").set_value("없는말").run()
        assert "없는말" in words_on(app) and not app.exception

    def test_a_table_without_snapshots_offers_those_that_have_some(self, open_app, own_run):
        app = open_app("compare")
        app.segmented_control(key="compare_view").set_value("training").run()
        assert app.info[0].value == KO["drift.none"]
        app.button(key="drift_open_mine").click().run()
        assert not app.info and len(app.dataframe) == 1


class TestSweep:
    def test_nothing_is_computed_before_it_is_asked_for(self, open_app, own_run):
        app = open_app("compare")
        app.segmented_control(key="compare_view").set_value("sweep").run()
        assert not app.exception and not [one for one in app.text_input if one.key == "chosen_word"]

    def test_one_picture_per_value(self, open_app, own_run):
        app = open_app("compare")
        app.segmented_control(key="compare_view").set_value("sweep").run()
        app.text_input(key="sweep_values_tsne_perplexity").set_value("5, 10 20")
        app.button(key="sweep_draw").click().run()
        titles = [each.value for each in app.markdown if "perplexity" in each.value]
        assert [title.split()[-1].strip("*") for title in titles] == ["5", "10", "20"] and not app.warning
        assert sum("첫째 그림과 같은 이웃" in each.value for each in app.caption) == 2
        app.text_input(key="chosen_word").set_value("왕").run()
        assert not app.exception and not app.warning

    @pytest.mark.parametrize("values", ["many", "5, 1000", "", "5, 90", "1e3"])
    def test_values_that_will_not_do_give_one_sentence(self, open_app, own_run, values):
        app = open_app("compare")
        app.segmented_control(key="compare_view").set_value("sweep").run()
        app.text_input(key="sweep_values_tsne_perplexity").set_value(values)
        app.button(key="sweep_draw").click().run()
        assert not app.exception and not app.error and len(app.warning) == 1


def test_the_map_can_be_coloured_by_its_quality(open_app, own_run):
    app = open_app("map")
    app.selectbox(key="map_color_world-ko").select("-recall").run()
    assert not app.exception and not app.error and not app.warning
