"""Intervals for shares, for differences of shares on the same questions, and for correlations."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, comb, sqrt, tanh

Z95 = 1.959964
Interval = tuple[float, float]


@dataclass(frozen=True)
class Difference:
    """How two ways did on the same ``asked`` questions: ``gained`` only the first got right, ``lost`` only the second.

    ``value`` is the first share minus the second (-1 to 1), ``interval`` its 95 % (:func:`paired_interval`), ``p`` the exact
    two-sided McNemar probability of such a split if neither way were better (:func:`mcnemar`).
    """

    asked: int
    gained: int
    lost: int
    value: float
    interval: Interval
    p: float

    @classmethod
    def of(cls, *, asked: int, gained: int, lost: int) -> Difference:
        """Return the difference on ``asked`` (>= 1) questions."""
        interval = paired_interval(asked=asked, gained=gained, lost=lost)
        return cls(asked, gained, lost, (gained - lost) / asked, interval, mcnemar(gained, lost))

    def to_json(self) -> dict[str, object]:
        """Return a JSON-able form."""
        return {
            "value": self.value,
            "interval": list(self.interval),
            "gained": self.gained,
            "lost": self.lost,
            "p": self.p,
        }


def wilson_interval(correct: int, asked: int, *, z: float = Z95) -> Interval:
    """Return Wilson's score interval for ``correct`` of ``asked`` (>= 1), 95 % by default, within [0, 1] (Wilson 1927)."""
    share = correct / asked
    scale = 1 + z * z / asked
    middle = share + z * z / (2 * asked)
    half = z * sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked))
    low = 0.0 if correct == 0 else (middle - half) / scale
    high = 1.0 if correct == asked else (middle + half) / scale
    return low, high


def paired_interval(*, asked: int, gained: int, lost: int, z: float = Z95) -> Interval:
    """Return the interval of a difference of two shares of the same ``asked`` questions, within [-1, 1].

    Wald's interval with one question added to either side (Bonett & Price 2012).
    """
    up, down = (gained + 1) / (asked + 2), (lost + 1) / (asked + 2)
    half = z * sqrt((up + down - (up - down) ** 2) / (asked + 2))
    return max(-1.0, up - down - half), min(1.0, up - down + half)


def mcnemar(gained: int, lost: int) -> float:
    """Return the exact two-sided probability of a split at least as uneven as ``gained`` : ``lost`` of fair coins."""
    tosses, fewer = gained + lost, min(gained, lost)
    if gained == lost:
        return 1.0
    ways = way = comb(tosses, 0)
    for heads in range(1, fewer + 1):
        way = way * (tosses - heads + 1) // heads
        ways += way
    return min(1.0, float(2 * ways / (1 << tosses)))


def correlation_interval(correlation: float, pairs: int, *, z: float = Z95) -> Interval | None:
    """Return the interval of Spearman's ``correlation`` over ``pairs``, within [-1, 1]; None below four pairs.

    Fisher's transform with the standard error sqrt((1 + r^2 / 2) / (n - 3)) (Bonett & Wright 2000).
    """
    if pairs < 4:
        return None
    bounded = min(max(correlation, -1 + 1e-15), 1 - 1e-15)
    half = z * sqrt((1 + bounded * bounded / 2) / (pairs - 3))
    return tanh(atanh(bounded) - half), tanh(atanh(bounded) + half)
