"""What every network here shares: a table of rows, an output layer over the vocabulary, dropout, first values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from lstm_core.model.arithmetic import rounded
from lstm_core.model.config import ModelConfig

State = tuple[Tensor, ...]
"""What is carried on, each (L, B, H): hidden and cell states of all layers; of a GRU or a plain RNN the hidden ones only."""
Embed = Callable[[Tensor], Tensor]
"""Looks up the rows of ids: (B, T) -> (B, T, D)."""

CELLS: dict[str, Any] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class SeededDropout(nn.Module):
    """Inverted dropout that draws from its own generator, so that a training leaves the global random state alone.

    One byte is drawn for each value (eight at a time: half the time of Bernoulli draws), so rates are multiples of 1/256.
    They are drawn on the CPU, wherever the values are: the same seed drops the same values on every device.
    ``locked``: values (B, T, W) lose the same of their W at all T places (Gal & Ghahramani 2016, Merity et al. 2018).
    """

    def __init__(self, rate: float, generator: torch.Generator, *, locked: bool = False) -> None:
        super().__init__()
        self.locked = locked
        self.kept = max(1, round((1.0 - rate) * 256))  # of 256
        self.generator = generator

    def forward(self, values: Tensor) -> Tensor:
        """Return ``values`` with its share set to zero and the rest scaled up; unchanged outside training."""
        if not self.training or self.kept == 256:
            return values
        shape = values[:, :1].shape if self.locked else values.shape
        words = torch.empty(-(-shape.numel() // 8), dtype=torch.int64)
        drawn = words.random_(-(2**63), None, generator=self.generator).view(torch.uint8)
        keep = (drawn[: shape.numel()] < self.kept).view(shape)
        return values * keep.to(values.device, values.dtype).mul_(256 / self.kept)


class WordNetwork(nn.Module):
    """An embedding (V, D), what a subclass puts between, and an output layer that shares its rows when tied.

    The output layer has one row a word, or ``outputs`` of them where something else is to be told apart. While training, the
    large products are worked out in ``arithmetic`` if it is one; weights, gradients and sums are float32 all the same.
    """

    arithmetic: torch.dtype | None = None

    def __init__(
        self, config: ModelConfig, *, vocab_size: int, outputs: int = 0, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.config = config
        self.generator = generator or torch.Generator().manual_seed(0)
        width = self._width()
        with torch.random.fork_rng(devices=()):  # torch's own initial values are drawn globally, and replaced below
            self.embedding = nn.Embedding(vocab_size, config.embedding_dim)
            self._build(width)
            self.output = nn.Linear(width, outputs or vocab_size)
        self.dropout = SeededDropout(config.dropout, self.generator, locked=config.locked_dropout)
        self.hiding = SeededDropout(config.word_dropout, self.generator)
        if config.tie_weights:
            self.output.weight = self.embedding.weight
        self._initialise()

    @property
    def device(self) -> torch.device:
        """Where the weights are, and where ids have to be."""
        return self.embedding.weight.device

    def _build(self, width: int) -> None:
        """Make the layers between embedding and output; the last of them gives ``width`` values."""
        raise NotImplementedError

    def tables(self) -> tuple[Tensor, ...]:
        """Return the parameters with one row a word; one that input and output share occurs once."""
        own = (self.embedding.weight, self.output.weight, self.output.bias)
        return tuple({id(table): table for table in own}.values())

    def _width(self) -> int:
        """Return how wide what the output layer reads is."""
        return self.config.embedding_dim if self.config.tie_weights else self.config.hidden_size

    def _stack(self) -> nn.ModuleList:
        """Return the layers of one direction."""
        sizes = [self.config.embedding_dim, *[self.config.hidden_size] * (self.config.num_layers - 1)]
        cell = CELLS[self.config.cell]
        return nn.ModuleList(cell(size, self.config.hidden_size, batch_first=True) for size in sizes)

    def _embedded(self, ids: Tensor, embed: Embed | None) -> Tensor:
        """Return the rows (B, T, D) of ``ids``, with dropout, and while training some of them hidden as a whole."""
        rows: Tensor = self.dropout((embed or self.embedding)(ids))
        return rows * self.hiding(torch.ones(*ids.shape, 1, device=ids.device)) if self.config.word_dropout else rows

    def _read(self, layers: Iterable[nn.Module], values: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Return the outputs (B, T, H) of the last of ``layers`` over ``values`` (B, T, D), and the state at the end."""
        ends: list[State] = []
        for index, layer in enumerate(layers):
            before = None if state is None else tuple(part[index : index + 1] for part in state)
            values, end = self._run(layer, values, before)  # (B, T, H)
            values = self.dropout(values)
            ends.append(end)
        return values, tuple(torch.cat(parts) for parts in zip(*ends, strict=True))

    def _run(self, layer: nn.Module, values: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Return the outputs (B, T, H) of one layer and its state at the end, which only an LSTM has two tensors of.

        While training they are worked out in ``arithmetic``; not by torch's autocast, which on a GPU gives recurrent layers
        float16 whatever it is asked for.
        """
        arithmetic = self.arithmetic if self.training else None
        given = None if state is None else tuple(rounded(part, arithmetic) for part in state)
        read = rounded(values, arithmetic), given if given is None or isinstance(layer, nn.LSTM) else given[0]
        if arithmetic is None:
            found, end = layer(*read)
        else:
            weights = {name: weight.to(arithmetic) for name, weight in layer.named_parameters()}
            found, end = functional_call(layer, weights, read)
        ends = end if isinstance(end, tuple) else (end,)
        return found.to(values.dtype), tuple(part.to(values.dtype) for part in ends)

    @torch.no_grad()
    def _initialise(self) -> None:
        """Rows N(0, 1/sqrt(D)) for the embedding, uniform ±1/sqrt(H) between, forget gates open (bias 1), output bias 0."""
        self.embedding.weight.normal_(0.0, 1.0 / math.sqrt(self.config.embedding_dim), generator=self.generator)
        bound = 1.0 / math.sqrt(self.config.hidden_size)
        for name, parameter in self.named_parameters():
            if not name.startswith(("embedding.", "output.")):
                parameter.uniform_(-bound, bound, generator=self.generator)
                if self.config.cell == "lstm" and ".bias_ih" in name:
                    parameter[self.config.hidden_size : 2 * self.config.hidden_size] = 1.0  # PyTorch's order: i, f, g, o
        if not self.config.tie_weights:
            self.output.weight.uniform_(-bound, bound, generator=self.generator)
        self.output.bias.zero_()
