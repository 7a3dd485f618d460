"""Pages seen at an angle: made straight, and places on them found again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.values import Box

__all__ = ["magnification", "moved_box", "straighten", "turned_back"]

_FINEST = 4.0  # times as many pixels a side as are wanted in the end


def straighten(
    page: NDArray[np.uint8], change: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Return a page as a template of some shape lies, each pixel the mean of what it shows.

    Args:
        page: Shape (H, W), uint8.
        change: Shape (3, 3): turns (x, y, 1) of the template into those of the page.
        shape: The template's (h, w).

    Returns:
        Shape (h, w), uint8.
    """
    import cv2

    height, width = shape
    finer = min(max(magnification(change, shape), 1.0), _FINEST)
    size = (round(width * finer), round(height * finer))
    straight = cv2.warpPerspective(
        page,
        change @ np.diag([width / size[0], height / size[1], 1.0]),
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cv2.resize(straight, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def magnification(change: NDArray[np.float64], shape: tuple[int, ...]) -> float:
    """Return how many pixels of a page there are for each of a template, along a side.

    Args:
        change: Shape (3, 3): turns (x, y, 1) of the template into those of the page.
        shape: The template's (h, w).
    """
    import cv2

    height, width = shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    seen = cv2.perspectiveTransform(corners, change).astype(np.float32)
    return float(np.sqrt(cv2.contourArea(seen) / (height * width)))


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
