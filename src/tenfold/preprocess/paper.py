"""The ink of a page with several digits: what is darker than the paper round it.

Paper's level is taken from each place's surroundings, for light falls off and shadows lie on a
page; ink is measured as a share of the light that paper throws back there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.images import Polarity, open_page
from tenfold.polarity import ground_is_bright
from tenfold.preprocess.glyph import small_enough
from tenfold.preprocess.ground import broad_ground
from tenfold.preprocess.shadows import has_hard_shadow
from tenfold.preprocess.surroundings import without_surroundings

__all__ = ["lift_page", "lifted_page", "open_sheet"]

_SMALL_SIDE = 256  # pixels a side on which paper's level is looked for
_WINDOW = 0.22  # of the page's longer side, or all of its shorter one: the surroundings of a place
_LEAST_SIDE, _BORDER = 8, 25  # pixels of the small page: to tell its border, and how broad that is
_WIDEST_WINDOW = 81  # pixels of the small page
_LEANING = 0.25  # from -1 to 1, how far deviations lean to one side; less says nothing
_LEAST_LIGHT = 24.0  # levels: paper is never taken for darker than that
_LEAST_INK = 0.06  # of the light that paper throws back: less is no ink
_GRAIN = 4.0  # times the grain's standard deviation: the least of ink
_EDGE = 0.06  # of full ink: what is fainter is left out
_SIGNAL = 6.0  # times the grain's standard deviation: the least of full ink
_SHADED_SIGNAL = 10.0  # the same where paper's level is all that is broader than strokes
_CUT = 2.5  # times the grain's standard deviation, below which all is paper, but no more than
_MOST_CUT = 0.4  # of full ink
_PARTS, _LEAST_PART = 10, 24  # of the page along each side, and pixels: where grain is told apart
_TO_DEVIATION = 1.4826  # times the median deviation: the standard deviation, where that is normal
_GRAIN_PIXELS = 200_000  # from which grain is told; more say the same
_WRITTEN = 0.04  # of a part of it that rises to half of full ink: more is writing
_COARSE = 1.6  # times the page's grain: what is coarser
_COARSE_CUT, _MOST_COARSE_CUT = 3.5, 0.6  # as for all grain, there
_FULL = 90.0  # percentile of the ink that counts as full


def open_sheet(picture: Any, *, polarity: Polarity = "auto") -> NDArray[np.uint8]:
    """Return a picture of a page with ink bright.

    Unlike `tenfold.images.open_page`, which is for one digit, "auto" asks whether what deviates
    most from its surroundings is dark or bright: ink is a small part of a page. A desk round the
    sheet, or a dark border, is painted over; see `tenfold.preprocess.surroundings`.

    Args:
        picture: As in `tenfold.images.open_page`.
        polarity: Whether ink is dark or bright.

    Returns:
        Shape (H, W), uint8, 0 ground to 255 ink.

    Raises:
        InputError: The picture cannot be read.
    """
    if polarity != "auto":
        return without_surroundings(open_page(picture, polarity=polarity))
    page = without_surroundings(open_page(picture, polarity="dark_ink"))
    small, ground = _small_paper(page)
    rest = (small - ground).astype(np.float64)
    cubes = rest**3
    leaning = float(cubes.sum() / max(np.abs(cubes).sum(), 1e-9))
    if abs(leaning) < _LEANING:
        is_dark = ground_is_bright(np.subtract(255, page, dtype=np.uint8))
    else:
        is_dark = leaning > 0
    return page if is_dark else np.subtract(255, page, dtype=np.uint8)


def lift_page(page: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return a page's ink.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        Shape (H, W), float32, 0 where there is none to 1 full ink; None where the page is blank.
    """
    ink = None
    if has_hard_shadow(page):
        ink = _inked(_above(page, broad_ground(page)), _SHADED_SIGNAL)
    if ink is None:
        ink = _inked(lifted_page(page), _SIGNAL)
    if ink is None:  # at a hard shadow's edge surroundings say nothing, and all seems to be grain
        ink = _inked(_above(page, broad_ground(page)), _SHADED_SIGNAL)
    return ink


def _inked(lifted: NDArray[np.float32], signal: float) -> NDArray[np.float32] | None:
    """Return ink (H, W), 0 to 1, of what is darker than paper; None where there is none.

    Args:
        lifted: As `lifted_page` returns it.
        signal: Times the grain's standard deviation: the least of full ink.
    """
    grain = _deviation(lifted)
    least = max(_LEAST_INK, _GRAIN * grain)
    inked = lifted > max(least, _dividing(lifted, least))
    if not inked.any():
        return None
    full = float(np.percentile(lifted[inked], _FULL))
    if full < signal * grain:
        return None
    lowest = max(_EDGE * full, min(_CUT * grain, _MOST_CUT * full))
    coarse = _coarser(lifted, _COARSE * grain, full)
    if coarse is not None:
        lowest = np.maximum(lowest, np.minimum(_COARSE_CUT * coarse, _MOST_COARSE_CUT * full))
    return np.where(lifted < lowest, 0, np.minimum(lifted / full, 1)).astype(np.float32)


def lifted_page(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return by how much each place is darker than paper would be there.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        Shape (H, W), float32: as a share of the light that paper throws back, below 0 where a place
        is brighter.
    """
    return _above(page, _paper(page))


def _above(page: NDArray[np.uint8], ground: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return by how much a page (H, W) is above its ground, as a share of the light there."""
    light = np.maximum(255 - ground, np.float32(_LEAST_LIGHT))
    return np.asarray((page - ground) / light, np.float32)


def _paper(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the level of the paper at each place (H, W)."""
    import cv2

    _, ground = _small_paper(page)
    height, width = page.shape
    return np.asarray(cv2.resize(ground, (width, height), interpolation=cv2.INTER_LINEAR))


def _small_paper(page: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a page made small (h, w), and the median of the surroundings of each place there."""
    import cv2

    small = small_enough(page, _SMALL_SIDE)
    window = min(round(_WINDOW * max(small.shape)), _WIDEST_WINDOW)
    window = max(window, min(*small.shape, _WIDEST_WINDOW)) | 1
    edge = window // 2
    padded = _continued(small, 2 * edge)
    middle = cv2.medianBlur(padded, window).astype(np.float32)
    broad = max(window // 4, 1)  # twice by a square: as smooth as need be, and quick
    smooth = cv2.blur(cv2.blur(middle, (broad, broad)), (broad, broad))
    inside = tuple(slice(2 * edge, 2 * edge + side) for side in small.shape)
    return small, np.asarray(smooth[inside], np.float32)


def _continued(small: NDArray[np.uint8], edge: int) -> NDArray[np.uint8]:
    """Return a page (h, w) that goes on beyond its border: light falls off there as before it.

    It is turned about the border's level, of which ink on the border is no part.
    """
    import cv2

    if min(small.shape) < _LEAST_SIDE:
        return np.pad(small, edge, mode="edge")
    side = min(min(small.shape) // 4, _BORDER) | 1
    mirrored = cv2.medianBlur(np.pad(small, side, mode="reflect"), side)[side:-side, side:-side]
    level = np.pad(mirrored.astype(np.int16), edge, mode="edge")
    turned = 2 * level - np.pad(small.astype(np.int16), edge, mode="reflect")
    height, width = small.shape
    turned[edge : edge + height, edge : edge + width] = small
    return turned.clip(0, 255).astype(np.uint8)


def _deviation(lifted: NDArray[np.float32]) -> float:
    """Return the grain's standard deviation, from the values below the median, where no ink is."""
    values = lifted.ravel()[:: 1 + lifted.size // _GRAIN_PIXELS]
    middle = float(np.median(values))
    below = values[values <= middle]
    return float(_TO_DEVIATION * np.median(middle - below)) if len(below) else 0.0


def _coarser(lifted: NDArray[np.float32], least: float, full: float) -> NDArray[np.float32] | None:
    """Return the grain's standard deviation (H, W) where it is more than usual, 0 elsewhere.

    Where little light falls the camera's noise is a larger share of it. None of an even page, and
    of a small one.
    """
    import cv2

    height, width = lifted.shape
    if min(height, width) < _PARTS * _LEAST_PART:
        return None
    rows, columns = (max(length // (_PARTS * _LEAST_PART), 1) for length in (height, width))
    high, wide = height // rows // _PARTS, width // columns // _PARTS
    seen = lifted[::rows, ::columns][: high * _PARTS, : wide * _PARTS]
    parts = seen.reshape(_PARTS, high, _PARTS, wide).swapaxes(1, 2).reshape(_PARTS, _PARTS, -1)
    quarter, middle = np.percentile(parts, (25, 50), axis=2)  # half of what is below the median
    grain = (_TO_DEVIATION * (middle - quarter)).astype(np.float32)
    grain[(parts > full / 2).mean(2) > _WRITTEN] = 0
    grain = np.asarray(cv2.medianBlur(grain, 3), np.float32)
    grain[grain < least] = 0
    if not grain.any():
        return None
    return np.asarray(cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR))


def _dividing(lifted: NDArray[np.float32], least: float) -> float:
    """Return the level that best divides what may be ink into faint and full."""
    import cv2

    values = lifted[lifted > least]
    if len(values) < 2:
        return least
    high = float(values.max())
    levels = ((values - least) * (255 / max(high - least, 1e-6))).astype(np.uint8)
    level, _ = cv2.threshold(levels.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return least + 0.5 * level / 255 * (high - least)
