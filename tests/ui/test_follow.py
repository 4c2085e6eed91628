import numpy as np
import pytest
from safetensors.numpy import save_file

from lstm_core.files import atomic_write_json
from lstm_core.run_folder import RunDirectory
from lstm_core.runs import read_vocabulary, snapshot_path, snapshots
from lstm_core.text.vocabulary import SPECIALS, Vocabulary
from ui import follow

WORDS = ("왕", "여왕", "남자", "여자", "개")


@pytest.fixture
def run(tmp_path):
    run = RunDirectory.create(tmp_path, "r")
    atomic_write_json(run.vocabulary, Vocabulary(SPECIALS + WORDS, (0, 0, 0, 0, *range(5, 0, -1))).to_json())
    atomic_write_json(run.columns, {"probes": [{"formula": "왕 - 남자 + 여자", "expected": "여왕"}]})
    run.snapshots.mkdir()
    for step in range(200):
        rows = np.random.default_rng(step).normal(size=(5, 3)).astype(np.float16)
        save_file({"matrix": rows}, snapshot_path(run, step))
    return run


def test_the_words_are_read_once_for_all_snapshots(run, monkeypatch):
    read = []

    def count(run):
        read.append(run)
        return read_vocabulary(run)

    monkeypatch.setattr("ui.follow.read_vocabulary", count)
    monkeypatch.setattr("lstm_core.run_history.read_vocabulary", count)
    taken = snapshots(run)[:9]
    ranks = [follow._ranks(str(run.path), one.step, one.path.stat().st_mtime_ns) for one in taken]
    moved = follow._paths(str(run.path), tuple((one.step, one.path.stat().st_mtime_ns) for one in taken))
    assert {rank for (rank,) in ranks} <= {1, 2} and moved.steps == tuple(range(9))
    assert len(read) == 1


def test_some_of_very_many_snapshots_are_drawn(run, monkeypatch):
    drawn = []
    monkeypatch.setattr(follow, "_probes", lambda run, taken, **_: drawn.append(len(taken)))
    monkeypatch.setattr(follow, "_motion", lambda run, taken, **_: drawn.append(len(taken)))
    follow._curves(run, follow.watch(run))
    assert drawn == [51, 51]
