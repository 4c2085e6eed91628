"""The end of a training: weights, table and, last of all, the manifest."""

from __future__ import annotations

import math
import platform
import time
from typing import Any, Literal

import numpy as np
import safetensors.torch
import torch

import lstm_core
from lstm_core.errors import InvalidOption
from lstm_core.files import atomic_path, atomic_write_json, describe_files
from lstm_core.run_folder import RUN_FORMAT
from lstm_core.runs import RunDirectory
from lstm_core.text.vocabulary import SPECIALS
from lstm_core.training.checkpoint import Position, Tensors
from lstm_core.training.config import TrainConfig
from lstm_core.training.prepare import Prepared


def word_rows(weights: Tensors, rows: str) -> torch.Tensor:
    """Return the rows of the words without the specials, (V, D): ``rows`` is "input", "output" or "sum" (of the two).

    Where input and output share theirs, these. Raises :class:`InvalidOption` when a sum is asked of rows of unlike width.
    """
    given = weights["embedding.weight"]
    wanted = weights.get("output.weight", given)
    if rows == "sum" and given is not wanted and given.shape != wanted.shape:
        rule = f"input rows have {given.shape[1]} numbers, output rows {wanted.shape[1]}: they cannot be added"
        raise InvalidOption(name="rows", value=rows, rule=rule)
    chosen = {"input": lambda: given, "output": lambda: wanted, "sum": lambda: given if given is wanted else given + wanted}
    return chosen[rows]()[len(SPECIALS) :].contiguous()


def write_results(run: RunDirectory, *, weights: Tensors, rows: str) -> None:
    """Write the weights of the network and, from them, the ``rows`` of the words."""
    with atomic_path(run.model) as temporary:
        safetensors.torch.save_file(weights, temporary)
    with atomic_path(run.table) as temporary:
        safetensors.torch.save_file({"matrix": word_rows(weights, rows)}, temporary)


def summary(config: TrainConfig, prepared: Prepared, position: Position, *, val_loss: float | None) -> dict[str, Any]:
    """Return what the manifest says about a training that stands at ``position``: what it learned from what, and how well."""
    told = val_loss if prepared.labels is None else None
    return {
        **prepared.about,
        "objective": config.objective,
        "cell": config.cell,
        "rows": "tied" if config.tie_weights else config.rows,
        "vocab_size": len(prepared.vocabulary),
        "embedding_dim": config.embedding_dim,
        "sentences": len(prepared.sentences),
        "steps": position.step,
        "best_step": position.best_step or position.step,
        "tokens": position.tokens,
        "val_loss": val_loss,
        "perplexity": None if told is None else math.exp(min(told, 50.0)),
        "seed": config.seed,
    }


def write_manifest(run: RunDirectory, *, state: Literal["done", "stopped"], created: float, summary: dict[str, Any]) -> None:
    """Write the manifest, which makes the run whole: after this nothing of what it names may change."""
    whole = (run.config, run.vocabulary, run.tokenizer, run.columns, run.coverage, run.start, run.table, run.model, run.metrics)
    labels = (run.labels,) if run.labels.is_file() else ()
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    manifest = {
        "format": RUN_FORMAT,
        "state": state,
        "created": created,
        "finished": time.time(),
        "versions": {"word_atlas": lstm_core.__version__, **versions},
        "summary": summary,
        "files": describe_files(run.path, whole + labels),
    }
    atomic_write_json(run.manifest, manifest)
