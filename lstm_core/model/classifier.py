"""The classifier: a text is read from the left, and from the right as well, and what was seen on the way is weighed."""

from __future__ import annotations

import torch
from torch import Tensor

from lstm_core.model.config import ModelConfig
from lstm_core.model.network import Embed, WordNetwork
from lstm_core.model.objectives import SentimentOptions
from lstm_core.text.vocabulary import PAD


class TextClassifier(WordNetwork):
    """Tells which of ``labels`` a text has from the states of one stack of layers, or of two that read in both directions.

    Its layers have the names they have in the cloze model (``left``, ``right``). The rows of the table are input rows only:
    the output layer has one row a label.
    """

    def __init__(
        self,
        config: ModelConfig,
        *,
        vocab_size: int,
        labels: int,
        options: SentimentOptions | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        self.options = options or SentimentOptions()
        untied = config.model_copy(update={"tie_weights": False})
        super().__init__(untied, vocab_size=vocab_size, outputs=labels, generator=generator)

    def _build(self, width: int) -> None:
        self.left = self._stack()
        self.right = self._stack() if self.options.bidirectional else None

    def _width(self) -> int:
        return self.config.hidden_size * (1 + self.options.bidirectional) * len(self.options.pooling.split("+"))

    def tables(self) -> tuple[Tensor, ...]:
        """Return the input rows, the only parameter with one row a word."""
        return (self.embedding.weight,)

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits (B, labels) for texts of ids (B, T), each filled up with ``<pad>`` at its end."""
        logits: Tensor = self.output(self.encode(ids))
        return logits

    def encode(self, ids: Tensor, *, embed: Embed | None = None) -> Tensor:
        """Return what the output layer reads, (B, W). Nothing depends on how much padding there is."""
        present = ids != PAD  # (B, T)
        parts = [self._pooled(self._read(self.left, self._embedded(ids, embed), None)[0], present)]
        if self.right is not None:
            backwards = ids.gather(1, _backwards(present))
            parts.append(self._pooled(self._read(self.right, self._embedded(backwards, embed), None)[0], present))
        return torch.cat(parts, 1)

    def _pooled(self, states: Tensor, present: Tensor) -> Tensor:
        """Return one vector for each text from its states (B, T, H): as the options say, those of padding left out."""
        found = []
        for kind in self.options.pooling.split("+"):
            if kind == "last":
                found.append(states[torch.arange(len(states), device=states.device), present.sum(1) - 1])
            elif kind == "max":
                found.append(states.masked_fill(~present[:, :, None], -torch.inf).amax(1))
            else:
                found.append((states * present[:, :, None]).sum(1) / present.sum(1)[:, None])
        return torch.cat(found, 1)  # (B, H · kinds)


def _backwards(present: Tensor) -> Tensor:
    """Return the places (B, T) at which each text is read from its end to its beginning; padding stays where it is."""
    places, last = torch.arange(present.shape[1], device=present.device), present.sum(1)[:, None] - 1
    return torch.where(present, last - places, places)
