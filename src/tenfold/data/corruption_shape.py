"""MNIST-C's changes of shape and place, about the middle. See `tenfold.data.corruptions`.

The published code warps with ``skimage.transform``: a pixel of the result is looked up where a
matrix sends its (column, row) from the middle, (13.5, 13.5), and interpolated between the four
pixels there; outside an image are zeros.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE

__all__ = ["rotate", "scale", "shear", "translate"]

_MIDDLE = (SIDE - 1) / 2
_SHEAR = 0.4  # radians, severity 2 of 5
_SCALE = 0.7  # severity 3 of 5
_ROTATION = 0.4  # radians, 23 degrees, severity 2 of 5
_SHIFT = 3  # pixels, severity 3 of 5


def shear(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Slant the digit by sin 0.4 = 0.39 columns a row to either side, with equal chances.

    scikit-image of 2019 shears by turning one axis by 0.4 radians, which also makes the digit
    taller by 1 / cos 0.4 = 1.09; that of today (0.26) slants by the tangent and keeps the height.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the side.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    sides = _sides(random, (len(images),))
    sheared = np.empty_like(images)
    for side in (-1, 1):
        angle = side * _SHEAR
        matrix = ((1.0, -math.sin(angle)), (0.0, math.cos(angle)))
        sheared[sides == side] = _warped(images[sides == side], matrix)
    return sheared


def scale(
    images: NDArray[np.float64],
    random: np.random.Generator,  # noqa: ARG001
) -> NDArray[np.float64]:
    """Shrink the digit to 70 % on both axes.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Not drawn from.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    return _warped(images, ((1 / _SCALE, 0.0), (0.0, 1 / _SCALE)))


def rotate(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Turn the digit by 0.4 radians (22.9 degrees) to either side, with equal chances.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws the side.

    Returns:
        Shape (N, 28, 28), 0 to 1.
    """
    sides = _sides(random, (len(images),))
    rotated = np.empty_like(images)
    for side in (-1, 1):
        cosine, sine = math.cos(side * _ROTATION), math.sin(side * _ROTATION)
        rotated[sides == side] = _warped(images[sides == side], ((cosine, -sine), (sine, cosine)))
    return rotated


def translate(images: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Move the digit by 3 pixels along both axes, each way with equal chances.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Draws one of four directions.

    Returns:
        Shape (N, 28, 28), 0 to 1; what leaves the image is lost.
    """
    sides = _sides(random, (len(images), 2))
    padded = np.pad(images, ((0, 0), (_SHIFT, _SHIFT), (_SHIFT, _SHIFT)))
    moved = np.empty_like(images)
    for row in (-1, 1):
        for column in (-1, 1):
            chosen = (sides == (row, column)).all(axis=1)
            top, left = _SHIFT * (1 - row), _SHIFT * (1 - column)
            moved[chosen] = padded[chosen, top : top + SIDE, left : left + SIDE]
    return moved


def _sides(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return -1 or 1, with equal chances."""
    return 2 * random.integers(0, 2, shape) - 1


def _warped(
    images: NDArray[np.float64], matrix: tuple[tuple[float, float], tuple[float, float]]
) -> NDArray[np.float64]:
    """Return images whose pixels are looked up where ``matrix`` sends them from the middle.

    Done with numpy rather than OpenCV, which rounds places to 1/32 of a pixel.
    """
    offsets = np.arange(SIDE) - _MIDDLE
    columns = matrix[0][0] * offsets + matrix[0][1] * offsets[:, None] + _MIDDLE
    rows = matrix[1][0] * offsets + matrix[1][1] * offsets[:, None] + _MIDDLE
    # Two zeros around an image stand for all that lie outside.
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    top, left = np.floor(rows), np.floor(columns)
    below, beside = rows - top, columns - left
    row = np.clip(top, -2, SIDE).astype(np.intp) + 2
    column = np.clip(left, -2, SIDE).astype(np.intp) + 2
    upper = (1 - beside) * padded[:, row, column] + beside * padded[:, row, column + 1]
    lower = (1 - beside) * padded[:, row + 1, column] + beside * padded[:, row + 1, column + 1]
    return (1 - below) * upper + below * lower
