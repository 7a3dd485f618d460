"""Pages seen at an angle: made straight, and places on them found again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.values import Box

__all__ = ["moved_box", "straighten", "turned_back"]


def straighten(
    page: NDArray[np.uint8], change: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Return a page as a template of some shape lies.

    Args:
        page: Shape (H, W), uint8.
        change: Shape (3, 3): turns (x, y, 1) of the template into those of the page.
        shape: The template's (h, w).

    Returns:
        Shape (h, w), uint8.
    """
    import cv2

    height, width = shape
    straight = cv2.warpPerspective(
        page, change, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(straight, np.uint8)


def moved_box(box: Box, change: NDArray[np.float64], shape: tuple[int, ...]) -> Box:
    """Return the box that holds what becomes of another, within a page.

    Args:
        box: In pixels.
        change: Shape (3, 3): turns its (x, y, 1) into those of the page, up to a factor.
        shape: The page's (H, W).
    """
    import cv2

    top, left, bottom, right = box
    corners = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float64)
    found = cv2.perspectiveTransform(corners, change)[0]
    low, high = np.floor(found.min(0)), np.ceil(found.max(0))
    height, width = shape
    return Box(
        int(np.clip(low[1], 0, height)),
        int(np.clip(low[0], 0, width)),
        int(np.clip(high[1], 0, height)),
        int(np.clip(high[0], 0, width)),
    )


def turned_back(box: Box, quarters: int, shape: tuple[int, ...]) -> Box:
    """Return where a box of a page turned by ``numpy.rot90`` lies on the page as it was.

    Args:
        box: On the turned page.
        quarters: By how many right angles the page was turned, counterclockwise.
        shape: The page's (H, W), before.
    """
    height, width = shape
    top, left, bottom, right = box
    match quarters % 4:
        case 1:
            return Box(left, width - bottom, right, width - top)
        case 2:
            return Box(height - bottom, width - right, height - top, width - left)
        case 3:
            return Box(height - right, top, height - left, bottom)
    return box
