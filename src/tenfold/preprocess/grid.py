"""A table on a page: found, straightened, and its cells one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.arguments import four_corners
from tenfold.errors import InputError
from tenfold.preprocess.faint_lines import find_faint_lines
from tenfold.preprocess.groups import Group, Mark, owners_of, to_group
from tenfold.preprocess.pieces import Piece, borders, find_pieces, longer_side
from tenfold.preprocess.ruling import Ruling, find_ruling
from tenfold.preprocess.segment import page_ink, without_ruling
from tenfold.preprocess.views import moved_box, straighten
from tenfold.values import Box

__all__ = ["Corners", "StraightTable", "check_corners", "find_corners", "segment_table"]

Corners = tuple[tuple[float, float], ...]
"""Four (x, y) in pixels: top left, top right, bottom right, bottom left."""

_LEAST_SIDE, _MOST_SIDE = 500, 2000  # pixels of the straightened table's longer side
_SPREAD = 0.3  # of a cell: how far from where it would be in an even table a line is looked for
_WHOLE = 0.35  # of the table's side: the least ink of a line
_TRIMMED = 0.04  # of a cell: its edge, where what begins and ends is a line's rest
_LEAST_DIGIT = 0.22  # of a cell's height: what is lower is a speck
# Where all is low: of a cell's height, what may be a digit; of the usual one, the least; pixels.
_LOWEST, _OF_USUAL, _LEAST_PIXELS = 0.1, 0.55, 7.0
# Lines that tell how many cells there are: the least ink, of the side; how far apart two are, of
# the other side; and by how much of the usual one a cell may be larger or smaller.
_THROUGH, _SAME_LINE, _UNEVEN = 0.7, 0.012, 0.2
_WANDERING = 7  # pixels up and down: of a line across the straightened table
_LARGEST = 1.4  # of a cell: what is larger is the frame
_LEAST_AREA = 0.1  # of the page's: of a table
_FILLED = 0.6  # of its four corners' area: a table's outline


class StraightTable(NamedTuple):
    """A table seen from right above.

    Attributes:
        cells: Of each row, each cell's marks together; None where it is empty.
        back: Shape (3, 3): turns (x, y, 1) of the straightened table into those of the page.
        shape: The page's (H, W).
    """

    cells: list[list[Group | None]]
    back: NDArray[np.float64]
    shape: tuple[int, ...]

    def on_page(self, box: Box) -> Box:
        """Return the box on the page that holds a box of the straightened table."""
        return moved_box(box, self.back, self.shape)


def segment_table(
    page: NDArray[np.uint8], rows: int, columns: int, corners: Corners | None = None
) -> StraightTable:
    """Return a table's cells.

    Args:
        page: Shape (H, W), uint8, ink bright.
        rows: Of the table.
        columns: Of it.
        corners: Where it lies; looked for when None.

    Raises:
        InputError: There is no table on the page, or the corners are not four.
    """
    import cv2

    if rows < 1 or columns < 1:
        raise InputError(f"rows and columns: must be 1 or more, but are {rows} and {columns}")
    corners = find_corners(page) if corners is None else check_corners(corners)
    if corners is None:
        raise InputError(
            "no table was found on the picture: it must have lines round it; "
            "give its four corners, or the region it lies in"
        )
    width, height = _size(corners, rows, columns)
    there = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    back = np.asarray(cv2.getPerspectiveTransform(there, np.array(corners, np.float32)), np.float64)
    straight = straighten(page, back, (height, width))
    return StraightTable(_cells(straight, rows, columns), back, page.shape)


def find_corners(page: NDArray[np.uint8]) -> Corners | None:
    """Return the corners of the largest table on a page (H, W) uint8; None without any."""
    ink = page_ink(page)
    found = None if ink is None else _corners(find_ruling(ink).lines(), page.shape)
    return found or _corners(find_faint_lines(page), page.shape)


def _corners(lines: NDArray[np.uint8], shape: tuple[int, ...]) -> Corners | None:
    """Return the corners, on a page of some shape, of the largest table that lines (h, w) make."""
    import cv2

    thick = cv2.dilate(lines, np.ones((3, 3), np.uint8))
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(thick, connectivity=8)
    boxes = statistics[:, cv2.CC_STAT_WIDTH] * statistics[:, cv2.CC_STAT_HEIGHT]
    boxes[0] = 0
    label = int(boxes.argmax())
    if boxes[label] < _LEAST_AREA * lines.size:
        return None
    y, x = np.nonzero(labels == label)
    scale = shape[1] / lines.shape[1]
    found = [
        (float(x[place] + 0.5) * scale, float(y[place] + 0.5) * scale)
        for place in ((x + y).argmin(), (x - y).argmax(), (x + y).argmax(), (x - y).argmin())
    ]
    area = cv2.contourArea(np.array(found, np.float32))
    return tuple(found) if area >= _FILLED * boxes[label] * scale * scale else None


def _size(corners: Corners, rows: int, columns: int) -> tuple[int, int]:
    """Return the width and height of the straightened table, in pixels."""
    points = np.array(corners, float)
    sides = np.linalg.norm(points - np.roll(points, -1, 0), axis=1)
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    least = max(_LEAST_SIDE, 40 * max(rows, columns))
    scale = np.clip(max(width, height), least, max(_MOST_SIDE, least)) / max(width, height)
    return max(round(width * scale), columns), max(round(height * scale), rows)


def _cells(page: NDArray[np.uint8], rows: int, columns: int) -> list[list[Group | None]]:
    ink = page_ink(page)
    if ink is None:
        return [[None] * columns for _ in range(rows)]
    ruling = find_ruling(ink)
    _check_size(ruling, rows, columns)
    row_ends = _ends(ruling.level.sum(1), rows, ink.shape[1])
    column_ends = _ends(ruling.upright.sum(0), columns, ink.shape[0])
    ink = without_ruling(ink, ruling)
    scale = ink.shape[1] / page.shape[1]
    labels, pieces = find_pieces(ink)
    found: dict[tuple[int, int], list[Piece]] = {}
    own = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        row = int(np.searchsorted(row_ends, (piece.top + piece.bottom) / 2)) - 1
        column = int(np.searchsorted(column_ends, (piece.left + piece.right) / 2)) - 1
        if not (0 <= row < rows and 0 <= column < columns):
            continue
        cell = Box(row_ends[row], column_ends[column], row_ends[row + 1], column_ends[column + 1])
        if borders(piece, labels.shape) or not _may_be_written(piece, cell):
            continue  # what reaches the table's border is its frame
        own.append(piece)
        found.setdefault((row, column), []).append(piece)
    least = _least_digit(found, len(ink) / rows)
    marks = {
        place: tall
        for place, inside in found.items()
        if (tall := [Mark(piece.box, (piece,)) for piece in inside if longer_side(piece) >= least])
    }
    written = [mark for tall in marks.values() for mark in tall]
    owners = owners_of(written, own, int(labels.max()))
    return [
        [
            to_group(marks[row, column], ink, labels, owners, scale, page.shape)
            if (row, column) in marks
            else None
            for column in range(columns)
        ]
        for row in range(rows)
    ]


def _least_digit(found: Mapping[tuple[int, int], Sequence[Piece]], cell: float) -> float:
    """Return the pixels that a digit has along its longer side at the least; less is a speck.

    Args:
        found: What is in each cell that is not bare.
        cell: Its height.
    """
    tallest = [max(longer_side(piece) for piece in inside) for inside in found.values()]
    usual = [side for side in tallest if side >= max(_LOWEST * cell, _LEAST_PIXELS)]
    low = _OF_USUAL * float(np.median(usual)) if usual else np.inf
    return max(min(_LEAST_DIGIT * cell, low), _LEAST_PIXELS)


def _check_size(ruling: Ruling, rows: int, columns: int) -> None:
    """Refuse a table that has more lines than its rows and columns have ends."""
    found = tuple(_count_of_cells(lines) for lines in (ruling.level, ruling.upright.T))
    if found[0] > rows or found[1] > columns:
        seems = "x".join(
            str(max(one, asked)) for one, asked in zip(found, (rows, columns), strict=True)
        )
        raise InputError(
            f"the table on the picture must have {rows} rows and {columns} columns, but has lines "
            f"for more; ask for {seems}, or give the corners of the part that is wanted"
        )


def _count_of_cells(lines: NDArray[np.uint8]) -> int:
    """Return between how many even cells level lines (H, W) go through; 0 of other lines."""
    import cv2

    wandering = np.ones((_WANDERING, 1), np.uint8)
    inked = np.asarray(cv2.dilate(np.ascontiguousarray(lines), wandering)).sum(1)
    places = np.flatnonzero(inked >= _THROUGH * lines.shape[1])
    if len(places) < 2:
        return 0
    near = _SAME_LINE * len(inked)
    starts = places[np.r_[True, np.diff(places) > near]]
    starts = starts[(starts > 2 * near) & (starts < len(inked) - 2 * near)]  # but for the frame
    ends = np.array([0.0, *starts, len(inked)])
    cells = np.diff(ends)
    is_even = len(starts) > 0 and bool(np.abs(cells / np.median(cells) - 1).max() <= _UNEVEN)
    return len(cells) if is_even else 0


def _ends(inked: NDArray[np.int_], count: int, side: int) -> list[int]:
    """Return where the cells of one direction begin and end: at lines, or evenly without them."""
    even = np.linspace(0, len(inked), count + 1)
    reach = max(round(_SPREAD * len(inked) / count), 1)
    ends = [0]
    for place in even[1:-1]:
        first, last = max(int(place) - reach, 0), min(int(place) + reach + 1, len(inked))
        best = first + int(inked[first:last].argmax())
        ends.append(best if inked[best] >= _WHOLE * side else round(place))
    return [*ends, len(inked)]


def _may_be_written(piece: Piece, cell: Box) -> bool:
    """Tell digits, and points, from what is left of lines at a cell's edge, and of the frame."""
    edge = 2 * _TRIMMED * min(cell.height, cell.width)
    along_edge = (
        piece.bottom <= cell.top + edge
        or piece.top >= cell.bottom - edge
        or piece.right <= cell.left + edge
        or piece.left >= cell.right - edge
    )
    fits = piece.height <= _LARGEST * cell.height and piece.width <= _LARGEST * cell.width
    return fits and not along_edge


def check_corners(corners: Sequence[Sequence[float]]) -> Corners:
    """Return four corners as they are worked with.

    Raises:
        InputError: They are not four pairs of numbers, or not round an area in their order.
    """
    found = four_corners(corners)
    points = np.array(found)
    edges = np.roll(points, -1, 0) - points
    after = np.roll(edges, -1, 0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    if not (turns > 0).all():
        raise InputError(
            "corners: must go round the table from the top left one clockwise, but do not: "
            f"{corners}"
        )
    return found
