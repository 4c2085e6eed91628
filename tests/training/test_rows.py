"""Which rows of a network become the table of a run, and what an objective begins with."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from lstm_core.errors import InvalidOption, UnknownChoice
from lstm_core.model.objectives import OBJECTIVES, suited
from lstm_core.options import build
from lstm_core.runs import read_manifest, read_snapshot, read_table, snapshots
from lstm_core.text.vocabulary import SPECIALS
from lstm_core.training.config import TrainConfig
from lstm_core.training.loop import train

ROWS = {"input": lambda given, wanted: given, "output": lambda given, wanted: wanted, "sum": np.add}


@pytest.mark.parametrize("rows", ROWS)
def test_the_table_and_its_snapshots_are_the_rows_that_were_asked_for(new_run, small, rows):
    run = new_run()
    settings = {"objective": "cloze", "neighbours": 2, "tie_weights": False, "rows": rows, "validation": 0.0}
    list(train(run, small.model_copy(update=settings)))
    weights = load_file(run.model)
    given, wanted = (weights[name][len(SPECIALS) :] for name in ("embedding.weight", "output.weight"))
    table = read_table(run)
    assert np.array_equal(table.matrix, ROWS[rows](given, wanted)) and not np.array_equal(given, wanted)
    assert table.metadata["rows"] == read_manifest(run)["summary"]["rows"] == rows
    last, first = snapshots(run)[-1], snapshots(run)[0]
    assert np.allclose(read_snapshot(run, last), table.matrix, atol=2e-3)
    assert first.step == 0 and not np.allclose(read_snapshot(run, first), table.matrix, atol=2e-3)


@pytest.mark.parametrize("rows", ROWS)
def test_shared_rows_are_one_table_whatever_is_asked(new_run, small, rows):
    run = new_run(rows)
    list(train(run, small.model_copy(update={"epochs": 1, "rows": rows})))
    assert np.array_equal(read_table(run).matrix, load_file(run.model)["embedding.weight"][len(SPECIALS) :])
    assert read_table(run).metadata["rows"] == "tied"


def test_rows_of_unlike_width_cannot_be_added_and_that_is_said_before_the_training(new_run, small):
    told = train(new_run(), small.model_copy(update={"tie_weights": False, "rows": "sum"}))
    with pytest.raises(InvalidOption, match="cannot be added"):
        for progress in told:
            assert progress.step == 0


@pytest.mark.parametrize("objective", list(OBJECTIVES), ids=lambda one: one.key)
def test_what_suits_an_objective_is_where_it_begins_and_not_where_it_must_stay(objective):
    config = build(TrainConfig, suited({"objective": objective.key}))
    assert {name: getattr(config, name) for name in objective.suits} == dict(objective.suits)
    assert build(TrainConfig, suited({"objective": objective.key, "embedding_dim": 7})).embedding_dim == 7


def test_without_an_objective_nothing_is_changed():
    assert suited({"epochs": 3}) == {"epochs": 3}
    with pytest.raises(UnknownChoice):
        suited({"objective": "guess"})
