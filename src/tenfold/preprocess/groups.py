"""Marks that stand together, with their ink: what is read at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.pieces import Piece
from tenfold.preprocess.strip import narrowed_columns
from tenfold.values import Box

__all__ = ["POINT", "Group", "Mark", "owners_of", "to_group"]

POINT = 0.003
"""Of the square of digits' height: the least area of a point among them."""

_BELOW = 0.25  # of its height: how far below a group a comma in it may hang
_FEWEST = 3  # marks, of which a slope is told
_FAR = 1.0  # heights of a digit: the least distance of two that tell it
_LEVEL = 0.02  # rows a column, up to which a line is level
# Of what is surely a point, by the group's height: its longer side at most, the row of its middle
# at least, how far below the foot that of a comma ends; and by the square of it the least area.
_POINT_SIDE, _POINT_ROW, _HANGS, _POINT_AREA = 0.35, 0.7, 0.06, 0.005
# A dash before a group, by the group's height: where its rows lie, how far from it it may end, and
# how long it is; and how many times as wide as high.
_AMID, _BEFORE, _DASH, _FLAT = (0.2, 0.85), 0.7, (0.15, 0.9), 1.8


class Group(NamedTuple):
    """Marks that stand together on a line: a number, it may be, or a word.

    Attributes:
        marks: What is connected, or lies over one another, from left to right, on the page.
        ink: Shape (h, w), float32, 0 to 1: theirs and that of points between them, cut to its
            extent, on the scale of the page as it is worked on; wide gaps are narrowed, and a line
            that rises or falls is level.
        tops: Shape (w,): the row of that page that is the ink's first, column by column.
        columns: Shape (w,): columns of that page that are the ink's.
        scale: Pixels of it for each of the page.
        shape: The page's (H, W).
        points: Of what stands at the foot between strokes, as a point or a comma does, the first
            column and the one behind its last, on the page as it is worked on, and which it is.
    """

    marks: tuple[Box, ...]
    ink: NDArray[np.float32]
    tops: NDArray[np.int_]
    columns: NDArray[np.int_]
    scale: float
    shape: tuple[int, ...]
    points: tuple[tuple[int, int, str], ...] = ()

    def mark_columns(self) -> list[tuple[int, int]]:
        """Return the first column of each mark in the ink, and the one behind its last."""
        edges = [(mark.left * self.scale, mark.right * self.scale) for mark in self.marks]
        return [
            (int(np.searchsorted(self.columns, left)), int(np.searchsorted(self.columns, right)))
            for left, right in edges
        ]

    def point_columns(self) -> list[tuple[float, str]]:
        """Return the middle of each point in columns of the ink, and whether it is a comma."""
        return [
            (float(np.searchsorted(self.columns, (left + right) / 2)), symbol)
            for left, right, symbol in self.points
        ]

    def on_page(self, box: Box) -> Box:
        """Return a box in pixels of the ink as one in pixels of the page."""
        left, right = int(self.columns[box.left]), int(self.columns[box.right - 1]) + 1
        tops = self.tops[box.left : box.right]
        own = Box(box.top + int(tops.min()), left, box.bottom + int(tops.max()), right)
        return _enlarged(own, self.scale, self.shape)


class Mark(NamedTuple):
    """What is connected, or lies over one another: its box as the page is worked on, and pieces."""

    box: Box
    pieces: tuple[Piece, ...]


def owners_of(marks: Sequence[Mark], pieces: Sequence[Piece], labels: int) -> NDArray[np.int_]:
    """Return which mark each label belongs to, from 1 on; 0 of none, -1 where it is grain."""
    owners = np.full(labels + 1, -1)
    owners[[piece.label for piece in pieces]] = 0
    for place, mark in enumerate(marks, start=1):
        owners[[piece.label for piece in mark.pieces]] = place
    return owners


def to_group(
    marks: Sequence[Mark],
    ink: NDArray[np.float32],
    labels: NDArray[np.int32],
    owners: NDArray[np.int_],
    scale: float,
    shape: tuple[int, ...],
) -> Group:
    """Return marks as a group: their ink, that of points and commas among them, and of a minus."""
    box = Box.around(mark.box for mark in marks)
    box = box._replace(left=_left_of_minus(box, labels, owners))
    inside = labels[box.top : box.bottom, box.left : box.right]
    areas = np.bincount(inside.ravel(), minlength=len(owners))
    among = (owners == 0) & (areas >= POINT * box.height**2)
    own = among | np.isin(owners, [owners[mark.pieces[0].label] for mark in marks])
    low = min(box.bottom + round(_BELOW * box.height), len(labels))  # a comma hangs below
    place = (slice(box.top, low), slice(box.left, box.right))
    falls = np.rint(_slope(marks) * np.arange(-(box.width // 2), box.width - box.width // 2))
    seen = _level(np.where(own[labels[place]], ink[place], np.float32(0)), falls.astype(int))
    rows = np.flatnonzero(seen.any(1))
    columns = narrowed_columns(seen)
    first = box.top + int(rows[0]) - int(np.abs(falls).max(initial=0))
    return Group(
        tuple(_enlarged(mark.box, scale, shape) for mark in marks),
        seen[rows[0] : rows[-1] + 1, columns],
        first + falls.astype(int)[columns],
        columns + box.left,
        scale,
        shape,
        _points(box, labels, np.flatnonzero(among)),
    )


def _points(
    box: Box, labels: NDArray[np.int32], among: NDArray[np.int_]
) -> tuple[tuple[int, int, str], ...]:
    """Return the columns of the small pieces, by their labels, that stand as points do."""
    found = []
    low = box.bottom + round(_BELOW * box.height)
    page = labels[box.top : low, box.left : box.right]
    for label in among.tolist():
        rows, columns = np.nonzero(page == label)
        top, left = int(rows.min()), int(columns.min())
        bottom, right = int(rows.max()) + 1, int(columns.max()) + 1
        around = page[top:, max(left - 1, 0) : right + 1]
        if (
            max(bottom - top, right - left) < _POINT_SIDE * box.height
            and (top + bottom) / 2 > _POINT_ROW * box.height
            and len(rows) >= _POINT_AREA * box.height**2
            and bool(np.isin(around, (0, label)).all())
        ):
            hangs = bottom > (1 + _HANGS) * box.height
            found.append((box.left + left, box.left + right, "," if hangs else "."))
    return tuple(sorted(found))


def _left_of_minus(box: Box, labels: NDArray[np.int32], owners: NDArray[np.int_]) -> int:
    """Return where a dash begins that stands before what a box holds; the box's left without one.

    It lies amid the box's height, is far wider than high, and belongs to no mark.
    """
    high, low = (round(box.top + share * box.height) for share in _AMID)
    left = max(box.left - round(_BEFORE * box.height), 0)
    before = labels[high:low, left : box.left]
    free = before[owners[before] == 0]
    if not free.size:
        return box.left
    label = int(np.bincount(free).argmax())
    first = max(left - box.height, 0)
    rows, columns = np.nonzero(labels[box.top : box.bottom, first : box.left] == label)
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    shortest, longest = (share * box.height for share in _DASH)
    is_dash = width >= _FLAT * height and shortest <= width <= longest
    is_amid = high <= box.top + int(rows.min()) and box.top + int(rows.max()) < low
    return first + int(columns.min()) if is_dash and is_amid else box.left


def _slope(marks: Sequence[Mark]) -> float:
    """Return how many rows a column a line of marks falls: the median over pairs of marks.

    Theil 1950 and Sen 1968; 0 where marks are few, or it is hardly more than their wandering.
    """
    if len(marks) < _FEWEST:
        return 0.0
    x = np.array([(mark.box.left + mark.box.right) / 2 for mark in marks])
    y = np.array([(mark.box.top + mark.box.bottom) / 2 for mark in marks])
    one, other = np.triu_indices(len(marks), 1)
    apart = x[other] - x[one]
    far = apart > _FAR * float(np.median([mark.box.height for mark in marks]))
    if not far.any():
        return 0.0
    slope = float(np.median((y[other] - y[one])[far] / apart[far]))
    return slope if abs(slope) > _LEVEL else 0.0


def _level(ink: NDArray[np.float32], falls: NDArray[np.int_]) -> NDArray[np.float32]:
    """Return ink (h, w) with each column moved up by as many rows as the line falls there.

    It has as many rows more above and below as the farthest column is moved.
    """
    most = int(np.abs(falls).max(initial=0))
    if not most:
        return ink
    padded = np.pad(ink, ((2 * most, 2 * most), (0, 0)))
    rows = np.arange(most, most + len(ink) + 2 * most)[:, None] + falls
    return np.asarray(padded[rows, np.arange(ink.shape[1])], np.float32)


def _enlarged(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """Return a box in pixels of a page of some shape (H, W), within it and not empty.

    Levelled rows may lie a little beyond the page's border.
    """
    top, left = (
        min(max(int(side / scale), 0), end - 1) for side, end in zip(box[:2], shape, strict=True)
    )
    bottom, right = (
        max(min(int(np.ceil(side / scale)), end), start + 1)
        for side, end, start in zip(box[2:], shape, (top, left), strict=True)
    )
    return Box(top, left, bottom, right)
