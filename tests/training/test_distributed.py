"""Several processes train one network: the same gradients, the same weights, and what happens when one is lost."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from two_processes import first_gradients

from lstm_core.errors import InvalidOption
from lstm_core.locks import is_held
from lstm_core.runs import RunDirectory, read_config, read_metrics, read_table
from lstm_core.training.config import config_from_json
from lstm_core.training.distributed import ALONE, Team, joined, seed_of
from lstm_core.training.launch import request_stop
from lstm_core.training.loop import train
from lstm_core.training.prepare import prepare
from lstm_core.training.reporter import Listener
from lstm_core.training.trainer import Trainer

ROOT = Path(__file__).resolve().parents[2]
LOSSES = ("softmax", "sampled")
SETTINGS = {"epochs": 1, "batch_size": 7, "tie_weights": False, "negatives": 16, "snapshots": 2, "num_layers": 2}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def settings(text):
    return config_from_json(
        {"corpus": str(text), "embedding_dim": 8, "hidden_size": 12, "bptt": 8, "min_count": 1, "threads": 1, **SETTINGS}
    )


@pytest.fixture(scope="module")
def two(tmp_path_factory, settings):
    """The folder that two processes have left."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "config.json").write_text(json.dumps(settings.model_dump(mode="json")), encoding="utf-8")
    about = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    script = str(Path(__file__).with_name("two_processes.py"))
    processes = [
        subprocess.Popen(
            [sys.executable, script, str(folder / "config.json"), str(folder)],
            env={**os.environ, **about, "RANK": str(rank), "TORCHELASTIC_RUN_ID": "test", "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
        )
        for rank in range(2)
    ]
    complaints = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], complaints
    return folder


@pytest.mark.parametrize("loss", LOSSES)
def test_all_hold_the_same_weights_to_the_last_bit(two, loss):
    one, other = (load_file(two / f"{loss}-weights-{rank}.safetensors") for rank in range(2))
    assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_that_of_the_whole_batch(two, settings, tmp_path, loss):
    run, config = RunDirectory(tmp_path), settings.model_copy(update={"loss": loss})
    prepared = prepare(run, config, tick=lambda fraction: None)
    trainer = Trainer(run, config, prepared, reporter=Listener(run))
    trainer.generator.manual_seed(seed_of(config.seed, 0, 0))  # what the two draw from
    whole, part = first_gradients(trainer), load_file(two / f"{loss}-gradients-1.safetensors")
    assert whole.keys() == part.keys() and any(value.abs().max() > 0.01 for value in whole.values())
    for name, value in whole.items():
        assert torch.allclose(part[name], value, atol=1e-6), name


def test_two_learn_what_one_learns(two, settings, tmp_path):
    alone = RunDirectory.create(tmp_path, "alone")
    list(train(alone, settings.model_copy(update={"loss": "softmax"})))
    table = read_table(RunDirectory(two / "softmax-run"))
    assert np.allclose(table.matrix, read_table(alone).matrix, atol=1e-5)
    losses = [[row["val_loss"] for row in read_metrics(run)] for run in (alone, RunDirectory(two / "softmax-run"))]
    assert np.allclose(*(list(filter(None, each)) for each in losses), atol=1e-4)


def test_the_leader_is_heard_by_all_and_states_come_together_again(two):
    for rank in range(2):
        told = json.loads((two / f"told-{rank}.json").read_text(encoding="utf-8"))
        assert told == {
            "tell": {"왕": [1, None]},
            "agree": [1.5, 1.0],
            "all_can": [True, False, False],
            "gathered": [float(number) for number in range(10)],
            "compare": "differ",
        }


def test_the_rows_of_a_batch_are_divided():
    for rows in (1, 2, 7, 48):
        parts = [Team(rank, 3).part(rows) for rank in range(3)]
        covered = [row for part, counts in parts if counts for row in range(rows)[part]]
        assert covered == list(range(rows)) and all(part.stop > part.start for part, _ in parts)
    assert ALONE.part(5) == (slice(0, 5), True)


def test_without_torchrun_one_is_alone(monkeypatch):
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    monkeypatch.setenv("WORLD_SIZE", "4")  # some clusters set it for everything
    with joined() as team:
        assert team is ALONE and team.leads and team.agree(1, 2) == (1, 2) and team.tell({"a": 1}) == {"a": 1}


def test_threads_are_shared_out(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert Team(0, 16).threads(16) == 2 and Team(0, 16).threads(1) == 1 and ALONE.threads(16) == 16
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(6)), raising=False)
    assert ALONE.threads(0) == 6 and Team(0, 16).threads(0) == 2


@pytest.fixture
def torchrun(tmp_path, settings):
    """Start a long training of two processes; end what still lives."""
    made = []

    def start(*more):
        values = {**settings.model_dump(), "epochs": 1000, "patience": 1000, "evaluations": 1, "snapshots": 0, "lr": 1e-4}
        asked = [f"{name}={value}" for name, value in values.items() if isinstance(value, (int, float)) and value is not None]
        command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(free_port())]
        train_it = ["-m", "lstm_core", "train", "--folder", str(tmp_path / "run"), "--corpus", settings.corpus]
        options = [part for one in [*asked, "checkpoint_seconds=0"] for part in ("--set", one)]
        process = subprocess.Popen(
            [*command, "--monitor-interval", "0.1", *more, *train_it, *options],
            cwd=ROOT,
            stderr=(tmp_path / "said.txt").open("w"),
            stdout=subprocess.DEVNULL,
        )
        made.append(process)
        return process, RunDirectory(tmp_path / "run")

    yield start
    for process in made:
        left = workers_of(process)
        process.kill()
        process.wait()
        for pid in left:
            wait_for(lambda pid=pid: not Path(f"/proc/{pid}").exists(), seconds=10)  # they do not outlive torchrun


def wait_for(condition, *, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def workers_of(process):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False)
    return sorted(map(int, listed.stdout.split()))


def test_a_lost_worker_comes_back_at_the_last_checkpoint_and_a_stop_ends_all(torchrun):
    process, run = torchrun("--max-restarts", "1")
    wait_for(lambda: len(read_metrics(run)) > 1 and run.checkpoint.is_file())  # the last row may be newer than the checkpoint
    before, lost = read_metrics(run)[-1]["step"], workers_of(process)
    assert len(lost) == 2
    os.kill(lost[1], signal.SIGKILL)
    wait_for(lambda: workers_of(process) and set(workers_of(process)).isdisjoint(lost))
    last = read_metrics(run)[-1]["step"]  # the lost ones may have gone on for a while after `before`
    wait_for(lambda: run.state == "training" and read_metrics(run)[-1]["step"] > last)
    steps = [row["step"] for row in read_metrics(run)]
    assert steps == sorted(set(steps)) and steps[0] <= before, "it began again instead of going on"
    again = workers_of(process)
    request_stop(run)
    wait_for(lambda: run.state == "stopped", seconds=20)
    process.wait(timeout=30)
    said = (run.path.parent / "said.txt").read_text(encoding="utf-8")
    assert process.returncode == 0, said[-2000:]
    assert not is_held(run.lock) and not any(Path(f"/proc/{pid}").exists() for pid in again)
    assert len(read_table(run)) > 0 and config_from_json(read_config(run)).epochs == 1000


def test_a_batch_that_cannot_be_divided_is_refused(monkeypatch, tmp_path, settings):
    import argparse

    from lstm_core import cli_train

    monkeypatch.setenv("WORD_ATLAS_RUNS", str(tmp_path))
    given = argparse.Namespace(
        set=["batch_size=1"], corpus=settings.corpus, objective=None, folder="r", resume=False, or_resume=False, detached=False
    )
    monkeypatch.setattr(Team, "tell", lambda self, message=None: message)
    with pytest.raises(InvalidOption):
        cli_train._agreed(given, Team(0, 2))
