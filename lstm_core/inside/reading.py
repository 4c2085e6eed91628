"""A sentence read step by step: what every unit does, what the network expects next, and which earlier words matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import TooFew, TooMany
from lstm_core.inside.cells import Floats, Trace
from lstm_core.inside.network import LEFT, RIGHT, InsideNetwork, softmax
from lstm_core.inside.verdict import label_scores, running_scores
from lstm_core.normalize import normalize
from lstm_core.text.vocabulary import BOS, EOS, SPECIALS, UNK

MOST_TOKENS = 60
Ids = NDArray[np.int64]


class Guess(NamedTuple):
    """A token the network expects, or a label it tells, and with what probability (0-1)."""

    token: str
    probability: float


@dataclass(frozen=True, eq=False)
class Reading:
    """A sentence as the network read it: ``pieces`` (T + 1) as written, ``<bos>`` first, and their ``ids``.

    ``traces``: for each direction what every layer did, one step a token it read; ``order`` says which piece each step read
    (the right side begins at the end, T + 1 being ``<eos>``). ``scores`` (T + 1, N): row t rates each of the N ``answers``:
    every token of the vocabulary for place t + 1, or every label for the text of the first t tokens.
    """

    pieces: tuple[str, ...]
    ids: Ids
    traces: Mapping[str, tuple[Trace, ...]]
    order: Mapping[str, tuple[int, ...]]
    scores: Floats
    answers: tuple[str, ...]

    @property
    def steps(self) -> int:
        """How many tokens were read, ``<bos>`` included."""
        return len(self.pieces)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The pieces that are not in the vocabulary: the network reads them all as ``<unk>``."""
        return tuple(dict.fromkeys(piece for piece, at in zip(self.pieces, self.ids, strict=True) if at == UNK))

    def piece(self, place: int) -> str:
        """Return the token at ``place`` of the sentence; the one behind the last is ``<eos>``."""
        return self.pieces[place] if place < len(self.pieces) else SPECIALS[EOS]

    def signal(self, name: str, *, direction: str = LEFT, layer: int = 0) -> Floats:
        """Return what every unit of a layer did: (steps, H)."""
        values: Floats = self.traces[direction][layer].signals[name][0]
        return values

    def chances(self) -> NDArray[np.float64]:
        """Return the probability of every answer after each step, (T + 1, N)."""
        return softmax(self.scores)

    def guesses(self, step: int, *, k: int = 8) -> tuple[Guess, ...]:
        """Return the ``k`` likeliest answers after ``step``, from the likeliest down."""
        chances = softmax(self.scores[step])
        best = np.argsort(-chances, kind="stable")[:k]
        return tuple(Guess(self.answers[at], float(chances[at])) for at in best)

    def wanted(self, step: int) -> Guess:
        """Return the token that really comes after ``step``, and the probability the network gave it."""
        token = int(self.ids[step + 1]) if step + 1 < len(self.ids) else EOS
        return Guess(self.piece(step + 1), float(softmax(self.scores[step])[token]))


def read_sentence(network: InsideNetwork, sentence: str) -> Reading:
    """Return how ``network`` reads ``sentence``, cut by the tokenizer of its run.

    Raises :class:`TooFew` when there is no token, :class:`TooMany` for more than :data:`MOST_TOKENS` of them.
    """
    pieces = cut(network, sentence)
    if not pieces:
        raise TooFew(what="tokens", given=0, needed=1)
    if network.labels:
        return _read_text(network, pieces[: network.task.max_length])
    ids = np.array([BOS, *network.vocabulary.encode(pieces)], dtype=np.int64)  # (T + 1,)
    traces = {LEFT: network.run(ids[None])}
    order = {LEFT: tuple(range(len(ids)))}
    if network.both_sides:
        backwards = np.array([EOS, *ids[:1:-1]])
        traces[RIGHT] = network.run(backwards[None], RIGHT)
        order[RIGHT] = tuple(range(len(ids), 1, -1))
    scores = network.output(_features(network, ids[None])[0])  # (T + 1, V)
    return Reading((SPECIALS[BOS], *pieces), ids, traces, order, scores, network.vocabulary.tokens)


def _read_text(network: InsideNetwork, pieces: tuple[str, ...]) -> Reading:
    """Return how a network that tells labels reads a text: both directions go through ``<bos>``, its tokens and ``<eos>``."""
    ids = np.array([BOS, *network.vocabulary.encode(pieces)], dtype=np.int64)  # (T + 1,)
    whole, places = np.array([*ids, EOS]), tuple(range(len(ids) + 1))
    ways = {LEFT: slice(None), RIGHT: slice(None, None, -1)}
    traces = {direction: network.run(whole[None, ways[direction]], direction) for direction in network.layers}
    order = {direction: places[ways[direction]] for direction in network.layers}
    return Reading((SPECIALS[BOS], *pieces), ids, traces, order, running_scores(network, ids[1:]), network.labels)


def cut(network: InsideNetwork, text: str) -> tuple[str, ...]:
    """Return the tokens of ``text`` as the tokenizer of the run cuts it. Raises :class:`TooMany`."""
    pieces = tuple(network.tokenizer.tokenize(normalize(text[: 100 * MOST_TOKENS])))
    if len(pieces) > MOST_TOKENS:
        raise TooMany(what="tokens", given=len(pieces), most=MOST_TOKENS)
    return pieces


def influence(network: InsideNetwork, reading: Reading, step: int) -> Mapping[int, float]:
    """Return how far the guess after ``step`` changes when one other token is left out, by the token's place (1 to T).

    The number is the total variation distance between both distributions over the answers: 0 nothing changes, 1 everything.
    A network that fills gaps sees the tokens behind the gap as well, any other only those up to ``step``.
    """
    gap = network.both_sides and not network.labels
    last = len(reading.ids) if gap else step + 1
    places = [place for place in range(1, last) if place != step + 1]
    if not places:
        return {}
    ids = reading.ids[:last]
    shorter = np.stack([np.delete(ids, place) for place in places])  # (J, last - 1)
    if network.labels:
        scores = label_scores(network, list(shorter[:, 1:]))
    else:
        rows = np.array([step - (place <= step) for place in places])
        scores = network.output(_features(network, shorter)[np.arange(len(places)), rows])
    moved = np.abs(softmax(scores) - softmax(reading.scores[step])).sum(1) / 2
    return {place: float(far) for place, far in zip(places, moved, strict=True)}


def _features(network: InsideNetwork, ids: Ids) -> Floats:
    """Return what the output layer reads at every place of ``ids`` (B, S), ``<eos>`` following them: (B, S, W)."""
    before = network.run(ids)[-1].hidden  # (B, S, H)
    if not network.both_sides:
        return network.features(before)
    after = np.zeros_like(before)
    ends = np.full((len(ids), 1), EOS)
    backwards = np.concatenate([ends, ids[:, :1:-1]], 1)  # (B, S - 1): <eos>, then from the last token down to the second
    if ids.shape[1] > 1:
        after[:, :-1] = network.run(backwards, RIGHT)[-1].hidden[:, ::-1]
    return network.features(before, after)


def busiest_unit(reading: Reading, *, direction: str = LEFT, layer: int = 0) -> int:
    """Return the unit whose hidden state goes through the widest range while the sentence is read."""
    return int(np.ptp(reading.signal("hidden", direction=direction, layer=layer), axis=0).argmax())


def likeliest_words(reading: Reading) -> Sequence[Guess]:
    """Return the likeliest answer after every step."""
    return [reading.guesses(step, k=1)[0] for step in range(reading.steps)]
