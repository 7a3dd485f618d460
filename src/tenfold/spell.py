"""What the places of a strip say, as characters: connectionist temporal classification, read.

Graves et al. 2006, https://doi.org/10.1145/1143844.1143891: of what is the same at neighbouring
places one counts, and nothing between two makes them two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spelled", "log_probability", "spell"]


class Spelled(NamedTuple):
    """A character of a strip.

    Attributes:
        symbol: Its output, from 1 on.
        first: The first place that says so.
        last: The last one.
        probabilities: Shape (K,), float64: what stands there, of all that is not nothing.
    """

    symbol: int
    first: int
    last: int
    probabilities: NDArray[np.float64]

    @property
    def middle(self) -> float:
        """The middle of its places."""
        return (self.first + self.last) / 2


def spell(probabilities: NDArray[np.float32]) -> list[Spelled]:
    """Return the characters of the likeliest path.

    Args:
        probabilities: Shape (T, K + 1), float32, each row summing to 1; output 0 is nothing.
    """
    if not len(probabilities):
        return []
    best = probabilities.argmax(1)
    starts = np.flatnonzero(np.r_[True, best[1:] != best[:-1]])
    ends = np.r_[starts[1:], len(best)]
    found = []
    for first, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if best[first]:
            seen = probabilities[first:end, 1:].astype(np.float64)
            share = seen.max(0) / seen.max(0).sum()
            found.append(Spelled(int(best[first]), first, end - 1, share))
    return found


def log_probability(probabilities: NDArray[np.float32], symbols: Sequence[int]) -> float:
    """Return the logarithm of the probability of some characters, over all paths that spell them.

    Args:
        probabilities: As in `spell`.
        symbols: Outputs, from 1 on.
    """
    states = np.zeros(2 * len(symbols) + 1, int)
    states[1::2] = symbols
    may_skip = np.zeros(len(states), bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    reached = np.zeros(len(states))
    reached[0] = 1.0
    logarithm = 0.0
    for row in probabilities.astype(np.float64):
        before = reached.copy()
        before[1:] += reached[:-1]
        before[2:] += reached[:-2] * may_skip[2:]
        reached = before * row[states]
        total = reached.sum()
        if total <= 0:
            return -np.inf
        reached /= total
        logarithm += np.log(total)
    ended = float(reached[-2:].sum())
    return float(logarithm + np.log(ended)) if ended > 0 else -np.inf
