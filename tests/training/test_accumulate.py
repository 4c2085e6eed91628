"""Several batches for one change of the weights: the same as one batch so many times as large."""

import numpy as np
import pytest

from lstm_core.runs import read_manifest, read_metrics, read_table
from lstm_core.training import reporter
from lstm_core.training.loop import train


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
