"""GRU and plain RNN against a second implementation; what holds for every cell."""

import numpy as np
import pytest
import torch

from lstm_core.model.config import ModelConfig
from lstm_core.model.network import CELLS
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.options import describe

IDS = torch.randint(0, 17, (3, 9), generator=torch.Generator().manual_seed(0))


def network_of(cell, objective="next-word", **settings):
    config = ModelConfig(embedding_dim=6, hidden_size=10, cell=cell, **settings)
    generator = torch.Generator().manual_seed(3)
    return OBJECTIVES[objective].network(config, vocab_size=17, generator=generator).eval()


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def gru(weights, name, values, hidden):
    """Reset and update gate, then the new value, whose own bias on the state stands inside the reset (Cho et al. 2014)."""
    reset, update, new = np.split(weights[name + "weight_ih_l0"] @ values + weights[name + "bias_ih_l0"], 3)
    by_reset, by_update, by_new = np.split(weights[name + "weight_hh_l0"] @ hidden + weights[name + "bias_hh_l0"], 3)
    kept = sigmoid(update + by_update)
    return kept * hidden + (1.0 - kept) * np.tanh(new + sigmoid(reset + by_reset) * by_new)


def rnn(weights, name, values, hidden):
    """A plain recurrent layer (Elman 1990)."""
    read = weights[name + "weight_ih_l0"] @ values + weights[name + "bias_ih_l0"]
    return np.tanh(read + weights[name + "weight_hh_l0"] @ hidden + weights[name + "bias_hh_l0"])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("cell", "step"), [("gru", gru), ("rnn", rnn)], ids=["gru", "rnn"])
def test_logits_equal_those_of_a_second_implementation(cell, step, layers):
    network = network_of(cell, num_layers=layers, tie_weights=False)
    weights = {name: value.detach().numpy().astype(np.float64) for name, value in network.named_parameters()}
    logits, state = network(IDS)
    assert len(state) == 1 and state[0].shape == (layers, 3, 10)
    for row, sequence in enumerate(IDS.tolist()):
        hidden = [np.zeros(10) for _ in range(layers)]
        for time, token in enumerate(sequence):
            values = weights["embedding.weight"][token]
            for layer in range(layers):
                values = hidden[layer] = step(weights, f"layers.{layer}.", values, hidden[layer])
            expected = weights["output.weight"] @ values + weights["output.bias"]
            assert np.abs(logits[row, time].detach().numpy() - expected).max() < 1e-5
    assert logits.abs().max() > 0.1


@pytest.mark.parametrize("objective", ["next-word", "cloze"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_state_carries_a_text_on(cell, objective):
    network = network_of(cell, objective, num_layers=2)
    read = (lambda part, state: network(part, state)) if objective == "next-word" else None
    read = read or (lambda part, state: network(part[:, :-1], part[:, 1:], state))
    overlap = 0 if objective == "next-word" else 1
    _, end = read(IDS, None)
    _, state = read(IDS[:, : 4 + overlap], None)
    _, carried = read(IDS[:, 4:], state)
    assert len(end) == (2 if cell == "lstm" else 1)
    for one, two in zip(end, carried, strict=True):
        assert torch.allclose(one, two, atol=1e-6)


def test_every_cell_can_be_chosen_and_the_lstm_is_what_it_was():
    option = next(one for one in describe(ModelConfig) if one.name == "cell")
    assert set(option.choices) == set(CELLS) and option.default == "lstm"
    bias = network_of("lstm").layers[0].bias_ih_l0
    assert bias[10:20].tolist() == [1.0] * 10
    assert all(network_of(cell).layers[0].bias_ih_l0.abs().max() < 1.0 for cell in ("gru", "rnn"))
