import json
import os
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from lstm_core.errors import BadRunName, RunExists, RunIncomplete, RunNotFound, RunTooNew
from lstm_core.files import atomic_path, atomic_write_json, describe_files
from lstm_core.locks import exclusive
from lstm_core.run_folder import quiet_json
from lstm_core.runs import (
    RUN_FORMAT,
    RunDirectory,
    check_run_name,
    find_run,
    find_table,
    free_name,
    list_runs,
    models_root,
    read_metrics,
    read_snapshot,
    read_table,
    run_path,
    runs_root,
    snapshot_path,
    snapshots,
    write_status,
)
from lstm_core.text.vocabulary import SPECIALS, Vocabulary
from lstm_core.training.watch import overview

HOSTILE = [
    "",
    ".",
    "..",
    "../../x",
    "..\\..\\x",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "C:",
    "a\0b",
    "CON",
    "nul",
    "com1",
    "LPT9",
    "-rf",
    "_hidden",
    ".hidden",
    "a b",
    "a.b",
    "a\n",
    "x" * 49,
    "ㄱㄴ",
    "<b>",
    "$(id)",
    "%2e%2e",
    "왕\u200b",
    "１",
    "نص",
]


def finished(root, name="r1", words=("왕", "여왕", "개"), state="done"):
    run = RunDirectory.create(root, name)
    vocabulary = Vocabulary(SPECIALS + tuple(words), (0, 2, 0, 0, *range(len(words), 0, -1)))
    atomic_write_json(run.config, {"format": RUN_FORMAT, "corpus": "world"})
    atomic_write_json(run.vocabulary, vocabulary.to_json())
    probes = [{"formula": "왕 - 개", "expected": "여왕"}]
    atomic_write_json(run.columns, {"columns": {"kind": ["사람"] * len(words)}, "probes": probes})
    matrix = np.arange(len(words) * 2, dtype=np.float32).reshape(-1, 2)
    save_file({"matrix": matrix}, run.table)
    write_manifest(run, state=state)
    return run


def write_manifest(run, **values):
    files = describe_files(run.path, (run.config, run.vocabulary, run.columns, run.table))
    atomic_write_json(run.manifest, {"format": RUN_FORMAT, "summary": {"corpus": "작은 세상"}, "files": files, **values})


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_are_refused_and_make_nothing(tmp_path, name):
    root = tmp_path / "runs"
    with pytest.raises(BadRunName):
        RunDirectory.create(root, name)
    assert list(tmp_path.rglob("*")) == []


@given(st.text(max_size=60))
def test_a_name_that_passes_stays_inside_and_is_stable(name):
    try:
        good = check_run_name(name)
    except BadRunName:
        return
    assert good == check_run_name(good) == unicodedata.normalize("NFC", name)
    assert not set(good) & set("/\\.:\0 ") and 1 <= len(good) <= 48


def test_a_decomposed_name_is_the_composed_run(tmp_path):
    run = RunDirectory.create(tmp_path, unicodedata.normalize("NFD", "첫-실행"))
    assert run.name == "첫-실행" and run.path.name == unicodedata.normalize("NFC", run.path.name)
    with pytest.raises(RunExists):
        RunDirectory.create(tmp_path, "첫-실행")


def test_a_link_is_no_run(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "runs"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadRunName):
        run_path(root, "link")
    assert list_runs(root) == ()


def test_the_table_of_a_finished_run(tmp_path):
    table = read_table(finished(tmp_path))
    assert table.labels == ("왕", "여왕", "개")
    assert table.matrix.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert table.counts.tolist() == [3, 2, 1]
    assert table.columns["kind"] == ("사람",) * 3
    assert table.metadata["name"] == "r1" and table.metadata["corpus"] == "작은 세상"
    assert table.metadata["probes"] == ({"formula": "왕 - 개", "expected": "여왕"},)


@pytest.mark.parametrize("missing", ["manifest", "vocabulary", "columns", "table"])
def test_a_half_written_run_is_not_taken_for_whole(tmp_path, missing):
    run = finished(tmp_path)
    getattr(run, missing).unlink()
    with pytest.raises(RunIncomplete) as caught:
        read_table(run)
    assert caught.value.missing == getattr(run, missing).name


@pytest.mark.parametrize("damaged", ["vocabulary", "columns", "table"])
def test_a_file_changed_after_the_manifest_is_refused(tmp_path, damaged):
    run = finished(tmp_path)
    path = getattr(run, damaged)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1  # the same size
    path.write_bytes(content)
    with pytest.raises(RunIncomplete):
        read_table(run)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1', "[" * 100_000, "\udcff"])
def test_a_damaged_manifest_is_one_sentence(tmp_path, text):
    run = finished(tmp_path)
    run.manifest.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(RunIncomplete):
        read_table(run)


@pytest.mark.parametrize("key", ["files", "summary"])
@pytest.mark.parametrize("value", [[], "x", 3, None])
def test_a_manifest_of_another_shape_is_one_sentence(tmp_path, key, value):
    run = finished(tmp_path)
    atomic_write_json(run.manifest, {**quiet_json(run.manifest), key: value})
    with pytest.raises(RunIncomplete):
        read_table(run)
    assert overview(run)["perplexity"] is None


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("columns", {"columns": ["x"]}),
        ("columns", {"columns": {"kind": 3}}),
        ("columns", {"probes": 7}),
        ("vocabulary", {"tokens": [*SPECIALS, "왕", "여왕", "개"], "counts": [0, 0, 0, 0, 1, 2, 10**30]}),
        ("vocabulary", {"tokens": [*SPECIALS, "왕", "왕", "개"], "counts": [0] * 7}),
    ],
    ids=str,
)
def test_files_of_another_shape_are_one_sentence_even_with_matching_hashes(tmp_path, file, content):
    run = finished(tmp_path)
    atomic_write_json(getattr(run, file), content)
    write_manifest(run, state="done")
    with pytest.raises(RunIncomplete):
        read_table(run)


@pytest.mark.parametrize("found", [2, 99, "1", None, [1]])
@pytest.mark.parametrize("file", ["manifest", "config"])
def test_a_newer_format_is_named(tmp_path, found, file):
    run = finished(tmp_path)
    path = getattr(run, file)
    atomic_write_json(path, {**quiet_json(path), "format": found})
    with pytest.raises(RunTooNew):
        RunDirectory.open(run.path)


def test_the_state_of_a_run(tmp_path):
    run = RunDirectory.create(tmp_path, "r")
    atomic_write_json(run.config, {})
    assert run.state == "crashed"
    write_status(run, state="waiting")
    assert run.state == "waiting"
    atomic_write_json(run.status, {"state": "waiting", "time": 0.0})
    assert run.state == "crashed"
    with exclusive(run.lock):
        assert run.state == "preparing"
        write_status(run, state="training")
        assert run.state == "training"
    assert run.lock.exists() and run.state == "crashed"
    write_status(run, state="failed")
    assert run.state == "failed"
    write_manifest(run, state="stopped")
    assert run.state == "failed"  # when it was resumed
    with exclusive(run.lock):
        assert run.state == "preparing"
    for said in ("stopped", "preparing", "training"):
        write_status(run, state=said)
        assert run.state == "stopped"
    write_status(run, state="failed")
    write_manifest(run, state="done")
    assert run.state == "done"
    run.status.write_text('{"state": "trai')
    assert run.state == "done"


def test_a_torn_or_foreign_line_of_metrics_is_left_out(tmp_path):
    run = RunDirectory.create(tmp_path, "r")
    assert read_metrics(run) == []
    run.metrics.write_bytes(b'{"step": 1}\n\xff\xfe\n[3]\n{"step": 2}\n{"step": 3')
    assert read_metrics(run) == [{"step": 1}, {"step": 2}]


def test_snapshots_come_in_order_and_as_float32(tmp_path):
    run = RunDirectory.create(tmp_path, "r")
    run.snapshots.mkdir()
    for step in (100, 0, 20):
        save_file({"matrix": np.full((2, 3), step, dtype=np.float16)}, snapshot_path(run, step))
    (run.snapshots / "note.safetensors").write_bytes(b"")
    found = snapshots(run)
    assert [one.step for one in found] == [0, 20, 100]
    matrix = read_snapshot(run, found[2])
    assert matrix.dtype == np.float32 and matrix.tolist() == [[100] * 3] * 2
    found[1].path.write_bytes(b"half")
    with pytest.raises(RunIncomplete):
        read_snapshot(run, found[1])


def test_runs_and_models_are_found_by_name_and_by_path(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("WORD_ATLAS_MODELS", str(tmp_path / "models"))
    mine, shipped = finished(tmp_path / "runs", "mine"), finished(tmp_path / "models", "world-ko")
    assert runs_root() == tmp_path / "runs" and models_root() == tmp_path / "models"
    assert find_run("mine") == mine and find_run("world-ko") == shipped
    assert find_table(str(mine.path)) == find_table("mine")
    assert find_table("world-ko").name == "world-ko"
    for wrong in ("nothing", "../runs/nothing", str(tmp_path), "a\0b", ""):
        with pytest.raises(RunNotFound):
            find_table(wrong)


def test_a_table_file_is_found(tmp_path, monkeypatch):
    from lstm_core.table.formats import write_table

    monkeypatch.setenv("WORD_ATLAS_RUNS", str(tmp_path / "runs"))
    table = read_table(finished(tmp_path / "runs", "mine"))
    write_table(table, tmp_path / "t.npz")
    assert find_table(str(tmp_path / "t.npz")).labels == table.labels


def test_the_list_is_newest_first_and_passes_over_strangers(tmp_path):
    assert list_runs(tmp_path / "none") == ()
    old, new = finished(tmp_path, "old"), finished(tmp_path, "new")
    os.utime(old.config, (1, 1))
    (tmp_path / "stranger").mkdir()
    (tmp_path / "file").write_text("")
    assert [run.name for run in list_runs(tmp_path)] == ["new", "old"] and new in list_runs(tmp_path)


def test_a_free_name_is_good_and_new(tmp_path):
    assert free_name(tmp_path, "world") == "world-1"
    RunDirectory.create(tmp_path, "world-1")
    assert free_name(tmp_path, "world") == "world-2"
    assert free_name(tmp_path, "../내 글.txt") == "내-글-txt-1"
    assert check_run_name(free_name(tmp_path, "☃" * 3)) == "run-1"
    assert check_run_name(free_name(tmp_path, "긴" * 200))


def test_a_free_name_is_not_that_of_a_shipped_model(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_MODELS", str(tmp_path / "models"))
    (tmp_path / "models" / "world-1").mkdir(parents=True)
    RunDirectory.create(tmp_path, "world-2")
    assert free_name(tmp_path, "world") == "world-3"


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    atomic_write_json(path, {"a": 1})
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    with pytest.raises(ValueError):
        atomic_write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text()) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
