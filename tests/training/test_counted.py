"""Rows that come from counting, against a second implementation that counts pair by pair and decomposes densely."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from lstm_core.model.config import ModelConfig
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.runs import read_table
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import SPECIALS, Vocabulary
from lstm_core.training.counted import STRONG, WINDOW, begin_with_counts, counted_rows
from lstm_core.training.loop import train
from lstm_core.training.prepare import Prepared
from lstm_core.training.spelling import with_spelling

SIZE = 16


def text_of(*lines):
    offsets = np.cumsum([0, *map(len, lines)])
    return Sentences(np.array([word for line in lines for word in line], dtype=np.int32), offsets, SIZE)


DRAW = np.random.default_rng(3)
LINES = [DRAW.integers(3, SIZE + 2, size=DRAW.integers(0, 14)).tolist() for _ in range(80)]  # some unknown, some special

TOKENS = tuple(f"w{number % 5}{number}" for number in range(SIZE - len(SPECIALS)))
VOCABULARY = Vocabulary(SPECIALS + TOKENS, tuple(range(1, SIZE + 1)))


def plain_information(lines):
    """The positive information of every pair, with loops."""
    counts = np.zeros((SIZE, SIZE))
    for line in lines:
        known = [word for word in line if len(SPECIALS) <= word < SIZE]
        for here, one in enumerate(known):
            for there in range(here + 1, min(here + WINDOW, len(known) - 1) + 1):
                weight = (WINDOW + 1 - (there - here)) / WINDOW
                counts[one, known[there]] += weight
                counts[known[there], one] += weight
    seen = counts.sum(1)
    smooth = seen**0.75 / (seen**0.75).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(np.maximum(np.log(counts / (seen[:, None] * smooth)), 0.0), neginf=0.0)


def test_the_rows_multiply_to_the_best_approximation_of_the_information():
    words, contexts = counted_rows(text_of(*LINES), np.arange(len(LINES)), width=5, seed=0)
    left, sizes, right = np.linalg.svd(plain_information(LINES))
    assert words.shape == contexts.shape == (SIZE, 5) and not words[: len(SPECIALS)].round(4).any()
    assert np.allclose(words @ contexts.T, (left[:, :5] * sizes[:5]) @ right[:5], atol=2e-4)
    assert np.allclose((words**2).sum(0), sizes[:5], rtol=1e-3)


def test_only_the_sentences_that_were_named_are_counted():
    some = np.array([1, 4, 5, 9, 30, 31, 32, 33, 34, 60, 61, 62])
    of_all = counted_rows(text_of(*LINES), some, width=4, seed=0)
    alone = counted_rows(text_of(*(LINES[number] for number in some)), np.arange(len(some)), width=4, seed=0)
    assert all(np.allclose(one, two, atol=1e-4) for one, two in zip(of_all, alone, strict=True))


def test_more_dimensions_than_words_are_left_empty():
    words, _ = counted_rows(text_of(*LINES), np.arange(len(LINES)), width=40, seed=0)
    assert words.shape == (SIZE, 40) and not words[:, SIZE:].any() and words[:, : SIZE - 5].any()


@pytest.mark.parametrize("settings", [{"tie_weights": True}, {"tie_weights": False, "neighbours": 2}, {"tie_weights": False}])
def test_a_network_begins_with_them(settings):
    config = ModelConfig(embedding_dim=6, hidden_size=9, **settings)
    network = OBJECTIVES["cloze"].network(config, vocab_size=SIZE, generator=torch.Generator().manual_seed(0))
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    begin_with_counts(network, Prepared(text_of(*LINES), VOCABULARY, {}), np.arange(len(LINES)), seed=0)
    words, contexts = counted_rows(text_of(*LINES), np.arange(len(LINES)), width=6, seed=0)
    first = len(SPECIALS)
    assert np.allclose(network.embedding.weight[first:].detach().numpy(), STRONG * words[first:])
    assert torch.equal(network.embedding.weight[:first], before["embedding.weight"][:first])
    if config.neighbours:
        assert np.allclose(network.output.weight[first:].detach().numpy(), STRONG * contexts[first:])
    elif not config.tie_weights:
        assert torch.equal(network.output.weight, before["output.weight"])


def test_a_training_begins_with_them_and_goes_on(new_run, small):
    tables = []
    for name, first in (("counted", "spelling"), ("drawn", "random")):
        run = new_run(name)
        list(train(run, small.model_copy(update={"first_rows": first, "lr": 1e-6, "weight_decay": 0.0})))
        tables.append(read_table(run).unit)
        assert np.isfinite(load_file(run.model)["embedding.weight"]).all()
    assert not np.allclose(*tables, atol=0.1)


WORDS = ["walk", "walks", "walked", "jump", "jumps", "물", "물고기", "고기"]


def plain_spelling(rows, words, counts):
    """The same by the normal equations, with pieces collected by hand."""
    own = [{f"<{word}>"[at:end] for at in range(len(word) + 2) for end in range(at + 1, min(at + 3, len(word) + 2) + 1)}
           - {"<", ">"} for word in words]  # fmt: skip
    names = sorted(set().union(*own))
    pieces = np.array([[(name in some) / len(some) ** 0.5 for name in names] for some in own])
    weight = np.diag(np.minimum(np.array(counts) / 20, 1.0))
    fitted = np.linalg.solve(pieces.T @ weight @ pieces + np.eye(len(names)), pieces.T @ weight @ rows)
    mixed = 0.2 * rows + 0.8 * pieces @ fitted
    return mixed * np.linalg.norm(rows) / np.linalg.norm(mixed)


def test_words_written_alike_share_what_their_rows_have_in_common():
    rows = np.random.default_rng(1).standard_normal((len(WORDS), 40)).astype(np.float32)
    counts = [100, 30, 2, 20, 5, 7, 1, 900]
    mixed = with_spelling(rows, WORDS, counts)
    assert np.allclose(mixed, plain_spelling(rows, WORDS, counts), atol=5e-3)
    assert np.linalg.norm(mixed) == pytest.approx(np.linalg.norm(rows), rel=1e-5)
    near, far = mixed[0] @ mixed[1] - rows[0] @ rows[1], mixed[0] @ mixed[7] - rows[0] @ rows[7]
    assert near > far
    assert not with_spelling(np.zeros((2, 3), np.float32), ["a", "b"], [3, 3]).any()


def test_a_network_begins_with_rows_that_know_the_spelling():
    config = ModelConfig(embedding_dim=6, hidden_size=9, tie_weights=False, neighbours=2)
    network = OBJECTIVES["cloze"].network(config, vocab_size=SIZE, generator=torch.Generator().manual_seed(0))
    begin_with_counts(network, Prepared(text_of(*LINES), VOCABULARY, {}), np.arange(len(LINES)), seed=0, spelling=True)
    first, both = len(SPECIALS), counted_rows(text_of(*LINES), np.arange(len(LINES)), width=6, seed=0)
    for layer, part in zip((network.embedding, network.output), both, strict=True):
        wanted = STRONG * with_spelling(part[first:], VOCABULARY.words, VOCABULARY.counts[first:])
        assert np.allclose(layer.weight[first:].detach().numpy(), wanted, atol=1e-6)
