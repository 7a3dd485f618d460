"""Which lines of thin ink are printed ones: by their length, and by the distance of others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.segments import Segment

__all__ = ["PrintedLines", "feet_of_boxes", "printed_lines"]

_LONG = 2.2  # heights of a digit: a segment that is a line by itself
_JOINED = 3.0  # heights of a digit: segments that are one together, if
_COVERED = 0.75  # of its length is inked
_HALF, _FEWEST, _ENOUGH = 0.5, 2, 4  # of it; and lines, and lines with those, at one distance
_HELD = 0.7  # of its length is inked, where it reaches from line to line
_STEMS = 1.5  # times as long an upright line has to be
_BORDER = 0.9  # of the page's side: what is so long is a line, however high digits are
_BESIDE = 0.9  # heights of a digit: the least of an upright line between two level ones
_PART = 0.35  # heights of a digit: the least that is seen of a line in step with others
_OUT_OF_STEP = 0.07  # of their distance: how far it may be off
_SAME = 0.15  # of their distance: how far apart parts of one line may be
_GAP = 0.3  # heights of a digit: what parts the sides of boxes that stand above each other
_ASKEW = 0.1  # rows a column: how much a short line may slant more than most
_SIDES, _SIDE = 3, 0.7  # of boxes that end on one row; heights of a digit: the least of one
_SEEN = 0.8  # heights of a digit: the least that is seen of a level line in step with others

_Line = list[Segment]


class PrintedLines(NamedTuple):
    """The segments of each printed line, and whether each goes from side to side of the page."""

    lines: list[_Line]
    are_whole: bool


def printed_lines(
    lines: Sequence[_Line],
    height: float,
    width: int,
    ends: NDArray[np.uint8] | None = None,
) -> PrintedLines:
    """Return the printed lines among lines of segments.

    Args:
        lines: As `tenfold.preprocess.segments.lines_of` returns them.
        height: Of a digit.
        width: Of the page.
        ends: Shape (H, W), 0 or 1: what a line reaches from one to the next however short it is;
            None of lines that are level on the page itself.
    """
    if ends is not None:  # sides of boxes that stand above each other
        lines = [
            part
            for line in lines
            for part in ([line] if _is_line(line, height, width, ends) else _runs(line, height))
        ]
    accepted = [line for line in lines if _is_line(line, height, width, ends)]
    if not accepted:
        return PrintedLines([], are_whole=False)
    slope = _slope(accepted)
    accepted = [
        line
        for line in accepted
        if _length(line) >= _JOINED * height or abs(_slope([line]) - slope) <= _ASKEW
    ]
    accepted += _regular(_without(lines, accepted), accepted, height, slope)
    accepted += _in_step(_without(lines, accepted), accepted, ends, height, slope)
    step = _step(_rows(accepted, slope, height))
    if step is None:
        return PrintedLines(accepted, are_whole=False)
    return PrintedLines(_whole(accepted, slope, _SAME * step), are_whole=True)


def feet_of_boxes(sides: Sequence[_Line], height: float, ends: NDArray[np.uint8]) -> list[Segment]:
    """Return the lines on which sides of boxes end that begin on a known one.

    A digit in each box may cover most of such a line. Strokes begin anywhere, and end anywhere.

    Args:
        sides: Lines of thin upright segments, whose columns are the page's rows.
        height: Of a digit.
        ends: Shape (W, H), 0 or 1: where a side may begin or end on a known level line.

    Returns:
        Level segments, from the first side to the last; they have no label.
    """
    far = []
    for run in (run for line in sides for run in _runs(line, height)):
        at_top, at_foot = _ends_on(run, ends)
        if at_top != at_foot and _length(run) >= _SIDE * height:
            far.append(_far_end(run, at_foot=at_top))
    feet = []
    for own in _at_one_row(sorted(far), _SAME * height):
        own.sort(key=lambda end: end.column)
        thickness = float(np.median([end.thickness for end in own]))
        first, last = own[0], own[-1]
        feet.append(
            Segment(round(first.column), round(last.column), first.row, last.row, thickness, 0)
        )
    return feet


class _End(NamedTuple):
    """Where a side of a box ends: in the middle of the line there, if it has its thickness."""

    row: float
    column: float
    thickness: float


def _far_end(side: _Line, *, at_foot: bool) -> _End:
    thickness = float(np.median([segment.thickness for segment in side]))
    if at_foot:
        return _End(side[-1].right + thickness / 2, side[-1].end, thickness)
    return _End(side[0].left - thickness / 2, side[0].start, thickness)


def _at_one_row(ends: Sequence[_End], same: float) -> list[list[_End]]:
    """Return the ends of several sides that lie within some pixels of each other's rows."""
    found: list[list[_End]] = []
    for end in ends:
        if found and end.row - found[-1][-1].row <= same:
            found[-1].append(end)
        else:
            found.append([end])
    return [own for own in found if len(own) >= _SIDES]


def _without(lines: Sequence[_Line], accepted: Sequence[_Line]) -> list[_Line]:
    """Return the lines that are not accepted yet."""
    known = {id(line) for line in accepted}
    return [line for line in lines if id(line) not in known]


def _runs(line: _Line, height: float) -> list[_Line]:
    """Return the parts of a line that gaps part."""
    runs = [[line[0]]]
    for before, segment in pairwise(line):
        if segment.left - before.right > _GAP * height:
            runs.append([])
        runs[-1].append(segment)
    return runs


def _length(line: _Line) -> int:
    """Return how far a line goes, with its gaps."""
    return line[-1].right - line[0].left


def _is_line(segments: _Line, height: float, width: int, ends: NDArray[np.uint8] | None) -> bool:
    """Tell whether segments are long enough together for a printed line."""
    whole = _length(segments)
    inked = sum(segment.length for segment in segments)
    longest = max(segment.length for segment in segments)
    if ends is not None:
        height *= _STEMS  # digits have long upright strokes, and no long level ones
    return (
        longest >= _LONG * height
        or (whole >= _JOINED * height and inked >= _COVERED * whole)
        or whole >= _BORDER * width
        or (
            ends is not None
            and whole >= _BESIDE / _STEMS * height
            and inked >= _HELD * whole
            and all(_ends_on(segments, ends))
        )
    )


def _regular(
    rest: Sequence[_Line], accepted: Sequence[_Line], height: float, slope: float
) -> list[_Line]:
    """Return lines that strokes cover half, if all of them and the others are at one distance."""
    found = [
        line
        for line in rest
        if _length(line) >= _JOINED * height
        and sum(segment.length for segment in line) >= _HALF * _length(line)
    ]
    if len(accepted) < _FEWEST or len(accepted) + len(found) < _ENOUGH:
        return []
    return [] if _step(_rows([*accepted, *found], slope, height)) is None else found


def _in_step(
    rest: Sequence[_Line],
    accepted: Sequence[_Line],
    ends: NDArray[np.uint8] | None,
    height: float,
    slope: float,
) -> list[_Line]:
    """Return lines that strokes hide in part: at the distance of the others.

    Of an upright one an end is in sight; of a level one more than a digit has.
    """
    rows = _rows(accepted, slope, height)
    if (step := _step(rows)) is None:
        return []
    found = []
    for line in rest:
        if ends is None:
            may_be = _length(line) >= _SEEN * height
        else:
            may_be = _length(line) >= _PART * height and any(_ends_on(line, ends))
        off = float(np.abs(_row(line, slope) - rows).min()) / step
        is_other = off > 0.5 or ends is None
        if may_be and is_other and abs(off - round(off)) <= _OUT_OF_STEP:
            found.append(line)
    return found


def _step(rows: NDArray[np.float64]) -> float | None:
    """Return the distance of lines at some rows; None where they are few, or not at one."""
    distances = np.diff(rows)
    if len(distances) < 2:
        return None
    step = float(np.median(distances))
    regular = np.abs(distances / step - np.round(distances / step)).max() <= _OUT_OF_STEP
    return step if regular else None


def _whole(lines: Sequence[_Line], slope: float, same: float) -> list[_Line]:
    """Return lines with the parts of each together: those no farther apart than some pixels."""
    found: list[_Line] = []
    last = -np.inf
    for row, line in sorted(
        ((_row(line, slope), line) for line in lines), key=lambda pair: pair[0]
    ):
        if row - last <= same:
            found[-1] = sorted(found[-1] + line, key=lambda segment: segment.left)
        else:
            found.append(line)
        last = row
    return found


def _slope(lines: Sequence[_Line]) -> float:
    """Return how many rows a column most lines fall: the median over their lengths."""
    lengths = np.array([_length(line) for line in lines])
    slopes = np.array([line[-1].end - line[0].start for line in lines]) / lengths
    order = np.argsort(slopes)
    passed = lengths[order].cumsum()
    return float(slopes[order[int(np.searchsorted(passed, passed[-1] / 2))]])


def _rows(lines: Sequence[_Line], slope: float, height: float) -> NDArray[np.float64]:
    """Return where lines of one slope lie at column 0, in order; close by each other the longest.

    Strokes along a line, and parts of it, are no lines of their own.
    """
    found: list[tuple[float, int]] = []
    last = -np.inf
    for row, length in sorted((_row(line, slope), _length(line)) for line in lines):
        if row - last > _BESIDE * height / 2:
            found.append((row, length))
        elif length > found[-1][1]:
            found[-1] = row, length
        last = row
    return np.array([row for row, _ in found])


def _row(line: _Line, slope: float) -> float:
    """Return where a line, or what goes on beside it at a slope, lies at column 0."""
    first, last = line[0], line[-1]
    return (first.start + last.end) / 2 - slope * (first.left + last.right) / 2


def _ends_on(line: _Line, ends: NDArray[np.uint8]) -> tuple[bool, bool]:
    """Tell of each end of a line whether it lies where ``ends``, (H, W), is 1."""
    first, last = line[0], line[-1]
    rows, columns = ends.shape
    left, right = (
        bool(ends[int(np.clip(round(row), 0, rows - 1)), int(np.clip(column, 0, columns - 1))])
        for row, column in ((first.start, first.left), (last.end, last.right - 1))
    )
    return left, right
