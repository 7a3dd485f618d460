"""Where digits that touch may be parted.

Cuts are seams: paths from top to bottom through the least ink, as in seam carving (Avidan and
Shamir 2007, https://doi.org/10.1145/1276377.1276390), near columns with little ink. Which of them
are right is for the model to say, of all that lies between any two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_CUTS", "find_cuts", "parts_between"]

MOST_CUTS = 8
"""Cuts of a mark, the likeliest: between two of them or an end lie at most 45 parts."""

_WIDE = 0.75  # of its height: a mark of that width may be two digits
_WORK_HEIGHT = 48  # pixels, at which seams are looked for
_APART = 0.12  # of its height: the least distance of two cuts
_WINDOW = 0.2  # of its height: how far a seam may lie from its column, either way
_STEP_COST = 0.02  # of full ink, for each pixel that a seam goes sideways
_SMOOTH = 0.06  # of its height: the width over which ink is averaged in looking for columns


def find_cuts(ink: NDArray[np.float32]) -> list[NDArray[np.int_]]:
    """Return where a mark may be cut, from left to right.

    Args:
        ink: Shape (h, w), float32: of one mark alone, cut to its box.

    Returns:
        Each cut as the column (h,) from which on the right part begins, row by row; none where the
        mark is too narrow for two digits.
    """
    import cv2

    height, width = ink.shape
    if width < _WIDE * height:
        return []
    scale = min(1.0, _WORK_HEIGHT / height)
    size = (max(round(width * scale), 3), max(round(height * scale), 3))
    small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    rows = (np.arange(height) * small.shape[0] // height).clip(max=small.shape[0] - 1)
    seams = [_seam(small, column) for column in _columns(small)]
    return [np.round(seam[rows] * (width / small.shape[1])).astype(int) for seam in seams]


def parts_between(
    ink: NDArray[np.float32], cuts: list[NDArray[np.int_]]
) -> list[tuple[int, int, NDArray[np.float32]]]:
    """Return what lies between any two cuts, the ends of the mark counting as cuts.

    Args:
        ink: Shape (h, w), float32, of one mark alone.
        cuts: As `find_cuts` returns them.

    Returns:
        The number of the cut on the left, from 0 for the left end; that of the cut on the right;
        and the ink (h, w) between the two.
    """
    height, width = ink.shape
    ends = [np.zeros(height, int), *cuts, np.full(height, width)]
    columns = np.arange(width)
    return [
        (
            left,
            right,
            np.where(
                (columns >= ends[left][:, None]) & (columns < ends[right][:, None]),
                ink,
                np.float32(0),
            ),
        )
        for left in range(len(ends) - 1)
        for right in range(left + 1, len(ends))
    ]


def _columns(ink: NDArray[np.float32]) -> list[int]:
    """Return columns of ink (h, w) with less than their neighbours, the best ones, in order."""
    height, width = ink.shape
    broad = max(round(_SMOOTH * height), 1)
    weight = np.convolve(ink.sum(0), np.ones(broad) / broad, "same")
    apart = max(round(_APART * height), 2)
    chosen: list[int] = []
    for column in np.argsort(weight, kind="stable"):
        inside = apart <= column <= width - apart
        if inside and all(abs(column - other) >= apart for other in chosen):
            chosen.append(int(column))
        if len(chosen) == MOST_CUTS:
            break
    return sorted(chosen)


def _seam(ink: NDArray[np.float32], column: int) -> NDArray[np.int_]:
    """Return the path of least ink from the top to the bottom of (h, w) near a column."""
    height, width = ink.shape
    reach = max(round(_WINDOW * height), 1)
    left, right = max(column - reach, 0), min(column + reach + 1, width)
    cost = ink[:, left:right].astype(np.float64)
    total, steps = cost[0], np.zeros(cost.shape, int)
    for row in range(1, height):
        before = np.stack(
            [
                np.r_[np.inf, total[:-1]] + _STEP_COST,
                total,
                np.r_[total[1:], np.inf] + _STEP_COST,
            ]
        )
        best = before.argmin(0)
        steps[row] = best - 1
        total = before.min(0) + cost[row]
    path = np.empty(height, int)
    away = np.abs(np.arange(left, right) - column) * _STEP_COST
    path[-1] = int((total + away).argmin())
    for row in range(height - 1, 0, -1):
        path[row - 1] = path[row] + steps[row, path[row]]
    return np.asarray(path + left, int)
