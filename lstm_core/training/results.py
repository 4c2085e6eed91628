"""The end of a training: weights, table and, last of all, the manifest."""

from __future__ import annotations

import platform
import time
from typing import Any, Literal

import numpy as np
import safetensors.torch
import torch

import lstm_core
from lstm_core.files import atomic_path, atomic_write_json, describe_files
from lstm_core.run_folder import RUN_FORMAT
from lstm_core.runs import RunDirectory
from lstm_core.text.vocabulary import SPECIALS
from lstm_core.training.checkpoint import Tensors


def write_results(run: RunDirectory, *, weights: Tensors) -> None:
    """Write the weights of the network and, from them, the rows of the words."""
    with atomic_path(run.model) as temporary:
        safetensors.torch.save_file(weights, temporary)
    matrix = weights["embedding.weight"][len(SPECIALS) :].contiguous()  # (V, D)
    with atomic_path(run.table) as temporary:
        safetensors.torch.save_file({"matrix": matrix}, temporary)


def write_manifest(run: RunDirectory, *, state: Literal["done", "stopped"], created: float, summary: dict[str, Any]) -> None:
    """Write the manifest, which makes the run whole: after this nothing of what it names may change."""
    whole = (run.config, run.vocabulary, run.tokenizer, run.columns, run.coverage, run.table, run.model, run.metrics)
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    manifest = {
        "format": RUN_FORMAT,
        "state": state,
        "created": created,
        "finished": time.time(),
        "versions": {"word_atlas": lstm_core.__version__, **versions},
        "summary": summary,
        "files": describe_files(run.path, whole),
    }
    atomic_write_json(run.manifest, manifest)
