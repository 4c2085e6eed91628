import math

import pytest
import torch

from lstm_core.errors import InvalidOption
from lstm_core.model.config import ModelConfig
from lstm_core.model.generation import GenerationOptions, generate, next_chances
from lstm_core.model.language_model import LSTMLanguageModel
from lstm_core.options import build
from lstm_core.text.vocabulary import BOS, EOS, PAD, UNK

LOGITS = torch.tensor([9.0, 9.0, 9.0, -50.0, math.log(8), math.log(4), math.log(2), math.log(2)])  # 4: 1/2, 5: 1/4, 6, 7: 1/8


def chances(**options):
    return next_chances(LOGITS, GenerationOptions(**options)).tolist()


@pytest.fixture
def network():
    network = LSTMLanguageModel(ModelConfig(embedding_dim=8, hidden_size=16), vocab_size=20, generator=torch.Generator())
    with torch.no_grad():
        network.embedding.weight.mul_(6.0)
    return network.eval()


def test_probabilities_worked_out_by_hand():
    assert chances() == pytest.approx([0, 0, 0, 0, 0.5, 0.25, 0.125, 0.125], abs=1e-6)
    assert chances(temperature=0.5) == pytest.approx([0, 0, 0, 0, 64 / 88, 16 / 88, 4 / 88, 4 / 88], abs=1e-6)
    assert chances(temperature=0.0) == [0, 0, 0, 0, 1, 0, 0, 0]
    assert chances(top_k=2) == pytest.approx([0, 0, 0, 0, 2 / 3, 1 / 3, 0, 0], abs=1e-6)
    assert chances(top_p=0.7) == pytest.approx([0, 0, 0, 0, 2 / 3, 1 / 3, 0, 0], abs=1e-6)
    assert chances(top_p=0.76) == pytest.approx([0, 0, 0, 0, 4 / 7, 2 / 7, 1 / 7, 0], abs=1e-6)
    assert chances(top_p=0.01) == [0, 0, 0, 0, 1, 0, 0, 0]


def test_the_likeliest_are_those_of_a_plain_loop(network):
    ids = [BOS, 5, 9]
    for step in generate(network, ids[1:], options=GenerationOptions(temperature=0.0, max_tokens=12), seed=0):
        logits = network(torch.tensor([ids]))[0][0, -1]
        logits[[PAD, UNK, BOS]] = -torch.inf
        assert step.token_id == int(logits.argmax()) and step.probability == 1.0
        ids.append(step.token_id)
    assert len(ids) > 4


def test_a_seed_writes_the_same_and_another_something_else(network):
    options = GenerationOptions(max_tokens=15)
    one, same, other = (generate(network, [5], options=options, seed=seed) for seed in (1, 1, 2))
    assert one == same and one != other
    torch.manual_seed(0)
    before = torch.get_rng_state()
    generate(network, [5], options=options, seed=3)
    assert torch.equal(before, torch.get_rng_state())


def test_it_draws_as_often_as_it_says_and_never_a_special(network):
    times: dict[int, int] = {}
    for seed in range(600):
        first = generate(network, [7], options=GenerationOptions(max_tokens=1), seed=seed)[0]
        times[first.token_id] = times.get(first.token_id, 0) + 1
    assert not {PAD, UNK, BOS} & set(times)
    for token, probability in first.choices:
        error = math.sqrt(probability * (1 - probability) / 600)
        assert abs(times.get(token, 0) / 600 - probability) < 4.5 * error + 1e-9


def test_it_ends_with_the_sentence(network):
    with torch.no_grad():
        network.output.bias[EOS] = 100.0
    steps = generate(network, [], options=GenerationOptions(), seed=0)
    assert [step.token_id for step in steps] == [EOS]


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_p": 0}, {"top_k": -1}, {"max_tokens": 0}, {"heat": 1}])
def test_options_that_cannot_be_are_refused(wrong):
    with pytest.raises(InvalidOption):
        build(GenerationOptions, wrong)
