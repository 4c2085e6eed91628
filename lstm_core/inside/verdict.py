"""What a network that tells labels says of texts, in numpy: :class:`lstm_core.model.classifier.TextClassifier` once more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_core.inside.cells import Floats
from lstm_core.inside.network import LEFT, RIGHT, InsideNetwork
from lstm_core.text.vocabulary import BOS, EOS, PAD

Ids = NDArray[np.int64]
Present = NDArray[np.bool_]
_AT_ONCE = 16  # those of like length together: little padding is read


def label_scores(network: InsideNetwork, texts: Sequence[Ids]) -> Floats:
    """Return the logits (B, labels) of ``texts``: each is the ids of its tokens alone, and may have none.

    They are read as in training: the first ``max_length`` tokens between ``<bos>`` and ``<eos>``, padding left out.
    """
    lengths = np.array([min(len(text), network.task.max_length) + 2 for text in texts])  # (B,)
    places = np.arange(int(lengths.max()))
    present = places < lengths[:, None]  # (B, S)
    ids = np.full(present.shape, PAD, np.int64)
    for row, text, length in zip(ids, texts, lengths, strict=True):
        row[:length] = (BOS, *text[: length - 2], EOS)
    seen = [_pooled(network.run(ids, LEFT)[-1].hidden, present, network.task.pooling)]
    if network.both_sides:
        turned = np.where(present, lengths[:, None] - 1 - places, places)
        backwards = np.take_along_axis(ids, turned, 1)
        seen.append(_pooled(network.run(backwards, RIGHT)[-1].hidden, present, network.task.pooling))
    return network.output(np.concatenate(seen, 1))


def running_scores(network: InsideNetwork, tokens: Ids) -> Floats:
    """Return what ``network`` would say after each token of a text, logits (T + 1, labels): row t has seen the first t.

    Each beginning is a text of its own, read from scratch: a network that reads from both sides begins at another end
    each time, so nothing of the row before can be kept.
    """
    beginnings = [tokens[:seen] for seen in range(len(tokens) + 1)]
    some = (beginnings[at : at + _AT_ONCE] for at in range(0, len(beginnings), _AT_ONCE))
    return np.concatenate([label_scores(network, texts) for texts in some])


def _pooled(states: Floats, present: Present, pooling: str) -> Floats:
    """Return one vector for each text, (B, H · kinds), from its states (B, S, H), those of padding left out."""
    there, counts = present[:, :, None], present.sum(1)
    kinds = {
        "last": lambda: states[np.arange(len(states)), counts - 1],
        "max": lambda: np.where(there, states, -np.inf).max(1),
        "mean": lambda: (states * there).sum(1) / counts[:, None],
    }
    return np.concatenate([kinds[kind]() for kind in pooling.split("+")], 1, dtype=np.float32)
