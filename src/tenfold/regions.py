"""Regions of a picture: what parts bright from dark, and how broad strokes and papers are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BROAD",
    "breadth",
    "dividing_level",
    "opened",
    "principal_sides",
    "reaching_border",
    "shrunk",
]

BROAD = 0.22
"""Of a picture's longer side: what is that broad (see `breadth`) is no stroke."""


def breadth(region: NDArray[np.bool_]) -> float:
    """Return how far the innermost pixel of a region is from its edge, by the longer side.

    The picture's border counts for no edge: paper and shadows go on beyond it.

    Args:
        region: Shape (H, W), bool; small, for the time grows with its area.

    Returns:
        0 for an empty region, 1 for one that fills the picture.
    """
    import cv2

    if region.all():
        return 1.0
    longer = max(region.shape)
    padded = np.pad(region, longer, mode="edge").astype(np.uint8)
    distances = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[longer:-longer, longer:-longer]
    return float(min(1.0, distances.max() / longer))


def dividing_level(levels: NDArray[np.uint8]) -> float:
    """Return the level that best divides levels into two classes; the upper one is above it.

    Otsu 1979, https://doi.org/10.1109/TSMC.1979.4310076.

    Args:
        levels: Of any shape, at least one.
    """
    import cv2

    return float(cv2.threshold(levels.reshape(1, -1), 0, 255, cv2.THRESH_OTSU)[0])


def principal_sides(places: NDArray[np.int64] | NDArray[np.float64]) -> tuple[float, float]:
    """Return how far places (N, 2) reach across and along their principal axes, however they lean.

    Args:
        places: Two or more.
    """
    axes = np.linalg.eigh(np.cov(places.T)).eigenvectors
    across, along = np.ptp(places @ axes, axis=0)
    return float(across), float(along)


def reaching_border(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the parts of a region (H, W), bool, that reach the picture's border."""
    import cv2

    _, labels = cv2.connectedComponents(region.astype(np.uint8), connectivity=8)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.asarray(np.isin(labels, border[border > 0]), bool)


def opened(levels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return levels (H, W) without what is brighter than its surroundings and narrower than a side.

    An opening by a square; what reaches the picture's border goes on beyond it.
    """
    import cv2

    padded = np.pad(levels, side, mode="edge")
    found = cv2.morphologyEx(padded, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return np.asarray(found[side:-side, side:-side], np.uint8)


def shrunk(picture: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Return a picture (H, W) by means over areas, the longer side at most ``side`` pixels."""
    import cv2

    height, width = picture.shape
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
