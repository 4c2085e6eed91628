"""The network of a run as plain arrays, and what it makes of token ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError

from lstm_core.errors import NoNetwork, RunIncomplete
from lstm_core.files import read_json
from lstm_core.inside.cells import Floats, Layer, Trace, run_layer
from lstm_core.model.objectives import OBJECTIVES, SentimentOptions
from lstm_core.options import build
from lstm_core.run_folder import RunDirectory
from lstm_core.run_weights import read_weights
from lstm_core.runs import read_config, read_manifest, read_vocabulary
from lstm_core.text.tokenizers import Tokenizer, read_tokenizer
from lstm_core.text.vocabulary import Vocabulary

LEFT, RIGHT = "left", "right"
READABLE = ("next-word", "cloze", "sentiment")
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
    """A trained network: its table (V, D), layers by direction (``left``, and ``right`` where it reads so), its output layer.

    ``head`` holds what stands between the last layer and the output, by name: ``merge`` and ``projection`` where there are any.
    ``labels`` are those it tells a text from, in the order of its outputs (none: it predicts words), ``task`` how it reads one.
    """

    name: str
    objective: str
    vocabulary: Vocabulary
    tokenizer: Tokenizer
    embedding: Floats
    layers: Mapping[str, tuple[Layer, ...]]
    head: Mapping[str, Linear]
    output: Linear
    labels: tuple[str, ...] = ()
    task: SentimentOptions = field(default_factory=SentimentOptions)

    @property
    def both_sides(self) -> bool:
        """Whether it reads from the right as well."""
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

    Raises :class:`NoNetwork` when the run keeps no weights or its objective is another than those of :data:`READABLE`,
    :class:`RunIncomplete` when a file is damaged, :class:`RunTooNew`.
    """
    read_manifest(run)
    config = read_config(run)
    objective = str(config.get("objective", READABLE[0]))
    if not run.model.is_file() or objective not in READABLE:
        raise NoNetwork(name=run.name)
    labels, task = _task(run, config) if OBJECTIVES[objective].labelled else ((), SentimentOptions())
    vocabulary, (tokenizer, _) = read_vocabulary(run), read_tokenizer(run.tokenizer)
    try:
        weights = read_weights(run)
        layers = {LEFT: _layers(weights, "layers" if "layers.0.weight_ih_l0" in weights else LEFT)}
        if "right.0.weight_ih_l0" in weights:
            layers[RIGHT] = _layers(weights, RIGHT)
        head = {name: _linear(weights, name) for name in ("merge", "projection") if f"{name}.weight" in weights}
        embedding = weights["embedding.weight"]
        output = Linear(weights.get("output.weight", embedding), weights["output.bias"])  # tied rows are kept once
    except (OSError, KeyError, SafetensorError):
        raise RunIncomplete(name=run.name, missing=run.model.name) from None
    found = InsideNetwork(run.name, objective, vocabulary, tokenizer, embedding, layers, head, output, labels, task)
    _check(found, run)
    return found


def softmax(scores: Floats) -> NDArray[np.float64]:
    """Return probabilities (..., V) from ``scores`` (..., V), in float64."""
    raised = np.exp(scores.astype(np.float64) - scores.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True))


def _zeros_if_none(after: Floats | None, like: Floats) -> Floats:
    return np.zeros_like(like) if after is None else after


def _task(run: RunDirectory, config: Mapping[str, Any]) -> tuple[tuple[str, ...], SentimentOptions]:
    """Return the labels that a classifier tells apart and how it reads a text."""
    try:
        labels = tuple(map(str, read_json(run.labels)["labels"]))
    except (OSError, KeyError, TypeError, ValueError):
        raise RunIncomplete(name=run.name, missing=run.labels.name) from None
    return labels, build(SentimentOptions, config.get("objective_options") or {})


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
        probes = [network.run([[0]], direction)[-1].hidden for direction in network.layers]
        if network.labels:
            seen = np.concatenate(probes * len(network.task.pooling.split("+")), -1)
            fits = network.output(seen).shape[-1] == len(network.labels) and len(network.embedding) == size
        else:
            fits = network.output(network.features(probes[0])).shape[-1] == size == len(network.embedding)
    except (ValueError, IndexError):
        fits = False
    if not fits:
        raise RunIncomplete(name=run.name, missing=run.model.name)
