"""A trained network read back from its run: what queries beyond the table (perplexity, generation) need.

A table that ships is kept once: the weights beside it may leave out the rows that are in it (:func:`keep_rows_once`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from lstm_core.errors import RunIncomplete
from lstm_core.files import atomic_path, read_json
from lstm_core.model.losses import loss_for
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.runs import RunDirectory, read_config, read_manifest, read_vocabulary
from lstm_core.text.tokenizers import Tokenizer, tokenizer_from_json
from lstm_core.text.vocabulary import SPECIALS, Vocabulary
from lstm_core.training.checkpoint import Tensors, load_weights
from lstm_core.training.config import TrainConfig, config_from_json

_OF_SPECIALS = ":specials"


@dataclass(frozen=True)
class SavedModel:
    """A finished run in memory: ``network`` (in evaluation mode), how its text was cut and numbered, the labels it tells."""

    network: Any
    vocabulary: Vocabulary
    tokenizer: Tokenizer
    config: TrainConfig
    labels: tuple[str, ...] = ()


def read_model(run: RunDirectory) -> SavedModel:
    """Return the network of a finished run. Raises :class:`RunIncomplete`, :class:`RunTooNew`, :class:`UnknownChoice`."""
    import torch

    rows = str(read_manifest(run).get("summary", {}).get("rows"))
    config, vocabulary = config_from_json(read_config(run)), read_vocabulary(run)
    objective, labels = OBJECTIVES[config.objective], ()
    if objective.labelled:
        try:
            labels = tuple(read_json(run.labels)["labels"])
        except (OSError, KeyError, ValueError):
            raise RunIncomplete(name=run.name, missing=run.labels.name) from None
    network = objective.network(
        config.model, vocab_size=len(vocabulary), generator=torch.Generator(), labels=len(labels), options=config.task
    )
    loss_for(config.loss, len(vocabulary), labelled=objective.labelled).prepare(network, counts=vocabulary.counts)
    try:
        load_weights(network, _with_table(load_file(run.model), run, rows))
    except (OSError, KeyError, RuntimeError, SafetensorError):
        raise RunIncomplete(name=run.name, missing=run.model.name) from None
    try:
        tokenizer = tokenizer_from_json(read_json(run.tokenizer))
    except (OSError, KeyError, TypeError, ValueError):
        raise RunIncomplete(name=run.name, missing=run.tokenizer.name) from None
    return SavedModel(network.eval(), vocabulary, tokenizer, config, labels)


def keep_rows_once(run: RunDirectory, *, rows: str) -> None:
    """Write the weights of a run anew, in half precision and without those that its table, made of ``rows``, tells as well."""
    weights = {name: value.half() for name, value in load_file(run.model).items()}
    name = "embedding.weight" if rows in ("input", "tied") else "output.weight"
    weights[name + _OF_SPECIALS] = weights.pop(name)[: len(SPECIALS)].clone()
    with atomic_path(run.model) as temporary:
        save_file(weights, temporary)


def _with_table(weights: Tensors, run: RunDirectory, rows: str) -> Tensors:
    """Return ``weights`` with the rows that :func:`keep_rows_once` left out, if it did: from the table of ``run``."""
    import torch

    for name in [name for name in weights if name.endswith(_OF_SPECIALS)]:
        words = load_file(run.table)["matrix"].float()  # (V, D)
        if rows == "sum":
            words = words - weights["embedding.weight"][len(SPECIALS) :]
        weights[name.removesuffix(_OF_SPECIALS)] = torch.cat([weights[name].float(), words])
    return weights
