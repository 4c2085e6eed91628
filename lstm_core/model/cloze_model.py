"""The cloze model: one LSTM reads towards a gap from the left, another from the right; together they guess the word in it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lstm_core.model.network import Embed, State, WordNetwork


class ClozeModel(WordNetwork):
    """Predicts each token from all that stand before it and those that follow it in the same stretch of text.

    After context2vec (Melamud, Goldberger & Dagan 2016): two stacks of LSTMs over one embedding, their states merged by a
    layer of rectified units.
    """

    def _build(self, width: int) -> None:
        self.left, self.right = self._stack(), self._stack()
        both = 2 * self.config.hidden_size
        self.merge, self.projection = nn.Linear(both, both), nn.Linear(both, width)

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
        look = embed or self.embedding
        before, state = self._read(self.left, self.dropout(look(ids)), state)  # (B, T, H)
        after = torch.zeros_like(before)
        if gaps.shape[1] > 1:
            backwards, _ = self._read(self.right, self.dropout(look(gaps[:, 1:].flip(1))), None)  # (B, T - 1, H)
            after = torch.cat([backwards.flip(1), after[:, :1]], 1)
        merged = torch.relu(self.merge(torch.cat([before, after], 2)))  # (B, T, 2H)
        return self.projection(self.dropout(merged)), state  # (B, T, W)
