"""Marks in reading order: lines from top to bottom, and in each the groups that stand together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tenfold.values import Box

__all__ = ["into_groups", "into_lines"]

_ON_LINE = 0.5  # of the lower mark's height: what two marks of a line share
_SMALL = 0.6  # of the next mark's height: a comma, or a digit written small
_NEAR = 0.8  # heights of the next mark: how far from it
_HANGS = 0.3  # heights of the next mark: how far beyond its line
_NARROWER = 0.35  # share of a line's gaps that are no wider than its usual one
_LONGER = 1.25  # times the usual step from digit to digit: one across two numbers
# Heights of a digit: a printed space, and the least that a gap counts for; how many times the next
# narrower gap it is; and the share of gaps that are within numbers.
_SPACE, _LEAST_GAP, _VALLEY, _FEW_WITHIN = 0.35, 0.06, 2.5, 1 / 3
_POINTS = 0.25, 0.3  # heights of a line, from its top and beyond its foot: where points lie
_LONE_GAP = 1.2  # heights of a digit: the gap that parts two marks without others to compare


class _Gaps(NamedTuple):
    """What parts two numbers: a least gap in heights of a digit, ``times`` the usual and ``more``.

    Chosen on held-out digits: pages drawn by `tenfold.synthesis`, whose numbers stand far apart,
    and lines with spaces a third to nine tenths of a digit high.
    """

    least: float
    times: float
    more: float


_PAGE, _FIELD = _Gaps(0.45, 2.0, 0.2), _Gaps(0.9, 3.0, 0.3)


class _Boxed(Protocol):
    @property
    def box(self) -> Box: ...


_M = TypeVar("_M", bound=_Boxed)


def into_lines(marks: Sequence[_M]) -> list[list[_M]]:
    """Return marks as lines from top to bottom, each from left to right.

    A mark goes on the line whose last mark to its left it shares most of its height with, so that
    a line may slant.
    """
    lines: list[list[_M]] = []
    for mark in sorted(marks, key=lambda mark: mark.box.left):
        shared = [_shared(line[-1].box, mark.box) for line in lines]
        best = int(np.argmax(shared)) if shared else -1
        if best >= 0 and shared[best] >= _ON_LINE:
            lines[best].append(mark)
        else:
            lines.append([mark])
    lines = _with_small_ones(lines)
    return sorted(lines, key=lambda line: float(np.median([mark.box.top for mark in line])))


def _with_small_ones(lines: list[list[_M]]) -> list[list[_M]]:
    """Return lines, each mark that is by itself and far lower than others put on their line."""
    kept = [line for line in lines if len(line) > 1]
    for line in lines:
        if len(line) > 1:
            continue
        (mark,) = line
        place = next((other for other in kept if _belongs(mark.box, other)), None)
        if place is None:
            kept.append(line)
        else:
            place.append(mark)
            place.sort(key=lambda one: one.box.left)
    return kept


def _belongs(box: Box, line: Sequence[_Boxed]) -> bool:
    """Tell a small mark at the foot, or at the head, of the next one on a line."""
    next_one = min((mark.box for mark in line), key=lambda other: _apart(other, box))
    middle = (box.top + box.bottom) / 2
    return (
        box.height < _SMALL * next_one.height
        and _apart(next_one, box) < _NEAR * next_one.height
        and next_one.top - _HANGS * next_one.height < middle
        and middle < next_one.bottom + _HANGS * next_one.height
    )


def _apart(one: Box, other: Box) -> int:
    """Return the columns between two boxes; below 0 where they share some."""
    return max(one.left - other.right, other.left - one.right)


def into_groups(
    line: Sequence[_M], points: Sequence[Box] = (), *, is_field: bool = False
) -> list[list[_M]]:
    """Return a line's marks in groups, parted where gaps are far wider than the others.

    Digits in boxes stand as far from each other as numbers do elsewhere: only the gaps of one line
    can tell. The widest gap is looked at first, and then those of each side by themselves, for
    printed words and boxes may be on one line.

    Args:
        line: From left to right.
        points: What is small: a point, a comma or a dash in a gap leaves two narrower ones.
        is_field: Whether it is all of a picture that was cut out closely: mostly one number.
    """
    if len(line) < 2:
        return [list(line)]
    height = max(float(np.median([mark.box.height for mark in line])), 1.0)
    gaps = np.array(_gaps(line, points)) / height
    steps = np.diff([(mark.box.left + mark.box.right) / 2 for mark in line]) / height
    parts = _are_between_numbers(gaps, steps, _FIELD if is_field else _PAGE)
    if not parts.any():
        return [list(line)]
    widest = int(np.where(parts, gaps, -np.inf).argmax()) + 1
    return [
        *into_groups(line[:widest], points, is_field=is_field),
        *into_groups(line[widest:], points, is_field=is_field),
    ]


def _gaps(line: Sequence[_Boxed], points: Sequence[Box]) -> list[int]:
    """Return the widest empty columns between each mark of a line and the next."""
    right = np.maximum.accumulate([mark.box.right for mark in line]).tolist()
    gaps = []
    for start, before, mark in zip(right, line, line[1:], strict=False):
        end = mark.box.left
        band = Box.around((before.box, mark.box))
        within = [
            point
            for point in points
            if start <= point.left and point.right <= end and _is_amid_or_below(point, band)
        ]
        edges = [start, *(side for point in sorted(within, key=_left) for side in point[1::2]), end]
        gaps.append(max(last - first for first, last in zip(edges[::2], edges[1::2], strict=True)))
    return gaps


def _left(box: Box) -> int:
    return box.left


def _is_amid_or_below(point: Box, band: Box) -> bool:
    """Tell a point or a dash on a line by where its middle is."""
    middle = (point.top + point.bottom) / 2
    high, low = _POINTS
    return band.top + high * band.height < middle < band.bottom + low * band.height


def _are_between_numbers(
    gaps: NDArray[np.float64], steps: NDArray[np.float64], limits: _Gaps
) -> NDArray[np.bool_]:
    """Tell the gaps (N,) of a line that part two numbers: all in heights of a digit.

    Such a gap is far wider than the narrower ones of the line, and wide by itself. Beside a narrow
    digit in a box it is as wide, but from middle to middle, ``steps``, all are equal there.
    """
    if len(gaps) == 1:
        return np.asarray(gaps > _LONE_GAP, np.bool_)
    usual = max(float(np.sort(gaps)[int(_NARROWER * (len(gaps) - 1))]), 0.0)
    step = float(np.sort(steps)[(len(steps) - 1) // 2])
    is_wide = gaps > max(limits.least, limits.times * usual + limits.more)
    is_widest = gaps > max(_FIELD.least, _FIELD.times * usual + _FIELD.more)
    if limits is _PAGE:
        is_wide |= gaps >= _behind_a_valley(gaps)
    return np.asarray(is_wide & ((steps >= _LONGER * step) | is_widest), np.bool_)


def _behind_a_valley(gaps: NDArray[np.float64]) -> float:
    """Return the narrowest gap that is far wider than the next narrower one; infinity without one.

    Printed spaces are narrow, but all gaps within numbers are far narrower.
    """
    ordered = np.sort(gaps)
    ratios = ordered[1:] / np.maximum(ordered[:-1], _LEAST_GAP)
    within = np.arange(1, len(gaps)) >= _FEW_WITHIN * len(gaps)
    found = np.flatnonzero((ordered[1:] >= _SPACE) & (ratios >= _VALLEY) & within)
    return float(ordered[found[0] + 1]) if len(found) and len(gaps) > 2 else np.inf


def _shared(one: Box, other: Box) -> float:
    """Return how much of the lower mark's height two marks have in common, 0 to 1."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(common, 0) / max(min(one.height, other.height), 1)
