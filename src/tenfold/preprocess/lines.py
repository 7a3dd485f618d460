"""Marks in reading order: lines from top to bottom, and in each the groups that stand together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np

from tenfold.values import Box

__all__ = ["into_groups", "into_lines"]

_ON_LINE = 0.5  # of the lower mark's height: what two marks of a line share
_WIDE_GAP = 1.2  # heights of a digit: the narrowest gap between two numbers
_JUMP = 2.0  # times the widest gap within numbers: the narrowest between them
_LONE_GAP = 2.5  # heights of a digit: the gap that parts two marks without others to compare
_TOUCH = 0.15  # heights of a digit: gaps below are alike


class _Boxed(Protocol):
    @property
    def box(self) -> Box: ...


_M = TypeVar("_M", bound=_Boxed)


def into_lines(marks: Sequence[_M]) -> list[list[_M]]:
    """Return marks as lines from top to bottom, each from left to right.

    A mark goes on the line whose last mark to its left it shares most of its height with, so that
    a line may slant.
    """
    lines: list[list[_M]] = []
    for mark in sorted(marks, key=lambda mark: mark.box.left):
        shared = [_shared(line[-1].box, mark.box) for line in lines]
        best = int(np.argmax(shared)) if shared else -1
        if best >= 0 and shared[best] >= _ON_LINE:
            lines[best].append(mark)
        else:
            lines.append([mark])
    return sorted(lines, key=lambda line: float(np.median([mark.box.top for mark in line])))


def into_groups(line: Sequence[_M]) -> list[list[_M]]:
    """Return a line's marks in groups, parted where gaps are far wider than the others.

    Digits in boxes stand as far from each other as numbers do elsewhere: only the gaps of one line
    can tell.
    """
    if len(line) < 2:
        return [list(line)]
    height = float(np.median([mark.box.height for mark in line]))
    right = np.maximum.accumulate([mark.box.right for mark in line])[:-1]
    gaps = (np.array([mark.box.left for mark in line[1:]]) - right) / max(height, 1.0)
    widest = _widest_within(gaps)
    groups = [[line[0]]]
    for mark, gap in zip(line[1:], gaps, strict=True):
        if gap > widest:
            groups.append([])
        groups[-1].append(mark)
    return groups


def _widest_within(gaps: np.ndarray) -> float:
    """Return the widest gap within a number, of all gaps (N,) of a line in heights of a digit."""
    if len(gaps) == 1:
        return _LONE_GAP
    ordered = np.sort(np.maximum(gaps, _TOUCH))
    jumps = np.where(ordered[1:] > _WIDE_GAP, ordered[1:] / ordered[:-1], 0.0)
    best = int(jumps.argmax())
    return float(ordered[best]) if jumps[best] >= _JUMP else float(ordered[-1])


def _shared(one: Box, other: Box) -> float:
    """Return how much of the lower mark's height two marks have in common, 0 to 1."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(common, 0) / max(min(one.height, other.height), 1)
