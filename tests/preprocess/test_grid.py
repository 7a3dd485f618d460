"""A table: found, straightened, and cut into cells."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.errors import InputError
from tenfold.preprocess import segment_table
from tenfold.preprocess.grid import Corners, check_corners, find_corners
from tenfold.values import Box

CORNERS = ((100, 80), (640, 80), (640, 440), (100, 440))
TEXTS = (("3", "", "27"), ("8", "41", ""))


def table(pen: int = 3) -> np.ndarray:
    """A page (520, 740), ink bright, with a table of 2 x 3, and a line of words above it."""
    page = np.zeros((520, 740), np.uint8)
    for place in range(3):
        cv2.line(page, (100, 80 + 180 * place), (640, 80 + 180 * place), 255, pen)
    for place in range(4):
        cv2.line(page, (100 + 180 * place, 80), (100 + 180 * place, 440), 255, pen)
    for row, texts in enumerate(TEXTS):
        for column, text in enumerate(texts):
            at = (130 + 180 * column, 205 + 180 * row)
            cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, 2.8, 255, 7)
    cv2.putText(page, "Results", (20, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 4)
    return page


def turned(page: np.ndarray, corners: Corners) -> np.ndarray:
    """The page so that its table's corners come to lie elsewhere."""
    change = cv2.getPerspectiveTransform(np.float32(CORNERS), np.float32(corners))
    return np.asarray(cv2.warpPerspective(page, change, page.shape[::-1]), np.uint8)


VIEWS = [
    pytest.param(CORNERS, id="straight"),
    pytest.param(((110, 60), (650, 90), (630, 460), (90, 430)), id="turned"),
    pytest.param(((150, 80), (590, 80), (660, 450), (80, 450)), id="from-below"),
]


@pytest.mark.parametrize("corners", VIEWS)
def test_corners_are_found(corners: Corners) -> None:
    found = find_corners(turned(table(), corners))
    assert found is not None
    assert np.abs(np.subtract(found, corners)).max() < 8


@pytest.mark.parametrize("corners", VIEWS)
@pytest.mark.parametrize("given", [True, False])
def test_cells_hold_what_is_written_in_them(corners: Corners, given: bool) -> None:
    page = turned(table(), corners)
    found = segment_table(page, 2, 3, corners if given else None)
    marks = [[0 if cell is None else len(cell.marks) for cell in row] for row in found.cells]
    assert marks == [[len(text) for text in texts] for texts in TEXTS]


@pytest.mark.parametrize("corners", VIEWS)
def test_boxes_are_on_the_page(corners: Corners) -> None:
    page = turned(table(), corners)
    found = segment_table(page, 2, 3)
    cell = found.cells[1][1]
    assert cell is not None
    box = found.on_page(Box.around(cell.marks))
    change = cv2.getPerspectiveTransform(np.float32(CORNERS), np.float32(corners))
    middle = cv2.perspectiveTransform(np.float32([[[370, 350]]]), change)[0, 0]
    assert box.left < middle[0] < box.right
    assert box.top < middle[1] < box.bottom
    assert page[box.top : box.bottom, box.left : box.right].max() > 200


def uneven(cut: tuple[int, ...], *, upright: bool) -> np.ndarray:
    """A page (300, 700) of a table of three columns, or turned of three rows, with other widths."""
    page = np.zeros((300, 700), np.uint8)
    for row in (50, 250):
        cv2.line(page, (50, row), (650, row), 255, 3)
    for column in (50, *cut, 650):
        cv2.line(page, (column, 50), (column, 250), 255, 3)
    return np.ascontiguousarray(page.T) if upright else page


def marks_along(page: np.ndarray, *, upright: bool) -> list[int]:
    """How many marks each of three cells has, side by side or above each other."""
    found = segment_table(page, 3, 1) if upright else segment_table(page, 1, 3)
    return [0 if cell is None else len(cell.marks) for row in found.cells for cell in row]


@pytest.mark.parametrize("upright", [False, True], ids=["columns", "rows"])
@pytest.mark.parametrize(
    ("cut", "where"),
    [
        pytest.param((205, 495), (1, 1), id="a-wide-one-between"),
        pytest.param((295, 405), (0, 2), id="a-narrow-one-between"),
        pytest.param((200, 400), (1, 2), id="wider-and-wider"),
    ],
)
def test_columns_of_other_widths_are_told_by_their_lines(
    cut: tuple[int, int], where: tuple[int, int], upright: bool
) -> None:
    """A mark beside each line lies in a cell of other columns, were all of one width."""
    page = uneven(cut, upright=upright)
    for line, cell in zip(cut, where, strict=True):
        left = line + 10 if cell > cut.index(line) else line - 30
        at = slice(110, 190), slice(left, left + 20)
        page[at[::-1] if upright else at] = 255
    assert marks_along(page, upright=upright) == [where.count(place) for place in range(3)]


@pytest.mark.parametrize("upright", [False, True], ids=["columns", "rows"])
def test_cells_without_lines_between_them_are_even(upright: bool) -> None:
    page = uneven((), upright=upright)
    for left in (220, 420):
        at = slice(110, 190), slice(left, left + 20)
        page[at[::-1] if upright else at] = 255
    assert marks_along(page, upright=upright) == [1, 1, 0]


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param((slice(263, 271), slice(510, 600)), id="above"),
        pytest.param((slice(249, 257), slice(330, 420)), id="below"),
        pytest.param((slice(140, 200), slice(283, 290)), id="at-its-left"),
        pytest.param((slice(140, 200), slice(450, 457)), id="at-its-right"),
    ],
)
def test_what_is_left_of_lines_is_not_written(rest: tuple[slice, slice]) -> None:
    """A stretch at a cell's edge, where its line is thicker: the cell is as empty as before."""
    page = table()
    page[rest] = 255
    marks = [
        [0 if cell is None else len(cell.marks) for cell in row]
        for row in segment_table(page, 2, 3, CORNERS).cells
    ]
    assert marks == [[len(text) for text in texts] for texts in TEXTS]


def test_without_a_table_it_is_told() -> None:
    page = np.zeros((300, 400), np.uint8)
    cv2.putText(page, "12", (100, 200), cv2.FONT_HERSHEY_SIMPLEX, 4, 255, 9)
    for blank in (page, np.zeros((50, 50), np.uint8)):
        with pytest.raises(InputError, match="no table was found"):
            segment_table(blank, 2, 2)


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (1, 0), (1, 1)),
        ((0, 0), (0, 1), (1, 1), (1, 0)),
        ((0, 0), (10, 0), (0, 10), (10, 10)),
        ((0, 0), (float("nan"), 0), (1, 1), (0, 1)),
    ],
)
def test_corners_that_go_round_nothing_are_refused(corners: Corners) -> None:
    with pytest.raises(InputError, match="corners"):
        check_corners(corners)


@pytest.mark.parametrize(("rows", "columns"), [(0, 3), (2, 0), (-1, 3)])
def test_a_table_has_rows_and_columns(rows: int, columns: int) -> None:
    with pytest.raises(InputError, match="1 or more"):
        segment_table(table(), rows, columns)


def lined(rows: int, columns: int, height: float = 0.5, cell: int = 90) -> np.ndarray:
    """A table, ink bright, with a digit as high as some share of its cell in each."""
    page = np.zeros((rows * cell + 40, columns * cell + 40), np.uint8)
    for row in range(rows + 1):
        cv2.line(page, (20, 20 + row * cell), (20 + columns * cell, 20 + row * cell), 255, 2)
    for column in range(columns + 1):
        cv2.line(page, (20 + column * cell, 20), (20 + column * cell, 20 + rows * cell), 255, 2)
    for row in range(rows):
        for column in range(columns):
            place = (20 + column * cell + 35, 20 + row * cell + 60)
            cv2.putText(page, "8", place, cv2.FONT_HERSHEY_SIMPLEX, height * cell / 22, 255, 2)
    return page


@pytest.mark.parametrize(
    ("rows", "columns", "seems"),
    [
        pytest.param(3, 4, "6x4", id="half-the-rows"),
        pytest.param(6, 2, "6x4", id="half-the-columns"),
        pytest.param(1, 1, "6x4", id="one-cell"),
    ],
)
def test_a_table_with_more_lines_is_refused(rows: int, columns: int, seems: str) -> None:
    with pytest.raises(InputError, match=f"lines for more; ask for {seems}"):
        segment_table(lined(6, 4), rows, columns)


@pytest.mark.parametrize("height", [0.16, 0.25, 0.5])
def test_low_digits_are_written_too(height: float) -> None:
    cells = segment_table(lined(6, 4, height), 6, 4).cells
    assert all(cell is not None for row in cells for cell in row)


def test_specks_beside_high_digits_are_not_written() -> None:
    page = lined(6, 4)
    page[60:66, 60:72] = 0
    cv2.rectangle(page, (22, 22), (108, 108), 0, -1)
    cv2.rectangle(page, (60, 60), (69, 66), 255, -1)
    assert segment_table(page, 6, 4).cells[0][0] is None
