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


class Segment(NamedTuple):
    """A stretch of thin ink: its ends on the middle of its ink, its thickness, its label."""

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
    is_flat = (
        (width >= np.maximum(SHORTEST, FLAT * thickness))
        & (height <= _STEEPEST * width + 2 * thickness + 2)
        & (np.arange(len(width)) > 0)
    )
    found = np.flatnonzero(is_flat)
    if len(found) > _MOST_SEGMENTS:
        found = found[np.argsort(-width[found], kind="stable")[:_MOST_SEGMENTS]]
    segments = (_measured(labels, statistics[label], int(label)) for label in found)
    return Thin(labels, [segment for segment in segments if segment is not None])


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


def lines_of(segments: Sequence[Segment], height: float) -> Iterator[list[Segment]]:
    """Give the segments of each line from left to right, the longest line's first."""
    rest = sorted(segments, key=lambda segment: -segment.length)
    while rest:
        line = [rest.pop(0)]
        if line[0].length < max(SHORTEST, 0.4 * height):
            return
        grown = True
        while grown:
            grown = False
            for segment in rest:
                if _continues(line, segment, height):
                    line.append(segment)
                    grown = True
            if grown:
                taken = {segment.label for segment in line}
                rest = [segment for segment in rest if segment.label not in taken]
        line.sort(key=lambda segment: segment.left)
        yield line


def _continues(line: Sequence[Segment], segment: Segment, height: float) -> bool:
    """Tell whether a segment lies on a line, and near what there is of it."""
    first = min(line, key=lambda part: part.left)
    last = max(line, key=lambda part: part.right)
    gap = min(max(part.left - segment.right, segment.left - part.right) for part in line)
    if gap > APART * height or gap < -2:
        return False
    span = last.right - first.left
    slope = (last.end - first.start) / max(span, 1)
    beyond = max(gap, 0) + segment.length
    pixels, share = _OFF
    off = pixels + share * beyond + 0.5 * first.thickness + 2.0 * beyond / max(span, 1)
    return all(
        abs(first.start + slope * (column - first.left) - row) <= off
        for column, row in ((segment.left, segment.start), (segment.right, segment.end))
    )
