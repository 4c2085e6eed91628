"""The network of a run as plain arrays, and what it makes of token ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from lstm_core.errors import NoNetwork, RunIncomplete
from lstm_core.inside.cells import Floats, Layer, Trace, run_layer
from lstm_core.run_folder import RunDirectory
from lstm_core.runs import read_config, read_manifest, read_vocabulary
from lstm_core.text.tokenizers import Tokenizer, read_tokenizer
from lstm_core.text.vocabulary import Vocabulary

LEFT, RIGHT = "left", "right"
OBJECTIVES = ("next-word", "cloze")
"""Objectives whose networks can be read here."""


@dataclass(frozen=True, eq=False)
class Linear:
    """``values @ weight.T + bias``: weight (out, in); bias (out,) or None."""

    weight: Floats
    bias: Floats | None

    def __call__(self, values: Floats) -> Floats:
        """Return (..., out) from ``values`` (..., in)."""
        made = values @ self.weight.T
        return np.asarray(made if self.bias is None else made + self.bias, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class InsideNetwork:
    """A trained network: its table (V, D), layers by direction (``left``; ``right`` too for cloze), and its output layer.

    ``head`` holds what stands between the last layer and the output, by name: ``merge`` and ``projection`` where there are any.
    """

    name: str
    objective: str
    vocabulary: Vocabulary
    tokenizer: Tokenizer
    embedding: Floats
    layers: Mapping[str, tuple[Layer, ...]]
    head: Mapping[str, Linear]
    output: Linear

    @property
    def both_sides(self) -> bool:
        """Whether a word is guessed from what stands before and after it."""
        return RIGHT in self.layers

    @property
    def units(self) -> int:
        """Units of the last layer, H."""
        return self.layers[LEFT][-1].size

    def run(self, ids: ArrayLike, direction: str = LEFT, state: Sequence[Mapping[str, Floats]] = ()) -> tuple[Trace, ...]:
        """Return what each layer of ``direction`` does with ``ids`` (B, T), which are read in their order.

        ``state``: what each layer begins with (see :func:`run_layer`); empty: zeros.
        """
        values, traces = self.embedding[np.asarray(ids)], []  # (B, T, D)
        for number, layer in enumerate(self.layers[direction]):
            traces.append(run_layer(layer, values, state[number] if state else None))
            values = traces[-1].hidden  # (B, T, H)
        return tuple(traces)

    def features(self, hidden: Floats, after: Floats | None = None) -> Floats:
        """Return what the output layer reads, (..., W), from the last hidden states of the left and, for cloze, the right."""
        values = hidden
        if "merge" in self.head:
            values = np.maximum(self.head["merge"](np.concatenate([hidden, _zeros_if_none(after, hidden)], -1)), 0.0)
        return self.head["projection"](values) if "projection" in self.head else values


def read_network(run: RunDirectory) -> InsideNetwork:
    """Return the network of a finished run.

    Raises :class:`NoNetwork` when the run keeps no weights or its objective is another than those of :data:`OBJECTIVES`,
    :class:`RunIncomplete` when a file is damaged, :class:`RunTooNew`.
    """
    read_manifest(run)
    objective = str(read_config(run).get("objective", OBJECTIVES[0]))
    if not run.model.is_file() or objective not in OBJECTIVES:
        raise NoNetwork(name=run.name)
    vocabulary, (tokenizer, _) = read_vocabulary(run), read_tokenizer(run.tokenizer)
    try:
        weights = {name: np.asarray(values, np.float32) for name, values in load_file(run.model).items()}
        layers = {LEFT: _layers(weights, "layers" if "layers.0.weight_ih_l0" in weights else LEFT)}
        if "right.0.weight_ih_l0" in weights:
            layers[RIGHT] = _layers(weights, RIGHT)
        head = {name: _linear(weights, name) for name in ("merge", "projection") if f"{name}.weight" in weights}
        embedding = weights["embedding.weight"]
        output = Linear(weights.get("output.weight", embedding), weights["output.bias"])  # tied rows are kept once
    except (OSError, KeyError, SafetensorError):
        raise RunIncomplete(name=run.name, missing=run.model.name) from None
    found = InsideNetwork(run.name, objective, vocabulary, tokenizer, embedding, layers, head, output)
    _check(found, run)
    return found


def softmax(scores: Floats) -> NDArray[np.float64]:
    """Return probabilities (..., V) from ``scores`` (..., V), in float64."""
    raised = np.exp(scores.astype(np.float64) - scores.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True))


def _zeros_if_none(after: Floats | None, like: Floats) -> Floats:
    return np.zeros_like(like) if after is None else after


def _layers(weights: Mapping[str, Floats], prefix: str) -> tuple[Layer, ...]:
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    found: list[Layer] = []
    while f"{prefix}.{len(found)}.{names[0]}" in weights:
        found.append(Layer(*(weights[f"{prefix}.{len(found)}.{name}"] for name in names)))
        found[-1].kind  # noqa: B018 - an unknown one is a KeyError here
    return tuple(found)


def _linear(weights: Mapping[str, Floats], name: str) -> Linear:
    return Linear(weights[f"{name}.weight"], weights.get(f"{name}.bias"))


def _check(network: InsideNetwork, run: RunDirectory) -> None:
    """Raise :class:`RunIncomplete` when the weights do not fit each other or the vocabulary."""
    size = len(network.vocabulary)
    try:
        probe = network.run([[0]])[-1].hidden
        fits = network.output(network.features(probe)).shape[-1] == size == len(network.embedding)
    except (ValueError, IndexError):
        fits = False
    if not fits:
        raise RunIncomplete(name=run.name, missing=run.model.name)
