"""The training page without a browser: its form, its messages, its list."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from page_helpers import catalogue_of, words_on

from lstm_core.files import atomic_write_json
from lstm_core.model.objectives import suited
from lstm_core.options import build
from lstm_core.runs import RunDirectory, write_config, write_status
from lstm_core.training.config import TrainConfig
from lstm_core.training.failure import error_to_json

KO = catalogue_of("ko")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def begun(monkeypatch, tmp_path):
    """Keep what the form would start instead of starting it; an empty runs folder."""
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name.lower()))
    asked = []

    def begin(name, config, *, text=None, filename=""):
        asked.append((name, config, text, filename))
        run = RunDirectory.create(tmp_path / "runs", name)
        write_config(run, config.model_dump(mode="json"))
        write_status(run, state="failed", error=error_to_json(RuntimeError("자취")))
        return run

    monkeypatch.setattr("ui.train_form.begin", begin)
    return asked


def press(app):
    return app.button(key="train_start").click().run()


def test_the_form_starts_the_default_training(open_app, begun):
    app = press(open_app("train"))
    assert not app.exception
    ((name, config, text, _),) = begun
    assert name == "world-1" and text is None
    assert config.model_dump(exclude={"corpus_options"}) == TrainConfig().model_dump(exclude={"corpus_options"})
    app.run()
    assert len(begun) == 1, "a rerun started it again"


def test_a_goal_begins_with_the_settings_that_suit_it(open_app, begun):
    app = open_app("train")
    app.selectbox(key="train_objective").select("cloze").run()
    app.number_input(key="train_cloze_epochs").set_value(3)
    press(app)
    ((_, config, _, _),) = begun
    wanted = build(TrainConfig, suited({"objective": "cloze", "epochs": 3}))
    assert config.model_dump(exclude={"corpus_options"}) == wanted.model_dump(exclude={"corpus_options"})


def test_settings_and_names_are_taken(open_app, begun):
    app = open_app("train")
    app.text_input(key="train_name").set_value("내-실행")
    app.number_input(key="train_epochs").set_value(7)
    app.number_input(key="train_lr").set_value(0.005)
    app.toggle(key="train_tie_weights").set_value(False)
    app.selectbox(key="train_tokenizer").select("characters")
    press(app)
    ((name, config, _, _),) = begun
    assert (name, config.epochs, config.lr, config.tie_weights, config.tokenizer) == ("내-실행", 7, 0.005, False, "characters")


def test_an_uploaded_text(open_app, begun):
    app = open_app("train")
    app.selectbox(key="train_corpus").select("upload").run()
    press(app)
    assert begun == [] and KO["train.no_text"] in words_on(app)
    app.file_uploader(key="train_file").upload("내 글.txt", "왕이 있다\n개가 있다\n".encode(), "text/plain").run()
    press(app)
    ((name, config, text, filename),) = begun
    assert (name, filename, text.decode()) == ("내-글-1", "내 글.txt", "왕이 있다\n개가 있다\n") and config.corpus_options == {}


def test_a_text_on_this_computer(open_app, begun, tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_TEXTS", str(tmp_path))
    path = tmp_path / "글.txt"
    path.write_text("왕이 있다\n개가 있다\n", encoding="cp949")
    app = open_app("train")
    app.selectbox(key="train_corpus").select("path").run()
    app.text_input(key="train_path").set_value(str(path)).run()
    assert "CP949" in words_on(app) and list(app.dataframe[0].value.iloc[:, 0]) == ["왕이 있다", "개가 있다"]
    press(app)
    ((name, config, text, _),) = begun
    assert (name, config.corpus, config.corpus_options, text) == ("글-1", str(path), {}, None)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    ("corpus", "value", "name", "code"),
    [
        ("path", "no such file", "", "unreadable_text.missing"),
        ("path", "/", "", "unreadable_text.outside"),
        ("world", None, "../../x", "bad_run_name"),
        ("world", None, "CON", "bad_run_name"),
    ],
)
def test_what_cannot_start_gives_a_sentence(open_app, tmp_path, monkeypatch, language, corpus, value, name, code):
    for folder in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{folder}", str(tmp_path / folder.lower()))
    app = open_app("train", lang=language)
    app.selectbox(key="train_corpus").select(corpus).run()
    if value:
        app.text_input(key="train_path").set_value(value).run()
    app.text_input(key="train_name").set_value(name).run()
    press(app)
    assert not app.exception and not app.error
    sentence = re.split(r"\{[^}]*\}", catalogue_of(language)[f"error.{code}"])[-1]
    assert sentence in app.warning[0].value
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize("state", ["failed", "crashed", "stopped", "waiting"])
def test_every_state_is_shown(open_app, begun, tmp_path, state):
    run = RunDirectory.create(tmp_path / "runs", "r1")
    write_config(run, {"corpus": "world"})
    run.log.write_text("한 줄\nerror: 둘째 줄\n", encoding="utf-8")
    run.metrics.write_text("".join(json.dumps({"step": n, "loss": 5.0 / n, "perplexity": 9.0}) + "\n" for n in (1, 2, 3)))
    write_status(run, state="training" if state == "crashed" else state, step=3, total_steps=30)
    app = open_app("train")
    assert not app.exception and not app.error
    assert KO[f"train.state.{state}"] in app.get("progress")[0].proto.text
    buttons = {button.key for button in app.button}
    assert ("train_resume" in buttons) == (state != "waiting") and ("train_stop" in buttons) == (state == "waiting")
    assert ("error: 둘째 줄" in "".join(code.value for code in app.code)) == (state in ("failed", "crashed"))


def test_a_failure_of_the_family_is_a_sentence_in_the_language_of_the_page(open_app, begun, tmp_path):
    from lstm_core.errors import TrainingDiverged

    run = RunDirectory.create(tmp_path / "runs", "r1")
    write_config(run, {})
    write_status(run, state="failed", error=error_to_json(TrainingDiverged(step=12, lr=0.5)))
    for language in ("ko", "en"):
        (warning,) = open_app("train", lang=language).warning
        assert "12" in warning.value and catalogue_of(language)["error.training_diverged"][-10:] in warning.value


def test_the_run_in_the_address_is_shown_and_nonsense_is_not(open_app, begun, tmp_path):
    for name in ("first", "second"):
        write_config(RunDirectory.create(tmp_path / "runs", name), {})
    for asked, shown in (("first", "first"), ("../../x", "second"), ("second", "second")):
        app = open_app("train", run=asked)
        assert shown in app.get("progress")[0].proto.text and not app.exception


def test_a_damaged_folder_does_not_close_the_page(open_app, begun, tmp_path):
    run = RunDirectory.create(tmp_path / "runs", "r1")
    atomic_write_json(run.config, {"format": 1})
    for path in (run.status, run.manifest, run.columns, run.vocabulary):
        path.write_bytes(b'{"state": "trai')
    run.metrics.write_bytes(b'{"step": "x", "loss": []}\n{"step": 2, "loss": null}\n\xff\n')
    run.snapshots.mkdir()
    for step in (1, 2):
        (run.snapshots / f"{step:08d}.safetensors").write_bytes(b"half")
    app = open_app("train")
    assert not app.exception and not app.error


def test_learning_from_labels(open_app, begun, tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_TEXTS", str(tmp_path))
    app = open_app("train")
    app.selectbox(key="train_objective").select("sentiment").run()
    assert not app.exception and "train_loss_kind" not in {one.key for one in app.selectbox}
    path = tmp_path / "r.csv"
    path.write_text("text,label\n" + "".join(f"말 {i},{i % 2}\n" for i in range(30)), encoding="utf-8")
    app.selectbox(key="train_corpus").select("path").run()
    app.text_input(key="train_path").set_value(str(path)).run()
    app.number_input(key="train_sentiment_task_max_length").set_value(50)
    app.selectbox(key="train_sentiment_task_pooling").select("mean")
    press(app)
    ((_, config, _, _),) = begun
    assert config.objective == "sentiment" and config.task.max_length == 50 and config.task.pooling == "mean"
    assert config.corpus_options["label_column"] == "label" and config.epochs == 4


def test_how_well_labels_are_told(open_app, monkeypatch, tmp_path):
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name.lower()))
    run = RunDirectory.create(tmp_path / "runs", "mood")
    write_config(run, TrainConfig(objective="sentiment").model_dump(mode="json"))
    scores = {"labels": ["나쁨", "좋음"], "confusion": [[3, 2], [1, 4]]}
    atomic_write_json(run.manifest, {"format": 1, "state": "done", "summary": {"validation": scores, "test": scores}})
    row = {"step": 9, "loss": 0.5, "val_loss": 0.4, "accuracy": 0.7, "macro_f1": 0.69, "tokens_per_second": 10.0}
    run.metrics.write_text("".join(json.dumps({**row, "step": step}) + "\n" for step in (5, 9)), encoding="utf-8")
    app = open_app("train")
    assert not app.exception
    shown = {one.label: one.value for one in app.metric}
    assert shown[KO["train.accuracy"]] == "70.0%" and shown[KO["train.macro_f1"]] == "0.690"
    assert KO["train.perplexity"] not in shown
    assert KO["labels.test"] in words_on(app) and "0.697" in words_on(app)
    matrix = next(one.value for one in app.dataframe if "F1" in one.value.columns)
    assert matrix.iloc[0].tolist() == ["나쁨", 3, 2, 0.667]


def test_a_training_can_start_from_a_table(open_app, begun, tmp_path):
    shutil.copytree(ROOT / "models" / "world-ko", tmp_path / "models" / "world-ko")
    app = open_app("train")
    assert "train_freeze" not in {toggle.key for toggle in app.toggle}
    app.selectbox(key="train_from_table").select("world-ko").run()
    app.toggle(key="train_freeze").set_value(True)
    press(app)
    ((_, config, _, _),) = begun
    assert (config.init_table, config.init_from, config.freeze_table) == ("world-ko", "", True)
