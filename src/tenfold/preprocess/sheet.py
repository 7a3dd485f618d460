"""A sheet of paper that lies in sight: with the table round it, on two sides or more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenfold.regions import dividing_level, shrunk

__all__ = ["cut_out_sheet"]

_SIDE = 128  # pixels a side on which the sheet is looked for
_LEAST_SIDE = 64  # pixels of a page: a smaller one shows no table
_LEAST = 0.12  # of the page's area: the least sheet
# Of the page's area: the least of a sheet that is looked at once more, from so many of its sides.
_SMALL, _AWAY = 0.01, 0.25
_BESIDE = 0.1  # of its side: the least of what is written beside it, so that it is but a label
_HALF = 0.45  # of its box: the least of a sheet with writing on it, lying at any angle
_STRAIGHT, _RECTANGULAR = 0.97, 0.82  # of its hull, and of the least rectangle round it: its area
_TABLE = 0.7  # of what is round it: the least share that is as dark or bright as a table
_BROAD = 0.06  # of the page's side: a table is broader, a frame or a rule is not
_WRITTEN = 0.1  # of the sheet's shorter side: the least length of what is written on it
_CONTRAST = 24  # grey levels between the sheet and what is written on it
_COVERED = 0.3  # of the sheet: the most that is written on
# Of its hull, and of the sheet: what fills more of both is the hole of a thick 0.
_SOLID, _SLIT = 0.85, 0.07
_EDGE = 0.03  # of the sheet's shorter side: what is left out along its edge, with its shadow


def cut_out_sheet(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the inside of a sheet of paper that lies on a table, or the page where there is none.

    A sheet is straight on all sides and has something written on it, darker or brighter; it reaches
    no border of the page, one, or two that meet. A page with the table on one side, or with a
    shadow's edge across it, is left as it is.

    Args:
        page: Shape (H, W), uint8. Whether the sheet is brighter or darker than the table is found.

    Returns:
        Shape (H', W'), uint8, ink bright: a new array, or ``page`` itself.
    """
    if min(page.shape) < _LEAST_SIDE:
        return page
    small = _smooth(page)
    found = _cut_out(page, small)
    if found is None and (part := _round_small_sheet(page, small)) is not None:
        found = _cut_out(part, _smooth(part))
    return page if found is None else found


def _cut_out(page: NDArray[np.uint8], small: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the inside of a sheet that is a good part of the page; None where there is none."""
    bright = small > dividing_level(small)
    for mask in (bright, ~bright):
        sheet = _sheet(mask)
        if sheet is not None and (strokes := _strokes(small, sheet)) is not None:
            inside = _laid_bare(page, sheet)
            level = small[strokes > 0].mean(), small[(sheet > 0) & (strokes == 0)].mean()
            return np.asarray(inside if level[0] > level[1] else 255 - inside, np.uint8)
    return None


def _smooth(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.GaussianBlur(shrunk(page, _SIDE), (0, 0), 1.0)).astype(np.uint8)


def _round_small_sheet(
    page: NDArray[np.uint8], small: NDArray[np.uint8]
) -> NDArray[np.uint8] | None:
    """Return the part of a page round what may be a small sheet: too small to tell from afar."""
    import cv2

    if min(page.shape) < 2 * _LEAST_SIDE:
        return None
    bright = (small > dividing_level(small)).astype(np.uint8)
    rarer = bright if 2 * int(bright.sum()) < bright.size else 1 - bright
    _, _, statistics, _ = cv2.connectedComponentsWithStats(rarer, connectivity=4)
    if len(statistics) < 2:
        return None
    label = 1 + int(statistics[1:, 4].argmax())
    left, top, wide, tall, area = statistics[label]
    others = np.delete(statistics, (0, label), 0)
    is_beside = (others[:, :2] < (left, top)) | (
        others[:, :2] + others[:, 2:4] > (left + wide, top + tall)
    )
    if (others[is_beside.any(1), 2:4] >= _BESIDE * _SIDE).any():
        return None
    height, width = small.shape
    inside = left > 0 and top > 0 and left + wide < width and top + tall < height
    is_small = _SMALL * small.size <= area < _LEAST * small.size
    if not inside or not is_small or area < _HALF * wide * tall:
        return None
    around, scale = round(_AWAY * max(wide, tall)), max(page.shape) / _SIDE
    first, last = (top - around, left - around), (top + tall + around, left + wide + around)
    rows, columns = (
        slice(max(0, round(start * scale)), round(end * scale))
        for start, end in zip(first, last, strict=True)
    )
    part = page[rows, columns]
    return part if min(part.shape) >= _LEAST_SIDE else None


def _sheet(mask: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
    """Return the sheet (H, W), 0 or 1, with what is written on it; None where there is none."""
    import cv2

    _, labels, statistics, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=4
    )
    if len(statistics) < 2:
        return None
    label = 1 + int(statistics[1:, cv2.CC_STAT_AREA].argmax())
    own = (labels == label).astype(np.uint8)
    outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(own), outlines, -1, 1, cv2.FILLED)
    is_solid = float(own.sum()) >= (1 - _COVERED) * float(filled.sum())  # and no box or 0
    if is_solid and _has_its_form(filled, outlines[0]) and _lies_on_a_table(filled > 0, mask):
        return np.asarray(filled, np.uint8)
    return None


def _has_its_form(filled: NDArray[np.uint8], outline: NDArray[np.int32]) -> bool:
    """Tell a shape that is straight on all sides, and reaches two borders that meet at the most."""
    import cv2

    area = float(filled.sum())
    hull = cv2.fillConvexPoly(np.zeros_like(filled), cv2.convexHull(outline), 1)
    wide, tall = (side + 1 for side in cv2.minAreaRect(outline)[1])
    top, bottom, left, right = (
        bool(side.any()) for side in (filled[0], filled[-1], filled[:, 0], filled[:, -1])
    )
    return (
        area >= _LEAST * filled.size
        and area >= _STRAIGHT * float(hull.sum())
        and area >= _RECTANGULAR * wide * tall
        and not (top and bottom)
        and not (left and right)
    )


def _lies_on_a_table(sheet: NDArray[np.bool_], mask: NDArray[np.bool_]) -> bool:
    import cv2

    around = ~sheet
    brush = np.ones((round(_BROAD * max(mask.shape)),) * 2, np.uint8)
    broad = cv2.morphologyEx((around & ~mask).astype(np.uint8), cv2.MORPH_OPEN, brush)
    return float(broad.sum()) >= _TABLE * float(around.sum())


def _strokes(small: NDArray[np.uint8], sheet: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return what is written on a sheet, 0 or 1; None for an empty one and the hole of a thick 0.

    Of the bright and the dark on it that which is less.
    """
    import cv2

    area = float(sheet.sum())
    inside = cv2.erode(sheet, np.ones((7, 7), np.uint8), borderValue=1) > 0  # without the edge
    if not inside.any():
        return None
    bright = small > dividing_level(small[inside])
    parts = bright & inside, ~bright & inside
    strokes = min(parts, key=lambda part: int(part.sum())).astype(np.uint8)
    if not strokes.any() or float(strokes.sum()) > _COVERED * area:
        return None
    if small[parts[0]].mean() - small[parts[1]].mean() < _CONTRAST:
        return None
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(strokes)
    lengths = statistics[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1)
    rows, columns = np.flatnonzero(sheet.any(1)), np.flatnonzero(sheet.any(0))
    if lengths.max() < _WRITTEN * min(np.ptp(rows), np.ptp(columns)):
        return None
    longest = (labels == 1 + int(lengths.argmax())).astype(np.uint8)
    return None if _is_hole(longest, area) else strokes


def _is_hole(stroke: NDArray[np.uint8], area: float) -> bool:
    """Tell the hole of a thick 0 from a stroke (H, W), 0 or 1, on a sheet of some area."""
    import cv2

    hull = cv2.convexHull(np.argwhere(stroke)[:, ::-1].astype(np.int32))
    solid = cv2.fillConvexPoly(np.zeros_like(stroke), hull, 1)
    return float(stroke.sum()) > max(_SOLID * float(solid.sum()), _SLIT * area)


def _laid_bare(page: NDArray[np.uint8], sheet: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the page's part with the sheet, what is beside it as bright as its nearest edge."""
    import cv2

    height, width = page.shape
    grown = cv2.resize(sheet * 255, (width, height), interpolation=cv2.INTER_LINEAR)
    sheet = (grown > 127).astype(np.uint8)
    rows, columns = np.flatnonzero(sheet.any(1)), np.flatnonzero(sheet.any(0))
    edge = max(2, round(_EDGE * min(np.ptp(rows), np.ptp(columns))))
    inside = cv2.erode(sheet, np.ones((2 * edge + 1, 2 * edge + 1), np.uint8))
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    _, nearest = cv2.distanceTransformWithLabels(
        1 - inside[box], cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    levels = np.zeros(int(nearest.max()) + 1, np.uint8)
    levels[nearest[inside[box] > 0]] = page[box][inside[box] > 0]
    return np.asarray(levels[nearest], np.uint8)
