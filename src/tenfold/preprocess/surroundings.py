"""What lies round the sheet of paper on a photo of it: a desk, a scanner's lid, a dark border."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.regions import dividing_level, opened, shrunk

__all__ = ["without_surroundings"]

_SIDE = 256  # pixels a side on which the sheet is looked for
_LEAST_SIDE = 64  # pixels of a page: a smaller one is a digit cut out, and shows no desk
_LEAST = 0.15  # of the page's area: the least sheet
_LEAST_AROUND = 0.002  # of the page's area: the least of what lies round it
_WHOLE, _SOLID = 0.9, 0.6  # of its hull: the least of a sheet with what is written on it, and bare
_RECTANGULAR = 0.82  # of the least rectangle round it, that the page's border may cut
_OTHER = 0.85  # of what lies round it: the least that is of the other kind
_RING = 3  # pixels on either side of the edge
_SHARP = 24.0  # levels by which sheet and surroundings differ there; shadows fall off softly
_STROKE = 13  # pixels: strokes are narrower
_WRITTEN = 12.0  # levels by which a stroke differs from its surroundings, and times the grain:
_GRAIN = 5.0
_AS_STRONG, _FULL = 0.4, 90.0  # of the sheet's strong strokes; percentile that is such
_LEAST_WRITTEN = 6  # pixels of strokes on the sheet
_STROKES_AROUND = 0.05  # of the strokes on the sheet: more lie in a shadow on it
_MOST_SIDES = 1  # of the page, that a sheet darker than its desk reaches: shadows reach more
_INSET = 2  # pixels along the edge that go as well: its blur, and its shadow


def without_surroundings(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a page as if its sheet of paper went on beyond its edges; without one as it is.

    A sheet is convex, of one kind, bright or dark, and has something written on it; what lies round
    it, at the page's border, is of the other kind, its edge is sharp, and nothing is written there.

    Args:
        page: Shape (H, W), uint8, ink bright; or of the other polarity, where that is not known.

    Returns:
        Shape (H, W), uint8: a new array, or ``page`` itself.
    """
    if min(page.shape) < _LEAST_SIDE:
        return page
    small = np.rint(shrunk(page, _SIDE)).astype(np.uint8)
    bright = _smooth(small) > dividing_level(small)
    for mask in (~bright, bright):
        sheet = _sheet(mask)
        if sheet is None or (mask is bright and _sides_reached(sheet) > _MOST_SIDES):
            continue
        if _is_sharp(small, sheet) and _is_written_on(small, sheet):
            return _continued(page, small, sheet)
    return page


def _smooth(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.medianBlur(small, 3), np.uint8)


def _sheet(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the hull (h, w) of a mask's largest piece; None where that has no sheet's form."""
    import cv2

    _, labels, statistics, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=4
    )
    if len(statistics) < 2:
        return None
    label = 1 + int(statistics[1:, cv2.CC_STAT_AREA].argmax())
    if statistics[label, cv2.CC_STAT_AREA] < _SOLID * _LEAST * mask.size:
        return None
    own = (labels == label).astype(np.uint8)
    outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = np.asarray(cv2.convexHull(outlines[0]), np.int32)
    inside = cv2.fillConvexPoly(np.zeros_like(own), hull, 1) > 0
    area, around = float(inside.sum()), ~inside
    wide, tall = (side + 1 for side in cv2.minAreaRect(hull)[1])
    filled = cv2.drawContours(np.zeros_like(own), outlines, -1, 1, cv2.FILLED)
    is_sheet = (
        area >= _LEAST * mask.size
        and float(filled.sum()) >= _WHOLE * area
        and float(own.sum()) >= _SOLID * area
        and area >= _RECTANGULAR * min(wide * tall, mask.size)
        and float(around.sum()) >= _LEAST_AROUND * mask.size
        and float((around & ~mask).sum()) >= _OTHER * float(around.sum())
    )
    return inside if is_sheet else None


def _sides_reached(sheet: NDArray[np.bool_]) -> int:
    """Return how many sides of the page a sheet reaches."""
    return sum(bool(side.any()) for side in (sheet[0], sheet[-1], sheet[:, 0], sheet[:, -1]))


def _is_sharp(small: NDArray[np.uint8], sheet: NDArray[np.bool_]) -> bool:
    """Tell whether the levels on both sides of a sheet's edge differ."""
    import cv2

    brush = np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)
    inside = sheet.astype(np.uint8)
    outer = (cv2.dilate(inside, brush) > 0) & ~sheet
    near_edge = cv2.dilate(outer.astype(np.uint8), brush) > 0
    inner = sheet & near_edge
    if not outer.any() or not inner.any():
        return False
    return abs(float(np.median(small[outer])) - float(np.median(small[inner]))) >= _SHARP


def _is_written_on(small: NDArray[np.uint8], sheet: NDArray[np.bool_]) -> bool:
    """Tell a sheet with strokes on it, and more of them than what lies round it has."""
    away = ~_near_edge(sheet)
    inside, around = sheet & away, ~sheet & away
    if not inside.any():
        return False
    differs = _off_the_ground(small)
    strokes = differs > max(_WRITTEN, _GRAIN * float(np.median(differs[inside])))
    if int((strokes & inside).sum()) < _LEAST_WRITTEN:
        return False
    strokes = differs > _AS_STRONG * float(np.percentile(differs[strokes & inside], _FULL))
    return int((strokes & around).sum()) <= _STROKES_AROUND * int((strokes & inside).sum())


def _off_the_ground(small: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return by how much each place (h, w) is darker or brighter than all that is broad there."""
    darker = np.subtract(255, opened(np.subtract(255, small, dtype=np.uint8), _STROKE), dtype=int)
    differs = np.maximum(darker - small, small - opened(small, _STROKE).astype(int))
    return np.asarray(differs, np.int16)


def _near_edge(sheet: NDArray[np.bool_]) -> NDArray[np.bool_]:
    import cv2

    inside = sheet.astype(np.uint8)
    brush = np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)
    return np.asarray(cv2.dilate(inside, brush) > cv2.erode(inside, brush, borderValue=1), np.bool_)


def _continued(
    page: NDArray[np.uint8], small: NDArray[np.uint8], sheet: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return a page (H, W) whose surroundings have the level of the sheet's nearest edge."""
    import cv2

    brush = np.ones((2 * _INSET + 1, 2 * _INSET + 1), np.uint8)
    inset = np.asarray(cv2.erode(sheet.astype(np.uint8), brush, borderValue=1), np.uint8)
    strokes_off = cv2.medianBlur(_spread(small, inset), 2 * (_STROKE // 2) + 1)
    bare = np.asarray(strokes_off, np.uint8)
    height, width = page.shape
    beyond = cv2.resize(_spread(bare, inset), (width, height), interpolation=cv2.INTER_LINEAR)
    kept = cv2.resize(inset * 255, (width, height), interpolation=cv2.INTER_LINEAR) > 127
    return np.asarray(np.where(kept, page, beyond), np.uint8)


def _spread(small: NDArray[np.uint8], inset: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a page (h, w) that has the level of the nearest place that is 1 in ``inset``."""
    import cv2

    _, nearest = cv2.distanceTransformWithLabels(
        1 - inset, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    levels = np.zeros(int(nearest.max()) + 1, np.uint8)
    levels[nearest[inset > 0]] = small[inset > 0]
    return np.asarray(levels[nearest], np.uint8)
