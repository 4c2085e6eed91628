"""What a network learns from, batch by batch, and what it is held against: streams of text, or texts with labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew
from lstm_core.model.objectives import Objective
from lstm_core.text.token_file import Sentences
from lstm_core.text.vocabulary import BOS, EOS, PAD
from lstm_core.training.config import TrainConfig
from lstm_core.training.data import LEAST_TOKENS, Layout, Stream, Thinning, epoch_order, split
from lstm_core.training.labels import NONE
from lstm_core.training.prepare import Prepared

Batch = tuple[NDArray[np.int64], NDArray[np.int64]]
POOL = 64
"""Batches whose texts are sorted by length together: little padding, and still much chance in what stands side by side."""
_HELD_AT_ONCE = 256


class Batches(Protocol):
    """The batches of a training: what an objective reads, and what is wanted of it.

    ``steps`` is how many there are in an epoch; ``held`` whether there is held-out text.
    """

    steps: int
    held: bool

    def epoch(self, number: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield the batches of that epoch from ``first`` on: a function of the settings alone."""

    def held_out(self) -> Iterator[Batch]:
        """Yield the batches of the held-out text, always the same."""


def batches_for(objective: Objective, prepared: Prepared, config: TrainConfig) -> Batches:
    """Return the batches that ``objective`` learns from. Raises :class:`TooFew`."""
    return LabelledTexts(prepared, config) if objective.labelled else TextStreams(prepared, config)


class TextStreams:
    """Sentences one after another, cut into stretches (B, T) that follow each other row by row."""

    def __init__(self, prepared: Prepared, config: TrainConfig) -> None:
        self._prepared, self._config = prepared, config
        self._numbers, held = split(len(prepared.sentences), share=config.validation, seed=config.seed)
        self._layout = self._laid_out(self._stream(0))
        self._held = Stream(prepared.sentences, held)
        self.steps, self.held = self._layout.steps, len(self._held) >= LEAST_TOKENS

    def epoch(self, number: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield the stretches of a fresh shuffle of the sentences."""
        yield from self._layout.windows(self._stream(number), first=first)

    def held_out(self) -> Iterator[Batch]:
        """Yield the stretches of the held-out sentences."""
        yield from self._laid_out(self._held).windows(self._held)

    def _laid_out(self, stream: Stream) -> Layout:
        return Layout.of(len(stream), batch_size=self._config.rows_a_step, bptt=self._config.bptt)

    def _stream(self, epoch: int) -> Stream:
        """Return the training text in the order of ``epoch``, thinned out as that epoch's draw says.

        Thinned epochs differ by a few tokens in length; all are laid out like the first.
        """
        seed = self._config.seed
        thinning = Thinning.of(self._prepared.vocabulary, threshold=self._config.subsample, seed=seed, epoch=epoch)
        return Stream(self._prepared.sentences, epoch_order(self._numbers, seed=seed, epoch=epoch), thinning=thinning)


class LabelledTexts:
    """Texts of like length side by side (B, T), filled up with ``<pad>``, and their labels (B,)."""

    def __init__(self, prepared: Prepared, config: TrainConfig) -> None:
        assert prepared.labels is not None
        self._sentences, self._labels, self._config = prepared.sentences, prepared.labels.numbers, config
        self._longest = config.task.max_length
        known = np.flatnonzero(self._labels != NONE)
        if len(known) < 2:
            raise TooFew(what="sentences", given=len(known), needed=2)
        mine, held = split(len(known), share=config.validation, seed=config.seed)
        self._numbers, self._held = known[mine], known[held]
        self.steps, self.held = -(-len(self._numbers) // config.rows_a_step), len(self._held) > 0

    def epoch(self, number: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield the texts of a fresh shuffle, sorted by length within 64 batches, and these batches shuffled again."""
        order = self._ordered(number)
        size = self._config.rows_a_step
        turns = np.random.default_rng([self._config.seed, 4, number]).permutation(self.steps)
        for turn in turns[first:].tolist():
            numbers = order[turn * size : (turn + 1) * size]
            yield padded(self._sentences, numbers, longest=self._longest), self._labels[numbers].astype(np.int64)

    def held_out(self) -> Iterator[Batch]:
        """Yield the held-out texts, the shortest first."""
        yield from _by_length(self._sentences, self._labels, self._held, longest=self._longest)

    def _ordered(self, epoch: int) -> NDArray[np.int64]:
        order, pool = epoch_order(self._numbers, seed=self._config.seed, epoch=epoch), POOL * self._config.rows_a_step
        pools = [order[start : start + pool] for start in range(0, len(order), pool)]
        return np.concatenate([_shortest_first(self._sentences, part) for part in pools])


def test_batches(prepared: Prepared, config: TrainConfig) -> Iterator[Batch] | None:
    """Return the batches of the texts that are measured once at the end; None where there are none."""
    if prepared.labels is None or prepared.labels.test is None:
        return None
    sentences, labels = prepared.labels.test
    return _by_length(sentences, labels, np.arange(len(sentences)), longest=config.task.max_length)


def _by_length(
    sentences: Sentences, labels: NDArray[np.int32], numbers: NDArray[np.int64], *, longest: int
) -> Iterator[Batch]:
    """Yield the texts ``numbers``, the shortest first."""
    order = _shortest_first(sentences, numbers)
    for start in range(0, len(order), _HELD_AT_ONCE):
        some = order[start : start + _HELD_AT_ONCE]
        yield padded(sentences, some, longest=longest), labels[some].astype(np.int64)


def _shortest_first(sentences: Sentences, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return numbers[np.argsort(sentences.offsets[numbers + 1] - sentences.offsets[numbers], kind="stable")]


def padded(sentences: Sentences, numbers: NDArray[np.int64], *, longest: int) -> NDArray[np.int64]:
    """Return the texts ``numbers`` as ids (B, T), each ``<bos> tokens <eos>`` and then ``<pad>``.

    Of each at most the first ``longest`` tokens are read; T is what the longest of them needs.
    """
    starts = sentences.offsets[numbers]
    lengths = np.minimum(sentences.offsets[numbers + 1] - starts, longest)
    places = np.arange(int(lengths.max()))
    inside = places < lengths[:, None]  # (B, T - 2)
    grid = np.full((len(numbers), len(places) + 2), PAD, dtype=np.int64)
    grid[:, 0] = BOS
    grid[:, 1:-1][inside] = sentences.take((starts[:, None] + places)[inside])
    grid[np.arange(len(numbers)), lengths + 1] = EOS
    return grid
