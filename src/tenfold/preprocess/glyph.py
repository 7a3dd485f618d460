"""A page with one digit as a glyph: 28 x 28, as MNIST was made.

MNIST's authors fitted each digit into 20 x 20 pixels with its aspect kept, anti-aliased, and put
its centre of mass into the middle of 28 x 28 (LeCun et al. 1998, https://doi.org/10.1109/5.726791,
section III).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.images import open_page

__all__ = ["is_blank", "picture_to_glyph", "to_glyph"]

_SIDE, _BOX = 28, 20  # pixels a side of a glyph, and of the box its ink is fitted into
_MIN_CONTRAST = 24  # grey levels between ground and ink, below which paper grain is all there is


def is_blank(page: NDArray[np.uint8]) -> bool:
    """Tell whether a page (H, W) uint8 has no ink at all, only a ground and its grain."""
    return int(page.max()) - int(page.min()) < _MIN_CONTRAST


def to_glyph(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a page with one digit as a glyph.

    A page of 28 x 28 is taken as a glyph already. Any other is freed of its ground, cut to its ink,
    fitted into 20 x 20 and centred by mass. A blank page gives a glyph of zeros.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        Shape (28, 28), uint8, 0 ground to 255 full ink; a new array.
    """
    if page.shape == (_SIDE, _SIDE):
        return page.copy()
    if is_blank(page):
        return np.zeros((_SIDE, _SIDE), np.uint8)
    ink = _without_ground(page)
    return _centred(_fitted(_cut(ink)))


def picture_to_glyph(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture (H, W) uint8 of either polarity as the glyph a reader shows its model."""
    return to_glyph(open_page(picture))


def _without_ground(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return ink from 0 to 255: what the border shows is ground, the brightest 2 % are full ink."""
    border = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    # A digit cut out closely may fill half the page or cross the border, never both.
    ground = min(np.median(page), np.median(border))
    lifted = page.astype(np.float32) - float(ground)
    full = float(np.percentile(lifted[lifted > lifted.max() / 2], 98))
    ink = np.clip(lifted * (255 / full), 0, 255)
    # Grain and shadow stay below a quarter of the ink in an evenly lit picture of one digit.
    return np.where(ink < 64, 0, ink).astype(np.float32)


def _cut(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fitted(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale so that the longer side is 20 pixels, averaging over areas when shrinking."""
    import cv2

    scale = _BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, (width, height), interpolation=method), np.float32)


def _centred(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Place ink so that its centre of mass is nearest to the middle, without cutting any off."""
    height, width = ink.shape
    total = ink.sum()
    row = (ink.sum(1) * np.arange(height)).sum() / total
    column = (ink.sum(0) * np.arange(width)).sum() / total
    middle = (_SIDE - 1) / 2
    top = int(np.clip(round(middle - row), 0, _SIDE - height))
    left = int(np.clip(round(middle - column), 0, _SIDE - width))
    glyph = np.zeros((_SIDE, _SIDE), np.uint8)
    glyph[top : top + height, left : left + width] = ink.round()
    return glyph
