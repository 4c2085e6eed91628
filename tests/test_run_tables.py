"""Tables brought in from files: names, removing, bringing back, and the command line's way to them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_tables import write_world

from lstm_core.cli import main
from lstm_core.errors import BadRunName, InvalidOption, RunExists, RunNotFound
from lstm_core.run_tables import free_table_name, keep_table, list_tables, remove_table, restore_table, table_path, tables_root
from lstm_core.runs import find_table
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import write_table

TABLE = EmbeddingTable(("왕", "여왕"), np.eye(2), counts=np.array([2, 1]), metadata={"name": "t"})


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in ("MODELS", "RUNS"):
        monkeypatch.setenv(f"WORD_ATLAS_{name}", str(tmp_path / name))
    return tmp_path


def test_a_kept_table_is_listed_and_found_by_its_name():
    assert list_tables() == ()
    path = keep_table(TABLE, "내-표")
    assert list_tables() == (path,) and path.parent == tables_root()
    found = find_table("내-표")
    assert found.name == "내-표" and found.labels == TABLE.labels and np.array_equal(found.matrix, TABLE.matrix)
    assert found.counts.tolist() == [2, 1]


def test_a_name_is_taken_once(home):
    keep_table(TABLE, "one")
    write_world(home / "MODELS", "shipped", fillers=0)
    write_world(home / "RUNS", "mine", fillers=0)
    for name in ("one", "shipped", "mine"):
        with pytest.raises(RunExists):
            keep_table(TABLE, name)
    for name in ("../x", "", "con", ".hidden", "a" * 60):
        with pytest.raises(BadRunName):
            keep_table(TABLE, name)
    assert free_table_name("one") == "one-2" and free_table_name("shipped") == "shipped-2"
    assert free_table_name("../내 글☃") == "내-글" and free_table_name("☃") == "table" and free_table_name("con") == "con-2"


def test_removing_can_be_taken_back_until_another_is_removed():
    for name in ("one", "two"):
        keep_table(TABLE, name)
    remove_table("one")
    assert [path.stem for path in list_tables()] == ["two"]
    with pytest.raises(RunNotFound):
        remove_table("one")
    restore_table("one")
    assert find_table("one").labels == TABLE.labels
    remove_table("one")
    remove_table("two")
    with pytest.raises(RunNotFound):
        restore_table("one")
    keep_table(TABLE, "two")
    with pytest.raises(RunExists):
        restore_table("two")


def test_strangers_in_the_folder_are_passed_over():
    keep_table(TABLE, "one")
    (tables_root() / "note.txt").write_text("x")
    (tables_root() / "bad name!.safetensors").write_text("x")
    table_path("link").symlink_to(table_path("one"))
    assert [path.stem for path in list_tables()] == ["one"]
    with pytest.raises((BadRunName, RunNotFound)):
        find_table("link")


def test_convert_takes_options_of_the_format(home, capsys):
    np.save(home / "m.npy", np.eye(3))
    (home / "v.txt").write_text("왕\n여왕\n왕\n")
    given = ["convert", str(home / "m.npy"), str(home / "out.vec.gz"), "--set", f"labels={home / 'v.txt'}", "--json"]
    assert main(given) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["words"], said["dropped"]) == (2, {"duplicate_label": 1})
    assert find_table(str(home / "out.vec.gz"), {"limit": 1}).labels == ("왕",)
    assert main(["convert", str(home / "m.npy"), str(home / "out.npz"), "--set", "nonsense=1"]) == 2
    write_world(home / "RUNS", "mine", fillers=0)
    with pytest.raises(InvalidOption):
        find_table("mine", {"limit": 1})
    (home / "folder").mkdir()
    write_table(TABLE, home / "folder")
    assert find_table(str(home / "folder")).labels == TABLE.labels
