import json
import math

import pytest
import torch

from lstm_core.cli import main
from lstm_core.errors import InvalidOption, RunIncomplete, TooFew
from lstm_core.runs import read_manifest
from lstm_core.text.vocabulary import BOS, EOS
from lstm_core.training.loop import train
from lstm_core.training.perplexity import perplexity_of
from lstm_core.training.saved import read_model


@pytest.fixture
def trained(new_run, small):
    run = new_run()
    list(train(run, small.model_copy(update={"validation": 0.2, "loss": "sampled", "negatives": 64})))
    return run


def test_the_network_that_is_read_gives_the_number_that_was_measured_while_training(trained, small):
    """The validation sentences are not kept; a text that is the whole corpus lies close to their loss."""
    model = read_model(trained)
    lines = open(small.corpus, encoding="utf-8").read().splitlines()
    found = perplexity_of(model, lines)
    assert found.tokens == sum(len(line.split()) + 1 for line in lines) and found.unknown_rate == 0.0
    assert found.perplexity == pytest.approx(math.exp(found.nll))
    assert found.nll == pytest.approx(read_manifest(trained)["summary"]["val_loss"], abs=0.25)


def test_it_is_the_mean_log_probability_word_by_word(trained):
    model, words = read_model(trained), ["왕", "여왕", "모르는말", "개"]
    found = perplexity_of(model, [" ".join(words)])
    ids = [BOS, *(model.vocabulary.id_of(word) for word in words), EOS]
    logits, _ = model.network(torch.tensor([ids[:-1]]))
    chances = torch.log_softmax(logits[0], -1)
    expected = -sum(chances[place, token].item() for place, token in enumerate(ids[1:]))
    assert found.tokens == 5 and found.unknown_rate == 0.25
    assert found.nll == pytest.approx(expected / 5, rel=1e-5)
    assert found.nll_per_character == pytest.approx(expected / len("왕 여왕 모르는말 개"), rel=1e-5)


def test_what_cannot_be_measured_is_said(trained, new_run, small):
    with pytest.raises(TooFew):
        perplexity_of(read_model(trained), [])
    other = new_run("cloze")
    list(train(other, small.model_copy(update={"objective": "cloze", "epochs": 1})))
    with pytest.raises(InvalidOption):
        perplexity_of(read_model(other), ["왕"])
    trained.model.write_bytes(b"broken")
    with pytest.raises(RunIncomplete):
        read_model(trained)


def test_the_command_answers_in_json(trained, small, capsys):
    assert main(["perplexity", str(trained.path), "--text", small.corpus, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"tokens", "nll", "perplexity", "unknown_rate", "nll_per_character"}
    assert main(["perplexity", "no-such-run", "--text", small.corpus]) == 2
