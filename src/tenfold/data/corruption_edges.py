"""MNIST-C's edges: Canny's detector as scikit-image has it. See `tenfold.data.corruptions`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE
from tenfold.data.corruption_blur import smoothed

__all__ = ["canny_edges"]

# The defaults of skimage.feature.canny: smoothing in pixels, and gradients for levels from 0 to 1.
_SIGMA, _WEAK, _STRONG = 1.0, 0.1, 0.2


def canny_edges(
    images: NDArray[np.float64],
    random: np.random.Generator,  # noqa: ARG001
) -> NDArray[np.float64]:
    """Replace the image by its edges, one pixel wide.

    Smoothing by one pixel, Sobel gradients, thinning to their ridges, then every ridge above 0.1
    that hangs together with one above 0.2. OpenCV's own Canny neither smooths nor interpolates when
    thinning, so only the last step is left to OpenCV.

    Args:
        images: Shape (N, 28, 28), 0 to 1.
        random: Not drawn from.

    Returns:
        Shape (N, 28, 28), 0 or 1; the outermost pixels are 0.
    """
    ground = np.ones((1, SIDE, SIDE))
    # Zeros lie outside; dividing by what they take from the weights makes up for them.
    share = smoothed(ground, _SIGMA, beyond="constant") + np.finfo(float).eps
    levels = smoothed(images, _SIGMA, beyond="constant") / share
    down, right = _gradient(levels, 1), _gradient(levels, 2)
    # Not np.hypot, whose last bit is the machine's: thinning compares slopes that may be equal.
    slopes = np.sqrt(down * down + right * right)
    ridges = np.zeros(images.shape, bool)
    ridges[:, 1:-1, 1:-1] = _ridges(down[:, 1:-1, 1:-1], right[:, 1:-1, 1:-1], slopes)
    return _connected(ridges & (slopes >= _WEAK), ridges & (slopes >= _STRONG)).astype(np.float64)


def _gradient(levels: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return Sobel's gradient along an axis, (N, 28, 28), -4 to 4; outside, images are mirrored."""
    padded = np.pad(levels, ((0, 0), (1, 1), (1, 1)), mode="symmetric")
    padded = padded if axis == 1 else padded.transpose(0, 2, 1)
    rises = padded[:, 2:] - padded[:, :-2]
    total = 2 * rises[:, :, 1:-1] + (rises[:, :, :-2] + rises[:, :, 2:])
    return total if axis == 1 else total.transpose(0, 2, 1)


def _ridges(
    down: NDArray[np.float64], right: NDArray[np.float64], slopes: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which inner pixels, (N, 26, 26), are as steep as both points a pixel along their normal.

    Such a point lies between a straight and a diagonal neighbour; its slope is interpolated.

    Args:
        down: The gradient along rows at the inner pixels, (N, 26, 26).
        right: The same along columns.
        slopes: The gradient's length everywhere, (N, 28, 28).
    """

    def neighbour(row: int, column: int) -> NDArray[np.float64]:
        return slopes[:, 1 + row : SIDE - 1 + row, 1 + column : SIDE - 1 + column]

    longer, shorter = np.maximum(abs(down), abs(right)), np.minimum(abs(down), abs(right))
    weight = np.divide(shorter, longer, out=np.zeros_like(longer), where=longer > 0)
    steep = abs(down) >= abs(right)
    same = down * right >= 0
    middle = neighbour(0, 0)
    ridge: NDArray[np.bool_] = middle > 0
    for side in (1, -1):
        straight = np.where(steep, neighbour(side, 0), neighbour(0, side))
        falling = np.where(steep, neighbour(side, -side), neighbour(-side, side))
        diagonal = np.where(same, neighbour(side, side), falling)
        ridge &= diagonal * weight + straight * (1 - weight) <= middle
    return ridge


def _connected(weak: NDArray[np.bool_], strong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the weak pixels, (N, 28, 28), that hang together with a strong one, by corners too."""
    import cv2

    # One below the other, images make one picture; no ridge touches their outermost pixels.
    picture: Any = weak.reshape(-1, SIDE).astype(np.uint8)
    count, pieces = cv2.connectedComponents(picture, connectivity=8)
    kept = np.zeros(count, bool)
    kept[pieces[strong.reshape(-1, SIDE)]] = True
    return weak & kept[pieces].reshape(weak.shape)
