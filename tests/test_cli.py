import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_tables import write_world

from lstm_core.cli import main, parse_settings
from lstm_core.errors import InvalidOption, RunBusy
from lstm_core.locks import exclusive
from lstm_core.projection import PROJECTIONS
from lstm_core.runs import RunDirectory, find_table, read_config
from lstm_core.table.formats import read_table
from lstm_core.text.corpus import CORPORA

SMALL = ["--set", "embedding_dim=8", "hidden_size=8", "epochs=1", "batch_size=4", "bptt=8", "min_count=1", "threads=1"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in ("runs", "models"):
        monkeypatch.setenv(f"WORD_ATLAS_{name.upper()}", str(tmp_path / name))
    write_world(tmp_path / "models", "world-ko", language="ko")
    return tmp_path


@pytest.fixture
def text(home):
    path = home / "글.txt"
    path.write_text("\n".join(["왕이 궁전에 산다", "개가 마당에서 논다", "여왕이 차를 마신다"] * 20), encoding="utf-8")
    return path


@pytest.fixture
def ask(capsys):
    """Run a command with --json; return its answer."""

    def run(*arguments):
        assert main([*map(str, arguments), "--json"]) == 0
        printed = capsys.readouterr()
        assert printed.err == "" or arguments[0] == "train"
        return json.loads(printed.out)

    return run


@pytest.fixture
def fails(capsys):
    """Run a command that must fail; return its one line."""

    def run(*arguments):
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr()
        assert (status, printed.out) == (2, "")
        assert printed.err.startswith("error: ") and printed.err.count("\n") == 1 and "Traceback" not in printed.err
        return printed.err

    return run


def test_similar(ask):
    found = ask("similar", "world-ko", "왕", "-k", 3)
    assert set(found) == {"query", "metric", "method", "excluded", "results"}
    assert (found["query"], found["metric"], found["excluded"]) == ("왕", "cosine", ["왕"])
    assert [one["rank"] for one in found["results"]] == [1, 2, 3]
    assert set(found["results"][0]) == {"word", "score", "rank"}


def test_analogy_finds_the_queen_also_from_decomposed_input(ask):
    import unicodedata

    for formula in ("왕 - 남자 + 여자", unicodedata.normalize("NFD", "왕 - 남자 + 여자")):
        found = ask("analogy", "world-ko", formula, "--method", "3cosmul")
        assert found["results"][0]["word"] == "여왕" and found["method"] == "3cosmul"
        assert found["excluded"] == ["왕", "남자", "여자"] and len(found["results"]) == 10


def test_evaluate(ask, home):
    (home / "q.txt").write_text(": 성별\n남자 여자 왕 여왕\n남자 여자 없다 몰라\n", encoding="utf-8")
    (home / "p.csv").write_text("왕,여왕,9\n왕,커피,1\n왕자,공주,8\n", encoding="utf-8")
    found = ask("evaluate", "world-ko", "--analogies", home / "q.txt", "--pairs", home / "p.csv")
    category = found["analogies"]["categories"]["성별"]
    assert (category["asked"], category["answerable"], category["correct"]) == (2, 1, 1)
    assert found["analogies"]["accuracy"] == 1.0
    assert found["pairs"]["asked"] == found["pairs"]["answerable"] == 3 and found["pairs"]["spearman"] > 0


def test_evaluate_treated_rows(ask, home, fails, capsys):
    asked = ["evaluate", "world-ko", "--analogies", "ko", "--health"]
    raw, found = ask(*asked), ask(*asked, "--transform", "frequent", "--set", "least=4000", "seed=3", "--out", home / "r.csv")
    assert raw["transform"] == {"key": "raw"} and found["transform"] == {"key": "frequent", "least": 4000}
    assert found["analogies"]["seed"] == 3 and found["health"]["words"] < raw["health"]["words"]
    assert {row["transform"] for row in csv.DictReader((home / "r.csv").open(encoding="utf-8"))} == {"frequent least=4000"}
    assert main(["evaluate", "world-ko", "--health", "--transform", "whitened"]) == 0
    assert capsys.readouterr().out.startswith("rows treated: whitened\n")
    assert "least" in fails("evaluate", "world-ko", "--health", "--set", "least=4000")  # raw has no such option


@pytest.mark.parametrize("dimension", [2, 3])
def test_project_writes_the_table_in_its_order(ask, home, dimension):
    found = ask("project", "world-ko", "--method", "pca", "--dim", dimension, "--out", home / "m.csv", "--seed", 4)
    table = find_table("world-ko")
    rows = list(csv.reader((home / "m.csv").open(encoding="utf-8")))
    assert rows[0] == ["word", "x", "y", "z"][: dimension + 1]
    assert tuple(row[0] for row in rows[1:]) == table.labels
    assert np.isfinite(np.array([row[1:] for row in rows[1:]], dtype=float)).all()
    assert found["points"] == found["total"] == len(table) and found["seed"] == 4 and found["method"] == "pca"
    assert found["fingerprint"] == table.fingerprint and len(found["explained_variance_ratio"]) == dimension


def test_project_to_parquet_is_the_same(ask, home):
    import pyarrow.parquet

    ask("project", "world-ko", "--out", home / "m.csv", "--limit", 5)
    ask("project", "world-ko", "--out", home / "m.parquet", "--limit", 5)
    rows = list(csv.DictReader((home / "m.csv").open(encoding="utf-8")))
    other = pyarrow.parquet.read_table(home / "m.parquet").to_pylist()
    assert len(rows) == 5 and [row["word"] for row in rows] == [row["word"] for row in other]
    assert [float(row["x"]) for row in rows] == pytest.approx([row["x"] for row in other])


def test_options_of_a_projection(ask, home):
    key = next(iter(PROJECTIONS)).key
    assert key == "pca"
    found = ask("project", "world-ko", "--out", home / "m.csv", "--set", "unit_rows=false")
    assert found["options"]["unit_rows"] is False


def test_project_random_words_and_a_list_of_words(ask, fails, home):
    found = ask("project", "world-ko", "--out", home / "m.csv", "--limit", 5, "--sample", "random")
    assert found["points"] == 5 and len(found["spectrum"]) == find_table("world-ko").dimension
    (home / "words.txt").write_text("왕\n여왕\n\n남자\n", encoding="utf-8")
    found = ask("project", "world-ko", "--out", home / "m.csv", "--words", home / "words.txt")
    assert found["points"] == 3
    (home / "words.txt").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in fails("project", "world-ko", "--out", home / "m.csv", "--words", home / "words.txt")


@pytest.mark.parametrize("name", ["t.npz", "t.safetensors", "t.vec"])
def test_convert_keeps_words_and_rows(ask, home, name):
    found = ask("convert", "world-ko", home / name)
    table, back = find_table("world-ko"), read_table(home / name)
    assert back.labels == table.labels and np.allclose(back.matrix, table.matrix, atol=1e-6)
    assert found["words"] == len(table) and found["dimension"] == table.dimension
    assert find_table(str(home / name)) == back


def test_convert_to_a_bare_matrix(ask, home):
    ask("convert", "world-ko", home / "m.npy")
    assert np.array_equal(np.load(home / "m.npy", allow_pickle=False), find_table("world-ko").matrix)


def test_info_runs_and_corpora(ask, home):
    table = find_table("world-ko")
    found = ask("info", "world-ko")
    assert (found["words"], found["dimension"], found["fingerprint"]) == (len(table), table.dimension, table.fingerprint)
    assert found["name"] == "world-ko" and "metadata" in found and found["coverage"] is None
    assert ask("runs") == []
    write_world(home / "runs", "mine", language="en")
    (one,) = ask("runs")
    assert {"name", "path", "state", "corpus", "step", "val_loss", "perplexity", "created"} == set(one)
    assert (one["name"], one["state"]) == ("mine", "done")
    assert [corpus["key"] for corpus in ask("corpora")] == list(CORPORA.keys())


def test_train_then_ask(ask, text, home):
    found = ask("train", "--corpus", text, "--run", "첫-실행", *SMALL)
    assert found["run"] == "첫-실행" and found["state"] == "done" and found["steps"] == found["total_steps"] > 0
    assert Path(found["path"]) == (home / "runs" / "첫-실행").resolve()
    assert read_config(RunDirectory.open(found["path"]))["embedding_dim"] == 8
    about = ask("info", "첫-실행")
    assert about["dimension"] == 8 and about["coverage"]["types_kept"] == about["words"]
    again = ask("train", "--run", "첫-실행", "--resume")
    assert again["state"] == "done"


def test_a_run_without_a_name_gets_one(ask, text):
    assert ask("train", "--corpus", text, *SMALL)["run"] == "글-1"
    assert ask("train", "--corpus", text, *SMALL)["run"] == "글-2"


def test_a_run_may_be_a_folder(ask, text, home):
    assert ask("train", "--corpus", text, "--run", home / "else" / "r7", *SMALL)["run"] == "r7"
    assert (home / "else" / "r7" / "manifest.json").is_file()


def test_the_progress_goes_to_the_standard_error(text, capsys):
    assert main(["train", "--corpus", str(text), "--run", "r", *SMALL]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1 and "done" in printed.out
    assert "100%" in printed.err and "step" in printed.err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["similar", "world-ko", "없는말"], "없는말"),
        (["similar", "nothing", "왕"], "nothing"),
        (["similar", "world-ko", "왕", "-k", "100000"], "k = 100000"),
        (["similar", "world-ko", "왕", "-k", "x"], "x"),
        (["similar", "world-ko", "왕", "--metric", "manhattan"], "manhattan"),
        (["analogy", "world-ko", "왕 - "], "왕 -"),
        (["analogy", "world-ko", ""], "formula"),
        (["analogy", "world-ko", "왕", "--method", "4cos"], "4cos"),
        (["analogy", "../../etc", "왕"], "../../etc"),
        (["analogy", "a\0b", "왕"], "a"),
        (["project", "world-ko", "--method", "magic", "--out", "x.csv"], "magic"),
        (["project", "world-ko", "--out", "x.doc"], ".csv"),
        (["project", "world-ko", "--out", "x.csv", "--set", "colour=1"], "colour"),
        (["project", "world-ko", "--out", "x.csv", "--set", "colour"], "key=value"),
        (["convert", "world-ko", "x.doc"], "doc"),
        (["evaluate", "world-ko"], "--analogies"),
        (["evaluate", "world-ko", "--analogies", "/no/such"], "such"),
        (["evaluate", "world-ko", "--health", "--transform", "nope"], "nope"),
        (["train", "--run", "../../x"], "../../x"),
        (["train", "--run", "CON"], "CON"),
        (["train", "--run", "a\0"], "name"),
        (["train", "--corpus", "/no/such/file"], "no such file"),
        (["train", "--corpus", "~nosuchuser/x"], "nosuchuser"),
        (["train", "--corpus", "world", "--set", "epochs=0"], "epochs"),
        (["train", "--corpus", "world", "--set", "colour=1"], "colour"),
        (["train", "--corpus", "world", "--set", "corpus.sentences=1"], "sentences"),
        (["train", "--corpus", "world", "--objective", "guess"], "guess"),
        (["train", "--resume"], "--run"),
        (["train", "--resume", "--run", "nothing"], "nothing"),
        (["train", "--resume", "--run", "nothing", "--set", "lr=1"], "keeps its settings"),
        (["dance"], "dance"),
        ([], "COMMAND"),
    ],
    ids=ascii,
)
def test_an_error_is_one_line_and_status_2(fails, home, arguments, part, monkeypatch):
    monkeypatch.chdir(home)
    assert part in fails(*arguments)
    assert sorted(path.name for path in home.iterdir()) == ["models"]


def test_texts_that_cannot_be_used(fails, home):
    for name, content in {"empty": b"", "binary": b"\0\1\2\xff" * 9, "half": b"\xff\xfa\xb0 \xc1" * 5}.items():
        (home / f"{name}.txt").write_bytes(content)
        assert name in fails("train", "--corpus", home / f"{name}.txt")
    assert not (home / "runs").exists()


def test_a_finished_run_is_not_trained_over(ask, fails, text, home):
    ask("train", "--corpus", text, "--run", "r", *SMALL)
    table = (home / "runs" / "r" / "table.safetensors").read_bytes()
    assert "already exists" in fails("train", "--corpus", text, "--run", "r", *SMALL)
    with exclusive(home / "runs" / "r" / "lock"):
        assert "already being trained" in fails("train", "--corpus", text, "--run", "r", *SMALL)
    assert (home / "runs" / "r" / "table.safetensors").read_bytes() == table


def test_the_name_of_a_shipped_model_is_taken_in_the_runs_folder_only(ask, fails, text, home):
    assert "already exists" in fails("train", "--corpus", text, "--run", "world-ko", *SMALL)
    assert not (home / "runs").exists()
    assert ask("train", "--corpus", text, "--run", home / "else" / "world-ko", *SMALL)["state"] == "done"


def test_a_refused_resume_leaves_the_stop_of_the_other_trainer_alone(ask, fails, text, home):
    ask("train", "--corpus", text, "--run", "r", *SMALL)
    run = RunDirectory(home / "runs" / "r")
    run.manifest.unlink()
    run.stop.touch()
    with exclusive(run.lock):
        for how in ([], ["--detached"]):
            assert "already being trained" in fails("train", "--run", "r", "--resume", *how)
    assert run.stop.exists()
    assert ask("train", "--run", "r", "--resume")["state"] == "done"  # left by one that was killed, it counts no more
    assert not run.stop.exists()


def test_an_interrupt_while_another_trains_does_not_stop_the_other(ask, text, home, monkeypatch):
    ask("train", "--corpus", text, "--run", "r", *SMALL)

    def wait(*_, **__):
        os.kill(os.getpid(), signal.SIGINT)
        raise RunBusy(name="r")
        yield

    monkeypatch.setattr("lstm_core.training.loop.train", wait)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it from the start
    try:
        assert main(["train", "--run", "r", "--resume"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert not RunDirectory(home / "runs" / "r").stop.exists()


def test_half_written_and_newer_runs(fails, home):
    run = RunDirectory(home / "models" / "world-ko")
    manifest = json.loads(run.manifest.read_text())
    run.manifest.write_text(json.dumps({**manifest, "format": 99}))
    assert "update" in fails("info", "world-ko")
    run.manifest.write_text(json.dumps(manifest))
    run.table.write_bytes(run.table.read_bytes()[:-7])
    assert "table.safetensors" in fails("info", "world-ko")


def test_settings_are_pairs():
    assert parse_settings(["lr=0.1", "corpus.size=9", "a=b=c"]) == {"lr": "0.1", "corpus_options": {"size": "9"}, "a": "b=c"}
    assert parse_settings(["tokenizer.lowercase=no"]) == {"tokenizer_options": {"lowercase": "no"}}
    for wrong in ("lr", "=1"):
        with pytest.raises(InvalidOption):
            parse_settings([wrong])


@pytest.mark.parametrize(
    "arguments",
    [
        ["similar", "world-ko", "왕"],
        ["analogy", "world-ko", "왕 - 남자 + 여자"],
        ["project", "world-ko", "--out", "m.csv"],
        ["info", "world-ko"],
        ["runs"],
        ["corpora"],
        ["convert", "world-ko", "t.npz"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_that_run_no_network_import_no_torch(home, arguments):
    code = "import sys; from lstm_core.cli import main; sys.exit(main(sys.argv[1:]) or 9 * ('torch' in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=home, env=with_project(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_watching_and_launching_import_no_torch():
    rooms = "lstm_core.training.launch, lstm_core.training.watch, lstm_core.run_history, lstm_core.model.objectives"
    code = f"import sys, {rooms}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=with_project(), check=False).returncode == 0


def test_the_module_runs_and_a_closed_pipe_is_no_error(home):
    command = f'"{sys.executable}" -m lstm_core similar world-ko 왕 -k 15 | head -n 1'
    done = subprocess.run(command, shell=True, env=with_project(), capture_output=True, check=False)
    assert done.stdout.decode().startswith("1\t") and done.stderr == b""


def with_project():
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
