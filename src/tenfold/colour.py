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
    (ITU-R BT.601's, as Pillow has it). A channel is inverted where it runs against brightness, so
    that dark ink is dark in it.

    Args:
        image: Of any mode without transparency.

    Returns:
        Shape (H, W), uint8, a new array.
    """
    grey = image.convert("L")
    if image.mode in ("1", "L"):
        return np.array(grey, np.uint8)
    brightness = _sampled(grey)
    contrast = _contrast(brightness)
    if contrast >= _FAINT:
        return np.array(grey, np.uint8)
    channels = image.convert("RGB").split()
    samples = [_sampled(channel) for channel in channels]
    clearest = max(range(3), key=lambda place: _contrast(samples[place]))
    if _contrast(samples[clearest]) < max(_FAINT, _CLEARER * contrast):
        return np.array(grey, np.uint8)
    levels = np.array(channels[clearest], np.uint8)
    return 255 - levels if _runs_against(samples[clearest], brightness) else levels


def _sampled(channel: Image) -> NDArray[np.float32]:
    return np.asarray(channel.reduce(max(1, max(channel.size) // _SAMPLED)), np.float32)


def _contrast(levels: NDArray[np.float32]) -> float:
    """Return how many levels lie between the darkest and the brightest parts of a picture."""
    low, high = np.percentile(levels, _SEEN)
    return float(high - low)


def _runs_against(channel: NDArray[np.float32], brightness: NDArray[np.float32]) -> bool:
    """Tell whether what is darker in a channel is brighter to the eye: red on a dark green."""
    return float(((channel - channel.mean()) * (brightness - brightness.mean())).mean()) < 0
