"""How a table came to be: what the snapshots of a run say about its probes and its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from lstm_core.errors import FormulaError, RunIncomplete, RunNotFound, UnknownChoice
from lstm_core.files import read_json
from lstm_core.run_folder import RunDirectory
from lstm_core.runs import Snapshot, find_run, find_table, read_snapshot, read_vocabulary, snapshots
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formula import parse_formula
from lstm_core.table.probes import Probe, probe_rank
from lstm_core.text.vocabulary import SPECIALS, Vocabulary

GRAMMAR = frozenset(("particle", "function", "verb", "adjective"))
"""Values of the column ``kind`` that name no thing."""


def read_probes(run: RunDirectory) -> tuple[Probe, ...]:
    """Return the probes of the run's corpus; empty when it has none or is not prepared yet. Raises :class:`RunIncomplete`."""
    try:
        return tuple(Probe.from_json(probe) for probe in _known(run).get("probes", ()))
    except (KeyError, TypeError):
        raise RunIncomplete(name=run.name, missing=run.columns.name) from None


def snapshot_table(run: RunDirectory, snapshot: Snapshot, *, vocabulary: Vocabulary | None = None) -> EmbeddingTable:
    """Return the table as it was at ``snapshot``, called ``run@step``; rows are rounded to float16.

    Raises :class:`RunIncomplete`.
    """
    vocabulary = vocabulary or read_vocabulary(run)
    columns = {key: tuple(values) for key, values in _known(run).get("columns", {}).items()}
    return EmbeddingTable(
        vocabulary.words,
        read_snapshot(run, snapshot),
        counts=np.array(vocabulary.counts[len(SPECIALS) :], dtype=np.int64),
        columns={key: values for key, values in columns.items() if len(values) == len(vocabulary.words)},
        metadata={"name": f"{run.name}@{snapshot.step}", "step": snapshot.step},
    )


def find_table_at(name_or_path: str) -> EmbeddingTable:
    """Return the table of that name as :func:`find_table` does, or for ``RUN@STEP`` the snapshot of a run.

    Raises as :func:`find_table`, and :class:`UnknownChoice` for a step at which no snapshot was taken.
    """
    name, _, step = name_or_path.rpartition("@")
    if not (name and step.isdecimal()):
        return find_table(name_or_path)
    try:
        run = find_run(name)
    except RunNotFound:
        return find_table(name_or_path)
    taken = {str(snapshot.step): snapshot for snapshot in snapshots(run)}
    if step not in taken:
        raise UnknownChoice(kind="snapshot", given=step, choices=tuple(taken))
    return snapshot_table(run, taken[step])


def first_rows(run: RunDirectory) -> NDArray[np.float32] | None:
    """Return the word rows (V, D) before the first step, rounded to float16; None without that snapshot."""
    begun = next((snapshot for snapshot in snapshots(run) if snapshot.step == 0), None)
    return None if begun is None else read_snapshot(run, begun)


def special_rows(run: RunDirectory) -> NDArray[np.float32] | None:
    """Return the rows ``(4, D)`` that the network of the run has for ``<pad> <unk> <bos> <eos>``; None where it has none."""
    try:
        with safe_open(run.model, framework="numpy") as weights:
            return np.asarray(weights.get_slice("embedding.weight")[: len(SPECIALS)], dtype=np.float32)
    except (OSError, SafetensorError):
        return None


def probe_ranks(
    run: RunDirectory, snapshot: Snapshot, *, probes: Iterable[Probe], vocabulary: Vocabulary | None = None
) -> tuple[int | None, ...]:
    """Return the rank of each probe's expected word at ``snapshot``; None where a word is not in the vocabulary."""
    table = snapshot_table(run, snapshot, vocabulary=vocabulary)
    return tuple(_rank(table, probe) for probe in probes)


def spread(taken: Sequence[Snapshot], *, most: int = 60) -> tuple[Snapshot, ...]:
    """Return at most ``most`` of ``taken`` (and the newest one): every second, every fourth … of them.

    While more and more are taken, those returned before stay or are halved, so that what was computed for them is of use.
    """
    stride = 1
    while len(taken) > most * stride:
        stride *= 2
    return tuple(one for i, one in enumerate(taken) if i % stride == 0 or i == len(taken) - 1)


def words_to_follow(run: RunDirectory, *, count: int = 60, vocabulary: Vocabulary | None = None) -> tuple[str, ...]:
    """Return up to ``count`` words worth watching on a map: those of the probes, then the most frequent ones.

    Where the corpus knows kinds of words, only names of things are taken: a map of particles and verbs tells little.
    Raises :class:`RunIncomplete` before the vocabulary is there.
    """
    words = (vocabulary or read_vocabulary(run)).words
    kinds = _known(run).get("columns", {}).get("kind", ())
    content = [word for word, kind in zip(words, kinds, strict=False) if kind and kind not in GRAMMAR] or list(words)
    known = set(words)
    asked = [word for probe in read_probes(run) for word in words_of(probe) if word in known]
    return tuple(dict.fromkeys([*asked, *content]))[:count]


def followed_rows(
    run: RunDirectory, taken: Sequence[Snapshot], *, words: Sequence[str], vocabulary: Vocabulary | None = None
) -> list[NDArray[np.float32]]:
    """Return the rows of ``words`` (N, D), one array for each snapshot in ``taken``. Raises :class:`RunIncomplete`."""
    position = {word: row for row, word in enumerate((vocabulary or read_vocabulary(run)).words)}
    rows = np.array([position[word] for word in words], dtype=np.int64)
    return [read_snapshot(run, snapshot)[rows] for snapshot in taken]


def words_of(probe: Probe) -> tuple[str, ...]:
    """Return the words of the formula and the expected one."""
    try:
        return (*parse_formula(probe.formula).words, probe.expected)
    except FormulaError:
        return (probe.expected,)


def _rank(table: EmbeddingTable, probe: Probe) -> int | None:
    """Ask only what can be answered: for an unknown word near spellings would be looked up in the whole table."""
    asked = (*parse_formula(probe.formula, table).words, probe.expected)
    return probe_rank(table, probe) if all(word in table for word in asked) else None


def _known(run: RunDirectory) -> dict[str, Any]:
    try:
        return read_json(run.columns)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise RunIncomplete(name=run.name, missing=run.columns.name) from None
