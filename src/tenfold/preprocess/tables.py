"""The lines of boxes and tables on a page, told from digits and taken out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["erase_tables"]

_DARK = 0.25  # of full ink: what a line is made of
_LONG = 3.0  # heights of a digit: a straight run of ink that is a line
_TABLE = 4.0  # heights of a digit: the least extent of what has lines
_LEAST_RUN = 20  # pixels; shorter ones are part of small digits
_ROW = 0.8  # heights of a digit: the least distance of two lines with digits between them
_UPRIGHT = 0.9  # of the distance of two lines: an upright line from one to the other


def erase_tables(ink: NDArray[np.float32], height: float) -> NDArray[np.float32]:
    """Return ink without the lines of tables, boxes and fields.

    A line is a straight run of ink, level or upright, far longer than a digit is high; and, in what
    has level lines, an upright run from one to the next. Where a stroke crosses a level line it
    stays whole.

    Args:
        ink: Shape (H, W), float32, 0 to 1, as `lift_ink` returns it.
        height: Of a digit on the page, in pixels.

    Returns:
        Shape (H, W), float32, a new array.
    """
    import cv2

    dark = (ink > _DARK).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    erased = ink.copy()
    for label in range(1, count):
        left, top, width, tall, _ = (int(value) for value in statistics[label])
        if max(width, tall) < _TABLE * height:
            continue
        place = (slice(top, top + tall), slice(left, left + width))
        own = (labels[place] == label).astype(np.uint8)
        _erase_lines(erased[place], own, height)
    return erased


def _erase_lines(ink: NDArray[np.float32], own: NDArray[np.uint8], height: float) -> None:
    """Set the lines of one connected piece (h, w) to 0, in place."""
    import cv2

    long = max(round(_LONG * height), _LEAST_RUN)
    level, upright = _runs(own, long), _runs(own.T, long).T
    if row := _row_height(level, height):
        upright = upright | _runs(own.T, max(round(_UPRIGHT * row), 2)).T
    above_and_below, beside = np.ones((3, 1), np.uint8), np.ones((1, 3), np.uint8)
    is_level = np.asarray(cv2.dilate(level, above_and_below), bool)
    is_upright = np.asarray(cv2.dilate(np.ascontiguousarray(upright), beside), bool)
    ink[is_level & ~_crossed(own > 0, is_level)] = 0
    ink[is_upright] = 0


def _runs(dark: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Return the level runs of ink (h, w) of at least some length."""
    import cv2

    kernel = np.ones((1, length), np.uint8)
    return np.asarray(cv2.morphologyEx(np.ascontiguousarray(dark), cv2.MORPH_OPEN, kernel))


def _row_height(level: NDArray[np.uint8], height: float) -> float | None:
    """Return the median distance of neighbouring lines with room for a digit; None without any."""
    rows = np.flatnonzero(level.any(1))
    starts = rows[np.r_[True, np.diff(rows) > 1]] if len(rows) else rows
    distances = np.diff(starts)
    distances = distances[distances > _ROW * height]
    return float(np.median(distances)) if len(distances) else None


def _crossed(own: NDArray[np.bool_], line: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where strokes cross level lines: places (h, w) with ink right above and below them."""
    free = own & ~line
    above, below = _next_free(free, line), _next_free(free[::-1], line[::-1])[::-1]
    return np.asarray(line & above & below, bool)


def _next_free(free: NDArray[np.bool_], line: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each place of a line whether there is a stroke where the line begins above it."""
    carried = np.zeros_like(line)
    for row in range(1, len(line)):
        carried[row] = line[row] & np.where(line[row - 1], carried[row - 1], free[row - 1])
    return carried
