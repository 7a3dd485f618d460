"""The ground taken off a page: paper, its grain and shadows go, ink stays."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tenfold.regions import BROAD, breadth, dividing_level, reaching_border, shrunk

__all__ = ["broad_ground", "lift_ink"]

_MIN_CONTRAST = 24  # grey levels between ground and ink, below which paper grain is all there is
_MIN_SIGNAL = 5.0  # times the grain's standard deviation that ink must rise above the ground
_RARE_SIGNAL = 7.0  # the same where there is next to no ink, of which half tells ink from grain
_GRAIN_CUT = 3.5  # times the grain's standard deviation, below which all is ground
_GRAIN_PIXELS = 20_000  # from which grain is told; more say the same
_MIN_EDGE, _MAX_EDGE = 0.04, 0.3  # share of full ink; the cut stays between the two
_SURFACE_SIDE = 48  # pixels a side on which the ground's shape is fitted; shadows are smooth
_MIN_GROUND = 0.3  # share of a page that must be ground for its shape to be told from ink
_BRUSH = 0.3  # of a page's longer side: what is broader is ground, where shadows have edges
_BRUSH_SIDE = 128  # pixels a side on which it is looked for
_LEAST_LIGHT = 64  # grey levels of paper in a shadow, below which its strokes are lifted no more
_ROUNDS = 4  # of fitting the ground and taking out what is ink, after which nothing moves


def lift_ink(page: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return how much ink there is at each place of a page.

    The ground is fitted as a quadratic surface through what is not ink, so that a shadow or a lamp
    on one side does not count as ink. Where hardly any ground is seen it is one level; where it has
    an edge that no surface follows, as a hard shadow's, it is all that is broader than strokes.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        Shape (H, W), float32: 0 is ground, 1 full ink, with values between on a stroke's edge.
        None where the page is blank.
    """
    if int(page.max()) - int(page.min()) < _MIN_CONTRAST:
        return None
    small = shrunk(page, _SURFACE_SIDE)
    is_divided = _is_divided(small)
    ground = broad_ground(page) if is_divided else _fitted_ground(small, page.shape)
    lifted = page - ground
    ink = _inked(lifted)
    if ink is None:
        return None
    full, grain = _full_ink(lifted, ink), _grain(lifted, ~ink)
    if is_divided:
        lifted *= 255 / np.maximum(255 - ground, _LEAST_LIGHT)  # as bright a shadow leaves paper
        full = _full_ink(lifted, ink)
    lowest = min(max(_GRAIN_CUT * grain, _MIN_EDGE * full), _MAX_EDGE * full)
    return np.where(lifted < lowest, 0, np.minimum(lifted / full, 1)).astype(np.float32)


def _inked(lifted: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """Return what is ink of what rises above the ground; None where there is none.

    Where there is next to no ink, as of a thin 1, two classes of levels are two halves of the
    grain. Then what rises far above all grain is looked for.
    """
    for threshold, signal in (
        (_threshold(lifted), _MIN_SIGNAL),
        (_RARE_SIGNAL / 2 * _grain(lifted, np.ones(lifted.shape, bool)), _RARE_SIGNAL),
    ):
        ink = lifted > threshold
        if not ink.any():
            continue
        full = _full_ink(lifted, ink)
        if full >= max(0.8 * _MIN_CONTRAST, signal * _grain(lifted, ~ink)):
            return np.asarray(ink, bool)
    return None


def _is_divided(small: NDArray[np.float32]) -> bool:
    """Tell whether both the dark and the bright parts of a page are too broad for strokes.

    A shadow comes in from the border; what is broad and touches none is a digit in a thick pen.
    """
    inked = small > _threshold(small)
    return breadth(~inked) > BROAD and breadth(reaching_border(inked)) > BROAD


def broad_ground(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return all of a page (H, W), uint8, that is broader than a stroke, float32.

    What is above it is a top-hat's.

    Meyer 1979, as in Soille, Morphological Image Analysis (2003), section 4.5: an opening of a
    small copy by a round brush, spread to the very edges of what is broad in the page itself. It
    takes the lowest grain for the ground, and is raised by the median of the rest.
    """
    import cv2

    small = shrunk(page, _BRUSH_SIDE)
    side = round(_BRUSH * max(small.shape)) | 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    smooth = np.pad(cv2.medianBlur(small.astype(np.uint8), 3), side, mode="edge")
    broad = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, brush)[side:-side, side:-side]
    height, width = page.shape
    edge = 2 * math.ceil(max(page.shape) / max(small.shape)) + 1  # that shrinking has blurred
    spread = cv2.dilate(cv2.resize(broad, (width, height)), np.ones((edge, edge), np.uint8))
    ground = np.minimum(spread, cv2.medianBlur(page, 5)).astype(np.float32)
    return ground + np.float32(np.median(page - ground))


def _fitted_ground(small: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the ground's level at each place of a page of some shape (H, W), float32."""
    import cv2

    height, width = shape
    terms = _quadratic_terms(*small.shape)
    is_ground = np.ones(small.size, bool)
    values = small.ravel()
    surface = np.full(small.size, _plain_ground(small), np.float32)
    for _ in range(_ROUNDS):
        rest = values - surface
        is_ground = rest <= max(_threshold(rest), _MIN_CONTRAST / 2)
        if is_ground.mean() < _MIN_GROUND:
            return np.full(shape, _plain_ground(small), np.float32)
        is_ground = _off_strokes(is_ground.reshape(small.shape)).ravel()
        weights = _least_squares(terms[is_ground], values[is_ground])
        # Where no ground is seen, as behind a digit cut out closely, the surface must not soar.
        surface = np.clip(terms @ weights, values[is_ground].min(), values[is_ground].max())
        surface = surface.astype(np.float32)
    fitted = surface.reshape(small.shape)
    return np.asarray(cv2.resize(fitted, (width, height), interpolation=cv2.INTER_LINEAR))


def _off_strokes(is_ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ground (H, W) that touches no ink, whose edges are soft, or all of it."""
    import cv2

    inked = cv2.dilate((~is_ground).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return is_ground if inked.all() else ~np.asarray(inked, bool)


def _plain_ground(page: NDArray[np.float32]) -> float:
    """Return one level for the ground.

    A digit cut out closely may fill half the page or cross the border, never both.
    """
    border = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    return float(min(np.median(page), np.median(border)))


def _least_squares(terms: NDArray[np.float64], values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the weights (6,) of terms (N, 6) nearest to values (N,).

    By the normal equations: from -1 to 1 quadratics are well conditioned, and it takes a tenth of
    the time of a decomposition. Too little ground leaves them singular.
    """
    try:
        return np.asarray(np.linalg.solve(terms.T @ terms, terms.T @ values), np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(terms, values, rcond=None)[0], np.float64)


@lru_cache(maxsize=32)
def _quadratic_terms(height: int, width: int) -> NDArray[np.float64]:
    """Return 1, x, y, x^2, x y, y^2 at each place (H * W, 6), x and y from -1 to 1."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).reshape(-1, 6)


def _threshold(values: NDArray[np.float32]) -> float:
    """Return the level that best divides values into two classes, amid their means."""
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-6:
        return high
    levels = np.clip((values - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    upper = levels > dividing_level(levels)
    if upper.all() or not upper.any():
        return high
    # Any level between two far classes divides them equally well: take the one amid their means.
    return float(values[upper].mean() + values[~upper].mean()) / 2


def _full_ink(lifted: NDArray[np.float32], ink: NDArray[np.bool_]) -> float:
    """Return the level of full ink: the upper part of what is ink, but for a few bright specks."""
    return float(np.percentile(lifted[ink], 95))


def _grain(lifted: NDArray[np.float32], ground: NDArray[np.bool_]) -> float:
    """Return the ground's standard deviation, from its median so that leftovers do not count."""
    values = lifted[ground]
    if not values.size:
        return 0.0
    values = values[:: 1 + values.size // _GRAIN_PIXELS]
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
