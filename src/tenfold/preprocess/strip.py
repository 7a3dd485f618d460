"""The ink of digits that stand together as a strip: 32 pixels high, as wide as they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["STRIP_HEIGHT", "column_of_strip", "frame_strip", "narrowed_columns", "strip_column"]

STRIP_HEIGHT = 32
"""Rows of a strip."""

_MARGIN = 2  # pixels without ink on each side
_WIDEST = 640  # pixels; longer ink is made smaller
_GAP = 0.5  # of the ink's height: wider gaps are narrowed to that
_FULL = 97.0  # percentile of the ink that counts as full


def frame_strip(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return ink on an empty ground as a strip: fitted into 28 rows, a margin round it.

    Args:
        ink: Shape (h, w), 0 where there is none; not 0 everywhere.

    Returns:
        Shape (32, W), uint8, 0 ground to 255 full ink; W from 5 to 640.
    """
    import cv2

    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = STRIP_HEIGHT - 2 * _MARGIN, _WIDEST - 2 * _MARGIN
    scale = min(high / cut.shape[0], wide / cut.shape[1])
    size = (max(round(cut.shape[1] * scale), 1), max(round(cut.shape[0] * scale), 1))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    seen = np.asarray(cv2.resize(cut.astype(np.float32), size, interpolation=method), np.float32)
    full = float(np.percentile(seen[seen > seen.max() / 2], _FULL))
    strip = np.zeros((STRIP_HEIGHT, size[0] + 2 * _MARGIN), np.uint8)
    top = (STRIP_HEIGHT - size[1]) // 2
    inside = strip[top : top + size[1], _MARGIN : _MARGIN + size[0]]
    inside[:] = np.minimum(seen * (255 / full), 255).round()
    return strip


def strip_column(column: float, ink_width: int, strip_width: int) -> float:
    """Return which column of some ink a column of its strip shows.

    Args:
        column: Of the strip, 0 its left edge.
        ink_width: Of the ink, cut to its extent.
        strip_width: Of the strip that `frame_strip` made of it.
    """
    return (column - _MARGIN) * ink_width / max(strip_width - 2 * _MARGIN, 1)


def column_of_strip(column: float, ink_width: int, strip_width: int) -> float:
    """Return which column of a strip shows a column of its ink: `strip_column` the other way."""
    return _MARGIN + column * (strip_width - 2 * _MARGIN) / max(ink_width, 1)


def narrowed_columns(ink: NDArray[np.float32]) -> NDArray[np.int_]:
    """Return columns of ink from the first that is inked to the last, less where gaps are wide.

    Digits in boxes may stand as far apart as one likes; a gap as wide as half a digit's height
    tells as much.

    Args:
        ink: Shape (h, w), 0 where there is none; not 0 everywhere.
    """
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    widest = max(round(_GAP * (rows[-1] + 1 - rows[0])), 1)
    parts = [columns[:1]]
    for column, gap in zip(columns[1:].tolist(), (np.diff(columns) - 1).tolist(), strict=True):
        parts.append(np.arange(column - min(gap, widest), column + 1))
    return np.concatenate(parts)
