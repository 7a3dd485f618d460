"""A coloured picture as grey levels in which its strokes can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["to_grey"]

_SAMPLED = 256  # pixels a side on which contrasts are compared
_SEEN = 0.5, 99.5  # percentiles between which contrast is measured; a stroke covers more
_FAINT = 48  # grey levels: where brightness has as much contrast, it is taken
_CLEARER = 2.0  # times the contrast of brightness, from which a channel is taken in its place


def to_grey(image: Image) -> NDArray[np.uint8]:
    """Return brightness, or the one of red, green and blue that shows what brightness hides.

    A yellow marker on white paper, or red on blue, differ in colour and hardly in brightness
    (ITU-R BT.601's, as Pillow has it).

    Args:
        image: Of any mode without transparency.

    Returns:
        Shape (H, W), uint8, a new array.
    """
    grey = image.convert("L")
    if image.mode in ("1", "L"):
        return np.array(grey, np.uint8)
    channels = image.convert("RGB").split()
    clearest = max(channels, key=_contrast)
    if _contrast(grey) < _FAINT and _contrast(clearest) >= max(_FAINT, _CLEARER * _contrast(grey)):
        return np.array(clearest, np.uint8)
    return np.array(grey, np.uint8)


def _contrast(channel: Image) -> float:
    """Return how many levels lie between the darkest and the brightest parts of a channel."""
    small = channel.reduce(max(1, max(channel.size) // _SAMPLED))
    low, high = np.percentile(np.asarray(small), _SEEN)
    return float(high - low)
