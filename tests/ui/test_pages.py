"""Every page opens with a table, without one, with a wrong word, in both languages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from made_tables import write_world
from page_helpers import catalogue_of, words_on

from ui.text import plain

PAGES = [path.stem for path in sorted((Path(__file__).parents[2] / "pages").glob("*.py"))]
NEEDS_TABLE = [page for page in PAGES if page not in ("train", "tables")]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_opens_with_a_table(open_app, in_worlds, page, language):
    app = open_app(page, lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == catalogue_of(language)[f"{page}.title"]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_opens_without_any_table(open_app, tmp_path, monkeypatch, page, language):
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))
    app = open_app(page, lang=language)
    assert not app.exception and not app.error
    if page in NEEDS_TABLE:
        assert catalogue_of(language)["table.empty_hint"] in words_on(app)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("page", NEEDS_TABLE)
def test_a_tiny_table_gives_a_page_or_a_sentence(open_app, tmp_path, monkeypatch, page, size):
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))
    write_world(tmp_path / "MODELS", "tiny", words=("하나", "둘", "셋", "넷", "다섯")[:size], fillers=0)
    app = open_app(page)
    assert not app.exception and not app.error and app.title


@pytest.mark.parametrize("page", PAGES)
def test_strange_words_are_only_words(open_app, in_worlds, page):
    app = open_app(page, table="hostile")
    assert not app.exception and not app.error and not app.warning


def test_a_damaged_table_gives_a_sentence_and_the_others_stay_open(open_app, tmp_path, monkeypatch):
    damaged = write_world(tmp_path / "models", "world-ko")
    write_world(tmp_path / "models", "world-en", language="en")
    damaged.table.write_bytes(damaged.table.read_bytes()[:100])
    monkeypatch.setenv("WORD_ATLAS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("WORD_ATLAS_RUNS", str(tmp_path / "runs"))
    app = open_app("map")
    assert not app.exception
    assert "table\\.safetensors" in app.warning[0].value
    app.sidebar.selectbox(key="table_choice").select("world-en").run()
    assert not app.exception and not app.warning


def test_an_unknown_table_in_the_address_gives_a_sentence_and_the_usual_table(open_app, in_worlds):
    app = open_app("analogy", table="../../etc/passwd")
    assert not app.exception and "passwd" in app.sidebar.warning[0].value
    assert app.sidebar.selectbox(key="table_choice").value == "world-ko"
    app.button(key="table_stay").click().run()
    assert not app.sidebar.warning and app.query_params["table"] in ("world-ko", ["world-ko"])


def test_a_table_that_goes_away_is_said_and_shown_again_when_it_is_back(open_app, tmp_path, monkeypatch):
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))
    write_world(tmp_path / "MODELS", "world-ko", fillers=20)
    mine = write_world(tmp_path / "RUNS", "mine", language="en", fillers=20).path
    app = open_app("analogy", table="mine")
    assert "queen" in words_on(app) and not app.warning
    mine.rename(tmp_path / "away")
    app.run()
    assert "mine" in app.sidebar.warning[0].value and "여왕" in words_on(app)
    assert app.query_params["table"] in ("mine", ["mine"])
    assert len(app.warning) == 1 and not app.exception
    (tmp_path / "away").rename(mine)
    app.run()
    assert "queen" in words_on(app) and not app.warning


def test_english_table_by_address(open_app, in_worlds):
    app = open_app("analogy", table="world-en", lang="en")
    assert app.text_input(key="formula_world-en").value == "king - man + woman"
    assert "queen" in words_on(app)


def test_switching_the_language_writes_its_code_to_the_address(open_app, in_worlds):
    app = open_app("map", lang="en")
    app.sidebar.segmented_control(key="language_switch").set_value("ko").run()
    assert app.title[0].value == catalogue_of("ko")["map.title"]
    assert app.query_params["lang"] in ("ko", ["ko"])


def test_a_language_that_does_not_exist_is_korean(open_app, in_worlds):
    assert open_app("map", lang="../../xx").title[0].value == catalogue_of("ko")["map.title"]


class TestAnalogy:
    def test_answers_at_once(self, open_app, in_worlds):
        assert "여왕" in open_app("analogy").subheader[0].value

    def test_says_what_was_left_out(self, open_app, in_worlds):
        assert "왕 \\(" not in words_on(open_app("analogy"))
        assert "여자" in next(c.value for c in open_app("analogy").caption if "순위에서 뺐습니다" in c.value)

    def test_a_wrong_word_in_a_formula_without_blanks_gets_a_hint(self, open_app, in_worlds):
        app = ask(open_app("analogy"), "왕-남자+여좌")
        assert len(app.warning) == 1 and catalogue_of("ko")["error.signs"] in words_on(app)

    def test_a_wrong_word_gets_a_sentence_and_spellings_that_repair_it(self, open_app, in_worlds):
        app = ask(open_app("analogy"), "왕 - 남자 + 여좌")
        assert not app.exception and "여좌" in app.warning[0].value
        app.button(key="analogy_여좌_여자").click().run()
        assert app.text_input(key="formula_world-ko").value == "왕 - 남자 + 여자"
        assert "여왕" in app.subheader[0].value and not app.warning

    @pytest.mark.parametrize(
        "formula", ["", "왕 -", "왕 남자", "- + -", "왕 - 왕", "왕 " * 3000, "<script>alert(1)</script>", "$x$"]
    )
    def test_what_cannot_be_read_gives_one_sentence(self, open_app, in_worlds, formula):
        app = ask(open_app("analogy"), formula)
        assert not app.exception and len(app.warning) == 1

    def test_decomposed_hangul_is_the_same_formula(self, open_app, in_worlds):
        import unicodedata

        app = ask(open_app("analogy"), unicodedata.normalize("NFD", "왕 - 남자 + 여자"))
        assert "여왕" in app.subheader[0].value

    def test_a_missed_hope_is_said_plainly(self, open_app, in_worlds):
        app = ask(open_app("analogy"), "커피 - 왕 + 개")
        assert any("기대한 낱말" in line.value and "1위입니다" not in line.value for line in app.markdown)

    def test_multiplying_answers_too(self, open_app, in_worlds):
        app = open_app("analogy")
        app.segmented_control(key="analogy_method").set_value("3cosmul").run()
        assert "여왕" in app.subheader[0].value and not app.exception


class TestSimilar:
    def test_a_wrong_word_can_be_repaired_by_a_click(self, open_app, in_worlds):
        app = open_app("similar")
        app.text_input(key="chosen_word").set_value("여왕왕").run()
        assert "여왕왕" in app.warning[0].value
        app.button(key="similar_여왕왕_여왕").click().run()
        assert app.text_input(key="chosen_word").value == "여왕" and not app.warning

    def test_an_unknown_word_in_the_list_gives_a_sentence(self, open_app, in_worlds):
        app = open_app("similar", table="world-en")
        app.text_area(key="matrix_world-en").set_value("king, queen, nonsense").run()
        assert "nonsense" in app.warning[0].value and not app.exception

    def test_no_more_neighbours_can_be_asked_for_than_there_are(self, open_app, tmp_path, monkeypatch):
        for name in ("MODELS", "RUNS", "CACHE"):
            monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))
        write_world(tmp_path / "MODELS", "tiny", words=("하나", "둘", "셋"), fillers=0)
        app = open_app("similar")
        assert app.number_input(key="similar_count_tiny").max == 2
        assert [button.key for button in app.button if button.key.startswith("similar_words_")] == [
            "similar_words_1",
            "similar_words_2",
        ]

    def test_a_list_that_is_too_long_is_cut_and_it_is_said(self, open_app, in_worlds):
        app = open_app("similar")
        words = [a + b + c for a in "가" for b in "가나다라" for c in "가나다라마바사아자차카"]
        said = catalogue_of("ko")["similar.list_cut"].format(shown=40, total=44)
        assert said not in words_on(app)
        app.text_area(key="matrix_world-ko").set_value(", ".join(words)).run()
        assert said in words_on(app) and not app.warning


class TestMap:
    def test_a_chosen_word_shows_its_true_neighbours_and_the_way_back(self, open_app, in_worlds):
        app = open_app("map")
        app.text_input(key="chosen_word").set_value("왕").run()
        first = app.button(key="map_neighbors_1").label
        app.button(key="map_neighbors_1").click().run()
        assert app.text_input(key="chosen_word").value in first
        app.button(key="trail_back").click().run()
        assert app.text_input(key="chosen_word").value == "왕"

    def test_a_wrong_word_keeps_the_map(self, open_app, in_worlds):
        app = open_app("map")
        app.text_input(key="chosen_word").set_value("없는말").run()
        assert "없는말" in app.warning[0].value and not app.exception and not app.error
        assert any("PCA" in line.value for line in app.caption)

    def test_a_word_that_is_searched_for_is_put_on_the_map_and_the_map_stays(self, open_app, in_worlds, tmp_path, monkeypatch):
        from ui import projections

        asked = []
        compute = projections.cached_project
        monkeypatch.setenv("WORD_ATLAS_CACHE", str(tmp_path))
        monkeypatch.setattr(projections, "cached_project", lambda *a, **k: asked.append(k["limit"]) or compute(*a, **k))
        app = open_app("map")
        app.number_input(key="map_limit_2_world-ko").set_value(30)
        next(button for button in app.button if button.proto.is_form_submitter).click().run()
        assert asked[-1] == 30
        asked.clear()
        placed = catalogue_of("ko")["map.placed"].split("{")[0]
        app.text_input(key="chosen_word").set_value("왕").run()
        assert placed not in words_on(app)  # drawn already
        app.text_input(key="chosen_word").set_value("다다다").run()
        assert placed in words_on(app) and catalogue_of("ko")["map.absent"] not in words_on(app)
        app.button(key="map_neighbors_1").click().run()
        assert catalogue_of("ko")["map.absent"] in words_on(app)
        app.button(key="map_put").click().run()
        assert asked == [] and catalogue_of("ko")["map.absent"] not in words_on(app)

    def test_random_words_and_a_list(self, open_app, in_worlds):
        app = open_app("map")
        app.selectbox(key="map_sample").select("list")
        app.text_area(key="map_words_world-ko").set_value("왕, 여왕, 남자, 여자")
        next(button for button in app.button if button.proto.is_form_submitter).click().run()
        assert "가운데 4개" in words_on(app) and not app.warning
        app.text_area(key="map_words_world-ko").set_value("왕, 없는말")
        next(button for button in app.button if button.proto.is_form_submitter).click().run()
        assert "없는말" in app.warning[0].value
        app.selectbox(key="map_sample").select("random")
        app.number_input(key="map_limit_2_world-ko").set_value(25)
        next(button for button in app.button if button.proto.is_form_submitter).click().run()
        assert "가운데 25개" in words_on(app) and not app.warning and not app.error

    @pytest.mark.parametrize(("fillers", "sampled"), [(600, False), (2100, True)])
    def test_a_sample_is_said(self, open_app, tmp_path, monkeypatch, fillers, sampled):
        for name in ("MODELS", "RUNS", "CACHE"):
            monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))
        write_world(tmp_path / "MODELS", "world-ko", fillers=fillers)
        said = catalogue_of("ko")["map.sampled"].format(sample="2,000")
        assert (said in words_on(open_app("map"))) is sampled

    @pytest.mark.parametrize("color", ["kind", "gender", "-frequency", "-plain"])
    @pytest.mark.parametrize("dimension", [2, 3])
    def test_every_colour_in_every_dimension(self, open_app, in_worlds, color, dimension):
        app = open_app("map")
        app.segmented_control(key="map_dimension").set_value(dimension).run()
        app.selectbox(key="map_color_world-ko").select(color).run()
        assert not app.exception and not app.warning and not app.error

    def test_every_projection_draws(self, open_app, in_worlds):
        from lstm_core.projection import PROJECTIONS

        app = open_app("map", table="world-en")
        for method in PROJECTIONS.keys():
            app.selectbox(key="map_method").select(method).run()
            until = time.monotonic() + 90
            while app.get("progress") and time.monotonic() < until:  # a worker computes it
                time.sleep(0.3)
                app.run()
            assert not app.exception and not app.warning and not app.error and not app.get("progress"), method
            assert any(plain(PROJECTIONS[method].label.ko) in line.value for line in app.caption)


def ask(app, formula):
    app.text_input(key="formula_world-ko").set_value(formula)
    return next(button for button in app.button if button.proto.is_form_submitter).click().run()
