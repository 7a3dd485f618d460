"""How far the rules of a page are tilted, and the page moved until they are level, and back."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tilt", "find_tilt"]

_SIDE = 128  # pixels of the width on which the tilt is looked for
_STEP, _MOST = 1.5, 12.0  # degrees; rules are found that are off by one step either way
_COVERED = 0.15  # of a pixel there: the least of a thin rule
_RULE = 0.75  # of the page's width: what a row of a levelled rule is covered by
_INSIDE = 0.5  # of the page's width: the least part of a rule that is on the page


class Tilt(NamedTuple):
    """How many rows down each column is moved, whole ones so that ink stays as it is.

    Attributes:
        shifts: Shape (W,), int64, from 0.
    """

    shifts: NDArray[np.int64]

    def level(self, ink: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ink (H, W) with its columns moved, (H + the largest shift, W), 0 beside it."""
        if not self.shifts.any():
            return ink
        moved = np.zeros((len(ink) + int(self.shifts.max()), ink.shape[1]), np.float32)
        moved[self._rows(len(ink)), np.arange(ink.shape[1])] = ink
        return moved

    def back(self, moved: NDArray[np.float32], height: int) -> NDArray[np.float32]:
        """Return what `level` moved as it was, shape (height, W)."""
        if not self.shifts.any():
            return moved
        return np.asarray(moved[self._rows(height), np.arange(moved.shape[1])], np.float32)

    def columns(self, row: float, height: int) -> tuple[int, int]:
        """Return the first and last column that a levelled row has of a page of some height."""
        place = row - self.shifts
        on_page = np.flatnonzero((place >= 0) & (place < height))
        return (int(on_page[0]), int(on_page[-1])) if len(on_page) else (0, 0)

    def _rows(self, height: int) -> NDArray[np.int64]:
        return np.arange(height)[:, None] + self.shifts


def find_tilt(ink: NDArray[np.float32]) -> Tilt:
    """Return the tilt of a page's level rules; none where there are no rules from side to side.

    Args:
        ink: Shape (H, W), float32, 0 where there is none.
    """
    import cv2

    width = ink.shape[1]
    size = (_SIDE, max(1, round(len(ink) * _SIDE / width)))
    small = cv2.resize((ink > 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    rows, columns = np.nonzero(small > _COVERED)
    if len(np.unique(columns)) < _RULE * _INSIDE * _SIDE:  # no rule covers that many
        return _shifted(width, 0.0)
    steps = round(_MOST / _STEP)
    degrees = sorted((_STEP * step for step in range(-steps, steps + 1)), key=abs)
    covered = []
    for angle in degrees:
        shifts, whole = _levelled_rows(size[1], angle)
        inked = np.bincount(rows + shifts[columns], minlength=len(whole))
        covered.append(float((inked / whole).max()))
    best = int(np.argmax(covered))  # of equals the least tilted
    return _shifted(width, degrees[best] if covered[best] >= _RULE else 0.0)


def _shifted(width: int, degrees: float) -> Tilt:
    """Return the tilt of rules that fall by so many degrees to the right."""
    down = np.rint(-math.tan(math.radians(degrees)) * np.arange(width)).astype(np.int64)
    return Tilt(down - down.min())


@lru_cache(maxsize=128)
def _levelled_rows(height: int, degrees: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return a tilt's shifts and how many columns each levelled row has on a page of `_SIDE`.

    Rows too short to tell a rule count as endless.
    """
    shifts = _shifted(_SIDE, degrees).shifts
    ends = np.zeros(height + int(shifts.max()) + 1)
    np.add.at(ends, shifts, 1)
    np.add.at(ends, shifts + height, -1)
    whole = np.cumsum(ends)[:-1]
    return shifts, np.where(whole >= _INSIDE * _SIDE, whole, np.inf)
