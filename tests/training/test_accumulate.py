"""Several batches for one change of the weights: the same as one batch so many times as large."""

import numpy as np
import pytest
import torch

from lstm_core.model.losses import LOSSES
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.runs import read_manifest, read_metrics, read_table
from lstm_core.text.vocabulary import BOS, EOS
from lstm_core.training import reporter
from lstm_core.training.config import TrainConfig
from lstm_core.training.distributed import ALONE
from lstm_core.training.gradients import Gradients
from lstm_core.training.held_out import measure_held_out
from lstm_core.training.loop import train
from lstm_core.training.optimizer import Optimizer


def finished(run, config):
    list(train(run, config))
    return run


@pytest.mark.parametrize("loss", ["softmax", "sampled"])
def test_batches_that_are_added_up_teach_what_one_large_batch_does(new_run, small, loss):
    config = small.model_copy(update={"loss": loss, "negatives": 16, "epochs": 1, "num_layers": 2})
    large = finished(new_run("large"), config.model_copy(update={"batch_size": 14}))
    added = finished(new_run("added"), config.model_copy(update={"batch_size": 2, "accumulate": 7}))
    assert np.allclose(read_table(added).matrix, read_table(large).matrix, atol=1e-5)
    one, other = (read_manifest(run)["summary"] for run in (large, added))
    assert (one["steps"], one["tokens"]) == (other["steps"], other["tokens"]) and one["steps"] > 5
    losses = [[row["loss"] for row in read_metrics(run)] for run in (large, added)]
    assert losses[0][-1] == pytest.approx(losses[1][-1], abs=1e-4)


def test_an_added_up_training_goes_on_to_the_byte(new_run, small, monkeypatch):
    monkeypatch.setattr(reporter, "EVERY_SECONDS", 0.0)
    more = {"accumulate": 3, "loss": "sampled", "negatives": 16, "dropout": 0.2, "epochs": 1, "snapshots": 0}
    config = small.model_copy(update=more)
    whole, broken = finished(new_run("whole"), config), new_run("broken")
    told = train(broken, config)
    while next(told).step < 4:
        pass
    told.close()
    assert broken.state == "crashed"
    list(train(broken, config, resume=True))
    assert whole.table.read_bytes() == broken.table.read_bytes()


@pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.key)
def test_a_piece_in_which_nothing_is_to_be_foreseen_changes_nothing(loss):
    """A stretch one column wide may consist of beginnings of sentences: no mean can be taken over none."""
    found = {}
    for name, rows in (("with", (0, 1)), ("without", (0,)), ("nothing", (1,))):
        config, counts = TrainConfig(embedding_dim=6, hidden_size=8, tie_weights=False), (1,) * 12
        network = OBJECTIVES["next-word"].network(config.model, vocab_size=12, generator=torch.Generator().manual_seed(0))
        loss.prepare(network, counts=counts)
        draws = torch.Generator().manual_seed(1)
        measure = loss.measure(OBJECTIVES["next-word"], counts=counts, negatives=500, generator=draws)
        optimizer = Optimizer(network, config, by_rows=loss.samples)
        work = Gradients(network, measure, optimizer, samples=loss.samples, team=ALONE, pieces=2)
        batch = (np.array([[5], [EOS]])[list(rows)], np.array([[7], [BOS]])[list(rows)])
        used, said, state = work(batch, None)
        assert said.counted == (0 if name == "nothing" else 1) and np.isfinite(said.loss) and state[0].shape[1] == len(rows)
        gradients = {key: one.grad for key, one in network.named_parameters() if one.grad is not None}
        found[name] = said.loss, gradients.get("layers.0.bias_ih_l0")
        optimizer.update(lr=0.1, used=used)
        assert all(torch.isfinite(one).all() for one in network.parameters())
    assert found["with"][0] == pytest.approx(found["without"][0])
    assert torch.allclose(found["with"][1], found["without"][1], atol=1e-7)


def test_held_out_text_is_measured_in_parts_of_any_size_even_without_anything_to_foresee():
    network = OBJECTIVES["next-word"].network(TrainConfig().model, vocab_size=12, generator=torch.Generator().manual_seed(0))
    draw = np.random.default_rng(0)
    ids = draw.integers(4, 12, (40, 32))  # more positions than are compared at one time
    parts = [(ids[:, :-1], ids[:, 1:]), (np.full((40, 1), EOS), np.full((40, 1), BOS))]
    logits = network.eval()(torch.from_numpy(ids[:, :-1]))[0].flatten(0, 1).double()
    expected = torch.nn.functional.cross_entropy(logits, torch.from_numpy(ids[:, 1:]).flatten()).item()
    for batches in (parts, parts[:1]):
        found = measure_held_out(network, OBJECTIVES["next-word"], batches=batches)
        assert found.loss == pytest.approx(expected, rel=1e-6)
