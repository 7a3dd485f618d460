"""Lines printed so pale that they show only along their length, as of forms made to be scanned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.glyph import small_enough
from tenfold.preprocess.paper import lifted_page

__all__ = ["find_faint_lines"]

_SIDE = 900  # pixels a side of the page on which they are looked for
_LENGTH = 61  # pixels along which a line is averaged; it may fall by its thickness over that
_THICKEST = 9  # pixels of a line
_CAPPED = 3.0  # times the grain: all that is darker counts for no more, so that strokes do not win
_FALLS = np.tan(np.radians(np.arange(-5, 5.1, 1.25)))  # rows a column
_SIGNAL = 4.5  # times the averaged grain that a line rises above it
_LEAST = 0.008  # of the light that paper throws back


def find_faint_lines(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return where there are long thin lines, nearly level or upright, however pale.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        Shape (h, w), uint8, 0 or 1; of the page made smaller, if it is larger than 900 pixels.
    """
    lifted = lifted_page(small_enough(page, _SIDE))
    return np.asarray(_level(lifted) | _level(np.ascontiguousarray(lifted.T)).T, np.uint8)


def _level(lifted: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the nearly level lines of a page without its ground (h, w), 0 or 1."""
    import cv2

    broad = cv2.morphologyEx(lifted, cv2.MORPH_OPEN, np.ones((_THICKEST, 1), np.uint8))
    thin = np.asarray(lifted - np.asarray(broad), np.float32)
    grain = 1.4826 * float(np.median(np.abs(thin - np.median(thin))))
    capped = np.minimum(thin, max(_CAPPED * grain, 4 * _LEAST))
    along = np.max([_averaged(capped, fall) for fall in _FALLS], axis=0)
    usual = float(np.median(along))
    spread = 1.4826 * float(np.median(np.abs(along - usual)))
    lines = (along > usual + max(_SIGNAL * spread, _LEAST)).astype(np.uint8)
    lines = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((1, _LENGTH // 3), np.uint8))
    return np.asarray(cv2.dilate(lines, np.ones((1, _LENGTH // 2), np.uint8)), np.uint8)


def _averaged(thin: NDArray[np.float32], fall: float) -> NDArray[np.float32]:
    """Return values (h, w) averaged along lines that fall by some rows a column."""
    import cv2

    height, width = thin.shape
    down = np.array([[1, 0, 0], [-fall, 1, fall * width / 2]], np.float64)
    level = cv2.warpAffine(thin, down, (width, height), flags=cv2.INTER_LINEAR)
    averaged = cv2.blur(level, (_LENGTH, 1))
    back = np.array([[1, 0, 0], [fall, 1, -fall * width / 2]], np.float64)
    return np.asarray(cv2.warpAffine(averaged, back, (width, height)), np.float32)
