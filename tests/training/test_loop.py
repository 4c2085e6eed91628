import json
import math

import numpy as np
import pytest
import torch

from lstm_core.errors import RunBusy, RunExists, RunIncomplete, TooFew, TrainingDiverged, UnknownChoice, UnreadableText
from lstm_core.files import sha256_of
from lstm_core.locks import exclusive
from lstm_core.runs import (
    read_config,
    read_manifest,
    read_metrics,
    read_snapshot,
    read_status,
    read_table,
    read_vocabulary,
    snapshots,
)
from lstm_core.training import reporter, trainer
from lstm_core.training.config import config_from_json
from lstm_core.training.loop import train


@pytest.fixture
def chatty(monkeypatch):
    """Write a row at every step, so that short trainings have something to show."""
    monkeypatch.setattr(reporter, "EVERY_SECONDS", 0.0)


def finish(run, config, **how):
    return list(train(run, config, **how))


def interrupt(run, config, *, at):
    """Train up to step ``at``, then vanish as a killed process would: no clean end is written."""
    progress = train(run, config)
    for one in progress:
        if one.step >= at:
            break
    run_files = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    progress.close()
    for path, content in run_files.items():
        path.write_bytes(content)


def test_a_training_leaves_a_whole_run(new_run, small, chatty):
    run = new_run()
    told = finish(run, small)
    assert [told[0].stage, told[-1].stage, run.state] == ["preparing", "done", "done"]
    assert told[-1].fraction == 1.0 and told[-1].step == told[-1].total_steps == told[-2].step
    rows = read_metrics(run)
    assert [row["step"] for row in rows] == list(range(1, told[-1].total_steps + 1))
    assert rows[-1]["val_loss"] < rows[0]["loss"] and rows[-1]["epoch"] == 3
    table, words = read_table(run), read_vocabulary(run).words
    assert table.labels == words and "여왕" in table and table.dimension == 8
    assert table.metadata["objective"] == "next-word" and table.metadata["steps"] == told[-1].step
    assert config_from_json(read_config(run)) == small
    assert not run.checkpoint.exists() and not run.tokens.exists() and not run.stop.exists()


def test_the_manifest_vouches_for_every_file(new_run, small):
    run = new_run()
    finish(run, small)
    manifest = read_manifest(run)
    for name, about in manifest["files"].items():
        assert sha256_of(run.path / name) == about["sha256"] and (run.path / name).stat().st_size == about["bytes"]
    assert {"config.json", "vocabulary.json", "tokenizer.json", "table.safetensors", "model.safetensors"} <= set(
        manifest["files"]
    )
    summary = manifest["summary"]
    assert summary["perplexity"] == pytest.approx(math.exp(summary["val_loss"]))
    assert summary["seed"] == 0 and summary["corpus"] == "글" and summary["language"] == "ko"


def test_the_network_learns_the_rule_of_the_text(new_run, small):
    run = new_run()
    last = finish(run, small.model_copy(update={"epochs": 15, "lr": 0.02}))[-1]
    assert last.perplexity < 6 < 13  # chance would be the 12 words and <eos>


def test_the_same_seed_gives_the_same_bytes(new_run, small):
    one, two, other = new_run("one"), new_run("two"), new_run("other")
    torch.manual_seed(1)
    finish(one, small)
    torch.manual_seed(2)
    np.random.default_rng(3)
    finish(two, small)
    finish(other, small.model_copy(update={"seed": 1}))
    assert one.table.read_bytes() == two.table.read_bytes() and one.model.read_bytes() == two.model.read_bytes()
    assert other.table.read_bytes() != one.table.read_bytes()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"num_layers": 2, "tie_weights": True, "dropout": 0.3, "locked_dropout": True, "subsample": 0.05},
        {"loss": "sampled", "negatives": 16, "dropout": 0.2},
        {"loss": "sampled", "negatives": 16, "tie_weights": False, "optimizer": "sgd"},
        {"objective": "cloze", "dropout": 0.1, "cell": "gru", "loss": "negative", "optimizer": "adagrad"},
    ],
    ids=str,
)
@pytest.mark.parametrize("at", [1, 7, 19, 40])
def test_a_resumed_training_ends_with_the_same_bytes(new_run, small, chatty, settings, at):
    config = small.model_copy(update=settings)
    whole, broken = new_run("whole"), new_run("broken")
    finish(whole, config)
    interrupt(broken, config, at=at)
    assert broken.state == "crashed" and not broken.manifest.exists()
    broken.metrics.write_bytes(broken.metrics.read_bytes() + b'{"step": 9')
    told = finish(broken, config, resume=True)
    assert told[-1].stage == "done" and broken.state == "done"
    for name in ("table", "model", "vocabulary"):
        assert getattr(whole, name).read_bytes() == getattr(broken, name).read_bytes(), name
    assert [row["step"] for row in read_metrics(broken)] == [row["step"] for row in read_metrics(whole)]
    assert [s.step for s in snapshots(broken)] == [s.step for s in snapshots(whole)]


def test_without_a_checkpoint_a_resumed_training_starts_over(new_run, small):
    whole, broken = new_run("whole"), new_run("broken")
    finish(whole, small)
    interrupt(broken, small, at=1)
    broken.checkpoint.unlink(missing_ok=True)
    finish(broken, small, resume=True)
    assert whole.table.read_bytes() == broken.table.read_bytes()


def test_a_damaged_checkpoint_is_no_checkpoint(new_run, small, chatty):
    whole, broken = new_run("whole"), new_run("broken")
    finish(whole, small)
    interrupt(broken, small, at=9)
    broken.checkpoint.write_bytes(broken.checkpoint.read_bytes()[:-50])
    finish(broken, small, resume=True)
    assert whole.table.read_bytes() == broken.table.read_bytes()


def test_a_stop_file_ends_it_with_a_table_and_it_can_go_on(new_run, small, chatty):
    whole, run = new_run("whole"), new_run()
    finish(whole, small)
    for progress in train(run, small):
        if progress.step == 11:
            run.stop.touch()
    assert progress.stage == "stopped" and run.state == "stopped" and not run.stop.exists()
    assert progress.step == 12 and read_manifest(run)["summary"]["steps"] == 12  # it is heard in the next step
    assert len(read_table(run)) > 0
    finish(run, small, resume=True)
    assert run.state == "done" and run.table.read_bytes() == whole.table.read_bytes()


@pytest.fixture
def stopped(new_run, small, chatty):
    """A run that was stopped at step 11; its table is the one a look at the app has found."""
    run = new_run()
    for progress in train(run, small):
        if progress.step == 11:
            run.stop.touch()
    return run


def test_the_table_of_a_stopped_run_is_there_while_it_is_resumed(stopped, small):
    table = read_table(stopped)
    for progress in train(stopped, small, resume=True):
        if progress.stage == "training":
            assert stopped.state == "training" and read_table(stopped) == table
    assert stopped.state == "done" and read_table(stopped) != table


def test_a_resume_that_fails_loses_no_table(stopped, small, monkeypatch):
    table = read_table(stopped)

    def diverge(*_):
        raise TrainingDiverged(step=12, lr=0.1)

    with monkeypatch.context() as patch:
        patch.setattr(trainer.Trainer, "_step", diverge)
        with pytest.raises(TrainingDiverged):
            finish(stopped, small, resume=True)
    assert stopped.state == "failed" and read_table(stopped) == table
    stopped.stop.touch()
    assert finish(stopped, small, resume=True)[-1].stage == "stopped"
    assert stopped.state == "stopped" and read_table(stopped).labels == table.labels
    assert finish(stopped, small, resume=True)[-1].stage == "done"


def test_results_that_cannot_be_written_leave_the_checkpoint(new_run, small, chatty, monkeypatch):
    whole, run = new_run("whole"), new_run()
    finish(whole, small)

    def full(*_, **__):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "write_manifest", full)
        with pytest.raises(OSError, match="space"):
            finish(run, small)
    assert run.state == "failed" and run.checkpoint.exists()
    finish(run, small, resume=True)
    assert run.state == "done" and run.table.read_bytes() == whole.table.read_bytes()


def test_a_stop_after_the_last_check_counts_as_the_best(new_run, small, chatty):
    run, config = new_run(), small.model_copy(update={"epochs": 9, "evaluations": 1, "lr": 0.02, "validation": 0.3})
    checks = []
    for progress in train(run, config):
        if progress.stage == "training" and progress.val_loss is not None:
            checks.append(progress)
        if checks and progress.step == checks[0].step + 9:
            run.stop.touch()
    summary = read_manifest(run)["summary"]
    assert len(checks) == 1 and summary["val_loss"] < checks[0].val_loss
    assert summary["best_step"] == summary["steps"] == checks[0].step + 10  # it is heard in the next step


def test_a_stop_while_the_corpus_is_read(new_run, small):
    run = new_run()
    run.stop.touch()
    told = finish(run, small)
    assert told[-1].stage == "stopped" and run.state == "stopped" and not run.stop.exists()
    with pytest.raises(RunIncomplete):
        read_table(run)
    finish(run, small, resume=True)
    assert run.state == "done"


def test_a_stop_that_was_left_can_be_forgotten_but_not_another_trainers(new_run, small, monkeypatch):
    monkeypatch.setattr("lstm_core.training.loop.exclusive", lambda path: exclusive(path, patience=0.1))
    run = new_run()
    run.stop.touch()
    with exclusive(run.lock), pytest.raises(RunBusy):
        finish(run, small, forget_stop=True)
    assert run.stop.exists()
    assert finish(run, small, forget_stop=True)[-1].stage == "done"


def test_two_trainers_do_not_share_a_run(new_run, small, monkeypatch):
    monkeypatch.setattr("lstm_core.training.loop.exclusive", lambda path: exclusive(path, patience=0.1))
    run = new_run()
    first = train(run, small)
    next(first)
    before = run.config.read_bytes()
    with pytest.raises(RunBusy):
        next(train(run, small))
    assert run.config.read_bytes() == before
    assert list(first)[-1].stage == "done"


def test_a_finished_run_is_not_overwritten(new_run, small):
    run = new_run()
    finish(run, small)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(RunExists):
        finish(run, small.model_copy(update={"seed": 5}))
    assert [one.stage for one in train(run, small, resume=True)] == ["done"]
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_divergence_is_said(new_run, small, monkeypatch):
    run = new_run()
    objective = trainer.OBJECTIVES["next-word"]
    calls = []

    def explode(network, inputs, *, targets, state, embed=None):
        calls.append(1)
        features, wanted, state = objective.predictions(network, inputs, targets=targets, state=state, embed=embed)
        return features * (float("nan") if len(calls) == 5 else 1.0), wanted, state

    broken = type("Broken", (objective,), {"predictions": staticmethod(explode)})
    monkeypatch.setitem(trainer.OBJECTIVES._members, "next-word", broken)
    with pytest.raises(TrainingDiverged) as caught:
        finish(run, small)
    assert (caught.value.step, caught.value.saved) == (5, 4) and 0 < caught.value.lr <= small.lr
    assert run.state == "failed" and read_status(run)["error"]["code"] == "training_diverged"
    assert not run.manifest.exists()


def test_it_stops_early_and_keeps_the_best(new_run, small):
    config = small.model_copy(
        update={"epochs": 60, "patience": 2, "lr": 0.1, "schedule": "constant", "dropout": 0.0, "validation": 0.3}
    )
    run = new_run()
    told = finish(run, config)
    assert told[-1].stage == "done" and told[-1].step < told[-1].total_steps
    measured = [row["val_loss"] for row in read_metrics(run) if row["val_loss"] is not None]
    assert read_manifest(run)["summary"]["val_loss"] == min(measured) == measured[-3]


def test_snapshots_follow_the_word_rows(new_run, small):
    run = new_run()
    finish(run, small.model_copy(update={"validation": 0.0}))
    taken = snapshots(run)
    assert taken[0].step == 0 and len(taken) == 6
    assert np.allclose(read_snapshot(run, taken[-1]), read_table(run).matrix, atol=2e-3)
    assert not np.allclose(read_snapshot(run, taken[0]), read_table(run).matrix, atol=2e-3)


def test_the_best_of_a_run_without_validation_is_its_end(new_run, small):
    run = new_run()
    last = finish(run, small.model_copy(update={"validation": 0.0}))[-1]
    assert last.val_loss is None and read_manifest(run)["summary"]["perplexity"] is None
    json.loads(run.manifest.read_text())


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", UnreadableText), (b"\x00\xff\x13", UnreadableText), ("말 " * 40, UnreadableText), ("가 나 다", TooFew)],
    ids=["empty", "binary", "one-token", "short"],
)
def test_a_text_that_cannot_be_learned_fails_with_its_reason(new_run, small, tmp_path, content, error):
    path = tmp_path / "bad.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    run = new_run()
    with pytest.raises(error):
        finish(run, small.model_copy(update={"corpus": str(path)}))
    assert run.state == "failed" and read_status(run)["error"]["code"] == error.code


def test_an_unknown_objective_fails(new_run, small):
    with pytest.raises(UnknownChoice):
        finish(new_run(), small.model_copy(update={"objective": "guess"}))


def test_only_so_many_sentences(new_run, small):
    run = new_run()
    finish(run, small.model_copy(update={"max_sentences": 100}))
    assert read_manifest(run)["summary"]["sentences"] == 100


def test_preparing_is_heard(new_run, small):
    heard = []
    next(iter(finish(new_run(), small, on_prepare=heard.append)))
    assert heard[0] == 0.0 and heard[-1] == 1.0 and heard == sorted(heard)
