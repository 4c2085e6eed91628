"""The weights of a run as arrays; those of a table that ships may leave out the rows that are in the table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from lstm_core.files import atomic_path
from lstm_core.run_folder import RunDirectory
from lstm_core.runs import read_manifest
from lstm_core.text.vocabulary import SPECIALS

_OF_SPECIALS = ":specials"


def read_weights(run: RunDirectory) -> dict[str, NDArray[Any]]:
    """Return every weight of a run by name, float32, with the rows that :func:`keep_rows_once` left to its table.

    Raises :class:`RunIncomplete`, :class:`RunTooNew`; ``OSError``, ``KeyError`` or ``SafetensorError`` for damaged weights.
    """
    weights = {name: np.asarray(values, np.float32) for name, values in load_file(run.model).items()}
    for name in [name for name in weights if name.endswith(_OF_SPECIALS)]:
        words = load_file(run.table)["matrix"].astype(np.float32)  # (V, D)
        if read_manifest(run).get("summary", {}).get("rows") == "sum":
            words = words - weights["embedding.weight"][len(SPECIALS) :]
        weights[name.removesuffix(_OF_SPECIALS)] = np.concatenate([weights.pop(name), words])
    return weights


def keep_rows_once(run: RunDirectory, *, rows: str) -> None:
    """Write the weights of a run anew, in half precision and without those that its table, made of ``rows``, tells as well."""
    weights = {name: values.astype(np.float16) for name, values in load_file(run.model).items()}
    name = "embedding.weight" if rows in ("input", "tied") else "output.weight"
    weights[name + _OF_SPECIALS] = weights.pop(name)[: len(SPECIALS)].copy()
    with atomic_path(run.model) as temporary:
        save_file(weights, temporary)
