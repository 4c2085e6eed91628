import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_core.errors import InvalidOption
from lstm_core.model.arithmetic import at_once
from lstm_core.model.config import ModelConfig
from lstm_core.model.fused_loss import linear_cross_entropy
from lstm_core.model.language_model import LSTMLanguageModel
from lstm_core.model.losses import Softmax
from lstm_core.model.network import SeededDropout
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import build, describe
from lstm_core.text.vocabulary import BOS

SHAPES = [
    ModelConfig(embedding_dim=6, hidden_size=10, num_layers=layers, tie_weights=tied)
    for layers in (1, 2)
    for tied in (False, True)
] + [ModelConfig(embedding_dim=8, hidden_size=8, tie_weights=True)]


def network_of(config, vocab_size=17, seed=3):
    return LSTMLanguageModel(config, vocab_size=vocab_size, generator=torch.Generator().manual_seed(seed)).eval()


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def numpy_logits(weights, ids, *, layers, tied):
    """A second implementation: one token at a time, float64, the four gates written out (input, forget, candidate, output)."""
    table = weights["embedding.weight"]
    result = np.empty((*ids.shape, len(table)))
    for row, sequence in enumerate(ids):
        width = weights["layers.0.weight_hh_l0"].shape[1]
        hidden, cell = [np.zeros(width) for _ in range(layers)], [np.zeros(width) for _ in range(layers)]
        for time, token in enumerate(sequence):
            values = table[token]
            for layer in range(layers):
                name = f"layers.{layer}."
                gates = weights[name + "weight_ih_l0"] @ values + weights[name + "bias_ih_l0"]
                gates = gates + weights[name + "weight_hh_l0"] @ hidden[layer] + weights[name + "bias_hh_l0"]
                input_gate, forget_gate, candidate, output_gate = np.split(gates, 4)
                cell[layer] = sigmoid(forget_gate) * cell[layer] + sigmoid(input_gate) * np.tanh(candidate)
                values = hidden[layer] = sigmoid(output_gate) * np.tanh(cell[layer])
            if "projection.weight" in weights:
                values = weights["projection.weight"] @ values
            result[row, time] = (table if tied else weights["output.weight"]) @ values + weights["output.bias"]
    return result


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_logits_equal_those_of_a_second_implementation(config):
    network = network_of(config)
    with torch.no_grad():
        network.output.bias.normal_(generator=torch.Generator().manual_seed(1))
    ids = np.random.default_rng(0).integers(0, 17, size=(3, 7))
    weights = {name: value.detach().numpy().astype(np.float64) for name, value in network.named_parameters()}
    assert ("projection.weight" in weights) == (config.tie_weights and config.hidden_size != config.embedding_dim)
    expected = numpy_logits(weights, ids, layers=config.num_layers, tied=config.tie_weights)
    logits, _ = network(torch.from_numpy(ids))
    assert np.abs(logits.detach().numpy() - expected).max() < 1e-5
    assert np.abs(expected).max() > 0.1


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_a_later_token_changes_no_earlier_logit(config):
    network = network_of(config)
    ids = torch.arange(10).reshape(1, 10) % 17
    changed = ids.clone()
    changed[0, 6:] = (changed[0, 6:] + 1) % 17
    first, second = network(ids)[0], network(changed)[0]
    assert torch.equal(first[:, :6], second[:, :6])
    assert not torch.allclose(first[:, 6:], second[:, 6:])


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_the_state_carries_a_text_on(config):
    network = network_of(config)
    ids = torch.randint(0, 17, (2, 9), generator=torch.Generator().manual_seed(0))
    whole, end = network(ids)
    first, state = network(ids[:, :4])
    second, carried = network(ids[:, 4:], state)
    assert torch.allclose(torch.cat([first, second], 1), whole, atol=1e-6)
    assert torch.allclose(carried[0], end[0], atol=1e-6) and carried[0].shape == (config.num_layers, 2, config.hidden_size)


def test_tied_rows_are_one_tensor():
    network = network_of(ModelConfig(tie_weights=True))
    assert network.output.weight is network.embedding.weight
    assert "output.weight" not in dict(network.named_parameters())


def test_a_seed_gives_the_weights_and_leaves_the_global_state_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, same, other = (
        network_of(ModelConfig(num_layers=2, tie_weights=tied), seed=seed) for tied, seed in ((0, 1), (0, 1), (0, 2))
    )
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), same.parameters(), strict=True))
    assert not torch.equal(first.embedding.weight, other.embedding.weight)
    first.train()(torch.zeros(2, 3, dtype=torch.long))
    assert torch.equal(before, torch.get_rng_state())


def test_forget_gates_begin_open():
    network = network_of(ModelConfig(hidden_size=5))
    bias = network.layers[0].bias_ih_l0
    assert bias[5:10].tolist() == [1.0] * 5 and bias[:5].abs().max() < 1.0


def test_dropout_zeroes_its_share_and_keeps_the_mean():
    dropout = SeededDropout(0.25, torch.Generator().manual_seed(0))
    values = torch.ones(400, 500)
    dropped = dropout(values)
    assert set(dropped.unique().tolist()) == {0.0, torch.tensor(1.0 / 0.75).item()}
    assert abs((dropped == 0).float().mean().item() - 0.25) < 0.005
    by_place = (dropped.reshape(-1, 8) == 0).float().mean(0)  # eight draws share one random integer
    assert (by_place - 0.25).abs().max() < 0.01
    assert dropout.eval()(values) is values


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 7), width=st.integers(1, 5), vocab=st.integers(2, 9), seed=st.integers(0, 99))
def test_the_fused_loss_is_cross_entropy_with_its_gradients(count, width, vocab, seed):
    assert_same_as_torch(count, width, vocab, seed)


def test_the_fused_loss_over_several_chunks_and_large_logits():
    assert_same_as_torch(2 * at_once(torch.device("cpu")) + 37, 8, 20, 0, scale=60.0)


def assert_same_as_torch(count, width, vocab, seed, scale=1.0):
    random = torch.Generator().manual_seed(seed)
    output = torch.nn.Linear(width, vocab).double()
    torch.nn.init.normal_(output.weight, generator=random)
    targets = torch.randint(0, vocab, (count,), generator=random)
    one = (scale * torch.randn(count, width, generator=random, dtype=torch.float64)).requires_grad_()
    two = one.detach().clone().requires_grad_()
    fused = 2.0 * linear_cross_entropy(one, output, targets)
    fused.backward()
    gradients = [one.grad, output.weight.grad.clone(), output.bias.grad.clone()]
    output.zero_grad()
    plain = 2.0 * torch.nn.functional.cross_entropy(output(two), targets)
    plain.backward()
    assert torch.allclose(fused, plain, atol=1e-12)
    for found, expected in zip(gradients, [two.grad, output.weight.grad, output.bias.grad], strict=True):
        assert torch.allclose(found, expected, atol=1e-10)
    with torch.no_grad():
        assert torch.allclose(2.0 * linear_cross_entropy(one, output, targets), plain, atol=1e-12)


@pytest.mark.parametrize("objective", list(OBJECTIVES), ids=lambda objective: objective.key)
def test_contract_of_every_objective(objective):
    assert objective.label.ko and objective.label.en and describe(objective.Options) is not None
    network = objective.network(ModelConfig(), vocab_size=9, labels=2, generator=torch.Generator().manual_seed(0))
    ids = torch.tensor([[2, 5, 6, 3, 2, 7], [2, 8, 4, 5, 3, 0]])
    inputs, targets = (ids, torch.tensor([1, 0])) if objective.labelled else (ids[:, :-1], ids[:, 1:])
    loss, counted, state, _ = Softmax.measure(objective)(network, inputs, targets=targets, state=None)
    assert 0 < counted <= 10 and loss.item() > 0
    assert state == () if objective.labelled else state[0].shape[1] == 2
    loss.backward()
    assert network.embedding.weight.grad.abs().sum() > 0


def test_next_word_counts_every_target_but_the_beginning_of_a_sentence():
    objective = OBJECTIVES["next-word"]
    network = network_of(ModelConfig(dropout=0.0), vocab_size=9)
    ids = torch.tensor([[2, 5, 6, 3, BOS, 7]])
    loss, counted, _, used = Softmax.measure(objective)(network, ids[:, :-1], targets=ids[:, 1:], state=None)
    logits, _ = network(ids[:, :-1])
    chances = torch.log_softmax(logits[0], -1)
    expected = -(chances[0, 5] + chances[1, 6] + chances[2, 3] + chances[4, 7]) / 4
    assert counted == 4 and used == () and torch.allclose(loss, expected, atol=1e-6)


def test_locked_dropout_drops_the_same_at_every_step_of_a_window():
    dropout = SeededDropout(0.5, torch.Generator().manual_seed(0), locked=True)
    values = torch.ones(3, 6, 40)
    one, other = dropout(values), dropout(values)
    assert torch.equal(one, one[:, :1].expand_as(one)) and set(one.unique().tolist()) == {0.0, 2.0}
    assert not torch.equal(one[0], one[1]) and not torch.equal(one, other)
    networks = [network_of(ModelConfig(dropout=0.5, locked_dropout=locked), vocab_size=9).train() for locked in (True, False)]
    assert [network.dropout.locked for network in networks] == [True, False]
    assert not torch.equal(*(network.encode(torch.ones(2, 5, dtype=torch.int64))[0] for network in networks))


@pytest.mark.parametrize(
    "wrong", [{"embedding_dim": 1}, {"dropout": 1.0}, {"hidden_size": "x"}, {"colour": 1}, {"dropout": float("nan")}]
)
def test_a_network_that_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidOption) as caught:
        build(ModelConfig, wrong)
    assert caught.value.name == next(iter(wrong))
