"""Where a training computes and in which arithmetic: what is chosen, and that nothing is left behind on another device."""

import numpy as np
import pytest
import torch
from elsewhere import PLACE, Elsewhere, on_a_made_up_gpu
from test_sentiment import rated, reviews  # noqa: F401

from lstm_core.errors import DeviceMissing
from lstm_core.model.arithmetic import add_product, affine, at_once, rounded
from lstm_core.runs import read_manifest, read_metrics, read_table
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats import write_table
from lstm_core.training import device as devices
from lstm_core.training import reporter
from lstm_core.training.device import Machine
from lstm_core.training.distributed import Team
from lstm_core.training.failure import error_from_json, error_to_json
from lstm_core.training.loop import train


@pytest.fixture
def no_gpu(monkeypatch):
    on_a_made_up_gpu(monkeypatch, count=0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def works(monkeypatch):
    """Whatever GPU there is works, and all processes of a team are alike."""
    monkeypatch.setattr(devices, "_works", lambda device: True)
    monkeypatch.setattr(Team, "all_can", lambda team, able: able)


def finished(run, config, **how):
    list(train(run, config, **how))
    return run


def test_without_a_gpu_everything_is_computed_on_the_cpu_unrounded(no_gpu):
    machine = Machine.chosen("auto", "auto")
    assert machine == Machine(torch.device("cpu"), None) == Machine.chosen("cpu", "float32")
    assert machine.to_json() == {"device": "cpu", "precision": "float32"}
    assert Machine.chosen("auto", "bf16").to_json() == {"device": "cpu", "precision": "bf16"}


@pytest.mark.parametrize("bf16", [True, False])
def test_a_gpu_is_taken_by_itself_and_bf16_where_it_is_made_for_it(monkeypatch, works, bf16):
    on_a_made_up_gpu(monkeypatch, bf16=bf16)
    assert Machine.chosen("auto", "auto") == Machine(PLACE, torch.bfloat16 if bf16 else None)
    assert Machine.chosen("auto", "float32").to_json() == {"device": "made up", "precision": "float32"}
    assert Machine.chosen("cpu", "auto") == Machine(torch.device("cpu"), None)


def test_apples_gpu_is_taken_where_there_is_no_other_and_by_one_process_alone(no_gpu, works, monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert Machine.chosen("auto", "auto") == Machine(torch.device("mps"), None)
    assert Machine.chosen("auto", "auto", team=Team(0, 2)).device.type == "cpu"
    with pytest.raises(DeviceMissing, match="several cannot"):
        Machine.chosen("mps", "auto", team=Team(0, 2))


def test_each_process_of_a_machine_gets_a_gpu_of_its_own_or_all_compute_on_the_cpu(monkeypatch, works):
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    team = Team(5, 8)
    on_a_made_up_gpu(monkeypatch, count=2)
    assert Machine.chosen("auto", "auto", team=team).device == torch.device("cuda", 1)
    on_a_made_up_gpu(monkeypatch, count=1)
    assert Machine.chosen("auto", "auto", team=team).device.type == "cpu"
    with pytest.raises(DeviceMissing, match="fewer of them than processes"):
        Machine.chosen("cuda", "auto", team=team)
    assert Machine.chosen("cuda", "auto").device == PLACE  # alone, whatever a launcher of another kind has said


def test_what_one_process_lacks_no_process_takes(monkeypatch, works):
    on_a_made_up_gpu(monkeypatch, count=2, bf16=True)
    monkeypatch.setattr(Team, "all_can", lambda team, able: False)
    assert Machine.chosen("auto", "auto", team=Team(0, 2)) == Machine(torch.device("cpu"), None)
    with pytest.raises(DeviceMissing, match="another process"):
        Machine.chosen("cuda", "auto", team=Team(0, 2))


def test_a_gpu_that_cannot_take_a_step_is_left_alone(monkeypatch):
    on_a_made_up_gpu(monkeypatch)
    assert Machine.chosen("auto", "auto").device.type == "cpu"  # torch knows no such GPU when it comes to computing
    with Elsewhere():
        assert Machine.chosen("auto", "auto").device == PLACE


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_ends_the_run_before_the_text_is_read(new_run, small, no_gpu, device):
    run = new_run()
    with pytest.raises(DeviceMissing) as caught:
        finished(run, small.model_copy(update={"device": device}))
    assert run.state == "failed" and not run.tokens.exists()
    again = error_from_json(error_to_json(caught.value))
    assert isinstance(again, DeviceMissing) and str(again) == str(caught.value) and again.reason == "none"


KINDS = {
    "next word, full softmax": {"loss": "softmax", "num_layers": 2, "dropout": 0.3, "tie_weights": False, "weight_decay": 0.1},
    "next word, GRU, sampled": {"loss": "sampled", "cell": "gru", "word_dropout": 0.2, "locked_dropout": True, "dropout": 0.2},
    "next word, adaptive": {"loss": "adaptive", "tie_weights": False, "cell": "rnn"},
    "cloze, spelled": {"objective": "cloze", "loss": "sampled", "first_rows": "spelling", "neighbours": 2, "subsample": 0.05},
    "cloze, noise": {"objective": "cloze", "loss": "negative", "optimizer": "sgd", "accumulate": 2, "tie_weights": False},
    "adagrad": {"loss": "sampled", "optimizer": "adagrad", "accumulate": 3},
    "adagrad, whole": {"loss": "softmax", "optimizer": "adagrad"},
    "labels": {"objective": "sentiment", "pooling": "max+mean", "dropout": 0.3, "word_dropout": 0.1},
    "labels, last": {"objective": "sentiment", "pooling": "last", "bidirectional": False},
}


@pytest.fixture
def settings(small, rated, request):  # noqa: F811
    more = {"negatives": 16, "epochs": 1, "validation": 0.1, "precision": "float32", **KINDS[request.param]}
    if more.get("objective") == "sentiment":
        columns = {"text_column": "글", "label_column": "라벨"}
        more |= {"corpus": str(rated), "corpus_options": columns, "test": str(rated.with_name("test.tsv"))}
    return type(small)(**{**small.model_dump(), **more})


@pytest.mark.parametrize("settings", KINDS, indirect=True)
def test_on_another_device_the_same_is_learned_and_nothing_is_left_behind(new_run, settings, monkeypatch):
    """No GPU is needed: tensors of a make-believe one may not meet others, and compute as those of the CPU do."""
    here = finished(new_run("here"), settings.model_copy(update={"device": "cpu"}))
    on_a_made_up_gpu(monkeypatch)
    with Elsewhere() as place:
        there = finished(new_run("there"), settings.model_copy(update={"device": "cuda"}))
    assert place.seen > 500
    assert read_manifest(there)["summary"]["device"] == "made up"
    if settings.optimizer == "adagrad":  # torch has its one-kernel form for the CPU only, which rounds otherwise
        assert np.allclose(read_table(there).matrix, read_table(here).matrix, atol=1e-4)
    else:
        assert there.table.read_bytes() == here.table.read_bytes() and there.model.read_bytes() == here.model.read_bytes()


@pytest.mark.parametrize("settings", ["next word, GRU, sampled", "next word, full softmax", "cloze, noise"], indirect=True)
def test_rounded_products_are_the_same_on_another_device(new_run, settings, monkeypatch):
    settings = settings.model_copy(update={"precision": "bf16"})
    here = finished(new_run("here"), settings.model_copy(update={"device": "cpu"}))
    on_a_made_up_gpu(monkeypatch)
    with Elsewhere():
        there = finished(new_run("there"), settings.model_copy(update={"device": "cuda"}))
    assert there.table.read_bytes() == here.table.read_bytes()


@pytest.mark.parametrize("settings", ["next word, full softmax", "cloze, noise", "adagrad"], indirect=True)
def test_a_checkpoint_of_one_device_is_gone_on_from_on_the_same(new_run, settings, monkeypatch):
    monkeypatch.setattr(reporter, "EVERY_SECONDS", 0.0)
    on_a_made_up_gpu(monkeypatch)
    settings = settings.model_copy(update={"device": "auto", "snapshots": 0, "epochs": 2})
    with Elsewhere():
        whole, broken = finished(new_run("whole"), settings), new_run("broken")
        told = train(broken, settings)
        while next(told).step < 4:
            pass
        told.close()
        finished(broken, settings, resume=True)
    assert whole.table.read_bytes() == broken.table.read_bytes()


@pytest.mark.parametrize("freeze", [True, False])
def test_rows_that_are_given_go_along(new_run, small, tmp_path, monkeypatch, freeze):
    rows = np.arange(24, dtype=np.float32).reshape(3, 8) / 10
    write_table(EmbeddingTable(("여왕", "바다", "왕"), rows), tmp_path / "start.vec")
    wanted = {"init_table": str(tmp_path / "start.vec"), "freeze_table": freeze, "epochs": 1, "precision": "float32"}
    settings = small.model_copy(update=wanted)
    here = finished(new_run("here"), settings.model_copy(update={"device": "cpu"}))
    on_a_made_up_gpu(monkeypatch)
    with Elsewhere():
        there = finished(new_run("there"), settings)
        onward = {"init_table": "", "freeze_table": False, "init_from": str(there.path)}
        finished(new_run("onward"), settings.model_copy(update=onward))
    assert there.table.read_bytes() == here.table.read_bytes()


def test_the_make_believe_gpu_notices_what_a_real_one_would():
    with Elsewhere():
        there, read = torch.ones(3).to("cuda"), torch.nn.GRU(3, 3, batch_first=True).to("cuda")
        assert (
            there.device == PLACE and (there * 2).cpu().device.type == "cpu" and torch.zeros(2, device="cuda").device == PLACE
        )
        faults = (
            lambda: there + torch.ones(3),
            lambda: there[torch.tensor([0])],
            lambda: there.numpy(),
            lambda: there.double(),
            lambda: torch.rand(3, device="cuda", generator=torch.Generator()),
            lambda: read(torch.zeros(2, 1, 3, device="cuda"), torch.zeros(1, 4, 3, device="cuda")[:, ::2]),
        )
        for fault in faults:
            with pytest.raises(RuntimeError):
                fault()
    assert torch.equal(there + torch.ones(3), torch.full((3,), 2.0))


@pytest.mark.parametrize("loss", ["softmax", "sampled", "negative"])
def test_rounded_products_learn_nearly_the_same_and_go_on_to_the_byte(new_run, small, monkeypatch, loss):
    monkeypatch.setattr(reporter, "EVERY_SECONDS", 0.0)
    more = {"loss": loss, "negatives": 64, "epochs": 8, "lr": 0.01, "snapshots": 0, "device": "cpu"}
    exact = finished(new_run("exact"), small.model_copy(update=more))
    config = small.model_copy(update={**more, "precision": "bf16"})
    whole, broken = finished(new_run("whole"), config), new_run("broken")
    told = train(broken, config)
    while next(told).step < 5:
        pass
    told.close()
    finished(broken, config, resume=True)
    assert whole.table.read_bytes() == broken.table.read_bytes() != exact.table.read_bytes()
    assert read_table(whole).matrix.dtype == np.float32
    losses = [[row["val_loss"] for row in read_metrics(run) if row["val_loss"]][-1] for run in (exact, whole)]
    assert losses[1] == pytest.approx(losses[0], abs=0.05) and losses[1] < 0.8 * read_metrics(exact)[0]["loss"]
    assert read_manifest(whole)["summary"]["precision"] == "bf16"


def test_products_of_rounded_numbers_are_near_and_their_sum_is_kept_in_full():
    draw = torch.Generator().manual_seed(0)
    values, rows = torch.randn(40, 9, generator=draw), torch.randn(9, 30, generator=draw)
    bias, exact = torch.randn(30, generator=draw), values @ rows
    assert torch.equal(affine(values, rows, bias), torch.addmm(bias, values, rows)) and rounded(values, None) is values
    found = affine(values, rounded(rows, torch.bfloat16), bias)
    assert found.dtype is torch.float32 and 0 < (found - exact - bias).abs().max() < 0.02 * exact.abs().max()
    total = torch.full((40, 30), 1000.0)
    add_product(total, rounded(values, torch.bfloat16), rows)
    assert total.dtype is torch.float32 and (total - 1000 - exact).abs().max() < 0.02 * exact.abs().max()
    assert at_once(torch.device("cpu")) < at_once(PLACE)
