"""Where else in a corpus chosen hidden units behave as they do here, after LSTMVis (Strobelt et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_core.errors import InvalidOption, TooFew, UnreadableText
from lstm_core.inside.cells import Floats
from lstm_core.inside.network import InsideNetwork
from lstm_core.inside.reading import MOST_TOKENS
from lstm_core.run_folder import RunDirectory
from lstm_core.runs import read_config
from lstm_core.text.corpus import open_corpus
from lstm_core.text.vocabulary import BOS

SENTENCES = 3000
LEAST_TIMES = 5
"""So often a token must occur before it is said that units prefer it."""
_AT_ONCE = 128
_UPLOAD = "upload:"
Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class CorpusStates:
    """The last layer's hidden states (P, H) at every token of some sentences, each read from its beginning.

    ``pieces`` are the sentences' tokens; sentence s owns the places ``starts[s]`` to ``starts[s + 1]`` (``starts``: S + 1).
    """

    pieces: tuple[tuple[str, ...], ...]
    starts: NDArray[np.int64]
    hidden: Floats


class Pattern(NamedTuple):
    """Units that are on: unit ``units[j]`` is where ``signs[j]`` times its hidden state is at least ``threshold``."""

    units: tuple[int, ...]
    signs: tuple[int, ...]
    threshold: float

    def on(self, hidden: Floats) -> NDArray[np.bool_]:
        """Return which of the units are on at each place: (P, H) -> (P, U)."""
        found: NDArray[np.bool_] = hidden[:, list(self.units)] * np.array(self.signs, np.float32) >= self.threshold
        return found


class Passage(NamedTuple):
    """A sentence in which the units were on: its tokens, the share of units on at each (0-1), the first and last best one."""

    pieces: tuple[str, ...]
    shares: tuple[float, ...]
    first: int
    last: int


class Preference(NamedTuple):
    """A token at which the units are on: ``times`` it occurs, the mean ``share`` of the units on there (0-1)."""

    token: str
    times: int
    share: float


class Matches(NamedTuple):
    """Passages from the best down, preferred tokens, the mean ``share`` of the units on over all ``places`` (0-1)."""

    passages: tuple[Passage, ...]
    preferred: tuple[Preference, ...]
    share: float
    places: int


def first_sentences(run: RunDirectory, *, most: int = SENTENCES) -> Iterator[str]:
    """Yield the first ``most`` sentences of the corpus that ``run`` learned from. Raises what opening the corpus raises."""
    config = read_config(run)
    spec = str(config.get("corpus", ""))
    spec = str(run.corpus) if spec.startswith(_UPLOAD) else spec
    corpus = open_corpus(spec, config.get("corpus_options") or None)
    if corpus.missing:  # nobody asked for a download
        raise UnreadableText(name=spec, reason="missing")
    yield from islice(corpus.sentences(), most)


def corpus_states(network: InsideNetwork, sentences: Iterable[str], *, progress: Progress | None = None) -> CorpusStates:
    """Return the states of ``network`` over ``sentences``, each cut off after :data:`MOST_TOKENS` tokens.

    ``progress`` is told the fraction done and may raise to cancel. Raises :class:`TooFew` when there is no token at all.
    """
    cut = network.tokenizer.tokenize_batch(list(sentences))
    pieces = tuple(tuple(one[:MOST_TOKENS]) for one in cut if one)
    if not pieces:
        raise TooFew(what="tokens", given=0, needed=1)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in pieces])])
    hidden = np.empty((int(starts[-1]), network.units), np.float32)
    order = np.argsort([len(one) for one in pieces], kind="stable")  # sentences of like length are read together
    for done in range(0, len(order), _AT_ONCE):
        batch = order[done : done + _AT_ONCE]
        ids = np.full((len(batch), 1 + len(pieces[batch[-1]])), BOS)
        for row, at in enumerate(batch):
            ids[row, 1 : 1 + len(pieces[at])] = network.vocabulary.encode(pieces[at])
        states = network.run(ids)[-1].hidden  # (B, T + 1, H); what stands behind the end of a sentence is not kept
        for row, at in enumerate(batch):
            hidden[starts[at] : starts[at + 1]] = states[row, 1 : 1 + len(pieces[at])]
        if progress is not None:
            progress((done + len(batch)) / len(order))
    hidden.flags.writeable = False
    return CorpusStates(pieces, starts, hidden)


def pattern_of(hidden: Floats, *, first: int, last: int, threshold: float) -> Pattern:
    """Return the units whose state in ``hidden`` (T, H) is on from ``first`` to ``last``, which both count.

    On: beyond ``threshold``, all the time on the same side of 0. Raises :class:`InvalidOption` for a span outside the
    sentence or a threshold that is not in 0-1.
    """
    if not 0 <= first <= last < len(hidden):
        raise InvalidOption(name="span", value=(first, last), rule=f"0 to {len(hidden) - 1}")
    if not 0.0 < threshold < 1.0:
        raise InvalidOption(name="threshold", value=threshold, rule="between 0 and 1")
    part = hidden[first : last + 1]
    high, low = np.all(part >= threshold, axis=0), np.all(-part >= threshold, axis=0)
    units = np.flatnonzero(np.logical_or(high, low))
    strongest = units[np.argsort(-np.abs(part[:, units]).min(0), kind="stable")]
    return Pattern(tuple(strongest.tolist()), tuple(1 if high[unit] else -1 for unit in strongest), threshold)


def find_matches(states: CorpusStates, pattern: Pattern, *, length: int = 1, k: int = 12) -> Matches:
    """Return the ``k`` sentences in which most units of ``pattern`` stay on for ``length`` tokens, and the tokens they prefer.

    Of equal ones that comes first where the fewest units are on just outside. Raises :class:`TooFew` without units.
    """
    if not pattern.units:
        raise TooFew(what="units", given=0, needed=1)
    on = pattern.on(states.hidden)  # (P, U)
    share = on.mean(1)
    found = []
    for number, pieces in enumerate(states.pieces):
        part = on[states.starts[number] : states.starts[number + 1]]
        if len(pieces) >= length:
            found.append((*_best_span(part, length), number))
    found.sort(key=lambda one: (-one[0], one[1], one[3]))
    passages = []
    for _, _, first, number in found[:k]:
        shares = share[states.starts[number] : states.starts[number + 1]]
        passages.append(Passage(states.pieces[number], tuple(shares.tolist()), first, first + length - 1))
    return Matches(tuple(passages), _preferred(states, share, k), float(share.mean()), len(share))


def _best_span(on: NDArray[np.bool_], length: int) -> tuple[float, float, int]:
    """Return for the best span of a sentence (T, U): share of units on throughout, share on just outside, where it begins."""
    places = len(on) - length + 1
    through = np.stack([on[at : at + length].all(0) for at in range(places)]).mean(1)  # (places,)
    share = np.concatenate([[0.0], on.mean(1), [0.0]])
    outside = (share[:places] + share[length + 1 :]) / 2
    best = min(range(places), key=lambda at: (-through[at], outside[at], at))
    return float(through[best]), float(outside[best]), best


def _preferred(states: CorpusStates, share: NDArray[np.float64], k: int) -> tuple[Preference, ...]:
    found: dict[str, list[float]] = {}
    for place, token in enumerate(token for pieces in states.pieces for token in pieces):
        found.setdefault(token, []).append(float(share[place]))
    known = [Preference(token, len(all_), sum(all_) / len(all_)) for token, all_ in found.items() if len(all_) >= LEAST_TIMES]
    return tuple(sorted(known, key=lambda one: (-one.share, -one.times, one.token))[:k])
