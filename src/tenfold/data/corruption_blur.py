"""MNIST-C's blurs, and the Gaussian smoothing they use. See `tenfold.data.corruptions`."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE

__all__ = ["glass_blur", "motion_blur", "smoothed"]

_REACH = 4  # deviations at which SciPy cuts a Gaussian off

# Severity 1 of 5: smoothing in pixels, how far a pixel may be swapped, and how often over.
_GLASS_SIGMA, _GLASS_REACH, _GLASS_ROUNDS = 0.7, 1, 2
# How far back in a flattened image the partner of a swap lies, for eight draws of equal chance: in
# half of them nothing is swapped, else the offsets -1 and 0 are equally likely on both axes.
_PARTNERS = np.array([0, 0, 0, 0, 0, 1, SIDE, SIDE + 1])

# Severity 1 of 5: ImageMagick's radius and deviation in pixels, and the steepest angle in degrees.
_MOTION_RADIUS, _MOTION_SIGMA, _MOTION_ANGLE = 10, 3.0, 45.0


def smoothed(
    images: NDArray[np.float64],
    sigma: float,
    axes: tuple[int, ...] = (1, 2),
    beyond: Literal["edge", "constant"] = "edge",
) -> NDArray[np.float64]:
    """Return images smoothed by a Gaussian, as `scipy.ndimage.gaussian_filter` does it.

    Args:
        images: Shape (N, H, W).
        sigma: Deviation in pixels; the kernel reaches 4 of them.
        axes: The axes along which to smooth, in this order.
        beyond: Outside an image are the levels of its edge, or zeros ("constant").

    Returns:
        Shape (N, H, W); a new array.
    """
    reach = int(_REACH * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights = weights[reach:] / weights.sum()
    for axis in axes:
        width = [(reach, reach) if place == axis else (0, 0) for place in range(3)]
        # Moved to the front, the axis can be sliced without naming it.
        padded = np.moveaxis(np.pad(images, width, mode=beyond), axis, 0)
        length = images.shape[axis]
        total = padded[reach : reach + length] * weights[0]
        # From the outside in and in pairs, as SciPy adds: the sums are then the same to the bit.
        for offset in range(reach, 0, -1):
            before = padded[reach - offset : reach - offset + length]
            after = padded[reach + offset : reach + offset + length]
            total += (before + after) * weights[offset]
        images = np.moveaxis(total, 0, axis)
    return images


def glass_blur(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Smooth by 0.7 pixels, swap pixels with neighbours above and to the left, smooth again.

    Twice over rows and columns 27 to 2, from the last to the first, each pixel is swapped with
    chance 1/2 with the one up to a pixel up and up to a pixel left of it (which may be itself).

    It smooths up and down only, as published: with ``multichannel=True`` scikit-image takes the
    columns of a grey image for its colours. In between, levels are bytes without their fraction.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the swaps.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    places = range(SIDE - _GLASS_REACH, _GLASS_REACH, -1)
    draws = random.integers(0, 8, (len(images), _GLASS_ROUNDS, len(places), len(places)))
    partners = _PARTNERS[draws].reshape(len(images), -1)
    blurred = np.floor(smoothed(images, _GLASS_SIGMA, axes=(1,)) * 255)
    # Pixels first: a swap then touches neighbouring memory for all images.
    pixels = np.ascontiguousarray(blurred.reshape(len(images), -1).T)
    every = np.arange(len(images))
    centres = [row * SIDE + column for row in places for column in places] * _GLASS_ROUNDS
    for centre, offsets in zip(centres, partners.T, strict=True):
        kept = pixels[centre].copy()
        pixels[centre] = pixels[centre - offsets, every]
        pixels[centre - offsets, every] = kept
    return smoothed(pixels.T.reshape(images.shape) / 255, _GLASS_SIGMA, axes=(1,))


def motion_blur(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Smear the image along a line of a random angle from -45 to 45 degrees.

    ImageMagick's ``MotionBlurImage`` with radius 10 and sigma 3: a pixel becomes the weighted mean
    of itself and the 20 that follow it to the right, at the whole pixels nearest to the line, with
    the weights of half a Gaussian. Outside the image are the levels of its edge. The result is
    rounded to bytes, as ImageMagick's is; ImageMagick also rounds to 16 bits before.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the angles.

    Returns:
        Shape (N, 28, 28), 0 to 1, multiples of 1/255.
    """
    angles = np.deg2rad(random.uniform(-_MOTION_ANGLE, _MOTION_ANGLE, len(images)))
    steps = np.arange(2 * _MOTION_RADIUS + 1)
    weights = np.exp(-(steps**2) / (2 * _MOTION_SIGMA**2))
    weights /= weights.sum()
    margin = len(steps)
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)), mode="edge")
    wide = padded.shape[2]
    inside = np.arange(margin, margin + SIDE)
    places = np.arange(len(images))[:, None, None] * wide * wide
    places = places + inside[:, None] * wide + inside
    total = np.zeros_like(images)
    for step, weight in zip(steps, weights, strict=True):
        # Half a pixel goes down, as ImageMagick's ceil(x - 1/2) has it.
        rows = np.ceil(step * np.sin(angles) - 0.5).astype(np.intp)
        columns = np.ceil(step * np.cos(angles) - 0.5).astype(np.intp)
        total += weight * np.take(padded, places + (rows * wide + columns)[:, None, None])
    return np.rint(total * 255) / 255
