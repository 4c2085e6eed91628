"""Noise-contrastive estimation and adaptive softmax against second implementations, and what their scores mean."""

import numpy as np
import pytest
import torch
from test_losses import COUNTS, IDS, VOCAB, measure, network_of, seeded

from lstm_core.model.adaptive_loss import AdaptiveOutput
from lstm_core.model.losses import LOSSES, Softmax
from lstm_core.model.negative_loss import FLATTENED, Noise
from lstm_core.model.objectives import OBJECTIVES

WORDS = [one.key for one in OBJECTIVES if not one.labelled]


def softplus(x):
    return np.logaddexp(0.0, x)


def test_noise_is_drawn_as_often_as_is_said():
    noise, times = Noise(COUNTS, draws=50, generator=seeded(1)), torch.zeros(VOCAB)
    for _ in range(800):
        words, often = noise.draw()
        assert int(often.sum()) == 50 and torch.equal(words, words.unique())
        times[words] += often
    expected = noise.log_expected.exp()
    assert float(expected.sum()) == pytest.approx(50.0, rel=1e-5)
    assert float(expected[3] / expected[0]) == pytest.approx(91.0**FLATTENED, rel=1e-4)
    assert torch.all((times / 800 - expected).abs() < 5 * (expected / 800).sqrt() + 1e-3)


@pytest.mark.parametrize("objective", WORDS)
@pytest.mark.parametrize("tied", [True, False])
def test_loss_and_gradients_equal_autograd_over_whole_tables(objective, tied):
    network = network_of(tied=tied, objective=objective)
    found = measure("negative", network, objective=objective, seed=7)
    found.loss.backward()
    rows = {id(table): torch.zeros_like(table) for part in found.used for table in part.tables}
    for part in found.used:
        for table, some in zip(part.tables, part.rows, strict=True):
            rows[id(table)][part.ids] += some.grad
    network.zero_grad()
    noise = Noise(COUNTS, draws=30, generator=seeded(7))
    drawn, times = noise.draw()
    chosen = OBJECTIVES[objective]
    features, wanted, _ = chosen.predictions(network, IDS[:, :-1], targets=IDS[:, 1:], state=None)
    scores = network.output(features) - noise.log_expected  # (N, V)
    mine = scores.gather(1, wanted[:, None])[:, 0]
    soft = torch.nn.functional.softplus
    plain = (soft(-mine) + (soft(scores[:, drawn]) * times).sum(1)).mean()
    plain.backward()
    assert found.loss.item() == pytest.approx(plain.item(), rel=1e-5)
    by_hand = softplus(-mine.detach().numpy()) + softplus(scores[:, drawn].detach().numpy()) @ times.numpy()
    assert by_hand.mean() == pytest.approx(plain.item(), rel=1e-5)
    for table in (network.embedding.weight, network.output.weight, network.output.bias):
        assert torch.allclose(rows[id(table)], table.grad, atol=1e-5)


def test_scores_that_are_log_probabilities_are_where_it_is_least():
    """With the true log probabilities as scores, the gradient is zero on the average over data and noise."""
    share = torch.rand(12, generator=seeded(3), dtype=torch.float64)
    share /= share.sum()
    for off, still in ((0.0, True), (1.0, False)):
        scores = (share.log() + off).requires_grad_()
        expected = Noise([5] * 12, draws=40, generator=seeded()).log_expected.double()
        soft = torch.nn.functional.softplus
        loss = share @ soft(-(scores - expected)) + expected.exp() @ soft(scores - expected)
        loss.backward()
        assert (float(scores.grad.abs().max()) < 1e-6) == still


def test_the_adaptive_layer_equals_a_second_implementation():
    output = AdaptiveOutput(8, 30, generator=seeded(2)).double()
    weights = {name: value.detach().numpy() for name, value in output.named_parameters()}
    features = torch.randn(7, 8, generator=seeded(4), dtype=torch.float64)
    head = features.numpy() @ weights["groups.head.weight"].T  # 15 words and the group of the others
    head -= np.log(np.exp(head).sum(1, keepdims=True))
    tail = features.numpy() @ weights["groups.tail.0.0.weight"].T @ weights["groups.tail.0.1.weight"].T
    tail -= np.log(np.exp(tail).sum(1, keepdims=True))
    assert weights["groups.tail.0.0.weight"].shape == (4, 8)
    expected = np.concatenate([head[:, :15], head[:, 15:] + tail], 1)
    found = output(features)
    assert np.abs(found.detach().numpy() - expected).max() < 1e-10
    assert torch.allclose(found.exp().sum(1), torch.ones(7, dtype=torch.float64))
    wanted = torch.tensor([0, 3, 14, 15, 20, 29, 7])
    assert output.loss(features, wanted).item() == pytest.approx(-expected[range(7), wanted].mean())
    assert torch.autograd.gradcheck(lambda x: output.loss(x, wanted), features.requires_grad_())


def test_the_adaptive_loss_is_the_one_that_is_measured_and_leaves_global_randomness_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    network = network_of(tied=False)
    LOSSES["adaptive"].prepare(network, counts=COUNTS)
    assert torch.equal(before, torch.get_rng_state())
    trained = measure("adaptive", network).loss.item()
    with torch.no_grad():
        full = Softmax.measure(OBJECTIVES["next-word"])(network, IDS[:, :-1], targets=IDS[:, 1:], state=None)
    assert trained == pytest.approx(full.loss.item(), rel=1e-5)
