"""Pictures computed by a process of their own."""

import os
import signal
import time

import numpy as np
import pytest

from lstm_core.errors import ComputationFailed
from lstm_core.projection import project, question
from lstm_core.projection import work as work_module
from lstm_core.projection.work import begin, end_all, warm
from lstm_core.table.embedding_table import EmbeddingTable

TABLE = EmbeddingTable(tuple(f"w{i}" for i in range(300)), np.random.default_rng(0).normal(size=(300, 6)))
SHORT = {"method": "tsne", "options": {"perplexity": 5, "iterations": 50}}
LONG = {"method": "tsne", "dimension": 3, "options": {"iterations": 3000}}


@pytest.fixture(autouse=True)
def nothing_stays(tmp_path):
    """Whatever happens in a test, no process of it stays."""
    yield
    end_all()


def wait(ready, seconds=60):
    until = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.05)
    return found


def left_in(cache):
    """What lies in the folder of the workers, but for the locks, which are never deleted."""
    return [path.name for path in (cache / "work").iterdir() if path.suffix != ".lock"]


def stands_still(work):
    """The glance at work that has not gone on for a while; None else."""
    before = work.look()
    time.sleep(1.5)
    now = work.look()
    return now if now.share == before.share else None


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_answer_is_that_of_computing_it_here(tmp_path):
    wanted = question(TABLE, **SHORT)
    work = begin(wanted, tmp_path)
    found = wait(lambda: work.look().answer)
    here = project(TABLE, **SHORT)
    assert found.coordinates.tobytes() == here.coordinates.tobytes()
    assert (found.options, found.seed, found.total, found.quality) == (here.options, here.seed, here.total, here.quality)
    wait(lambda: left_in(tmp_path) == [])
    assert begin(wanted, tmp_path).look().answer is not None and left_in(tmp_path) == []


def test_two_who_ask_the_same_share_one_worker_and_the_first_to_leave_does_not_end_it(tmp_path):
    wanted = question(TABLE, **LONG)
    one, two = begin(wanted, tmp_path), begin(wanted, tmp_path)
    process = work_module._BEGUN[str(one.folder.path)]
    assert one.folder == two.folder and len(left_in(tmp_path)) == 1
    for each in (one, two):
        each.look()
    one.leave()
    assert two.look().answer is None and process.poll() is None
    two.leave()
    assert process.poll() is not None and left_in(tmp_path) == []


def test_frames_pause_and_keep(tmp_path):
    work = begin(question(TABLE, **LONG), tmp_path)
    first = wait(lambda: (now := work.look()).frame is not None and now)
    assert first.frame.shape == (300, 3) and 0 <= first.share < 1
    work.pause(True)
    before = wait(lambda: stands_still(work))  # whoever is between two frames comes to the next
    assert before.paused
    kept = work.keep()
    assert kept.coordinates.tobytes() == work.look().frame.tobytes()
    assert 0 < kept.quality["done"] < 1 and kept.method == "tsne"
    work.pause(False)
    wait(lambda: work.look().share > before.share)
    work.leave()
    assert left_in(tmp_path) == []


def test_a_killed_worker_is_said_and_leaves_nothing(tmp_path):
    work = begin(question(TABLE, **LONG), tmp_path)
    wait(lambda: work.look().frame is not None)
    process = work_module._BEGUN[str(work.folder.path)]
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    with pytest.raises(ComputationFailed, match="process ended"):
        work.look()
    assert left_in(tmp_path) == [] and list(tmp_path.glob("*.npz")) == []
    again = begin(question(TABLE, **LONG), tmp_path)
    wait(lambda: again.look().frame is not None)
    again.leave()


def test_a_failure_in_the_worker_is_said(tmp_path, monkeypatch):
    wanted = question(TABLE, **SHORT)
    monkeypatch.setattr(type(wanted), "job", lambda self: project_job(np.zeros((300, 0), dtype=np.float32)))
    work = begin(wanted, tmp_path)
    with pytest.raises(ComputationFailed, match="Error"):
        wait(lambda: work.look().answer)


def project_job(matrix):
    from lstm_core.projection.methods import Job

    return Job(matrix, 2, None, 0)


def test_a_worker_ends_when_whoever_began_it_is_gone(tmp_path):
    work = begin(question(TABLE, **LONG), tmp_path)
    wait(lambda: work.look().frame is not None)
    process = work_module._BEGUN[str(work.folder.path)]
    process.stdin.close()
    process.wait(30)
    assert left_in(tmp_path) == []


def test_eight_at_once_crash_nothing(tmp_path):
    asked = [question(TABLE, method="umap", options={"epochs": 20}, seed=seed) for seed in (0, 1) for _ in range(4)]
    works = [begin(wanted, tmp_path) for wanted in asked]
    found = [wait(lambda work=work: work.look().answer, seconds=120) for work in works]
    assert len({one.coordinates.tobytes() for one in found}) == 2
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_a_warmed_worker_is_used_and_another_takes_its_place(tmp_path):
    warm()
    spare = work_module._BEGUN[""]
    warm()
    assert work_module._BEGUN[""] is spare
    early = begin(question(TABLE, **LONG), tmp_path)  # not warm yet: nobody waits for it
    assert work_module._BEGUN[str(early.folder.path)] is not spare
    early.leave()
    assert work_module._READY.wait(120)
    work = begin(question(TABLE, **SHORT), tmp_path)
    assert work_module._BEGUN[str(work.folder.path)] is spare
    work.leave()
    assert work_module._BEGUN[""] is not spare and not is_running(spare.pid)
