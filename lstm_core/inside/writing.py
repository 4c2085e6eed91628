"""A network writes on from a prompt, token by token, in numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_core.errors import InvalidOption
from lstm_core.inside.cells import Floats
from lstm_core.inside.network import InsideNetwork
from lstm_core.inside.reading import cut
from lstm_core.model.generation import GenerationOptions, GenerationStep, write
from lstm_core.text.vocabulary import EOS


@dataclass(frozen=True)
class Writing:
    """What was written after the ``prompt`` (its tokens), and how each token was drawn.

    ``text`` is both together; ``unknown`` are tokens of the prompt that were read as ``<unk>``.
    """

    prompt: tuple[str, ...]
    unknown: tuple[str, ...]
    steps: tuple[GenerationStep, ...]
    text: str
    vocabulary: tuple[str, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that were written, ``<eos>`` included."""
        return tuple(self.vocabulary[step.token_id] for step in self.steps)

    @property
    def ended(self) -> bool:
        """Whether the sentence came to its end."""
        return self.steps[-1].token_id == EOS


def write_on(network: InsideNetwork, prompt: str, *, options: GenerationOptions, seed: int) -> Writing:
    """Return what ``network`` writes after ``prompt``, which may be empty.

    The drawing is that of :func:`lstm_core.model.generation.write`. Raises :class:`InvalidOption` for a network that fills
    gaps or tells labels, :class:`TooMany` for a long prompt.
    """
    if network.both_sides or network.labels:
        raise InvalidOption(name="objective", value=network.objective, rule="only a next-word network writes on")
    pieces = cut(network, prompt)
    state: Sequence[Mapping[str, Floats]] = ()

    def feed(ids: Sequence[int]) -> Floats:
        nonlocal state
        traces = network.run(np.array([ids]), state=state)
        state = [{name: one.signals[name][:, -1] for name in ("hidden", "cell") if name in one.signals} for one in traces]
        return np.asarray(network.output(network.features(traces[-1].hidden[:, -1]))[0])

    steps = write(feed, network.vocabulary.encode(pieces).tolist(), options=options, seed=seed)
    written = [network.vocabulary.tokens[step.token_id] for step in steps if step.token_id != EOS]
    unknown = tuple(dict.fromkeys(piece for piece in pieces if piece not in network.vocabulary))
    text = network.tokenizer.decode([*pieces, *written])
    return Writing(pieces, unknown, steps, text, network.vocabulary.tokens)
