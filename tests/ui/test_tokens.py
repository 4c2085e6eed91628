"""The comparison of tokenizers, and what a run says about the way its text was cut."""

import json

import pytest
from page_helpers import catalogue_of, words_on

from lstm_core.runs import RunDirectory, write_config, write_status
from lstm_core.text.tokenizers import TOKENIZERS
from ui.tokens import Source, _sample, _written

KO = catalogue_of("ko")


@pytest.fixture(autouse=True)
def empty_folders(tmp_path, monkeypatch):
    for name in ("RUNS", "MODELS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("WORD_ATLAS_TEXTS", str(tmp_path))


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "글.txt"
    path.write_text("왕이 *차*를 마신다\n왕은 차가 좋다\n" * 5, encoding="utf-8")
    return path


def opened(app, path):
    app.selectbox(key="train_corpus").select("path").run()
    app.text_input(key="train_path").set_value(str(path)).run()
    return app.button(key="train_tokens").click().run()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_tokenizer_cuts_the_first_sentence(open_app, text, language):
    app = opened(open_app("train", lang=language), text)
    assert not app.exception and not app.error and not app.warning
    assert app.text_input(key="tokens_sentence").value == "왕이 *차*를 마신다"
    shown = words_on(app)
    for kind in TOKENIZERS:
        assert kind.label[language] in shown.replace("\\", "")
    assert "마시다 :small[:gray[VV]]" in shown and "▁왕이" in shown
    assert f"VV {catalogue_of(language)['value.VV']}" in shown


def test_another_sentence_and_the_options_of_the_chosen_one(open_app, text):
    app = open_app("train")
    app.selectbox(key="train_tokenizer").select("morphemes").run()
    app.selectbox(key="train_morphemes_parts").select("noun_pos").run()
    app.session_state["tokens_sentence"] = "  여왕이   커피를 마신다 "  # a dialog reruns alone; the test runner cannot
    app = opened(app, text)
    assert "여왕 :small[:gray[NNG]] ‧ 커피 :small[:gray[NNG]]" in [one.value for one in app.markdown]


def test_without_a_text_those_that_learn_say_so(open_app):
    app = open_app("train")
    app.selectbox(key="train_corpus").select("upload").run()
    app.button(key="train_tokens").click().run()
    assert not app.exception and not app.error
    learning = sum(kind.needs_fit for kind in TOKENIZERS)
    assert [one.value for one in app.caption].count(KO["tokens.needs_text"]) == learning


def test_a_text_that_cannot_be_read_is_one_sentence(open_app, tmp_path):
    app = opened(open_app("train"), tmp_path / "none.txt")
    assert not app.exception and not app.error and len(app.warning) == 1


def test_an_uploaded_text_is_what_they_learn_from():
    class Upload:
        name, file_id = "a.txt", "1"

        def getvalue(self):
            return "왕이 있다\n\n개가 있다\n".encode()

    assert _sample(Source("upload", (), Upload())) == ("왕이 있다", "개가 있다")


def test_pieces_are_shown_as_they_are():
    from lstm_core.text.tokenizers import Piece

    pieces = [Piece("*", ""), Piece("왕", "NNG"), Piece("W_x", "W_URL")]
    assert _written(pieces) == r"\* ‧ 왕 :small[:gray[NNG]] ‧ W\_x :small[:gray[W\_URL]]"
    assert _written([]) == "–"


def test_options_of_the_tokenizer_reach_the_training(open_app, monkeypatch, tmp_path):
    begun = []
    monkeypatch.setattr("ui.train_form.begin", lambda name, config, **more: begun.append(config) or 1 / 0)
    app = open_app("train")
    app.selectbox(key="train_tokenizer").select("subwords").run()
    app.number_input(key="train_subwords_pieces").set_value(500)
    app.button(key="train_start").click().run()
    assert (begun[0].tokenizer, begun[0].tokenizer_options) == ("subwords", {"lowercase": True, "pieces": 500})


@pytest.mark.parametrize(("version", "warned"), [("1", False), ("0", True)])
def test_a_run_says_how_it_was_cut_and_whether_that_has_changed(open_app, tmp_path, version, warned):
    run = RunDirectory.create(tmp_path / "runs", "r1")
    write_config(run, {})
    write_status(run, state="failed")
    run.tokenizer.write_text(json.dumps({**TOKENIZERS["words"]().to_json(), "version": version}), encoding="utf-8")
    app = open_app("train")
    assert not app.exception and not app.error
    assert KO["tokens.of_run"].format(tokenizer=TOKENIZERS["words"].label.ko) in words_on(app)
    assert any(KO["tokens.version"][:15] in one.value for one in app.warning) == warned
