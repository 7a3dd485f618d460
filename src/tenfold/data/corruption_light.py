"""MNIST-C's light and weather: grey levels shift, nothing moves. See `tenfold.data.corruptions`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE
from tenfold.data.corruption_blur import smoothed

__all__ = ["brightness", "fog", "spatter", "stripe"]

_BRIGHTER = 0.5  # severity 5 of 5
_STRIPE = slice(7, 21)  # the columns that keep their levels

# Severity 5 of 5: thickness, and by what the noise's range shrinks from one grid to the next. The
# published code multiplies its noise by that range twice, so its height shrinks by the square.
_FOG, _FOG_DECAY = 3.0, 1.4
_MAP = 256  # pixels a side of a fog map, of which the upper left 28 are seen
_MAPS = 16  # maps grown at once, 4 MB

# Severity 4 of 5: mean and deviation of the liquid, its smoothing in pixels, what counts as a drop,
# the smoothing of drops in pixels, and the least cover that stays.
_LIQUID_MEAN, _LIQUID_DEVIATION, _LIQUID_SIGMA = 0.65, 0.3, 1.0
_DROP, _DROP_SIGMA, _COVER = 0.65, 1.5, 0.8
_MUD = 63 / 255


def brightness(
    images: NDArray[np.float64],
    random: np.random.Generator,  # noqa: ARG001
) -> NDArray[np.float64]:
    """Add 0.5 to every level; what passes 1 is white.

    The published code goes through hue, saturation and value and back, which for grey is the same.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Not drawn from.

    Returns:
        Shape (N, 28, 28), 0.5 to 1.
    """
    return np.minimum(images + _BRIGHTER, 1)


def stripe(
    images: NDArray[np.float64],
    random: np.random.Generator,  # noqa: ARG001
) -> NDArray[np.float64]:
    """Invert all but the middle stripe: columns 0 to 6 and 21 to 27.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Not drawn from.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    striped = 1 - images
    striped[:, :, _STRIPE] = images[:, :, _STRIPE]
    return striped


def fog(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Lay fog of thickness 3 over the image, and scale the sum back by brightest / (brightest + 3).

    So ink keeps a quarter of its contrast, and an image without ink stays black.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws a fog map for each image.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    brightest = images.max(axis=(1, 2), keepdims=True)
    fogged = np.empty_like(images)
    for start in range(0, len(images), _MAPS):
        part = slice(start, start + _MAPS)
        fogged[part] = images[part] + _FOG * _fog_maps(len(images[part]), random)
    scaled: NDArray[np.float64] = fogged * brightest / (brightest + _FOG)
    return scaled


def spatter(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Cover the image with drops of mud, level 63/255, where smoothed noise is above its mean.

    Drops are smoothed once more, and only where they cover 80 % or more do they stay: there the
    image is dimmed by the cover, and mud added in proportion to it. The published code does this in
    float32, which takes one pixel of 100,000 to the next grey.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the liquid.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    liquid = random.normal(_LIQUID_MEAN, _LIQUID_DEVIATION, images.shape)
    drops = smoothed(liquid, _LIQUID_SIGMA) > _DROP
    cover = smoothed(drops.astype(np.float64), _DROP_SIGMA)
    cover[cover < _COVER] = 0
    return images * (1 - cover) + _MUD * cover


def _fog_maps(count: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Return the corners, (count, 28, 28), of plasma fractals whose 256 x 256 span 0 to 1.

    Diamond-square on a torus: a grid of known heights is halved again and again; each new point is
    the mean of its four neighbours on the grid so far, and noise that shrinks from grid to grid.
    Only the ratio of their noise shows in the end, so the first grid's is from -1/2 to 1/2.
    """
    # Each point is drawn where it will stand, so that a map's numbers follow one another.
    heights = random.random((count, _MAP, _MAP), np.float32) - np.float32(0.5)
    heights[:, 0, 0] = 0
    step, amplitude = _MAP, 1.0
    while step > 1:
        half = step // 2
        corners, middles = heights[:, ::step, ::step], heights[:, half::step, half::step]
        tops, sides = heights[:, ::step, half::step], heights[:, half::step, ::step]
        below, beside = corners + np.roll(corners, -1, 1), corners + np.roll(corners, -1, 2)
        _settle(middles, below + np.roll(below, -1, 2), amplitude)
        _settle(tops, middles + np.roll(middles, 1, 1) + beside, amplitude)
        _settle(sides, middles + np.roll(middles, 1, 2) + below, amplitude)
        step, amplitude = half, amplitude / _FOG_DECAY**2
    low, high = heights.min((1, 2), keepdims=True), heights.max((1, 2), keepdims=True)
    seen: NDArray[np.float32] = (heights[:, :SIDE, :SIDE] - low) / (high - low)
    return seen


def _settle(points: NDArray[np.float32], sums: NDArray[np.float32], amplitude: float) -> None:
    """Turn noise into heights, in place: the mean of four neighbours, given as a sum, and noise."""
    points *= amplitude
    points += sums / 4
