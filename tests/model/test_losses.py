import math

import numpy as np
import pytest
import torch

from lstm_core.errors import UnknownChoice
from lstm_core.model.config import ModelConfig
from lstm_core.model.losses import FULL_UP_TO, LOSSES, loss_for
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.model.sampled_loss import Sampler, _columns, _SampledCrossEntropy

VOCAB = 40
COUNTS = [0, 3, 0, 90, *(200 // (rank + 1) for rank in range(VOCAB - 4))]
IDS = torch.randint(4, VOCAB, (3, 12), generator=torch.Generator().manual_seed(8))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def network_of(*, tied, objective="next-word"):
    config = ModelConfig(embedding_dim=6, hidden_size=9, tie_weights=tied)
    network = OBJECTIVES[objective].network(config, vocab_size=VOCAB, generator=seeded(1))
    with torch.no_grad():
        network.embedding.weight.mul_(3.0)
        network.output.bias.normal_(generator=seeded(2))
    return network


def measure(loss, network, *, negatives=30, seed=0, objective="next-word"):
    asked = LOSSES[loss].measure(OBJECTIVES[objective], counts=COUNTS, negatives=negatives, generator=seeded(seed))
    return asked(network, IDS[:, :-1], targets=IDS[:, 1:], state=None)


@pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.key)
@pytest.mark.parametrize("objective", [one.key for one in OBJECTIVES if not one.labelled])
@pytest.mark.parametrize("tied", [True, False])
def test_contract_of_every_loss(loss, objective, tied):
    assert loss.label.ko and loss.label.en and loss.note.ko and loss.note.en
    network = network_of(tied=tied, objective=objective)
    loss.prepare(network, counts=COUNTS)
    found = measure(loss.key, network, objective=objective)
    assert found.counted == 33 and found.loss.item() > 0 and found.state[0].shape[1] == 3
    assert bool(found.used) == loss.samples
    found.loss.backward()
    rows = found.used[0].rows[0].grad if found.used else network.embedding.weight.grad
    assert rows.abs().sum() > 0
    between = [value for name, value in network.named_parameters() if not name.startswith(("embedding", "output"))]
    assert all(value.grad is not None and value.grad.abs().sum() > 0 for value in between if value.ndim == 2)


@pytest.mark.parametrize("loss", [loss.key for loss in LOSSES])
@pytest.mark.parametrize("objective", [one.key for one in OBJECTIVES if not one.labelled])
def test_a_stretch_of_one_word(loss, objective):
    network = network_of(tied=False, objective=objective)
    LOSSES[loss].prepare(network, counts=COUNTS)
    asked = LOSSES[loss].measure(OBJECTIVES[objective], counts=COUNTS, negatives=2, generator=seeded())
    found = asked(network, torch.tensor([[4]]), targets=torch.tensor([[VOCAB - 1]]), state=None)
    assert found.counted == 1 and math.isfinite(found.loss.item())


def test_the_loss_that_suits_a_vocabulary():
    assert loss_for("", FULL_UP_TO).key == "softmax" and loss_for("", FULL_UP_TO + 1).key == "sampled"
    assert loss_for("sampled", 5).key == "sampled"
    with pytest.raises(UnknownChoice):
        loss_for("guess", 5)


def test_words_are_drawn_as_often_as_is_said():
    sampler, times = Sampler(COUNTS, draws=25, generator=seeded(5)), torch.zeros(VOCAB)
    for _ in range(3000):
        words = sampler.draw()
        assert 1 <= len(words) and torch.equal(words, words.unique())
        times[words] += 1
    chance = sampler.log_chance.exp()
    assert ((times / 3000 - chance).abs() < 4.5 * (chance * (1 - chance) / 3000).sqrt() + 1e-6).all()
    share = (COUNTS[3] + 1) / (sum(COUNTS) + VOCAB)
    assert chance[3].item() == pytest.approx(1 - math.exp(-25 * share), rel=1e-5)


@pytest.mark.parametrize("draws", [6, 25])
def test_where_the_words_come_from_the_model_the_gradient_is_nought_on_average(draws):
    """The full softmax is at rest where its probabilities are those of the text; so is the sampled one."""
    logits, counts = 1.5 * torch.randn(VOCAB, generator=seeded(4)), [50 + count for count in COUNTS]
    sampler, text, total, square = Sampler(counts, draws=draws, generator=seeded(3)), seeded(7), 0.0, 0.0
    rounds, width = 1500, 100
    for _ in range(rounds):
        free, drawn = logits.clone().requires_grad_(), sampler.draw()
        wanted = torch.multinomial(logits.softmax(0), width, replacement=True, generator=text)
        corrected = (free - sampler.log_chance)[:, None]
        loss = _SampledCrossEntropy.apply(
            torch.ones(width, 1), corrected[wanted], torch.zeros(width), corrected[drawn], torch.zeros(len(drawn)),
            _columns(drawn, wanted),
        )  # fmt: skip
        loss.backward()
        total, square = total + free.grad, square + free.grad**2
    error = ((square / rounds - (total / rounds) ** 2) / rounds).sqrt()
    assert ((total / rounds).abs() < 4.5 * error + 1e-6).all()
    assert error.max() < 0.01


@pytest.mark.parametrize("tied", [True, False])
def test_with_every_word_drawn_it_is_the_full_softmax(tied):
    network = network_of(tied=tied).eval()
    full, sampled = measure("softmax", network).loss.item(), measure("sampled", network, negatives=400_000).loss.item()
    assert sampled == pytest.approx(full, rel=1e-5)


def test_loss_and_gradients_equal_a_second_implementation():
    """Autograd over plain operations, in float64, over more than one chunk and with words that are own and drawn at once."""
    draw, count, drawn = seeded(6), 512 + 41, torch.tensor([1, 4, 5, 9, 20])
    wanted = torch.randint(0, 24, (count,), generator=draw)
    values = [
        torch.randn(*shape, generator=draw, dtype=torch.float64).requires_grad_()
        for shape in ((count, 7), (count, 7), (count,), (5, 7), (5,))
    ]
    loss = _SampledCrossEntropy.apply(*values, _columns(drawn, wanted))
    (3.0 * loss).backward()
    found = [value.grad.clone() for value in values]
    for value in values:
        value.grad = None
    inputs, own, own_bias, others, bias = values
    logits = (inputs @ others.T + bias).masked_fill(wanted[:, None] == drawn, -torch.inf)
    mine = (inputs * own).sum(1) + own_bias
    plain = (torch.logsumexp(torch.cat([mine[:, None], logits], 1), 1) - mine).mean()
    (3.0 * plain).backward()
    assert (wanted[:, None] == drawn).any() and torch.allclose(loss, plain, atol=1e-12)
    for one, value in zip(found, values, strict=True):
        assert torch.allclose(one, value.grad, atol=1e-12)


@pytest.mark.parametrize("objective", [one.key for one in OBJECTIVES if not one.labelled])
@pytest.mark.parametrize("tied", [True, False])
def test_gradients_of_the_used_rows_are_those_of_the_whole_tables(objective, tied):
    """With the same words compared, gathering rows changes nothing: what autograd finds for the tables stands in the rows."""
    network = network_of(tied=tied, objective=objective)
    found = measure("sampled", network, negatives=500_000, seed=1, objective=objective)
    found.loss.backward()
    whole = {id(table): torch.zeros_like(table) for part in found.used for table in part.tables}
    for part in found.used:
        for table, rows in zip(part.tables, part.rows, strict=True):
            whole[id(table)][part.ids] += rows.grad
    dense = {name: value.grad.clone() for name, value in network.named_parameters() if value.grad is not None}
    network.zero_grad()
    measure("softmax", network, objective=objective).loss.backward()
    for table in (network.embedding.weight, network.output.weight, network.output.bias):
        assert torch.allclose(whole[id(table)], table.grad, atol=1e-6)
    assert all(torch.allclose(dense[name], dict(network.named_parameters())[name].grad, atol=1e-6) for name in dense)


@pytest.mark.parametrize("loss", [one.key for one in LOSSES if one.tabled])
def test_before_anything_is_learned_a_word_is_as_likely_as_it_is_frequent(loss):
    """Rows are small beside the biases then, so that this holds for every prediction, nearly."""
    network = network_of(tied=False).eval()
    LOSSES[loss].prepare(network, counts=COUNTS)
    seen = np.array(COUNTS) + 1.0
    assert np.allclose(network.output.bias.detach().exp().numpy(), seen / seen.sum(), rtol=1e-5)
    chances = network(IDS[:, :-1])[0].softmax(-1).mean((0, 1)).detach().numpy()
    assert np.corrcoef(chances, seen)[0, 1] > 0.95
