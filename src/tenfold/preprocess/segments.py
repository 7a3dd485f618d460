"""Thin straight stretches of ink, and which of them are one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["APART", "FLAT", "SHORTEST", "Segment", "Thin", "lines_of", "thin_ink"]

SHORTEST = 10
"""Pixels: the least length of a segment."""

FLAT = 3.0
"""Times its thickness: the least length of a segment."""

APART = 2.5
"""Heights of a digit: the widest gap between two segments of a line."""

_BENT = 2.0  # pixels, or its thickness: how far most of a segment may lie off a straight line
_BOW = 0.01  # of its length: the same of a long one, as a lens bends it
_STEEPEST = 0.22  # rows a column: 12 degrees
_OFF = 1.5, 0.012  # pixels, and of the distance: how far off its line a segment may lie
_MOST_SEGMENTS = 3000  # beyond which a page is a texture
# A line that writing clings to: its piece of thin ink is looked at stretch by stretch. The least
# of its length, of the page's width, and of a stretch and of what is inked there, the slopes that
# it may have, and how far ink may lie off it, in pixels.
_CLUNG, _STRETCH, _INKED, _SLOPES, _OFF_STRETCH = 0.12, 80, 0.7, np.linspace(-0.2, 0.2, 21), 1.5


class Segment(NamedTuple):
    """A stretch of thin ink: its ends on the middle of its ink, its thickness, its label.

    The label is 0 where other ink is of the same piece.
    """

    left: int
    right: int
    start: float
    end: float
    thickness: float
    label: int

    @property
    def length(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left


class Thin(NamedTuple):
    """Ink that is thin upright: where, by labels (H, W), and its segments."""

    labels: NDArray[np.int32]
    segments: list[Segment]


def thin_ink(dark: NDArray[np.uint8], thickest: int) -> Thin:
    """Return what is no thicker upright than some pixels, and its level segments."""
    import cv2

    thick = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8))
    thin = (dark > np.asarray(thick)).astype(np.uint8)
    _, found_labels, statistics, _ = cv2.connectedComponentsWithStats(thin, connectivity=8)
    labels = np.asarray(found_labels, np.int32)
    width, height = statistics[:, cv2.CC_STAT_WIDTH], statistics[:, cv2.CC_STAT_HEIGHT]
    area = statistics[:, cv2.CC_STAT_AREA]
    thickness = area / np.maximum(width, 1)
    is_long = (width >= _CLUNG * dark.shape[1]) & (width >= 2 * SHORTEST)
    is_flat = (
        (width >= np.maximum(SHORTEST, FLAT * thickness))
        & (height <= _STEEPEST * width + 2 * thickness + 2)
        & (np.arange(len(width)) > 0)
    )
    found = np.flatnonzero(is_flat)
    if len(found) > _MOST_SEGMENTS:
        found = found[np.argsort(-width[found], kind="stable")[:_MOST_SEGMENTS]]
    segments = []
    for label in found.tolist():
        segment = _measured(labels, statistics[label], label)
        if segment is not None:
            segments.append(segment)
            is_long[label] = False
    for label in np.flatnonzero(is_long)[1:].tolist():
        segments += _clung_to(labels, statistics[label], label)
    return Thin(labels, segments)


def _measured(
    labels: NDArray[np.int32], statistics: NDArray[np.int32], label: int
) -> Segment | None:
    """Return a piece of thin ink as a segment; None where it is not straight."""
    left, top, width, height, area = (int(value) for value in statistics)
    own = labels[top : top + height, left : left + width] == label
    counts = own.sum(0)
    middles = (own * np.arange(height)[:, None]).sum(0) / np.maximum(counts, 1)
    inked = np.flatnonzero(counts)
    fifth = max(len(inked) // 5, 1)
    first, last = inked[:fifth], inked[-fifth:]
    start, end = float(middles[first].mean()), float(middles[last].mean())
    slope = (end - start) / max(float(last.mean() - first.mean()), 1.0)
    bent = np.abs(middles[inked] - start - slope * (inked - first.mean()))
    if float(np.percentile(bent, 90)) > max(_BENT, area / width, _BOW * width):
        return None
    return Segment(
        left,
        left + width,
        top + start - slope * float(first.mean()),
        top + end + slope * (width - 1 - float(last.mean())),
        area / width,
        label,
    )


def _clung_to(
    labels: NDArray[np.int32], statistics: NDArray[np.int32], label: int
) -> Iterator[Segment]:
    """Give the stretches of a line in a piece of thin ink that has other strokes as well."""
    left, top, width, height, _ = (int(value) for value in statistics)
    for first in range(left, left + width, _STRETCH):
        columns = slice(first, min(first + _STRETCH, left + width))
        rows, places = np.nonzero(labels[top : top + height, columns] == label)
        if (found := _straightest(rows, places)) is not None:
            start, end, slope, row, thickness = found
            yield Segment(
                first + start,
                first + end + 1,
                top + row + slope * start,
                top + row + slope * end,
                thickness,
                0,
            )


def _straightest(
    rows: NDArray[np.int_], columns: NDArray[np.int_]
) -> tuple[int, int, float, float, float] | None:
    """Return the line through most columns of some ink; None where it is not through enough.

    Args:
        rows: Of the inked places, shape (N,).
        columns: Of them.

    Returns:
        The first and the last column that are inked on it, its slope in rows a column, its row at
        column 0, and its thickness.
    """
    levels = np.rint(rows - _SLOPES[:, None] * columns).astype(int)
    levels -= levels.min()
    deepest = int(levels.max()) + 1
    counts = np.bincount((levels + deepest * np.arange(len(_SLOPES))[:, None]).ravel())
    best, level = divmod(int(counts.argmax()), deepest)
    on_it = np.abs(levels[best] - level) <= _OFF_STRETCH
    seen = np.unique(columns[on_it])
    first, last = int(seen[0]), int(seen[-1])
    if last - first < 2 * SHORTEST or len(seen) < _INKED * (last - first + 1):
        return None
    slope = float(_SLOPES[best])
    row = float((rows[on_it] - slope * columns[on_it]).mean())
    return first, last, slope, row, float(on_it.sum()) / len(seen)


def lines_of(segments: Sequence[Segment], height: float) -> list[list[Segment]]:
    """Return the segments of each line from left to right, the longest line's first.

    Args:
        segments: All thin and level, or all thin and upright and turned.
        height: Of a digit: by it gaps are wide or not, and lines too short to be any.
    """
    rest = sorted(segments, key=lambda segment: -segment.length)
    lines = []
    while rest and rest[0].length >= max(SHORTEST, 0.4 * height):
        line, rest = _line_from(rest[0], rest[1:], height)
        lines.append(sorted(line, key=lambda segment: segment.left))
    return lines


def _line_from(
    longest: Segment, others: Sequence[Segment], height: float
) -> tuple[list[Segment], list[Segment]]:
    """Return the segments of a line, and the others that are none of it."""
    line, rest = [longest], list(others)
    first = last = longest
    grown = True
    while grown:
        grown = False
        tried, rest = rest, []
        for segment in tried:
            if _continues(line, first, last, segment, height):
                line.append(segment)
                first = min(first, segment, key=lambda part: part.left)
                last = max(last, segment, key=lambda part: part.right)
                grown = True
            else:
                rest.append(segment)
    return line, rest


def _continues(
    line: Sequence[Segment], first: Segment, last: Segment, segment: Segment, height: float
) -> bool:
    """Tell whether a segment lies on a line, from its first to its last, and near what there is."""
    widest = APART * height
    span = max(last.right - first.left, 1)
    slope = (last.end - first.start) / span
    off = max(
        abs(first.start + slope * (segment.left - first.left) - segment.start),
        abs(first.start + slope * (segment.right - first.left) - segment.end),
    )
    if off > _most_off(first, span, widest + segment.length):  # whatever its gap: most are told so
        return False
    gap = min(max(part.left - segment.right, segment.left - part.right) for part in line)
    if gap > widest or gap < -2:
        return False
    return off <= _most_off(first, span, max(gap, 0) + segment.length)


def _most_off(first: Segment, span: int, beyond: float) -> float:
    """Return how far off its line a segment may lie that ends some pixels beyond it."""
    pixels, share = _OFF
    return pixels + share * beyond + 0.5 * first.thickness + 2.0 * beyond / span
