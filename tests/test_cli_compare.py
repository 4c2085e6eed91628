import csv
import json

import numpy as np
import pytest
from made_tables import write_world
from safetensors.numpy import load_file, save_file

from lstm_core.cli import main
from lstm_core.projection.compare import compare
from lstm_core.projection.comparison import ComparisonOptions
from lstm_core.run_history import find_table_at
from lstm_core.runs import snapshot_path


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in ("runs", "models"):
        monkeypatch.setenv(f"WORD_ATLAS_{name.upper()}", str(tmp_path / name))
    write_world(tmp_path / "models", "world-ko", fillers=40)
    write_world(tmp_path / "models", "world-en", language="en", fillers=40)
    run = write_world(tmp_path / "runs", "mine", fillers=40)
    rows = load_file(run.table)["matrix"]
    run.snapshots.mkdir()
    for step, share in ((0, 1.0), (7, 0.2), (9, 0.0)):
        moved = (1 - share) * rows + share * np.random.default_rng(1).normal(size=rows.shape)
        save_file({"matrix": moved.astype(np.float16)}, snapshot_path(run, step))
    return tmp_path


def test_compare_answers_what_the_core_answers(capsys):
    assert main(["compare", "mine@0", "world-ko", "--set", "k=3", "shuffles=2", "--seed", "4", "--json"]) == 0
    options = ComparisonOptions(k=3, shuffles=2)
    found = compare(find_table_at("mine@0"), find_table_at("world-ko"), options=options, seed=4)
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(found.to_json()))
    assert main(["compare", "mine", "mine"]) == 0
    assert "58 of 58 shared words" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_compare_writes_every_word(home, capsys, suffix):
    path = home / f"비교{suffix}"
    assert main(["compare", "world-ko", "mine@7", "--out", str(path)]) == 0
    if suffix == ".csv":
        records = list(csv.DictReader(path.open(encoding="utf-8")))
    else:
        records = json.loads(path.read_text(encoding="utf-8"))["words"]
    assert len(records) == 58 and list(records[0]) == ["word", "cosine", "overlap", "count_a", "count_b", "recognised"]
    assert float(records[0]["cosine"]) <= float(records[-1]["cosine"])


def test_drift_tells_how_words_moved(capsys):
    assert main(["drift", "mine", "왕", "여왕", "남자", "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert about["steps"] == [0, 7, 9] and {one["word"] for one in about["words"]} == {"왕", "여왕", "남자"}
    assert all(one["path"] > 0 and one["settled"] in (0, 7, 9) for one in about["words"])
    assert main(["drift", "mine"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 58


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "world-ko", "world-en"], "words in both tables"),
        (["compare", "world-ko", "mine@8"], "no snapshot called '8'"),
        (["compare", "world-ko", "nothing"], "nothing"),
        (["compare", "world-ko", "mine", "--set", "k=0"], "k = 0"),
        (["compare", "world-ko", "mine", "--set", "colour=1"], "colour"),
        (["compare", "world-ko", "mine", "--out", "x.txt"], ".csv or .json"),
        (["compare", "world-ko", "mine", "--seed", "-1"], "seed"),
        (["drift", "world-ko"], "snapshots"),
        (["drift", "mine", "없는말"], "없는말"),
        (["drift", "mine", "-k", "0"], "too few"),
        (["drift", "mine", "왕", "여왕"], "words"),
    ],
)
def test_what_cannot_be_compared_is_one_line(capsys, arguments, said):
    assert main(arguments) == 2
    complaint = capsys.readouterr().err
    assert said in complaint and len(complaint.splitlines()) == 1
