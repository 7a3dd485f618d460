"""Whether a shadow with a hard edge lies on a page: then paper has two levels side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.regions import dividing_level, opened, reaching_border, shrunk

__all__ = ["has_hard_shadow"]

_SIDE = 256  # pixels a side on which it is looked for
_STROKE = 13  # pixels: strokes are narrower
_LEAST_SIDE = 90  # pixels of the small page: beside a line of digits cut out all is narrow
_LEAST = 0.06  # of the page: the least of what is lit, and of what is in the shadow
_RING = 4  # pixels on either side of the edge
_SHARP = 16.0  # levels by which both sides differ there; what is out of focus falls off softly
_SHARE = 0.8  # of the edge: the least that is sharp
_WRITTEN, _LEAST_WRITTEN = 16, 6  # levels of a stroke above its surroundings; pixels of such


def has_hard_shadow(page: NDArray[np.uint8]) -> bool:
    """Tell a page on which something broad with a sharp edge lies that is darker than its paper.

    Args:
        page: Shape (H, W), uint8, ink bright.
    """
    small = np.rint(shrunk(page, _SIDE)).astype(np.uint8)
    if min(small.shape) < _LEAST_SIDE:
        return False
    broad = opened(small, _STROKE)
    dark = reaching_border(broad > dividing_level(broad))
    if not _LEAST <= dark.mean() <= 1 - _LEAST or not _has_sharp_edge(broad, dark):
        return False
    return int((small.astype(int) - broad > _WRITTEN).sum()) >= _LEAST_WRITTEN


def _has_sharp_edge(broad: NDArray[np.uint8], dark: NDArray[np.bool_]) -> bool:
    """Tell whether levels (h, w) fall off all along the edge of what is dark."""
    import cv2

    brush = np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)
    highest, lowest = (
        np.asarray(side, np.int16) for side in (cv2.dilate(broad, brush), cv2.erode(broad, brush))
    )
    inside = dark.astype(np.uint8)
    edge = (inside > cv2.erode(inside, np.ones((3, 3), np.uint8), borderValue=1)) > 0
    return bool(edge.any()) and float((highest - lowest >= _SHARP)[edge].mean()) >= _SHARE
