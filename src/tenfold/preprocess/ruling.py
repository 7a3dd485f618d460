"""Printed lines of a page with several digits: rules, squares, boxes and tables, taken off.

A line is thin, straight and far longer than a digit is wide; it may slant, and strokes that cross
it part it into segments. What is erased is where ink is no thicker than the line, so that strokes
which cross it stay whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.printed_lines import PrintedLines, feet_of_boxes, printed_lines
from tenfold.preprocess.segments import (
    APART,
    FLAT,
    SHORTEST,
    Segment,
    Thin,
    lines_of,
    thin_ink,
)

__all__ = ["Ruling", "erase_ruling", "find_ruling"]

_DARK = 0.05  # of full ink: what a line is made of, which may be printed pale
_CORE = 0.5  # of full ink: what is surely written or printed
_SPECK = 12  # pixels of it: less says nothing of how high digits are
_THICKEST = 0.06, 0.008, 14  # of the page's sides, the shorter first, and pixels: of a line
_STRIP, _THICKEST_OF_STRIP = 2.5, 0.085  # times as long as high; of its shorter side, there
_ENDS = 0.05  # heights of a digit: how near to a level line an upright one ends
_ROOM = 0.85  # of the distance of two level lines: the highest digits between them
_WHOLE = 0.5  # of the most ink in a row: a row with a whole line
_CONTINUED = 0.8  # heights of a digit: the least of thin ink that continues a line
_FEW, _ROUNDS, _STRAY = 5, 3, 0.7  # segments; fits; thicknesses off that a stroke beside it lies
_DARKER = 1.3  # times a line's usual ink: that of a stroke along it
_EDGE = 1  # pixels beside a line that are its edge
_CERTAIN = 0.12, 0.06, 0.03  # of the page's longer side: segments left out in measuring digits
_GRID, _GRID_FILL = 0.5, 0.4  # of the page's height, and of its box: a piece that is a grid


class Ruling(NamedTuple):
    """Where printed lines are, 0 or 1: level ones and upright ones, each of shape (H, W), uint8."""

    level: NDArray[np.uint8]
    upright: NDArray[np.uint8]
    thickest: int

    def lines(self) -> NDArray[np.uint8]:
        """Return all of them, and where they cross or meet."""
        return self.level | self.upright | _crossings(*self)


def erase_ruling(ink: NDArray[np.float32], ruling: Ruling | None = None) -> NDArray[np.float32]:
    """Return ink without printed lines, level or upright or up to 12 degrees off.

    Args:
        ink: Shape (H, W), float32, 0 to 1, as `lift_page` returns it.
        ruling: Its lines, where they are known; looked for when None.

    Returns:
        Shape (H, W), float32; the same array where there are no lines.
    """
    import cv2

    lines = (ruling or find_ruling(ink)).lines()
    if not lines.any():
        return ink
    strokes = ((ink > _DARK) & (lines == 0)).astype(np.uint8)
    kept = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
    wide = cv2.dilate(lines, np.ones((1 + 2 * _EDGE, 1 + 2 * _EDGE), np.uint8))
    return np.where((wide > 0) & (kept == 0) | (lines > 0), np.float32(0), ink)


def find_ruling(ink: NDArray[np.float32]) -> Ruling:
    """Return the printed lines of a page: but for where strokes cross them, or they each other.

    Args:
        ink: Shape (H, W), float32, 0 to 1.
    """
    dark = (ink > _DARK).astype(np.uint8)
    thickest = _thickest(min(ink.shape), max(ink.shape))
    across, along = thin_ink(dark, thickest), thin_ink(np.ascontiguousarray(dark.T), thickest)
    height = _digit_height(dark, (ink > _CORE).astype(np.uint8), across, along)
    sides = lines_of(along.segments, height)
    level = _level_lines(ink, across, sides, height)
    if (pitch := _pitch(level)) is not None and _ROOM * pitch < height:
        height = _ROOM * pitch
        sides = lines_of(along.segments, height)
        level = _level_lines(ink, across, sides, height)
    upright = printed_lines(sides, height, len(ink), _rows_of_lines(level, height).T)
    return Ruling(
        level,
        np.ascontiguousarray(_marked(ink.T, along.labels, upright, height).T),
        thickest,
    )


def _thickest(shorter: int, longer: int) -> int:
    """Return how thick a line may be, in pixels, on a page with such sides.

    On a strip, as a row of boxes cut out, digits fill the height, and lines are thick beside it.
    """
    of_shorter, of_longer, most = _THICKEST
    if longer >= _STRIP * shorter:
        of_shorter = _THICKEST_OF_STRIP
    return min(round(max(of_shorter * shorter, of_longer * longer)) + 1, most)


def _digit_height(dark: NDArray[np.uint8], core: NDArray[np.uint8], *thin: Thin) -> float:
    """Return the height that digits seem to have, in pixels, once the longest lines are off.

    The median over the ink, of which specks have little; what fills its box as thinly as a table
    counts for as little. Where a grid is all there is, shorter segments are taken off as well.
    """
    for share in _CERTAIN:
        rest = _without_long(dark, thin, share * max(dark.shape))
        height, is_grid = _median_height(rest, core)
        if not is_grid:
            break
    if height is not None:
        return height
    upright = [segment.length for segment in thin[-1].segments]  # a 1 on a rule, or a bare table
    return float(np.median(upright)) if upright else float(SHORTEST)


def _without_long(dark: NDArray[np.uint8], thin: Sequence[Thin], least: float) -> NDArray[np.uint8]:
    """Return ink (H, W), 0 or 1, without thin segments, level and upright, of some length."""
    rest = dark.copy()
    for place, (labels, segments) in enumerate(thin):
        own = [part.label for part in segments if part.label and part.length >= least]
        if not own:
            continue
        long = np.zeros(int(labels.max()) + 1, bool)
        long[own] = True
        off = long[labels]
        rest[off.T if place else off] = 0
    return rest


def _median_height(dark: NDArray[np.uint8], core: NDArray[np.uint8]) -> tuple[float | None, bool]:
    """Return the median height over the full ink of (H, W), and whether it is that of a grid.

    None where there is no ink but specks.
    """
    import cv2

    _, labels, statistics, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    full = np.bincount(labels[core > 0], minlength=len(statistics))
    statistics, full = statistics[1:], full[1:]
    strong = full >= _SPECK
    upright = statistics[:, cv2.CC_STAT_WIDTH] <= FLAT * statistics[:, cv2.CC_STAT_HEIGHT]
    if (strong & upright).any():
        strong &= upright  # a dash says nothing of how high digits are
    if not strong.any():
        return None, False
    _, _, width, height, _ = statistics[strong].T.astype(float)
    area = full[strong]
    fill = area / (width * height)
    order = np.argsort(height)
    weights = (area * fill)[order]
    middle = order[min(int(np.searchsorted(weights.cumsum(), weights.sum() / 2)), len(order) - 1)]
    is_grid = height[middle] > _GRID * len(dark) and fill[middle] < _GRID_FILL
    return float(height[middle]), bool(is_grid)


def _crossings(
    level: NDArray[np.uint8], upright: NDArray[np.uint8], thickest: int
) -> NDArray[np.uint8]:
    """Return where lines cross or meet (H, W), which is thick both ways and so part of neither."""
    import cv2

    gap = 2 * thickest + 3
    across = cv2.dilate(level, np.ones((1, gap), np.uint8))
    down = cv2.dilate(upright, np.ones((gap, 1), np.uint8))
    return np.asarray((across > 0) & (down > 0), np.uint8)


def _pitch(lines: NDArray[np.uint8]) -> float | None:
    """Return the median distance of neighbouring level lines, in pixels; None of less than two."""
    rows = np.flatnonzero(lines.sum(1) > _WHOLE * lines.sum(1).max(initial=1))
    starts = rows[np.r_[True, np.diff(rows) > SHORTEST]] if len(rows) else rows
    return float(np.median(np.diff(starts))) if len(starts) > 1 else None


def _rows_of_lines(lines: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """Return the surroundings (H, W) of level lines, where an upright line of a box may end."""
    import cv2

    if not lines.any():
        return lines
    reach = 2 * round(_ENDS * height) + 5
    return np.asarray(cv2.dilate(lines, np.ones((reach, 2 * reach + 1), np.uint8)), np.uint8)


def _level_lines(
    ink: NDArray[np.float32], across: Thin, sides: Sequence[list[Segment]], height: float
) -> NDArray[np.uint8]:
    """Return the places (H, W) of level lines, also of those under the digits of a row of boxes.

    Args:
        ink: Shape (H, W), float32.
        across: Where it is thin and level.
        sides: The lines of what is thin and upright, turned.
        height: Of a digit.
    """
    found = printed_lines(lines_of(across.segments, height), height, across.labels.shape[1])
    level = _marked(ink, across.labels, found, height)
    if not found.lines:
        return level
    ends = _rows_of_lines(level, height).T
    feet = [[foot] for foot in feet_of_boxes(sides, height, ends)]
    return level | _marked(ink, across.labels, PrintedLines(feet, are_whole=False), height)


def _marked(
    ink: NDArray[np.float32], labels: NDArray[np.int32], printed: PrintedLines, height: float
) -> NDArray[np.uint8]:
    """Return the places (H, W) of lines, 0 or 1, without what is thicker or darker."""
    found = np.zeros(labels.shape, np.uint8)
    for segments in printed.lines:
        _mark(found, ink, labels, segments, height, whole=printed.are_whole)
    return found


def _mark(
    found: NDArray[np.uint8],
    ink: NDArray[np.float32],
    labels: NDArray[np.int32],
    segments: Sequence[Segment],
    height: float,
    *,
    whole: bool = False,
) -> None:
    """Set the places of a line to 1, in place, but where ink is thicker or darker than it is.

    Also what continues it beyond its segments: where a stroke clings to a line, their piece of thin
    ink is no segment. A ``whole`` one goes from one side of the page to the other.
    """
    thickness = float(np.median([segment.thickness for segment in segments]))
    most = round(1.5 * thickness) + 2
    segments = _without_strays(segments, thickness)
    first, last = segments[0], segments[-1]
    ends = _ends(segments)
    beyond = labels.shape[1] if whole else round(APART * height)
    columns = np.arange(max(first.left - beyond, 0), min(last.right + beyond, labels.shape[1]))
    slope = (last.end - first.start) / max(last.right - first.left, 1)
    middles = np.interp(columns, ends[:, 0], ends[:, 1])
    middles += slope * (np.minimum(columns - first.left, 0) + np.maximum(columns - last.right, 0))
    reach = most // 2 + 1
    rows = np.rint(middles).astype(int) + np.arange(-reach, reach + 1)[:, None]
    on_page = (rows >= 0) & (rows < len(labels))
    rows = rows.clip(0, len(labels) - 1)
    seen = np.where(on_page, labels[rows, columns], 0)
    outside = (columns < first.left) | (columns >= last.right)
    if outside.any() and not whole:
        wide = np.bincount(seen[:, outside].max(0), minlength=int(labels.max()) + 1)
        continued = wide >= max(_CONTINUED * height, SHORTEST)
        continued[0] = False
        seen = np.where(outside & ~continued[seen], 0, seen)
    inked = seen > 0
    inked &= inked.sum(0) <= most
    place = np.broadcast_to(columns, rows.shape)
    if inked.any():
        dark = np.where(inked, ink[rows, place], np.float32(0))
        usual = float(np.median(dark.max(0)[inked.any(0)]))  # in the middle of the line
        inked &= dark <= _DARKER * usual + _DARK
    found[rows[inked], place[inked]] = 1


def _ends(segments: Sequence[Segment]) -> NDArray[np.float64]:
    """Return the column and the row of each segment's ends (N, 2), from left to right."""
    ends = np.array([(part.left, part.start) for part in segments]
                    + [(part.right, part.end) for part in segments])  # fmt: skip
    return np.asarray(ends[np.argsort(ends[:, 0], kind="stable")], np.float64)


def _without_strays(segments: Sequence[Segment], thickness: float) -> Sequence[Segment]:
    """Return the segments of a line without strokes that lie beside it: off what most lie on.

    That may be bent, as paper is: a parabola.
    """
    if len(segments) < _FEW:
        return segments
    left, right = np.array([part[:2] for part in segments], float).T
    rows = np.array([part[2:4] for part in segments])
    columns = np.stack([left, right], 1)
    weights = np.repeat(np.sqrt(right - left), 2)
    near = np.ones(len(segments), bool)
    for _ in range(_ROUNDS):
        seen = np.repeat(near, 2)
        parabola = np.polyfit(columns.ravel()[seen], rows.ravel()[seen], 2, w=weights[seen])
        off = np.abs(rows - np.polyval(parabola, columns)).max(1)
        near = off <= max(_STRAY * thickness, 2 * float(np.median(off)))
    return [part for part, is_near in zip(segments, near.tolist(), strict=True) if is_near]
