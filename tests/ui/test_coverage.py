import pytest
from page_helpers import catalogue_of, words_on

from lstm_core.files import atomic_write_json
from lstm_core.runs import RunDirectory, write_config, write_status
from lstm_core.text.vocabulary import CoverageReport
from ui.text import plain_list


@pytest.fixture
def run(monkeypatch, tmp_path):
    for name in ("MODELS", "RUNS", "CACHE"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name.lower()))
    run = RunDirectory.create(tmp_path / "runs", "r1")
    write_config(run, {"corpus": "world"})
    return run


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_the_vocabulary_keeps_is_shown(open_app, run, language):
    report = CoverageReport(tokens=2_000, tokens_kept=1_990, types=400, types_kept=395, dropped=(("*왕*", 7), ("$x$", 3)))
    atomic_write_json(run.coverage, report.to_json())
    write_status(run, state="stopped")
    app = open_app("train", lang=language)
    shown = words_on(app)
    assert "99.5%" in shown and "395" in shown and "2,000" in shown
    assert plain_list(["*왕* (7)", "$x$ (3)"]) in shown
    assert catalogue_of(language)["train.coverage_dropped"] in [expander.label for expander in app.expander]


@pytest.mark.parametrize("content", [None, "{", '{"tokens": 0}'])
def test_a_run_that_does_not_say_it_shows_nothing(open_app, run, content):
    if content is not None:
        run.coverage.write_text(content)
    write_status(run, state="stopped")
    app = open_app("train")
    assert not app.exception and "<unk>" not in words_on(app)


def test_the_time_left_is_shown_while_the_corpus_is_cut(open_app, run):
    from lstm_core.locks import exclusive

    write_status(run, state="preparing", fraction=0.5, seconds_left=75.0)
    with exclusive(run.lock):
        assert "1:15" in open_app("train").get("progress")[0].proto.text
