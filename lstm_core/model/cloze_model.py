"""The cloze model: one LSTM reads towards a gap from the left, another from the right; together they guess the word in it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lstm_core.model.network import Embed, State, WordNetwork
from lstm_core.text.vocabulary import BOS

SMALL = 0.1
"""How small the rows begin, beside those of other networks."""


class ClozeModel(WordNetwork):
    """Predicts each token from all that stand before it and those that follow it in the same stretch of text.

    After context2vec (Melamud, Goldberger & Dagan 2016): two stacks of LSTMs over one embedding, their states merged by a
    layer of rectified units. To that the rows of the n nearest neighbours on each side within the sentence are added, each
    times (n + 1 - distance), scaled so that all weights add up to 1: content words reach the gap undiluted, and the LSTMs
    learn what their sum leaves open. Output rows are then as wide as the embedding.
    """

    def _build(self, width: int) -> None:
        self.left, self.right = self._stack(), self._stack()
        both = 2 * self.config.hidden_size
        self.merge, self.projection = nn.Linear(both, both), nn.Linear(both, width)

    def _width(self) -> int:
        return self.config.embedding_dim if self.config.neighbours else super()._width()

    @torch.no_grad()
    def _initialise(self) -> None:
        """As every network, but with neighbours all rows begin small: those of rare words are then what was learned."""
        super()._initialise()
        if self.config.neighbours:
            for rows in {self.embedding.weight, self.output.weight}:
                rows.mul_(SMALL)

    def forward(self, ids: Tensor, gaps: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return logits (B, T, V) for each of ``gaps``; arguments and state as :meth:`encode`."""
        hidden, state = self.encode(ids, gaps, state)
        return self.output(hidden), state  # (B, T, V)

    def encode(
        self, ids: Tensor, gaps: Tensor, state: State | None = None, *, embed: Embed | None = None
    ) -> tuple[Tensor, State]:
        """Return what the output layer reads at each of ``gaps``, (B, T, W), and the left state to carry on with.

        ``ids`` (B, T) stand one place before ``gaps`` (B, T): column t is guessed from ``ids`` up to t, and from the ``gaps``
        after t, read backwards. The last column has nothing to its right.
        """
        stretch = torch.cat([ids[:, :1], gaps], 1)  # (B, T + 1)
        rows = self._embedded(stretch, embed)  # (B, T + 1, D): a hidden word is hidden from both LSTMs and its neighbours
        before, state = self._read(self.left, rows[:, :-1], state)  # (B, T, H)
        after = torch.zeros_like(before)
        if gaps.shape[1] > 1:
            backwards, _ = self._read(self.right, rows[:, 2:].flip(1), None)  # (B, T - 1, H)
            after = torch.cat([backwards.flip(1), after[:, :1]], 1)
        merged = torch.relu(self.merge(torch.cat([before, after], 2)))  # (B, T, 2H)
        guess: Tensor = self.projection(self.dropout(merged))  # (B, T, W)
        if self.config.neighbours:
            guess = guess + torch.bmm(self._weights(stretch), rows)
        return guess, state

    def _weights(self, stretch: Tensor) -> Tensor:
        """Return how much each token of ``stretch`` (B, T + 1) counts at each gap, (B, T, T + 1); 0 in another sentence."""
        reach, places = self.config.neighbours, torch.arange(stretch.shape[1], device=stretch.device)
        distance = (places - places[1:, None]).abs()  # (T, T + 1)
        near = (reach + 1 - distance).clamp(min=0) * (distance > 0) / (reach * (reach + 1))
        sentence = (stretch == BOS).cumsum(1)
        same = sentence[:, 1:, None] == sentence[:, None, :]  # (B, T, T + 1)
        return near * same
