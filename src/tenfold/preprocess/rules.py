"""Rules of ruled paper and lines of forms, taken off a page where they cross it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["erase_rules"]

_RUN = 0.15  # of a page's side: the least straight run of ink that may be part of a rule
_ACROSS = 0.95  # of a page's side, along which a rule has to reach
_THICKEST = 0.06  # of a page's other side: a thicker line may be a stroke
_DIGIT = 0.3  # of a page's shorter side: the least height or width of what is left, off the border
_LEAST_SIDE = 40  # pixels, below which a rule cannot be told from a stroke


def erase_rules(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ink without lines that run across the page, level or upright.

    Where a stroke crosses a line it stays whole. Nothing is erased unless a digit may be left: a
    thin digit cut out closely has strokes from border to border.

    Args:
        ink: Shape (H, W), float32, 0 to 1, as `lift_ink` returns it.

    Returns:
        Shape (H, W), float32; the same array where there are no rules.
    """
    if min(ink.shape) < _LEAST_SIDE:
        return ink
    level = _rules(ink)
    upright = _rules(ink.T).T
    if not (level.any() or upright.any()):
        return ink
    erased = _without(_without(ink, level).T, upright.T).T
    return np.ascontiguousarray(erased) if _holds_a_digit(erased) else ink


def _rules(ink: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the places (H, W) of lines from the left border to the right, tilted or not."""
    import cv2

    width = ink.shape[1]
    inked = (ink > 0).astype(np.uint8)
    runs = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones((1, round(_RUN * width)), np.uint8))
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    found = np.zeros(ink.shape, bool)
    for label in range(1, count):
        if statistics[label][cv2.CC_STAT_WIDTH] >= _ACROSS * width:
            found |= _straight(labels == label)
    return found


def _straight(piece: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what of a piece (H, W) lies on one thin line; nothing, where it is none.

    Strokes run along a line now and then, and are left to themselves.
    """
    height, width = piece.shape
    thickness = piece.sum(0)
    usual = float(np.median(thickness[thickness > 0]))
    if usual > _THICKEST * height:
        return np.zeros_like(piece)
    columns = np.flatnonzero((thickness > 0) & (thickness <= 1.5 * usual + 1))
    rows = np.arange(height) @ piece[:, columns] / thickness[columns]
    slope, offset = np.polyfit(columns, rows, 1)
    near = np.median(np.abs(rows - slope * columns - offset)) <= 1 + usual / 2
    distance = np.abs(np.arange(height)[:, None] - slope * np.arange(width) - offset)
    return np.asarray(piece & (distance <= usual / 2 + 1) & bool(near), bool)


def _without(ink: NDArray[np.float32], rules: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return ink without level rules, but where there is ink both above and below them."""
    import cv2

    if not rules.any():
        return ink
    rest = np.where(rules, 0, ink).astype(np.float32)
    thickness = int(rules.sum(0).max())
    tall = np.ones((2 * (thickness // 2) + 3, 3), np.uint8)
    closed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, tall)
    return np.asarray(np.where(rules, np.minimum(closed, ink), ink), np.float32)


def _holds_a_digit(ink: NDArray[np.float32]) -> bool:
    """Tell whether some piece is as large as a digit and touches no border."""
    import cv2

    height, width = ink.shape
    _, _, statistics, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8))
    left, top, wide, tall = statistics[1:, :4].T
    inside = (left > 0) & (top > 0) & (left + wide < width) & (top + tall < height)
    return bool((inside & (np.maximum(wide, tall) >= _DIGIT * min(height, width))).any())
