"""The command line on texts: what is in them, and training on a part of them."""

import json

import pytest

from lstm_core.cli import main
from lstm_core.runs import RunDirectory, find_table, read_config

SMALL = ["--set", "embedding_dim=8", "hidden_size=8", "epochs=1", "batch_size=4", "bptt=8", "min_count=1", "threads=1"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in ("runs", "models", "cache"):
        monkeypatch.setenv(f"WORD_ATLAS_{name.upper()}", str(tmp_path / name))
    return tmp_path


@pytest.fixture
def ask(capsys):
    """Run a command with --json; return its answer."""

    def run(*arguments):
        assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def fails(capsys):
    """Run a command that must fail; return its one line."""

    def run(*arguments):
        assert main(list(map(str, arguments))) == 2
        printed = capsys.readouterr().err
        assert printed.startswith("error: ") and printed.count("\n") == 1
        return printed

    return run


def test_what_is_in_a_file_before_anything_is_learned(ask, home):
    path = home / "후기.csv"
    path.write_text("번호,글,라벨\n" + "1,재밌다,1\n2,별로다,0\n" * 9, encoding="cp949")
    seen = ask("corpora", path)
    assert (seen["format"], seen["encoding"], seen["text_column"], seen["label_column"]) == ("csv", "cp949", "글", "라벨")
    assert seen["rows"][0] == ["1", "재밌다", "1"] and seen["texts"] == 18
    assert ask("corpora", path, "--set", "text_column=번호")["text_column"] == "번호"


def test_one_corpus_that_is_built_in(ask):
    assert len(ask("corpora", "world", "--set", "sentences=1000")["rows"]) == 5
    assert ask("corpora", "nsmc")["missing"] > 0


@pytest.mark.parametrize("path", ["nowhere.txt", "half\udce2.txt", "nul\0", "*.csv"])
def test_texts_that_are_not_there(fails, path):
    assert "cannot use the text" in fails("corpora", path)


def test_training_on_the_column_of_a_table(ask, home):
    path = home / "후기.csv"
    path.write_text("n,text,other\n" + "1,왕이 궁전에 산다,x\n2,개가 마당에서 논다,y\n" * 20, encoding="utf-8")
    done = ask("train", "--corpus", path, "--run", "table", *SMALL, "corpus.text_column=text")
    assert done["state"] == "done" and "궁전에" in find_table("table") and "x" not in find_table("table")
    assert read_config(RunDirectory.open(home / "runs" / "table"))["corpus_options"] == {"text_column": "text"}


def test_training_on_a_column_that_is_not_there(fails, home):
    (home / "a.csv").write_text("n,text\n1,왕\n", encoding="utf-8")
    assert "n, text" in fails("train", "--corpus", home / "a.csv", "--set", "corpus.text_column=글")
