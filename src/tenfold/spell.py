"""What the places of a strip say, as characters: connectionist temporal classification, read.

Graves et al. 2006, https://doi.org/10.1145/1143844.1143891: of what is the same at neighbouring
places one counts, and nothing between two makes them two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spelled", "align", "log_probability", "spell"]


_LEAST = 1e-12  # probability, so that there is a logarithm


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
    return _along(probabilities, probabilities.argmax(1))


def align(probabilities: NDArray[np.float32], symbols: Sequence[int]) -> list[Spelled]:
    """Return some characters where they are likeliest: the best path that spells them.

    Viterbi 1967, https://doi.org/10.1109/TIT.1967.1054010, over the states of the forward pass.

    Args:
        probabilities: As in `spell`, of so many places at least that they can be spelled.
        symbols: Outputs, from 1 on.
    """
    if not len(probabilities):
        return []
    states, may_skip = _states(symbols)
    logs = np.log(np.maximum(probabilities[:, states].astype(np.float64), _LEAST))
    reached = np.full(len(states), -np.inf)
    reached[:2] = logs[0, :2]
    steps = np.zeros(logs.shape, int)
    for place in range(1, len(logs)):
        before = np.full((3, len(states)), -np.inf)
        before[0] = reached
        before[1, 1:] = reached[:-1]
        before[2, 2:] = np.where(may_skip[2:], reached[:-2], -np.inf)
        steps[place] = before.argmax(0)
        reached = before.max(0) + logs[place]
    state = len(states) - 1 - int(reached[-2:][::-1].argmax())
    path = np.zeros(len(logs), int)
    for place in range(len(logs) - 1, -1, -1):
        path[place] = state
        state -= int(steps[place, state])
    return _along(probabilities, states[path])


def _along(probabilities: NDArray[np.float32], path: NDArray[np.int_]) -> list[Spelled]:
    """Return the characters of a path: its outputs (T,), place by place."""
    starts = np.flatnonzero(np.r_[True, path[1:] != path[:-1]])
    ends = np.r_[starts[1:], len(path)]
    found = []
    for first, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if path[first]:
            seen = probabilities[first:end, 1:].astype(np.float64)
            share = seen.max(0) / seen.max(0).sum()
            found.append(Spelled(int(path[first]), first, end - 1, share))
    return found


def _states(symbols: Sequence[int]) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """Return the output of each state, nothing between characters; and which may be skipped to."""
    states = np.zeros(2 * len(symbols) + 1, int)
    states[1::2] = symbols
    may_skip = np.zeros(len(states), bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    return states, may_skip


def log_probability(probabilities: NDArray[np.float32], symbols: Sequence[int]) -> float:
    """Return the logarithm of the probability of some characters, over all paths that spell them.

    Args:
        probabilities: As in `spell`.
        symbols: Outputs, from 1 on.
    """
    states, may_skip = _states(symbols)
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
