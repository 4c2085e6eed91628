from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from lstm_core.errors import RunIncomplete, RunNotFound, UnknownChoice
from lstm_core.files import atomic_write_json
from lstm_core.run_history import (
    find_table_at,
    followed_rows,
    probe_ranks,
    read_probes,
    snapshot_table,
    spread,
    words_of,
    words_to_follow,
)
from lstm_core.runs import RunDirectory, Snapshot, read_vocabulary, snapshot_path, snapshots
from lstm_core.table.probes import Probe
from lstm_core.text.vocabulary import SPECIALS, Vocabulary

WORDS = ("은", "간다", "개", "왕", "여왕", "남자", "여자")
KINDS = ["particle", "verb", "animal", "", "person", "person", "person"]
PROBE = Probe("왕 - 남자 + 여자", "여왕")


@pytest.fixture
def run(tmp_path):
    run = RunDirectory.create(tmp_path, "r")
    atomic_write_json(run.vocabulary, Vocabulary(SPECIALS + WORDS, (0, 0, 0, 0, *range(7, 0, -1))).to_json())
    atomic_write_json(
        run.columns, {"columns": {"kind": KINDS}, "probes": [PROBE.to_json(), {"formula": "a - b", "expected": "c"}]}
    )
    rows = np.zeros((7, 3), dtype=np.float16)
    rows[2:] = [[0, 0, 1], [1, 0, 0], [1, 1, 0], [0, 0, 0.5], [0, 1, 0.5]]
    for step, factor in ((0, -1.0), (9, 1.0)):
        moved = rows.copy()
        moved[4] *= np.float16(factor)  # 여왕 begins on the wrong side
        run.snapshots.mkdir(exist_ok=True)
        save_file({"matrix": moved}, snapshot_path(run, step))
    return run


def test_ranks_of_the_probes_over_time(run):
    probes = read_probes(run)
    assert probes[0] == PROBE
    ranks = [probe_ranks(run, taken, probes=probes) for taken in snapshots(run)]
    assert ranks == [(4, None), (1, None)]  # 은, 간다 and 개 stand before a word in the opposite direction


def test_a_snapshot_is_a_table(run):
    table = snapshot_table(run, snapshots(run)[1])
    assert table.labels == WORDS and table.vector("여왕").tolist() == [1, 1, 0] and table.metadata["step"] == 9


def test_words_of_probes_come_first_then_names_of_things(run):
    assert words_to_follow(run) == ("왕", "남자", "여자", "여왕", "개")
    assert words_to_follow(run, count=2) == ("왕", "남자")
    assert words_of(PROBE) == ("왕", "남자", "여자", "여왕")
    assert words_of(Probe("왕 -", "개")) == ("개",)


def test_without_kinds_the_most_frequent_are_followed(run):
    atomic_write_json(run.columns, {})
    assert read_probes(run) == () and words_to_follow(run, count=3) == WORDS[:3]
    run.columns.unlink()
    assert words_to_follow(run, count=3) == WORDS[:3]


def test_a_probe_that_cannot_be_answered_is_not_asked(run, monkeypatch):
    monkeypatch.setattr("lstm_core.run_history.probe_rank", lambda *_: pytest.fail("asked"))
    probes = [Probe("왕 - 남자 + 없다", "여왕"), Probe("왕 - 남자", "없다")]
    assert probe_ranks(run, snapshots(run)[0], probes=probes) == (None, None)


def test_a_given_vocabulary_is_not_read_again(run):
    vocabulary, taken = read_vocabulary(run), snapshots(run)
    run.vocabulary.unlink()
    assert probe_ranks(run, taken[1], probes=[PROBE, Probe("왕-남자+여자", "여왕")], vocabulary=vocabulary) == (1, 1)
    assert words_to_follow(run, count=2, vocabulary=vocabulary) == ("왕", "남자")
    assert len(followed_rows(run, taken, words=("개",), vocabulary=vocabulary)) == 2


@pytest.mark.parametrize("count", [0, 1, 60, 61, 120, 121, 500])
def test_few_of_many_snapshots_are_drawn(count):
    taken = [Snapshot(step, Path(str(step))) for step in range(count)]
    few = spread(taken)
    assert len(few) <= 61 and (few == tuple(taken) if count <= 60 else len(few) > 30)
    assert (few[0], few[-1]) == (taken[0], taken[-1]) if taken else few == ()
    assert set(few[:-1]) <= set(spread(taken[:-1]))  # what was computed before is drawn again


def test_the_rows_of_chosen_words(run):
    first, second = followed_rows(run, snapshots(run), words=("여왕", "개"))
    assert first.tolist() == [[-1, -1, 0], [0, 0, 1]] and second.tolist() == [[1, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("probes", [[{"formula": "x"}], ["x"], 7])
def test_damaged_probes_are_one_sentence(run, probes):
    atomic_write_json(run.columns, {"probes": probes})
    with pytest.raises(RunIncomplete):
        read_probes(run)


def test_a_snapshot_is_a_table_with_counts_and_columns_found_by_run_and_step(run, tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_RUNS", str(tmp_path))
    atomic_write_json(run.config, {"format": 1})
    table = find_table_at("r@9")
    assert table.name == "r@9" and table.labels == WORDS and table.counts.tolist() == [7, 6, 5, 4, 3, 2, 1]
    assert table.columns["kind"] == tuple(KINDS) and table == snapshot_table(run, snapshots(run)[1])
    with pytest.raises(UnknownChoice) as caught:
        find_table_at("r@8")
    assert caught.value.choices == ("0", "9")


def test_a_file_whose_name_ends_like_a_step_is_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_RUNS", str(tmp_path))
    path = tmp_path / "words@12.vec"
    path.write_text("2 2\na 1 0\nb 0 1\n", encoding="utf-8")
    assert find_table_at(str(path)).labels == ("a", "b")
    for name in ("nothing@3", "@3", "nothing@three", "nothing"):
        with pytest.raises(RunNotFound):
            find_table_at(name)
