"""Rules of ruled paper and lines of forms, taken off a page where they cross it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.pieces import find_pieces, is_stroke, longer_side
from tenfold.preprocess.tilt import Tilt, find_tilt

__all__ = ["erase_rules", "has_box"]

_RUN = 0.15  # of a page's side: the least straight run of ink that may be part of a rule
_ACROSS = 0.95  # of a page's side, along which a rule has to reach
_THICKEST = 0.06  # of a page's other side: a thicker line may be a stroke
# Of a page's shorter side: the least height or width of what is left, off the border. A digit cut
# out closely has two strokes from border to border at the most; more lines are a ruled page.
_DIGIT, _SMALL_DIGIT = 0.3, 0.08
_RULED = 3  # lines
_MOST_RUNS = 100  # beyond which a page is a texture and has no rules
_SAMPLES = 12  # columns of a run, through pairs of which lines are laid
_MARGIN = 1.0  # pixels beyond a line's own rows to either side that are of its edge
_EDGE = 0.15  # of a line's thickness: the same of a thick one, which is out of focus or askew
_CRUMB = 0.00015  # of a page's area: less of a rule may be left where its edge comes and goes
_STUB = 0.5  # of the longest piece that is left: a stroke on a rule that is no part of a digit
_FAINT = 0.5  # ink below this on a rule is the rule's edge, where that comes and goes
_LEAST_SIDE = 40  # pixels, below which a rule cannot be told from a stroke


_Places = NDArray[np.int64]
"""Shape (N, 2): row and column."""


class _Line(NamedTuple):
    """A nearly level line: rows a column, its row at column 0, and how many rows it covers."""

    slope: float
    offset: float
    thickness: float


def erase_rules(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ink without lines that run across the page, level or upright.

    Where a stroke crosses a line it stays whole. Nothing is erased unless a digit may be left: a
    thin digit cut out closely has strokes from border to border.

    Args:
        ink: Shape (H, W), float32, 0 to 1, as `lift_ink` returns it.

    Returns:
        Shape (H, W), float32; the same array where there are no rules.
    """
    if min(ink.shape) < _LEAST_SIDE:
        return ink
    tilts = find_tilt(ink), find_tilt(ink.T)
    level, upright = _rules(ink, tilts[0]), _rules(ink.T, tilts[1])
    if not (level or upright):
        return ink
    erased = _without(_without(ink, level, tilts[0]).T, upright, tilts[1]).T
    least = _DIGIT if len(level) + len(upright) < _RULED else _SMALL_DIGIT
    return _without_stubs(_without_crumbs(erased), ink) if _holds_a_digit(erased, least) else ink


def has_box(ink: NDArray[np.float32]) -> bool:
    """Tell whether two level rules and two upright ones run across a page's ink (H, W) or more."""
    if min(ink.shape) < _LEAST_SIDE:
        return False
    return all(len(_rules(side, find_tilt(side))) >= 2 for side in (ink, ink.T))


def _without_crumbs(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ink (H, W) without the pieces that are too small for anything but a rule's edge."""
    import cv2

    _, labels, statistics, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8))
    large = statistics[:, cv2.CC_STAT_AREA] >= _CRUMB * ink.size
    return np.where(large[labels], ink, 0).astype(np.float32)


def _without_stubs(erased: NDArray[np.float32], ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ink (H, W) without short strokes that stood on a rule: ticks that part a field.

    Args:
        erased: What is left of the ink without its rules.
        ink: With them.
    """
    import cv2

    labels, pieces = find_pieces(erased)
    ruled = ((ink > 0) & (erased == 0)).astype(np.uint8)
    on_rule = np.unique(labels[cv2.dilate(ruled, np.ones((3, 3), np.uint8)) > 0])
    longest = max((longer_side(piece) for piece in pieces), default=0)
    stubs = [
        piece.label
        for piece in pieces
        if piece.label in on_rule
        and longer_side(piece) <= _STUB * longest
        and is_stroke(piece, labels)
    ]
    return np.where(np.isin(labels, stubs), 0, erased).astype(np.float32) if stubs else erased


def _rules(ink: NDArray[np.float32], tilt: Tilt) -> list[_Line]:
    """Return the lines from the left border to the right, on the levelled page.

    A line is put together from the thin level runs on both sides of strokes that cross it.
    """
    import cv2

    page_height = len(ink)
    rows = _rows_beyond(page_height)
    ink = tilt.level(np.pad(ink, ((rows, rows), (0, 0))))
    width = ink.shape[1]
    runs = _level_runs(ink)
    thick = np.ones((round(_THICKEST * (len(ink) - 2 * rows)) + 2, 1), np.uint8)
    thin = np.where(cv2.morphologyEx(runs, cv2.MORPH_OPEN, thick) > 0, 0, runs).astype(np.uint8)
    least = round(_RUN * width)
    rest = _runs(thin, least)
    if not tilt.shifts.any() and not _span(rest, (0, width - 1), width):
        return []  # as on most pages: no need to tell one line from another
    found = []
    while rest:
        places, rest = _next_line(rest, least)
        if not len(places):
            continue
        ends = tilt.columns(float(np.median(places[:, 0])) - rows, page_height)
        if _span([places], ends, width):
            found.append(_through(places))
    return found


def _rows_beyond(height: int) -> int:
    """Return how many empty rows are put above and below a page, for a line along its border.

    Morphology would take a border for more of the ink that reaches it.
    """
    return round(_THICKEST * height) + 3


def _span(runs: Sequence[_Places], ends: tuple[int, int], width: int) -> bool:
    """Tell whether runs come near both ends, first and last column, of a line on the page."""
    beyond = (1 - _ACROSS) * width
    return (
        min((int(run[:, 1].min()) for run in runs), default=width) <= ends[0] + beyond
        and max((int(run[:, 1].max()) for run in runs), default=0) >= ends[1] - beyond
    )


def _next_line(runs: list[_Places], least: int) -> tuple[_Places, list[_Places]]:
    """Return what is on the line that the largest of some runs lies on, and the runs left.

    What is beside the line in a run of its own is a stroke that lies on it, or another line: left
    if it is ``least`` wide.
    """
    largest = max(range(len(runs)), key=lambda place: len(runs[place]))
    line = _through(runs[largest])
    own, others = [runs[largest]], list[_Places]()
    for run in runs[:largest] + runs[largest + 1 :]:
        follows = 2 * _width(run[_is_on(run, line)]) >= _width(run)
        (own if follows else others).append(run)
    on_line = np.concatenate([run[_is_on(run, line)] for run in own])
    if len(on_line):  # else it runs between two strokes
        beside = (run[~_is_on(run, line)] for run in own)
        others += [run for run in beside if _width(run) >= least]
    return on_line, others


def _width(places: _Places) -> int:
    """Return how many columns have some of places (N, 2)."""
    return len(np.unique(places[:, 1]))


def _level_runs(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return ink (H, W) that goes on to either side, 0 or 1."""
    import cv2

    brush = np.ones((1, round(_RUN * ink.shape[1])), np.uint8)
    return np.asarray(cv2.morphologyEx((ink > 0).astype(np.uint8), cv2.MORPH_OPEN, brush), np.uint8)


def _runs(thin: NDArray[np.uint8], least: int) -> list[_Places]:
    """Return the places of connected runs of some width or more; none where there are too many."""
    import cv2

    _, labels, statistics, _ = cv2.connectedComponentsWithStats(thin, connectivity=8)
    wide = [label for label in np.flatnonzero(statistics[:, cv2.CC_STAT_WIDTH] >= least) if label]
    if len(wide) > _MOST_RUNS:
        return []
    runs = []
    for label in wide:
        left, top, width, height = statistics[label, :4]
        own = labels[top : top + height, left : left + width] == label
        runs.append(np.argwhere(own) + np.array([top, left]))
    return runs


def _through(places: _Places) -> _Line:
    """Return the line on which most columns of places (N, 2) have their middle.

    Of the lines through any two of `_SAMPLES` columns the one with the most columns on it, fitted
    to these: strokes that lie on the line or cling to it do not turn it.
    """
    rows, columns = places.T
    thickness = np.bincount(columns)
    usual = float(np.median(thickness[thickness > 0]))
    inked = np.flatnonzero(thickness)
    middles = np.bincount(columns, rows)[inked] / thickness[inked]
    some = np.unique(np.linspace(0, len(inked) - 1, _SAMPLES).astype(int))
    first, second = (some[places] for places in np.triu_indices(len(some), 1))
    slopes = (middles[second] - middles[first]) / (inked[second] - inked[first])
    offsets = middles[first] - slopes * inked[first]
    apart = np.abs(middles - slopes[:, None] * inked - offsets[:, None])
    on_line = (apart <= 0.5).sum(1)
    best = apart[int(on_line.argmax())] <= 0.5
    slope, offset = np.polyfit(inked[best], middles[best], 1)
    return _Line(float(slope), float(offset), usual)


def _is_on(places: _Places, line: _Line) -> NDArray[np.bool_]:
    """Tell which of places (N, 2) lie on a line."""
    rows, columns = places.T
    apart = np.abs(rows - line.slope * columns - line.offset)
    return np.asarray(apart <= _reach(line), bool)


def _reach(line: _Line) -> float:
    """Return how far from its middle a line goes, with its edge, in pixels."""
    return line.thickness / 2 + max(_MARGIN, _EDGE * line.thickness)


def _without(page: NDArray[np.float32], lines: Sequence[_Line], tilt: Tilt) -> NDArray[np.float32]:
    """Return ink (H, W) without lines, but where there is ink both above and below them.

    The lines are those of the page once it is levelled.
    """
    import cv2

    if not lines:
        return page
    rows = _rows_beyond(len(page))
    ink = tilt.level(np.pad(page, ((rows, rows), (0, 0))))
    covered = np.zeros(ink.shape, bool)
    for line in lines:
        covered |= _near(line, ink.shape)
    covered &= (_level_runs(ink) > 0) | (ink < _FAINT)
    rest = np.where(covered, 0, ink).astype(np.float32)
    tallest = 2 * math.ceil(max(_reach(line) for line in lines)) + 3
    closed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((tallest, 3), np.uint8))
    erased = np.where(covered, np.minimum(closed, ink), ink).astype(np.float32)
    return tilt.back(erased, len(page) + 2 * rows)[rows : rows + len(page)]


def _near(line: _Line, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the places (H, W) that a line covers, with its edges."""
    height, width = shape
    middle = line.slope * np.arange(width) + line.offset
    apart = np.abs(np.arange(height)[:, None] - middle)
    return np.asarray(apart <= _reach(line), bool)


def _holds_a_digit(ink: NDArray[np.float32], least: float) -> bool:
    """Tell whether some piece is ``least`` of the page's shorter side, and touches no border."""
    import cv2

    height, width = ink.shape
    _, _, statistics, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8))
    left, top, wide, tall = statistics[1:, :4].T
    inside = (left > 0) & (top > 0) & (left + wide < width) & (top + tall < height)
    return bool((inside & (np.maximum(wide, tall) >= least * min(height, width))).any())
