"""A trained network read back from its run: what queries beyond the table (perplexity, generation) need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError

from lstm_core.errors import RunIncomplete
from lstm_core.files import read_json
from lstm_core.model.losses import loss_for
from lstm_core.model.objectives import OBJECTIVES
from lstm_core.run_weights import read_weights
from lstm_core.runs import RunDirectory, read_config, read_manifest, read_vocabulary
from lstm_core.text.tokenizers import Tokenizer, tokenizer_from_json
from lstm_core.text.vocabulary import Vocabulary
from lstm_core.training.checkpoint import load_weights
from lstm_core.training.config import TrainConfig, config_from_json


@dataclass(frozen=True)
class SavedModel:
    """A finished run in memory: ``network`` (in evaluation mode), how its text was cut and numbered, the labels it tells.

    ``sentences``: how many its text had; 0 where the run does not say.
    """

    network: Any
    vocabulary: Vocabulary
    tokenizer: Tokenizer
    config: TrainConfig
    labels: tuple[str, ...] = ()
    sentences: int = 0


def read_model(run: RunDirectory) -> SavedModel:
    """Return the network of a finished run. Raises :class:`RunIncomplete`, :class:`RunTooNew`, :class:`UnknownChoice`."""
    import torch

    sentences = read_manifest(run).get("summary", {}).get("sentences", 0)
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
        load_weights(network, {name: torch.from_numpy(values) for name, values in read_weights(run).items()})
    except (OSError, KeyError, RuntimeError, SafetensorError):
        raise RunIncomplete(name=run.name, missing=run.model.name) from None
    try:
        tokenizer = tokenizer_from_json(read_json(run.tokenizer))
    except (OSError, KeyError, TypeError, ValueError):
        raise RunIncomplete(name=run.name, missing=run.tokenizer.name) from None
    return SavedModel(network.eval(), vocabulary, tokenizer, config, labels, sentences if isinstance(sentences, int) else 0)
