"""Read inside in numpy: the same numbers as torch, and by hand where a head can do it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lstm_core.errors import InvalidOption, NoNetwork, RunIncomplete, TooFew, TooMany
from lstm_core.inside.arithmetic import unit_step
from lstm_core.inside.cells import GATES, SIGNALS, Layer, run_layer
from lstm_core.inside.network import read_network, softmax
from lstm_core.inside.reading import influence, read_sentence
from lstm_core.text.vocabulary import BOS, EOS, UNK

SENTENCE = "왕 이 커피 마신다"
TORCH = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}


def logits_of(pair, ids):
    """What torch itself says after each of ``ids``; the words behind a gap are the later ids and ``<eos>``."""
    with torch.no_grad():
        inputs = torch.tensor([ids])
        if pair.inside.both_sides:
            return pair.torch(inputs, torch.tensor([[*ids[1:], EOS]]))[0][0].numpy()
        return pair.torch(inputs)[0][0].numpy()


@pytest.mark.parametrize("objective", ["next-word", "cloze"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "tie_weights": False}, {"hidden_size": 24}])
def test_the_scores_are_those_of_torch(network, objective, options):
    pair = network(objective, **options)
    reading = read_sentence(pair.inside, SENTENCE)
    ids = [BOS, *pair.inside.vocabulary.encode(SENTENCE.split()).tolist()]
    assert reading.ids.tolist() == ids and UNK not in ids
    assert np.abs(reading.scores - logits_of(pair, ids)).max() < 1e-5
    assert np.abs(softmax(reading.scores) - torch.tensor(logits_of(pair, ids)).double().softmax(-1).numpy()).max() < 1e-6


@pytest.mark.parametrize("kind", list(GATES))
def test_every_layer_is_that_of_torch_and_its_lines_can_be_worked_out_again(kind):
    made = torch.Generator().manual_seed(3)
    twin = TORCH[kind](5, 7, batch_first=True)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=made))
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layer = Layer(*(getattr(twin, name).detach().numpy() for name in names))
    inputs = torch.randn((2, 6, 5), generator=made)
    trace = run_layer(layer, inputs.numpy())
    assert trace.kind == kind and set(trace.signals) == set(SIGNALS[kind])
    assert np.abs(trace.hidden - twin(inputs)[0].detach().numpy()).max() < 1e-6
    for step in range(6):
        for unit in range(7):
            assert unit_step(layer, trace, step=step, unit=unit).difference < 1e-6
    state = {name: trace.signals[name][:, 2] for name in ("hidden", "cell") if name in trace.signals}
    carried = run_layer(layer, inputs[:, 3:].numpy(), state)
    assert np.allclose(carried.hidden, trace.hidden[:, 3:], atol=1e-6)


def test_a_cell_worked_out_by_hand():
    """One unit, one input: i = σ(0) = 1/2, f = σ(ln 3) = 3/4, g = tanh(x), o = σ(0) = 1/2."""
    weights = ([[0], [0], [1], [0]], [[0]] * 4, [0, np.log(3), 0, 0], [0] * 4)
    layer = Layer(*(np.array(values, np.float32) for values in weights))
    trace = run_layer(layer, np.array([[[1.0], [0.0]]], np.float32))
    first = np.tanh(1.0) / 2
    assert trace.signals["cell"][0, :, 0] == pytest.approx([first, 0.75 * first], abs=1e-6)
    assert trace.hidden[0, 1, 0] == pytest.approx(np.tanh(0.75 * first) / 2, abs=1e-6)
    last = unit_step(layer, trace, step=1, unit=0)
    assert last.before["cell"] == pytest.approx(first, abs=1e-6)
    assert last.sums["forget_gate"].total == pytest.approx(np.log(3), abs=1e-6)
    assert last.sums["forget_gate"].value == pytest.approx(0.75, abs=1e-6)


@pytest.mark.parametrize("objective", ["next-word", "cloze"])
def test_what_leaving_a_word_out_changes_is_what_torch_says(network, objective):
    pair = network(objective)
    reading = read_sentence(pair.inside, SENTENCE)
    step = 2
    found = influence(pair.inside, reading, step)
    assert list(found) == ([1, 2, 4] if pair.inside.both_sides else [1, 2])
    ids = reading.ids.tolist()
    whole = torch.tensor(logits_of(pair, ids)[step]).double().softmax(-1)
    for place, far in found.items():
        rest = [one for at, one in enumerate(ids) if at != place]
        without = torch.tensor(logits_of(pair, rest)[step - (place <= step)]).double().softmax(-1)
        assert far == pytest.approx(float((whole - without).abs().sum() / 2), abs=1e-5)
        assert 0.0 < far <= 1.0


def test_nothing_stands_before_the_first_guess(network):
    pair = network()
    assert influence(pair.inside, read_sentence(pair.inside, SENTENCE), 0) == {}


def test_guesses_are_ranked_and_the_word_that_comes_is_told(network):
    reading = read_sentence(network().inside, "왕 이 없는말")
    guesses = reading.guesses(1, k=5)
    assert [one.probability for one in guesses] == sorted((one.probability for one in guesses), reverse=True)
    assert reading.wanted(0).token == "왕" and reading.wanted(3).token == "<eos>" and reading.unknown == ("없는말",)
    assert sum(one.probability for one in reading.guesses(2, k=1000)) == pytest.approx(1.0)


def test_texts_that_cannot_be_read_and_runs_without_a_network(network):
    pair = network()
    with pytest.raises(TooFew):
        read_sentence(pair.inside, "  ")
    with pytest.raises(TooMany):
        read_sentence(pair.inside, "왕 " * 10_000)
    with pytest.raises(InvalidOption):
        unit_step(pair.inside.layers["left"][0], read_sentence(pair.inside, "왕").traces["left"][0], step=0, unit=99)
    pair.run.model.write_bytes(b"no tensors")
    with pytest.raises(RunIncomplete):
        read_network(pair.run)
    pair.run.model.unlink()
    with pytest.raises(NoNetwork):
        read_network(pair.run)
