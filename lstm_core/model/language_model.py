"""The LSTM language model: embedding → dropout → LSTM → (projection) → output."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lstm_core.model.config import ModelConfig

State = tuple[Tensor, Tensor]
"""Hidden and cell states of all layers, each (L, B, H)."""
Embed = Callable[[Tensor], Tensor]
"""Looks up the rows of ids: (B, T) -> (B, T, D)."""


class SeededDropout(nn.Module):
    """Inverted dropout that draws from its own generator, so that a training leaves the global random state alone.

    One byte is drawn for each value (eight at a time: half the time of Bernoulli draws), so rates are multiples of 1/256.
    """

    def __init__(self, rate: float, generator: torch.Generator) -> None:
        super().__init__()
        self.kept = max(1, round((1.0 - rate) * 256))  # of 256
        self.generator = generator

    def forward(self, values: Tensor) -> Tensor:
        """Return ``values`` with its share set to zero and the rest scaled up; unchanged outside training."""
        if not self.training or self.kept == 256:
            return values
        words = torch.empty(-(-values.numel() // 8), dtype=torch.int64)
        drawn = words.random_(-(2**63), None, generator=self.generator).view(torch.uint8)
        keep = (drawn[: values.numel()] < self.kept).view(values.shape)
        return values * keep.to(values.dtype).mul_(256 / self.kept)


class LSTMLanguageModel(nn.Module):
    """Predicts the next token from all earlier ones.

    ``embedding.weight`` (V, D) is the table that is explored. With tied weights the output layer uses the same rows, and a
    projection without bias brings the hidden state to D where the widths differ (Press & Wolf 2017).
    """

    def __init__(self, config: ModelConfig, *, vocab_size: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.generator = generator or torch.Generator().manual_seed(0)
        width = config.embedding_dim if config.tie_weights else config.hidden_size
        sizes = [config.embedding_dim, *[config.hidden_size] * (config.num_layers - 1)]
        with torch.random.fork_rng(devices=()):  # torch's own initial values are drawn globally, and replaced below
            self.embedding = nn.Embedding(vocab_size, config.embedding_dim)
            self.layers = nn.ModuleList(nn.LSTM(size, config.hidden_size, batch_first=True) for size in sizes)
            self.projection = nn.Linear(config.hidden_size, width, bias=False) if width != config.hidden_size else None
            self.output = nn.Linear(width, vocab_size)
        self.dropout = SeededDropout(config.dropout, self.generator)
        if config.tie_weights:
            self.output.weight = self.embedding.weight
        self._initialise()

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return logits (B, T, V) for the token after each of ``ids`` (B, T), and the state (L, B, H) to carry on with."""
        hidden, state = self.encode(ids, state)
        return self.output(hidden), state  # (B, T, V)

    def encode(self, ids: Tensor, state: State | None = None, *, embed: Embed | None = None) -> tuple[Tensor, State]:
        """Return what the output layer reads, (B, T, W) with W its width, and the state to carry on with.

        ``embed`` looks up the rows in place of the table: a loss that samples gathers those it needs itself.
        """
        values = self.dropout((embed or self.embedding)(ids))  # (B, T, D)
        hidden_states, cell_states = [], []
        for index, layer in enumerate(self.layers):
            before = None if state is None else (state[0][index : index + 1], state[1][index : index + 1])
            values, (hidden, cell) = layer(values, before)  # (B, T, H)
            values = self.dropout(values)
            hidden_states.append(hidden)
            cell_states.append(cell)
        if self.projection is not None:
            values = self.projection(values)  # (B, T, D)
        return values, (torch.cat(hidden_states), torch.cat(cell_states))

    @torch.no_grad()
    def _initialise(self) -> None:
        """Rows N(0, 1/sqrt(D)) for the embedding, uniform ±1/sqrt(H) in the LSTM with forget gates open (bias 1)."""
        self.embedding.weight.normal_(0.0, 1.0 / math.sqrt(self.config.embedding_dim), generator=self.generator)
        bound = 1.0 / math.sqrt(self.config.hidden_size)
        for name, parameter in self.named_parameters():
            if name.startswith("layers."):
                parameter.uniform_(-bound, bound, generator=self.generator)
                if ".bias_ih" in name:
                    parameter[self.config.hidden_size : 2 * self.config.hidden_size] = 1.0  # PyTorch's order: i, f, g, o
        if self.projection is not None:
            self.projection.weight.uniform_(-bound, bound, generator=self.generator)
        if not self.config.tie_weights:
            self.output.weight.uniform_(-bound, bound, generator=self.generator)
        self.output.bias.zero_()
