"""A page with one digit as a glyph: 28 x 28, as MNIST was made.

MNIST's authors fitted each digit into 20 x 20 pixels with its aspect kept, anti-aliased, and put
its centre of mass into the middle of 28 x 28 (LeCun et al. 1998, https://doi.org/10.1109/5.726791,
section III).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.images import Polarity, open_page
from tenfold.preprocess.cells import cut_out_cell
from tenfold.preprocess.ground import lift_ink
from tenfold.preprocess.rules import erase_rules
from tenfold.preprocess.sheet import cut_out_sheet
from tenfold.preprocess.strokes import keep_digit

__all__ = [
    "SIDE",
    "are_glyphs",
    "frame_ink",
    "is_glyph",
    "picture_to_glyph",
    "small_enough",
    "to_glyph",
]

SIDE = 28
"""Pixels a side of a glyph."""

_BOX = 20  # pixels a side of the box its ink is fitted into
_MIDDLE = 14  # row and column of MNIST's centres of mass; measured: 13.5 to 14.5
_WORK_SIDE = 640  # pixels a side of a page that is worked on; a digit needs no more
_FULL = 97.0  # percentile of a glyph's ink that counts as full: thin strokes are as black as thick


def to_glyph(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a page with one digit as a glyph.

    A page that is a glyph already (see `is_glyph`) is taken as it is. Any other is
    cut to the sheet of paper that it shows on a table, where it does, freed of its ground and of
    all that is not the digit, cut to its ink, fitted into 20 x 20 and centred by mass. A blank
    page gives a glyph of zeros.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        Shape (28, 28), uint8, 0 ground to 255 full ink; a new array.
    """
    if is_glyph(page):
        return page.copy()
    ink = lift_ink(cut_out_sheet(small_enough(page, _WORK_SIDE)))
    if ink is not None:
        ink = keep_digit(erase_rules(cut_out_cell(ink)))
    if ink is None or not ink.any():
        return np.zeros((SIDE, SIDE), np.uint8)
    return frame_ink(ink)


def frame_ink(ink: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ink on an empty ground as a glyph: fitted into 20 x 20 and centred by mass.

    Args:
        ink: Shape (H, W), 0 where there is none; not 0 everywhere.

    Returns:
        Shape (28, 28), uint8, 0 ground to 255 full ink.
    """
    ink = ink.astype(np.float32)
    scale, top, left = _window(ink)
    seen = _shrunk(ink, scale, top, left) if scale <= 1 else _enlarged(ink, scale, top, left)
    full = float(np.percentile(seen[seen > seen.max() / 2], _FULL))
    return np.asarray(np.minimum(seen * (255 / full), 255).round(), np.uint8)


def small_enough(page: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a page (H, W) uint8 that can be worked on: its longer side at most some pixels."""
    import cv2

    scale = side / max(page.shape)
    if scale >= 1:
        return page
    height, width = (max(1, round(length * scale)) for length in page.shape)
    return np.asarray(cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def is_glyph(page: NDArray[np.uint8]) -> bool:
    """Tell whether a page (H, W) uint8 is a glyph already; see `are_glyphs`."""
    return page.shape == (SIDE, SIDE) and bool(are_glyphs(page[None])[0])


def are_glyphs(pages: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which pages are framed as MNIST's images are.

    Such are 28 x 28 on black, the longer side of the ink 20 pixels long or two more, where its
    edges are soft; its centre of mass within a pixel of pixel 14 along both axes. All 70,000 of
    MNIST's are such.

    Args:
        pages: Shape (N, 28, 28), uint8, ink bright.

    Returns:
        Shape (N,), bool.
    """
    framed = pages.max((1, 2), initial=0) >= 128
    longer = np.zeros(len(pages), int)
    for axis in (1, 2):
        mass = pages.sum(3 - axis, dtype=np.int64)
        inked = mass > 0
        longer = np.maximum(longer, SIDE - inked.argmax(1) - inked[:, ::-1].argmax(1))
        centre = mass @ np.arange(SIDE) / np.maximum(mass.sum(1), 1)
        framed &= np.abs(centre - _MIDDLE) <= 1
    return np.asarray(framed & (longer >= _BOX - 1) & (longer <= _BOX + 2), bool)


def picture_to_glyph(picture: Any, *, polarity: Polarity = "auto") -> NDArray[np.uint8]:
    """Return any picture as the glyph (28, 28) uint8 that a reader shows its model.

    Args:
        picture: What `tenfold.images.open_page` takes.
        polarity: Whether its ink is dark or bright.

    Raises:
        InputError: The picture cannot be read.
    """
    return to_glyph(open_page(picture, polarity=polarity))


def _window(ink: NDArray[np.float32]) -> tuple[float, float, float]:
    """Return glyph pixels per pixel of the ink, and where the glyph's top left corner lies on it.

    The corner is in pixels of the ink, from its own corner; the window may reach beyond the ink.
    """
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    scale = _BOX / float(longer)
    side = SIDE / scale
    corner = [
        # Nothing is cut off, however far the centre of mass is from the middle of the ink.
        float(np.clip(place + 0.5 - (_MIDDLE + 0.5) / scale, inked[-1] + 1 - side, inked[0]))
        for place, inked in zip(_centre_of_mass(ink), (rows, columns), strict=True)
    ]
    if longer == _BOX:  # needs no scaling, and stays sharp if it is moved by whole pixels
        corner = [float(round(place)) for place in corner]
    return scale, corner[0], corner[1]


def _shrunk(ink: NDArray[np.float32], scale: float, top: float, left: float) -> NDArray[np.float32]:
    """Return the window's means over areas (28, 28), to the fraction of a pixel."""
    side = math.ceil(SIDE / scale) + 1
    rows, columns = (
        slice(max(0, math.floor(start)), math.ceil(start) + side) for start in (top, left)
    )
    seen = ink[rows, columns]
    down = _overlaps(top - rows.start, 1 / scale, seen.shape[0])
    across = _overlaps(left - columns.start, 1 / scale, seen.shape[1])
    return np.asarray(down @ seen @ across.T, np.float32)


def _overlaps(start: float, step: float, count: int) -> NDArray[np.float32]:
    """Return the share (28, count) of each glyph pixel's side that lies on each pixel of the ink.

    Glyph pixels are ``step`` pixels of the ink long, and the first begins at ``start``. Beyond the
    ink there is nothing, and a row then sums to less than 1.
    """
    first = start + step * np.arange(SIDE)[:, None]
    pixels = np.arange(count)
    overlap = np.minimum(first + step, pixels + 1) - np.maximum(first, pixels)
    return np.asarray(overlap.clip(0) / step, np.float32)


def _enlarged(
    ink: NDArray[np.float32], scale: float, top: float, left: float
) -> NDArray[np.float32]:
    """Return the window (28, 28) with values between pixels in proportion to their distance."""
    import cv2

    offset = 0.5 / scale - 0.5  # pixels are squares: the first glyph pixel's middle, on the ink
    lookup = np.array([[1 / scale, 0, left + offset], [0, 1 / scale, top + offset]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(ink, lookup, (SIDE, SIDE), flags=flags), np.float32)


def _centre_of_mass(ink: NDArray[np.float32] | NDArray[np.uint8]) -> tuple[float, float]:
    """Return the row and column of the centre of mass of (H, W)."""
    total = float(ink.sum(dtype=np.float64))
    row = float(ink.sum(1, dtype=np.float64) @ np.arange(ink.shape[0])) / total
    column = float(ink.sum(0, dtype=np.float64) @ np.arange(ink.shape[1])) / total
    return row, column
