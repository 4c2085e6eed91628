import json

import pytest

from lstm_core.cli import main, parse_settings
from lstm_core.runs import RunDirectory, write_config
from lstm_core.text.tokenizers import TOKENIZERS, ParticleTokenizer

FIELDS = {"tokenizer", "version", "options", "sentence", "tokens", "pieces", "decoded", "saved_version"}


@pytest.fixture
def tokenize(capsys):
    """Run the command; return its status, its answer and its complaint."""

    def run(*arguments):
        try:
            status = main(["tokenize", *map(str, arguments)])
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr()
        return status, json.loads(printed.out) if printed.out.startswith("{") else printed.out, printed.err

    return run


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("왕이 산다\n왕은 간다\n왕을 본다\n" * 4, encoding="utf-8")
    return path


@pytest.mark.parametrize("key", TOKENIZERS.keys())
def test_every_tokenizer(tokenize, text, key):
    status, found, _ = tokenize("왕이  왔다", "--tokenizer", key, "--corpus", text, "--json")
    assert status == 0 and set(found) == FIELDS and found["tokenizer"] == key
    assert found["sentence"] == "왕이 왔다" == found["decoded"]
    assert len(found["pieces"]) == len(found["tokens"]) and found["saved_version"] == found["version"]


def test_for_people(tokenize):
    assert tokenize("왕이 갔다.", "--tokenizer", "words")[:2] == (0, "왕이 ‧ 갔다 ‧ .\n")


def test_options(tokenize):
    _, found, _ = tokenize("왕이 갔다", "--tokenizer", "morphemes", "--json", "--set", "parts=noun_pos", "labels=form")
    assert found["tokens"] == ["왕"] and found["pieces"] == [{"text": "왕", "tag": "NNG"}]
    assert found["options"]["parts"] == "noun_pos"


def test_as_a_run_was_cut(tokenize, tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_RUNS", str(tmp_path))
    run = RunDirectory.create(tmp_path, "r1")
    write_config(run, {})
    data = ParticleTokenizer(["왕"]).to_json()
    for version, lines in (("1", 1), ("0", 2)):
        run.tokenizer.write_text(json.dumps({**data, "version": version}), encoding="utf-8")
        status, shown, _ = tokenize("왕이 왔다", "--run", "r1")
        assert status == 0 and shown.startswith("왕 ‧ 이 ‧ 왔다\n") and shown.count("\n") == lines
    run.tokenizer.write_bytes(b"{")
    assert tokenize("왕", "--run", "r1")[2].count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tokenizer", "telepathy"], "particles, words"),
        (["--tokenizer", "subwords"], "--corpus"),
        (["--tokenizer", "subwords", "--corpus", "/no/such"], "no such file"),
        (["--tokenizer", "words", "--set", "colour=1"], "colour"),
        (["--run", "nobody"], "nobody"),
        (["--run", "x", "--set", "lowercase=0"], "keeps its options"),
        ([], "required"),
    ],
)
def test_what_cannot_be_cut_is_one_line(tokenize, arguments, said):
    status, shown, error = tokenize("왕", *arguments)
    assert (status, shown, error.count("\n")) == (2, "", 1) and said in error


def test_settings_of_a_training_name_the_options_of_its_tokenizer():
    assert parse_settings(["tokenizer=subwords", "tokenizer.pieces=90", "corpus.size=9", "lr=1"]) == {
        "tokenizer": "subwords",
        "tokenizer_options": {"pieces": "90"},
        "corpus_options": {"size": "9"},
        "lr": "1",
    }
