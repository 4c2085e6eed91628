"""A run that keeps the rows of its table only once gives back the network it had, but for half precision."""

import pytest
import torch

from lstm_core.run_weights import keep_rows_once
from lstm_core.runs import read_manifest
from lstm_core.training.loop import train
from lstm_core.training.results import write_manifest
from lstm_core.training.saved import read_model


@pytest.mark.parametrize(
    "changes", [{"rows": "output"}, {"rows": "sum"}, {"rows": "input"}, {"tie_weights": True}], ids=lambda one: str(one)
)
def test_what_was_left_out_comes_back_from_the_table(new_run, small, changes):
    run = new_run()
    list(train(run, small.model_copy(update={"objective": "cloze", "neighbours": 2, "tie_weights": False, **changes})))
    whole, manifest, size = read_model(run), read_manifest(run), run.model.stat().st_size
    keep_rows_once(run, rows=manifest["summary"]["rows"])
    write_manifest(run, state="done", created=manifest["created"], summary=manifest["summary"])
    again = dict(read_model(run).network.named_parameters())
    assert run.model.stat().st_size < 0.6 * size
    for name, value in whole.network.named_parameters():
        assert torch.allclose(again[name], value, atol=4e-3), name
