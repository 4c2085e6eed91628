import pytest

from lstm_core.errors import UnknownChoice
from lstm_core.runs import read_manifest
from lstm_core.training.check import check_config
from lstm_core.training.loop import train


def test_the_loss_suits_the_vocabulary_unless_one_is_chosen(new_run, small):
    for name, asked, used in (("auto", "", "softmax"), ("chosen", "sampled", "sampled")):
        run = new_run(name)
        list(train(run, small.model_copy(update={"loss": asked, "epochs": 1})))
        assert read_manifest(run)["summary"]["loss"] == used
    with pytest.raises(UnknownChoice):
        check_config(small.model_copy(update={"loss": "guess"}))


def test_a_sampled_loss_learns_the_rule_too_and_is_measured_by_the_full_one(new_run, small):
    settings = {"epochs": 15, "lr": 0.02, "loss": "sampled", "negatives": 16, "patience": 100}
    *_, last = train(new_run(), small.model_copy(update=settings))
    assert last.perplexity < 6 < 13


def test_both_sides_of_a_gap_tell_more_than_one(new_run, small):
    ends = {}
    for objective in ("next-word", "cloze"):
        *_, ends[objective] = train(
            new_run(objective), small.model_copy(update={"epochs": 15, "lr": 0.02, "objective": objective})
        )
    assert ends["cloze"].perplexity < ends["next-word"].perplexity
