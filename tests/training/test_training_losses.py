import pytest

from lstm_core.errors import InvalidOption, UnknownChoice
from lstm_core.model.generation import GenerationOptions
from lstm_core.runs import read_manifest
from lstm_core.training.check import check_config
from lstm_core.training.continuation import continue_text
from lstm_core.training.loop import train
from lstm_core.training.perplexity import perplexity_of
from lstm_core.training.saved import read_model


def test_the_loss_suits_the_vocabulary_unless_one_is_chosen(new_run, small):
    for name, asked, used in (("auto", "", "softmax"), ("chosen", "sampled", "sampled")):
        run = new_run(name)
        list(train(run, small.model_copy(update={"loss": asked, "epochs": 1})))
        assert read_manifest(run)["summary"]["loss"] == used
    with pytest.raises(UnknownChoice):
        check_config(small.model_copy(update={"loss": "guess"}))


def test_a_sampled_loss_learns_the_rule_too_and_is_measured_by_the_full_one(new_run, small):
    for loss, negatives in (("sampled", 16), ("negative", 128)):
        settings = {"epochs": 15, "lr": 0.02, "loss": loss, "negatives": negatives, "patience": 100}
        *_, last = train(new_run(loss), small.model_copy(update=settings))
        assert last.perplexity < 4.5 < 13


def test_what_was_learned_in_groups_is_read_and_measured(new_run, small):
    run, config = new_run(), small.model_copy(update={"epochs": 15, "lr": 0.02, "loss": "adaptive", "tie_weights": False})
    *_, last = train(run, check_config(config))
    assert last.perplexity < 6 < 13
    model = read_model(run)
    found = perplexity_of(model, open(small.corpus, encoding="utf-8").read().splitlines())
    assert found.perplexity < 6
    likeliest = GenerationOptions(temperature=0.0, max_tokens=1)
    assert continue_text(model, "왕 여왕", options=likeliest, seed=0).written == ("커피",)
    for wrong in ({"tie_weights": True}, {"rows": "output"}):
        with pytest.raises(InvalidOption):
            check_config(config.model_copy(update=wrong))


def test_both_sides_of_a_gap_tell_more_than_one(new_run, small):
    ends = {}
    for objective in ("next-word", "cloze"):
        *_, ends[objective] = train(
            new_run(objective), small.model_copy(update={"epochs": 15, "lr": 0.02, "objective": objective})
        )
    assert ends["cloze"].perplexity < ends["next-word"].perplexity
