import gzip
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unicodedata

import pytest

from lstm_core.errors import (
    BadRunName,
    InvalidOption,
    RunBusy,
    RunExists,
    RunIncomplete,
    TrainingDiverged,
    UnknownChoice,
    UnknownWords,
    UnreadableText,
)
from lstm_core.files import atomic_write_json
from lstm_core.locks import Locked, exclusive, is_held
from lstm_core.runs import read_config, read_metrics, read_status, read_table, snapshots, write_config, write_status
from lstm_core.text.corpus import open_corpus
from lstm_core.training.config import TrainConfig, config_from_json
from lstm_core.training.failure import error_from_json, error_to_json
from lstm_core.training.launch import begin, launch, request_stop, terminate
from lstm_core.training.loop import train
from lstm_core.training.watch import MOST_POINTS, log_tail, overview, perplexities, thin, watch

LONG = {"epochs": 1000, "patience": 1000, "evaluations": 1, "lr": 1e-4, "snapshots": 0}
HOLD = """
import sys, time, pathlib
from lstm_core.locks import exclusive
with exclusive(pathlib.Path(sys.argv[1])):
    print(1, flush=True)
    time.sleep(60)
"""


def wait_for(condition, *, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def started(tmp_path, small):
    """Start long trainings; whatever still lives at the end of the test is ended."""
    made = []

    def start(name="r1", **settings):
        run = begin(name, small.model_copy(update={**LONG, **settings}), root=tmp_path / "runs")
        made.append(run)
        return run

    yield start
    for run in made:
        if terminate(run, force=True):
            wait_for(lambda run=run: not is_held(run.lock))


def test_a_killed_trainer_is_seen_and_resumed(started):
    run = started()
    wait_for(lambda: read_metrics(run))
    assert run.state == "training" and watch(run).step > 0 and not watch(run).ended
    with pytest.raises(RunBusy):
        launch(run, resume=True)
    with pytest.raises(RunBusy):
        list(train(run, config_from_json(read_config(run)), resume=True))
    assert os.getsid(read_status(run)["pid"]) == read_status(run)["pid"] != os.getsid(0)
    assert terminate(run, force=True)
    wait_for(lambda: not is_held(run.lock))
    assert run.state == "crashed" and run.lock.exists() and watch(run).ended
    assert not terminate(run)
    reached = read_metrics(run)[-1]["step"]
    launch(run, resume=True)
    assert run.state in ("waiting", "preparing", "training")
    wait_for(lambda: run.state == "training" and (read_metrics(run) or [{"step": 0}])[-1]["step"] > 0)
    request_stop(run)
    wait_for(lambda: run.state == "stopped")
    assert len(read_table(run)) > 5 and reached > 0
    steps = [row["step"] for row in read_metrics(run)]
    assert steps == sorted(set(steps))


def test_sigterm_is_a_request_to_finish(started):
    run = started()
    wait_for(lambda: read_metrics(run))
    assert terminate(run)
    wait_for(lambda: run.state == "stopped")
    assert len(read_table(run)) > 5


def test_a_finished_child_says_done_and_leaves_no_zombie(tmp_path, small):
    run = begin("r1", small, root=tmp_path)
    wait_for(lambda: watch(run).ended)
    view = watch(run)
    assert view.state == "done" and view.fraction == 1.0 and view.last["val_loss"] is not None and view.error is None
    pid = read_status(run)["pid"]
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), seconds=10)
    assert overview(run)["perplexity"] > 1 and overview(run)["corpus"] == "글"
    assert len(snapshots(run)) == small.snapshots


def test_an_uploaded_text_stays_in_the_run(tmp_path, small, text):
    run = begin("r1", small, root=tmp_path, text=text.read_bytes(), filename="../../evil/내 글.txt")
    assert run.corpus.read_bytes() == text.read_bytes()
    assert read_config(run)["corpus"] == "upload:내 글.txt"
    wait_for(lambda: watch(run).ended)
    assert run.state == "done" and read_table(run).metadata["corpus"] == "내 글.txt"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r1"]


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("../../x", {}, BadRunName),
        ("r1", {"corpus": "/no/such/file"}, UnreadableText),
        ("r1", {"corpus": "upload:x"}, InvalidOption),
        ("r1", {"corpus": "world", "corpus_options": {"sentences": 1}}, InvalidOption),
    ],
    ids=str,
)
def test_what_cannot_start_leaves_no_folder(tmp_path, small, name, change, error):
    with pytest.raises(error):
        begin(name, small.model_copy(update=change), root=tmp_path)
    with pytest.raises(UnreadableText):
        begin("r2", small, root=tmp_path, text=b"\0\1\2", filename="a.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_is_refused_and_nothing_is_lost(tmp_path, small):
    (tmp_path / "r1").mkdir()
    (tmp_path / "r1" / "mine").write_text("x")
    with pytest.raises(RunExists):
        begin("r1", small, root=tmp_path)
    assert (tmp_path / "r1" / "mine").read_text() == "x"


def test_a_run_does_not_take_the_name_of_a_shipped_model(tmp_path, small, monkeypatch):
    monkeypatch.setenv("WORD_ATLAS_MODELS", str(tmp_path / "models"))
    (tmp_path / "models" / "세상").mkdir(parents=True)
    with pytest.raises(RunExists):
        begin(unicodedata.normalize("NFD", "세상"), small, root=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_trainer_that_dies_at_once_is_reported(new_run):
    run = new_run()
    with pytest.raises(RunIncomplete):
        launch(run)
    atomic_write_json(run.config, {"colour": "red"})
    assert launch(run).wait() == 2
    wait_for(lambda: run.state == "failed")
    view = watch(run)
    assert "colour" in view.error["message"] and "colour" in view.log[-1] and len(view.log) == 1


def test_looking_never_makes_a_trainer_fail(tmp_path):
    lock = tmp_path / "lock"
    assert not is_held(lock) and not lock.exists()
    lock.touch()
    stop = threading.Event()
    lookers = [threading.Thread(target=lambda: [is_held(lock) for _ in iter(stop.is_set, True)]) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(20):
            with exclusive(lock):
                assert is_held(lock)
    finally:
        stop.set()
        for looker in lookers:
            looker.join()
    assert lock.exists() and not is_held(lock)


def test_the_lock_keeps_others_out_and_dies_with_its_holder(tmp_path):
    lock = tmp_path / "lock"
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        assert is_held(lock)
        with pytest.raises(Locked), exclusive(lock, patience=0.1):
            pass
        child.send_signal(signal.SIGKILL)
        wait_for(lambda: not is_held(lock), seconds=5)  # although nobody has waited for the dead child yet
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    with exclusive(lock):
        assert is_held(lock)


def test_a_stop_without_a_trainer_does_nothing(new_run):
    run = new_run()
    request_stop(run)
    assert not run.stop.exists()


def test_a_process_number_alone_kills_nobody(new_run):
    run = new_run()
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        write_status(run, state="training", pid=sleeper.pid, host=socket.gethostname())
        assert not terminate(run, force=True) and sleeper.poll() is None
        with exclusive(run.lock):
            write_status(run, state="training", pid=1, host="elsewhere")
            assert not terminate(run, force=True)
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_view_of_next_to_nothing(new_run):
    run = new_run()
    view = watch(run)
    assert view.state == "crashed" and view.metrics == () and view.last == {} and view.log == () and view.seconds_left is None
    write_config(run, {})
    run.status.write_text('{"state": "failed", "fraction": "x", "step": null, "error": 3}')
    assert watch(run).fraction == 0.0 and watch(run).error is None


def test_thinning_keeps_what_matters():
    rows = [{"step": i, "val_loss": 1.0 if i % 997 == 5 else None} for i in range(10_000)]
    few = thin(rows)
    assert len(few) < MOST_POINTS + 30 and few[0] == rows[0] and few[-1] == rows[-1]
    assert [row for row in few if row["val_loss"]] == [row for row in rows if row["val_loss"]]
    assert thin(rows[:10]) == tuple(rows[:10])


def test_speed_is_the_median_and_perplexity_the_exponential(new_run):
    run = new_run()
    rows = [{"step": n, "loss": 0.0, "val_loss": None, "tokens_per_second": 10.0 if n % 5 else 9999.0} for n in range(30)]
    run.metrics.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"step": 31, "loss": "x"}]))
    view = watch(run)
    assert view.speed == 10.0
    assert perplexities(view.metrics)[0] == {**rows[0], "loss": 1.0}
    assert perplexities([{"loss": 1.0, "val_loss": 2.0}]) == (
        {"loss": pytest.approx(math.e), "val_loss": pytest.approx(math.e**2)},
    )


def test_the_log_is_read_from_its_end(new_run):
    run = new_run()
    assert log_tail(run) == ()
    run.log.write_bytes(b"x" * 200_000 + "\n\n하나\n둘\n\n".encode() + b"\xff")
    assert log_tail(run, lines=2) == ("둘", "\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize(
    "error",
    [
        TrainingDiverged(step=7, lr=0.1),
        UnreadableText(name="글", reason="binary"),
        UnknownChoice(kind="objective", given="x", choices=("a", "b")),
        InvalidOption(name="lr", value=3, rule="less"),
        InvalidOption(name="untie", value=False, rule="a range", least=0.5, most=2),
        UnknownWords(words=("왕",), suggestions={"왕": ("왕자", "여왕")}),
    ],
    ids=str,
)
def test_an_error_comes_back_from_the_status_as_itself(error):
    back = error_from_json(json.loads(json.dumps(error_to_json(error))))
    assert type(back) is type(error) and str(back) == str(error)
    assert back.data == error.data and list(map(type, back.data.values())) == list(map(type, error.data.values()))


def test_what_json_cannot_hold_comes_back_as_text():
    data = error_to_json(InvalidOption(name="x" * 900, value=math.inf, rule=("a",) * 900))["data"]
    assert (len(data["name"]), data["value"], data["rule"]) == (500, "inf", ["a"] * 50)


def test_what_is_not_of_the_family_has_a_message_alone():
    assert error_to_json(ValueError("no")) == {"code": "internal", "message": "ValueError: no", "data": {}}
    for other in (None, {}, error_to_json(ValueError("no")), {"code": "too_few", "data": {}}, {"code": "too_few", "data": 3}):
        assert error_from_json(other) is None


def test_an_uploaded_table_is_kept_as_it_came_and_read_as_a_table(tmp_path, monkeypatch):
    monkeypatch.setattr("lstm_core.training.launch.launch", lambda run: None)
    content = gzip.compress("번호,글\n1,왕이 왔다\n".encode("cp949"))
    config = TrainConfig(corpus_options={"text_column": "글"})
    run = begin("table", config, root=tmp_path, text=content, filename="../후기.csv.gz")
    kept = read_config(run)
    assert run.corpus.read_bytes() == content and kept["corpus"] == "upload:후기.csv.gz"
    assert list(open_corpus(str(run.corpus), kept["corpus_options"]).sentences()) == ["왕이 왔다"]
