"""MNIST-C's noise: pixels are off by chance, each for itself. See `tenfold.data.corruptions`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["impulse_noise", "shot_noise"]

# Severity 5 of 5 for the photons of a white pixel, 4 of 5 for the share of pixels.
_PHOTONS = 3
_IMPULSES = 0.17


def shot_noise(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Count photons: each pixel is Poisson(3 level) / 3, so a white one is 0 in 1 of 20 cases.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the counts.

    Returns:
        Shape (N, 28, 28), multiples of 1/3, which may exceed 1.
    """
    return random.poisson(images * _PHOTONS) / _PHOTONS


def impulse_noise(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Set 17 % of the pixels, half of them to 0 and half to 1.

    scikit-image's "salt and pepper" draws which pixels and which value apart; one number from 0 to
    1 for each pixel gives both with the same chances.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the pixels.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    drawn = random.random(images.shape)
    peppered = np.where(drawn < _IMPULSES / 2, 0, images)
    return np.where(drawn >= 1 - _IMPULSES / 2, 1, peppered)
