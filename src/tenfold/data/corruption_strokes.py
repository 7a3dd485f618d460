"""MNIST-C's pen strokes: ink drawn over the digit. See `tenfold.data.corruptions`."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE

__all__ = ["dotted_line", "zigzag"]

_LAST = SIDE - 1
_WIDTH = 2.3  # rows from a stroke's middle; ink has run out before
_DOT = 2  # columns of a dot, and of the gap before it
_FIRST_COLUMN, _LAST_COLUMN = 2, 25  # between which a zigzag runs
_TILT = (-5, 5)  # rows that it climbs or falls: from the first to before the second
_ARM = 2  # pixels along the zigzag from its axis to a turn, and from its axis to either side
_TURNS = 6  # on an axis of the 23 to 23.6 pixels that the columns and the tilt leave


def dotted_line(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Draw a dotted line from a random row on the left to a random row on the right.

    Rows are 0 to 26; dots fill columns 2, 3, 6, 7 and so on to 26.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the rows.

    Returns:
        Shape (N, 28, 28), from 0; ink on ink may exceed 1.
    """
    start, end = random.integers(0, _LAST, (len(images), 2)).T.astype(np.float64)
    left = np.zeros(len(images))
    line = _stroke((left, start), (left + _LAST, end))
    dots = (np.arange(SIDE) // _DOT % 2).astype(np.float64)
    return np.add(images, line * dots)


def zigzag(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Draw a zigzag from column 2 to column 25, at a random height and a little tilted.

    Its axis starts in a row from 0 to 26 and ends -5 to +4 rows from there. Along it the stroke
    turns after 2 pixels and then every 4, 2 pixels to either side. Its end lies a little off the
    axis, at -2 / (2 (length - 20)), which is how the published code has it.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the height and the tilt.

    Returns:
        Shape (N, 28, 28), from 0; ink on ink may exceed 1.
    """
    row, rise = random.integers((0, _TILT[0]), (_LAST, _TILT[1]), (len(images), 2)).T
    angle = np.arctan(rise / (_LAST_COLUMN - _FIRST_COLUMN))
    length = (_LAST_COLUMN - _FIRST_COLUMN) / np.cos(angle)
    turns = [(_ARM * (2.0 * turn + 1), _ARM * (-1.0) ** turn) for turn in range(_TURNS)]
    # Whole waves that fit: 4 pixels each, so 20 for every length there is.
    waves = 2 * _ARM * (length // (2 * _ARM))
    points = [(0.0, 0.0), *turns, (length, turns[-1][1] / (2 * (length - waves)))]
    placed = [
        (
            _FIRST_COLUMN + np.cos(angle) * along - np.sin(angle) * aside,
            row + np.sin(angle) * along + np.cos(angle) * aside,
        )
        for along, aside in points
    ]
    drawn = images.copy()
    for start, end in pairwise(placed):
        drawn += _stroke(start, end)
    return drawn


def _stroke(
    start: tuple[NDArray[np.float64], NDArray[np.float64]],
    end: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return ink, (N, 28, 28) from 0 to 1, along the line between two points (column, row), (N,).

    Ink is 1 + log(1 - d / 2.3) at d rows above or below the line, and never below 0. It fills the
    columns from the one in which the line starts to the last before its end.
    """
    (left, top), (right, bottom) = start, end
    columns = np.arange(float(SIDE))
    slope = ((bottom - top) / (right - left))[:, None]
    heights = slope * (columns - left[:, None]) + top[:, None]
    distance = np.abs(columns[:, None] - heights[:, None, :])
    # A little less than the width, where the logarithm would end.
    ink = np.log1p(-np.minimum(distance, _WIDTH - 1e-10) / _WIDTH) + 1
    within = (columns >= np.floor(left)[:, None]) & (columns < np.ceil(right)[:, None])
    return np.where(within[:, None, :], np.clip(ink, 0, 1), 0)
