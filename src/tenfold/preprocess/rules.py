"""Rules of ruled paper and lines of forms, taken off a page where they cross it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["erase_rules"]

_RUN = 0.15  # of a page's side: the least straight run of ink that may be part of a rule
_ACROSS = 0.95  # of a page's side, along which a rule has to reach
_THICKEST = 0.06  # of a page's other side: a thicker line may be a stroke
_DIGIT = 0.3  # of a page's shorter side: the least height or width of what is left, off the border
_SAMPLES = 12  # columns of a run, through pairs of which lines are laid
_MARGIN = 1.0  # pixels beyond a line's own rows to either side that are of its edge
_LEAST_SIDE = 40  # pixels, below which a rule cannot be told from a stroke


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
    level, upright = _rules(ink), _rules(ink.T)
    if not (level or upright):
        return ink
    erased = _without(_without(ink, level).T, upright).T
    return np.ascontiguousarray(erased) if _holds_a_digit(erased) else ink


def _rules(ink: NDArray[np.float32]) -> list[_Line]:
    """Return the lines from the left border to the right, tilted or not.

    A line is put together from the thin level runs on both sides of strokes that cross it.
    """
    import cv2

    height, width = ink.shape
    runs = _level_runs(ink)
    thick = np.ones((round(_THICKEST * height) + 2, 1), np.uint8)
    thin = np.where(cv2.morphologyEx(runs, cv2.MORPH_OPEN, thick) > 0, 0, runs).astype(np.uint8)
    least = round(_RUN * width)
    rest = list(_runs(thin, least))
    found = []
    while rest:
        largest = rest.pop(max(range(len(rest)), key=lambda place: len(rest[place])))
        line = _through(largest)
        own, others = [largest], list[NDArray[np.int64]]()
        for run in rest:
            follows = 2 * _width(run[_is_on(run, line)]) >= _width(run)
            (own if follows else others).append(run)
        places = np.concatenate(own)
        on_line = _is_on(places, line)
        if not on_line.any():  # it runs between two strokes
            rest = others
            continue
        # What is beside it is a stroke that lies on the line, or another line.
        beside = (run[~_is_on(run, line)] for run in own)
        rest = others + [run for run in beside if _width(run) >= least]
        columns = places[on_line, 1]
        if columns.min() <= (1 - _ACROSS) * width and columns.max() >= _ACROSS * width - 1:
            found.append(_through(places[on_line]))
    return found


def _width(places: NDArray[np.int64]) -> int:
    """Return how many columns have some of places (N, 2)."""
    return len(np.unique(places[:, 1]))


def _level_runs(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return ink (H, W) that goes on to either side, 0 or 1."""
    import cv2

    brush = np.ones((1, round(_RUN * ink.shape[1])), np.uint8)
    return np.asarray(cv2.morphologyEx((ink > 0).astype(np.uint8), cv2.MORPH_OPEN, brush), np.uint8)


def _runs(thin: NDArray[np.uint8], least: int) -> Iterator[NDArray[np.int64]]:
    """Give the places (N, 2), row and column, of connected runs of some width or more."""
    import cv2

    count, labels, statistics, _ = cv2.connectedComponentsWithStats(thin, connectivity=8)
    for label in range(1, count):
        if statistics[label][cv2.CC_STAT_WIDTH] >= least:
            yield np.argwhere(labels == label)


def _through(places: NDArray[np.int64]) -> _Line:
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


def _is_on(places: NDArray[np.int64], line: _Line) -> NDArray[np.bool_]:
    """Tell which of places (N, 2) lie on a line."""
    rows, columns = places.T
    apart = np.abs(rows - line.slope * columns - line.offset)
    return np.asarray(apart <= line.thickness / 2 + _MARGIN, bool)


def _without(ink: NDArray[np.float32], lines: Sequence[_Line]) -> NDArray[np.float32]:
    """Return ink (H, W) without level lines, but where there is ink both above and below them."""
    import cv2

    if not lines:
        return ink
    covered = np.zeros(ink.shape, bool)
    for line in lines:
        covered |= _near(line, ink.shape)
    covered &= _level_runs(ink) > 0
    rest = np.where(covered, 0, ink).astype(np.float32)
    tallest = 2 * math.ceil(max(line.thickness for line in lines) / 2 + _MARGIN) + 3
    closed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((tallest, 3), np.uint8))
    return np.asarray(np.where(covered, np.minimum(closed, ink), ink), np.float32)


def _near(line: _Line, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the places (H, W) that a line covers, with its edges."""
    height, width = shape
    middle = line.slope * np.arange(width) + line.offset
    apart = np.abs(np.arange(height)[:, None] - middle)
    return np.asarray(apart <= line.thickness / 2 + _MARGIN, bool)


def _holds_a_digit(ink: NDArray[np.float32]) -> bool:
    """Tell whether some piece is as large as a digit and touches no border."""
    import cv2

    height, width = ink.shape
    _, _, statistics, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8))
    left, top, wide, tall = statistics[1:, :4].T
    inside = (left > 0) & (top > 0) & (left + wide < width) & (top + tall < height)
    return bool((inside & (np.maximum(wide, tall) >= _DIGIT * min(height, width))).any())
