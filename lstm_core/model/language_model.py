"""The LSTM language model: embedding → dropout → LSTM → (projection) → output."""

from __future__ import annotations

from torch import Tensor, nn

from lstm_core.model.network import Embed, State, WordNetwork


class LSTMLanguageModel(WordNetwork):
    """Predicts the next token from all earlier ones.

    ``embedding.weight`` (V, D) is the table that is explored. With tied weights the output layer uses the same rows, and a
    projection without bias brings the hidden state to D where the widths differ (Press & Wolf 2017).
    """

    def _build(self, width: int) -> None:
        self.layers = self._stack()
        narrow = width != self.config.hidden_size
        self.projection = nn.Linear(self.config.hidden_size, width, bias=False) if narrow else None

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return logits (B, T, V) for the token after each of ``ids`` (B, T), and the state (L, B, H) to carry on with."""
        hidden, state = self.encode(ids, state)
        return self.output(hidden), state  # (B, T, V)

    def encode(self, ids: Tensor, state: State | None = None, *, embed: Embed | None = None) -> tuple[Tensor, State]:
        """Return what the output layer reads, (B, T, W) with W its width, and the state to carry on with.

        ``embed`` looks up the rows in place of the table: a loss that samples gathers those it needs itself.
        """
        values = self._embedded(ids, embed)  # (B, T, D)
        values, state = self._read(self.layers, values, state)  # (B, T, H)
        return (values if self.projection is None else self.projection(values)), state  # (B, T, W)
