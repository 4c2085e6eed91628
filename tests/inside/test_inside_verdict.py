"""A network that tells labels, read in numpy: what it says of every beginning of a text is what torch says of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from inside_runs import LABELS

from lstm_core.errors import InvalidOption, RunIncomplete
from lstm_core.inside.arithmetic import unit_step
from lstm_core.inside.network import read_network
from lstm_core.inside.reading import influence, read_sentence
from lstm_core.inside.units import corpus_states
from lstm_core.inside.verdict import label_scores, running_scores
from lstm_core.inside.writing import write_on
from lstm_core.model.generation import GenerationOptions
from lstm_core.text.vocabulary import BOS, EOS, PAD

SENTENCE = "왕 이 커피 마신다 여왕"
KINDS = [
    *({"pooling": pooling, "bidirectional": both} for pooling in ("last", "max", "mean", "max+mean") for both in (True, False)),
    {"max_length": 2},
]


def told(pair, tokens):
    """What torch says of a text of these ids, alone in its batch: probabilities (labels,) and logits."""
    with torch.no_grad():
        return pair.torch(torch.tensor([[BOS, *tokens, EOS]])).double()[0].softmax(-1).numpy()


@pytest.mark.parametrize("task", KINDS, ids=str)
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "cell": "gru"}], ids=str)
def test_every_verdict_on_the_way_is_that_of_torch(network, task, options):
    pair = network("sentiment", task=task, **options)
    reading = read_sentence(pair.inside, SENTENCE)
    tokens = pair.inside.vocabulary.encode(SENTENCE.split()).tolist()[: task.get("max_length", 200)]
    assert reading.answers == LABELS and reading.steps == 1 + len(tokens) and reading.chances().shape == (1 + len(tokens), 3)
    for step, chances in enumerate(reading.chances()):
        assert np.abs(chances - told(pair, tokens[:step])).max() < 1e-6
        assert chances.sum() == pytest.approx(1.0)
    assert np.ptp(reading.chances(), axis=0).max() > 0.01  # it has opinions, and changes them


def test_texts_of_unlike_length_do_not_disturb_each_other(network):
    pair = network("sentiment")
    texts = [np.array([7, 8, 9, 10]), np.array([], np.int64), np.array([11])]
    together = label_scores(pair.inside, texts)
    for text, scores in zip(texts, together, strict=True):
        assert np.abs(scores - label_scores(pair.inside, [text])[0]).max() < 1e-5
    with torch.no_grad():  # torch's own batch with padding
        ids = torch.tensor([[BOS, 7, 8, 9, 10, EOS], [BOS, EOS, *[PAD] * 4], [BOS, 11, EOS, *[PAD] * 3]])
        assert np.abs(together - pair.torch(ids).numpy()).max() < 1e-5


def test_a_verdict_on_the_way_knows_nothing_of_what_follows(network):
    pair = network("sentiment")
    tokens = pair.inside.vocabulary.encode(SENTENCE.split())
    assert np.allclose(running_scores(pair.inside, tokens)[:3], running_scores(pair.inside, tokens[:2]), atol=1e-5)


@pytest.mark.parametrize("both", [True, False])
def test_its_layers_can_be_looked_at_from_both_ends(network, both):
    pair = network("sentiment", task={"bidirectional": both})
    reading = read_sentence(pair.inside, "왕 이 없는말")
    assert reading.order == {"left": (0, 1, 2, 3, 4), **({"right": (4, 3, 2, 1, 0)} if both else {})}
    assert [reading.piece(at) for at in reading.order["left"]] == ["<bos>", "왕", "이", "없는말", "<eos>"]
    for direction, traces in reading.traces.items():
        given = pair.inside.embedding[[(*reading.ids, EOS)[at] for at in reading.order[direction]]]
        assert np.array_equal(traces[0].inputs[0], given)
        assert unit_step(pair.inside.layers[direction][0], traces[0], step=2, unit=3).difference < 1e-6
    states = corpus_states(pair.inside, ["왕 이 없는말"])  # what units are looked for in is what is seen here
    assert np.allclose(states.hidden, reading.signal("hidden")[1:4], atol=1e-6)


def test_what_leaving_a_token_out_changes_is_what_torch_says(network):
    pair = network("sentiment")
    reading = read_sentence(pair.inside, SENTENCE)
    tokens = reading.ids[1:].tolist()
    assert influence(pair.inside, reading, 0) == {}
    found = influence(pair.inside, reading, 3)
    assert list(found) == [1, 2, 3]
    for place, far in found.items():
        without = told(pair, [one for at, one in enumerate(tokens[:3], start=1) if at != place])
        assert far == pytest.approx(np.abs(told(pair, tokens[:3]) - without).sum() / 2, abs=1e-5)


def test_it_does_not_write_and_needs_its_labels(network):
    pair = network("sentiment", task={"bidirectional": False})
    with pytest.raises(InvalidOption):
        write_on(pair.inside, "왕", options=GenerationOptions(), seed=0)
    pair.run.labels.write_text('{"labels": ["a", "b"]}')  # one too few
    with pytest.raises(RunIncomplete):
        read_network(pair.run)
    pair.run.labels.unlink()
    with pytest.raises(RunIncomplete):
        read_network(pair.run)
