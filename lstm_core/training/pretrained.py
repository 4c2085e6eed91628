"""Starting from what was learned before: rows of a table by word, weights of another run where their shapes agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from lstm_core.errors import RunIncomplete, TooFew
from lstm_core.model.network import WordNetwork
from lstm_core.runs import RunDirectory, find_run, read_vocabulary
from lstm_core.text.vocabulary import SPECIALS, Vocabulary
from lstm_core.training.check import table_to_start_from
from lstm_core.training.checkpoint import Tensors
from lstm_core.training.config import TrainConfig

BY_WORD = ("embedding.weight", "output.weight", "output.bias")
"""Parameters that may have one row a word: their rows are matched by word."""
_SAME = {"left": "layers", "layers": "left"}
"""What reads from left to right is called ``layers`` in a language model and ``left`` where there are two directions."""


@dataclass(frozen=True)
class Start:
    """What a training began with: ``matched`` of ``words`` words have rows of the table or run, ``weights`` were taken over.

    ``ids`` (n,) int64 are the rows of the network's table that did not stay random, ``<unk>`` and its like included.
    """

    table: str
    run: str
    matched: int
    words: int
    weights: tuple[str, ...]
    ids: Tensor

    def to_json(self) -> dict[str, Any]:
        """Return what ``start.json`` holds."""
        about = {"table": self.table, "run": self.run, "matched": self.matched, "words": self.words}
        return {**about, "weights": list(self.weights)}


def start_from(network: WordNetwork, config: TrainConfig, *, vocabulary: Vocabulary) -> Start | None:
    """Give ``network`` the weights of ``init_from``, then the rows of ``init_table``; None when the settings name neither.

    They win over what ``first_rows`` says, which is left to the words that neither has.
    Raises :class:`RunNotFound` and what else reading them raises, :class:`WidthDiffers`; :class:`TooFew` when nothing fits.
    """
    if not (config.init_table or config.init_from):
        return None
    known = np.zeros(len(vocabulary), dtype=bool)
    weights: list[str] = []
    if config.init_from:
        known, weights = _take_weights(network, find_run(config.init_from), vocabulary)
    if config.init_table:
        known |= _take_rows(network.embedding.weight, table_to_start_from(config), vocabulary)
    ids = torch.from_numpy(np.flatnonzero(known))
    matched, words = int(known[len(SPECIALS) :].sum()), len(vocabulary) - len(SPECIALS)
    return Start(config.init_table, config.init_from, matched, words, tuple(weights), ids)


@torch.no_grad()
def _take_rows(rows: Tensor, table: Any, vocabulary: Vocabulary) -> Any:
    """Copy the rows of the words that ``table`` has, and return which these are, bool (V,)."""
    known = np.array([False] * len(SPECIALS) + [word in table for word in vocabulary.words])
    if not known.any():
        raise TooFew(what="words in both tables", given=0, needed=1)
    found = table.indices(word for word, there in zip(vocabulary.words, known[len(SPECIALS) :], strict=True) if there)
    given = torch.from_numpy(np.ascontiguousarray(table.matrix[found]))
    rows[torch.from_numpy(np.flatnonzero(known)).to(rows.device)] = given.to(rows.device)
    return known


@torch.no_grad()
def _take_weights(network: WordNetwork, run: RunDirectory, vocabulary: Vocabulary) -> tuple[Any, list[str]]:
    """Copy every weight of ``run`` that has its counterpart; return which rows were, bool (V,), and the names of the others."""
    source, tokens = _weights_of(run), read_vocabulary(run).tokens
    place = {token: number for number, token in enumerate(tokens)}
    known = np.array([token in place for token in vocabulary.tokens])
    theirs = torch.tensor([place[token] for token in vocabulary.tokens if token in place])
    mine, taken = torch.from_numpy(np.flatnonzero(known)), []
    rows_taken = False
    for name, parameter in network.named_parameters():
        value = _counterpart(source, name, parameter)
        if value is None:
            continue
        if name in BY_WORD and len(value) == len(tokens) and len(parameter) == len(vocabulary):
            parameter[mine.to(parameter.device)] = value[theirs].to(parameter.device)
            rows_taken |= name == BY_WORD[0]
        elif value.shape == parameter.shape and name not in BY_WORD:
            parameter.copy_(value)
            taken.append(name)
    if not (taken or rows_taken):
        raise TooFew(what="weights of the same shape", given=0, needed=1)
    return known & rows_taken, taken


def _counterpart(source: Tensors, name: str, parameter: Tensor) -> Tensor | None:
    """Return the weight of ``source`` that does what ``parameter`` does; None without one whose rows are of the same shape."""
    first, _, rest = name.partition(".")
    for candidate in (name, f"{_SAME.get(first, first)}.{rest}"):
        if candidate in source and source[candidate].shape[1:] == parameter.shape[1:]:
            return source[candidate]
    return None


def _weights_of(run: RunDirectory) -> Tensors:
    try:
        weights: Tensors = load_file(run.model)
    except (OSError, SafetensorError):
        raise RunIncomplete(name=run.name, missing=run.model.name) from None
    return weights
