import numpy as np
import pytest
import torch

from lstm_core.model.cloze_model import ClozeModel
from lstm_core.model.config import ModelConfig
from lstm_core.text.vocabulary import BOS

SHAPES = [
    ModelConfig(embedding_dim=6, hidden_size=10, num_layers=layers, tie_weights=tied)
    for layers in (1, 2)
    for tied in (False, True)
]
SHAPES += [ModelConfig(embedding_dim=6, hidden_size=10, tie_weights=tied, neighbours=2) for tied in (False, True)]
STRETCH = torch.randint(3, 17, (3, 8), generator=torch.Generator().manual_seed(0))
STRETCH[1, 3] = BOS  # a sentence begins here
IDS, GAPS = STRETCH[:, :-1], STRETCH[:, 1:]


def network_of(config):
    return ClozeModel(config, vocab_size=17, generator=torch.Generator().manual_seed(3)).eval()


def near_sum(weights, text, gap, *, reach):
    """A second implementation: the neighbours of the ``gap`` within its sentence (it begins at <bos>), times their weights."""
    total = np.zeros(weights["embedding.weight"].shape[1])
    for step in (-1, 1):
        for distance in range(1, reach + 1):
            place = gap + step * distance
            between = text[place + 1 : gap + 1] if step < 0 else text[gap + 1 : place + 1]
            if not 0 <= place < len(text) or BOS in between:
                break
            share = (reach + 1 - distance) / (2 * sum(range(1, reach + 1)))
            total = total + share * weights["embedding.weight"][text[place]]
    return total


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def numpy_states(weights, tokens, *, side, layers):
    """A second implementation: the hidden state of the last layer after each of ``tokens``, one at a time, in float64."""
    width = weights[f"{side}.0.weight_hh_l0"].shape[1]
    hidden, cell, found = [np.zeros(width) for _ in range(layers)], [np.zeros(width) for _ in range(layers)], []
    for token in tokens:
        values = weights["embedding.weight"][token]
        for layer in range(layers):
            name = f"{side}.{layer}."
            gates = weights[name + "weight_ih_l0"] @ values + weights[name + "bias_ih_l0"]
            gates = gates + weights[name + "weight_hh_l0"] @ hidden[layer] + weights[name + "bias_hh_l0"]
            input_gate, forget_gate, candidate, output_gate = np.split(gates, 4)
            cell[layer] = sigmoid(forget_gate) * cell[layer] + sigmoid(input_gate) * np.tanh(candidate)
            values = hidden[layer] = sigmoid(output_gate) * np.tanh(cell[layer])
        found.append(values)
    return found


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_logits_equal_those_of_a_second_implementation(config):
    network = network_of(config)
    if config.neighbours:  # they begin too small to tell apart
        torch.nn.init.normal_(network.embedding.weight, generator=torch.Generator().manual_seed(5))
        torch.nn.init.normal_(network.output.weight, generator=torch.Generator().manual_seed(6))
    weights = {name: value.detach().numpy().astype(np.float64) for name, value in network.named_parameters()}
    output = weights["embedding.weight"] if config.tie_weights else weights["output.weight"]
    logits, _ = network(IDS, GAPS)
    for row, text in enumerate(STRETCH.tolist()):
        for gap in range(1, len(text)):
            before = numpy_states(weights, text[:gap], side="left", layers=config.num_layers)[-1]
            read = numpy_states(weights, text[:gap:-1], side="right", layers=config.num_layers)
            after = read[-1] if read else np.zeros(config.hidden_size)
            merged = np.maximum(weights["merge.weight"] @ np.concatenate([before, after]) + weights["merge.bias"], 0.0)
            hidden = weights["projection.weight"] @ merged + weights["projection.bias"]
            if config.neighbours:
                hidden = hidden + near_sum(weights, text, gap, reach=config.neighbours)
            expected = output @ hidden + weights["output.bias"]
            assert np.abs(logits[row, gap - 1].detach().numpy() - expected).max() < 1e-5
    assert logits.abs().max() > 0.1


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_a_gap_never_sees_the_word_in_it_but_every_other(config):
    network = network_of(config)
    whole, _ = network(IDS, GAPS)
    for place in range(1, STRETCH.shape[1]):
        changed = STRETCH.clone()
        changed[:, place] = torch.where(changed[:, place] == BOS, BOS, 3 + (changed[:, place] - 2) % 14)
        other, _ = network(changed[:, :-1], changed[:, 1:])
        for gap in range(1, STRETCH.shape[1]):
            same = (whole[:, gap - 1] == other[:, gap - 1]).all(1)
            assert torch.equal(same, (changed[:, place] == STRETCH[:, place]) | (gap == place))


def test_a_single_gap_has_only_its_left_side():
    network = network_of(SHAPES[0])
    logits, state = network(IDS[:, :1], GAPS[:, :1])
    assert logits.shape == (3, 1, 17) and state[0].shape == (1, 3, 10)


def test_the_left_state_carries_a_text_on():
    network = network_of(SHAPES[0])
    _, end = network(IDS, GAPS)
    _, state = network(IDS[:, :4], GAPS[:, :4])
    _, carried = network(IDS[:, 4:], GAPS[:, 4:], state)
    assert torch.allclose(carried[0], end[0], atol=1e-6)
