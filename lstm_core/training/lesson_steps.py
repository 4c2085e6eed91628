"""Optimizer steps on one sentence, on a network that is given away for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lstm_core.errors import InvalidOption, TooFew, TrainingDiverged
from lstm_core.model.losses import Softmax, loss_for
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.normalize import normalize
from lstm_core.text.vocabulary import BOS, EOS, SPECIALS
from lstm_core.training.data import wanted_counts
from lstm_core.training.lesson import LONGEST, Learned, LearnOptions
from lstm_core.training.optimizer import Optimizer
from lstm_core.training.saved import SavedModel


def take_steps(
    model: SavedModel, sentence: str, options: LearnOptions, *, progress: Callable[[float], None] = lambda done: None
) -> Learned:
    """Learn ``sentence`` with the network of ``model``, which is changed, and return what that did.

    Loss, clipping and weight decay are those of the training, the rate is ``options.lr`` in every step, and the optimizer
    remembers nothing of the training. Raises :class:`TooFew` for a sentence without a token, :class:`UnknownChoice` for a
    loss that does not exist, :class:`InvalidOption` for a network that predicts labels or was made for a
    loss of another kind, :class:`TrainingDiverged`.
    """
    if OBJECTIVES[model.config.objective].labelled:
        raise InvalidOption(name="objective", value=model.config.objective, rule="it predicts labels, not words")
    tokens = model.tokenizer.tokenize(normalize(sentence))
    read = tokens[:LONGEST]
    if not read:
        raise TooFew(what="tokens", given=0, needed=1)
    ids = torch.tensor([[BOS, *model.vocabulary.encode(read).tolist(), EOS]])  # (1, T + 2)
    inputs, targets = ids[:, :-1], ids[:, 1:]
    network, config = model.network, model.config
    counts = wanted_counts(model.vocabulary, sentences=model.sentences, threshold=config.subsample)
    objective, loss = OBJECTIVES[config.objective], loss_for(options.loss or config.loss, len(model.vocabulary))
    own = loss_for(config.loss, len(model.vocabulary))
    if loss.tabled != own.tabled:
        raise InvalidOption(name="loss", value=loss.key, rule=f"the network was made for {own.key}")
    generator = torch.Generator().manual_seed(options.seed)
    measure = loss.measure(objective, counts=counts, negatives=options.negatives, generator=generator)
    optimizer = Optimizer(network, config, by_rows=loss.samples)
    before, losses, used = _rows(network), [_whole_loss(network, objective, inputs, targets)], set[int]()
    for step in range(1, options.steps + 1):
        network.train()
        found = measure(network, inputs, targets=targets, state=None)
        optimizer.step(found.loss, lr=options.lr, used=found.used)
        used.update(*(part.ids.tolist() for part in found.used))
        losses.append(_whole_loss(network, objective, inputs, targets))
        if not torch.isfinite(torch.tensor(losses[-1])):
            raise TrainingDiverged(step=step, lr=options.lr)
        progress(step / options.steps)
    compared = sorted(used - set(ids.flatten().tolist()) - set(range(len(SPECIALS))))
    return Learned(
        tuple(read),
        len(tokens) - len(read),
        tuple(losses),
        before.numpy(),
        _rows(network).numpy(),
        tuple(number - len(SPECIALS) for number in compared),
        loss.key,
        config.tie_weights,
    )


def _rows(network: Any) -> Tensor:
    rows: Tensor = network.embedding.weight.detach()[len(SPECIALS) :].clone()  # (V, D)
    return rows


@torch.no_grad()
def _whole_loss(network: Any, objective: Any, inputs: Tensor, targets: Tensor) -> float:
    """Return the loss over the whole vocabulary, whatever the steps are taken with, so that it can be compared."""
    network.eval()
    return float(Softmax.measure(objective)(network, inputs, targets=targets, state=None).loss)
