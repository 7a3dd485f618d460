"""Printed lines go, whatever they make, and what is written over them stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess.ruling import erase_ruling

HEIGHT = 40  # of the digits drawn


def blank(shape: tuple[int, int] = (260, 420)) -> np.ndarray:
    return np.zeros(shape, np.float32)


def written(text: str = "274", top: int = 100, left: int = 62, step: int = 60) -> np.ndarray:
    page = np.zeros(blank().shape, np.uint8)
    for place, letter in enumerate(text):
        at = (left + step * place, top + HEIGHT)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 1.85, 1, 5)
    return page.astype(np.float32)


def boxes(left: int = 50, top: int = 90, pen: int = 2, ink: float = 1.0) -> np.ndarray:
    found = blank()
    for place in range(5):
        corner = (left + 60 * place, top)
        cv2.rectangle(found, corner, (corner[0] + 60, corner[1] + 60), ink, pen)
    return found


def grid(pen: int = 2) -> np.ndarray:
    ink = blank()
    for place in range(4):
        cv2.line(ink, (40, 30 + 60 * place), (340, 30 + 60 * place), 1.0, pen)
    for place in range(6):
        cv2.line(ink, (40 + 60 * place, 30), (40 + 60 * place, 210), 1.0, pen)
    return ink


def squares() -> np.ndarray:
    ink = blank()
    for place in range(10, 420, 50):
        cv2.line(ink, (place, 0), (place + 4, 259), 1.0, 2)
        cv2.line(ink, (0, place), (419, place - 6), 1.0, 2)
    return ink


def line(row: int, fall: int = 0) -> np.ndarray:
    ink = blank()
    cv2.line(ink, (0, row), (419, row + fall), 1.0, 2)
    return ink


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(boxes(), id="boxes"),
        pytest.param(boxes(pen=4), id="bold-boxes"),
        pytest.param(boxes(ink=0.15), id="pale-boxes"),
        pytest.param(grid(), id="grid"),
        pytest.param(squares(), id="squares-askew"),
        pytest.param(line(160), id="a-line-below"),
        pytest.param(line(170, 60), id="a-line-that-falls"),
    ],
)
def test_lines_go_and_digits_stay(drawn: np.ndarray) -> None:
    digits = written()
    erased = erase_ruling(np.maximum(drawn, digits))
    beside = (drawn > 0) & (cv2.dilate(digits, np.ones((3, 3))) == 0)
    assert erased[beside].mean() < 0.05 * drawn.max()
    assert (erased[digits > 0] > 0.5).mean() > 0.93


def squared(pitch: int = 60) -> np.ndarray:
    ink = blank((600, 900))
    for place in range(20, 900, pitch):
        cv2.line(ink, (place, 0), (place, 599), 1.0, 2)
        cv2.line(ink, (0, place), (899, place), 1.0, 2)
    return ink


def test_a_line_that_writing_covers_is_told_by_the_others() -> None:
    """Most of a line of squared paper lies under digits: what is left of it is in step."""
    drawn, digits = squared(), np.zeros((600, 900), np.uint8)
    for place, letter in enumerate("2882 5325 88"):
        at = (30 + 70 * place, 345)
        cv2.putText(digits, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 2.9, 1, 8)
    erased = erase_ruling(np.maximum(drawn, digits.astype(np.float32)))
    beside = (drawn > 0) & (cv2.dilate(digits, np.ones((3, 3))) == 0)
    assert erased[beside].mean() < 0.03
    assert (erased[digits > 0] > 0.5).mean() > 0.93


def test_sides_of_boxes_above_each_other_go_and_slanting_ones_stay() -> None:
    drawn, digits = blank((420, 640)), np.zeros((420, 640), np.uint8)
    for top in (80, 200):
        for place in range(8):
            corner = (60 + 64 * place, top)
            cv2.rectangle(drawn, corner, (corner[0] + 64, corner[1] + 64), 1.0, 2)
    for place in (1, 3, 6):  # from line to line, as a 1 in a box may go
        left = 60 + 64 * place
        cv2.line(digits, (left + 40, 82), (left + 20, 142), 1, 5)
    erased = erase_ruling(np.maximum(drawn, digits.astype(np.float32)))
    beside = (drawn > 0) & (cv2.dilate(digits, np.ones((5, 5))) == 0)
    assert erased[beside].mean() < 0.03
    assert (erased[digits > 0] > 0.5).mean() > 0.85


def test_the_foot_of_boxes_goes_where_digits_stand_on_it() -> None:
    """Most of the line is part of digits; the sides of the boxes end on what is left of it."""
    drawn, digits = blank((300, 1160)), np.zeros((300, 1160), np.uint8)
    for place in range(10):
        corner = (80 + 98 * place, 80)
        cv2.rectangle(drawn, corner, (corner[0] + 98, corner[1] + 116), 1.0, 8)
        cv2.line(digits, (corner[0] + 40, 110), (corner[0] + 40, 196), 1, 9)
        if place % 2:
            cv2.line(digits, (corner[0] + 22, 190), (corner[0] + 75, 196), 1, 9)
    erased = erase_ruling(np.maximum(drawn, digits.astype(np.float32)))
    beside = (drawn > 0) & (cv2.dilate(digits, np.ones((13, 13))) == 0)
    assert erased[beside].mean() < 0.03
    assert (erased[digits > 0] > 0.5).mean() > 0.85


def test_a_line_that_writing_clings_to_goes() -> None:
    """Bars at the height of a line make one piece of thin ink with it, which is no straight one."""
    drawn, strokes = blank((300, 700)), np.zeros((300, 700), np.uint8)
    cv2.line(drawn, (0, 180), (699, 180), 1.0, 2)
    for left in range(60, 640, 90):
        cv2.line(strokes, (left, 178), (left + 50, 160), 1, 4)
        cv2.line(strokes, (left + 50, 160), (left + 60, 110), 1, 4)
    erased = erase_ruling(np.maximum(drawn, strokes.astype(np.float32)))
    beside = (drawn > 0) & (cv2.dilate(strokes, np.ones((5, 5))) == 0)
    assert erased[beside].mean() < 0.03
    assert (erased[strokes > 0] > 0.5).mean() > 0.85


@pytest.mark.parametrize("text", ["477", "274"])
def test_thick_digits_above_such_a_line_stay(text: str) -> None:
    """They are what tells how high digits are, and so that a 7's bar is no line."""
    drawn, strokes = blank((400, 640)), np.zeros((400, 640), np.uint8)
    cv2.line(drawn, (0, 330), (639, 330), 1.0, 2)
    for left in range(20, 560, 90):
        cv2.line(strokes, (left, 328), (left + 50, 310), 1, 4)
        cv2.line(strokes, (left + 50, 310), (left + 60, 270), 1, 4)
    digits = np.zeros((400, 640), np.uint8)
    for place, letter in enumerate(text):
        at = (40 + 75 * place, 95)
        cv2.putText(digits, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 2.5, 1, 9)
    erased = erase_ruling(np.maximum(drawn, (strokes | digits).astype(np.float32)))
    assert (erased[digits > 0] > 0.5).mean() > 0.99


@pytest.mark.parametrize("ink", [0.15, 0.3, 0.5])
def test_a_stroke_along_a_paler_line_stays(ink: float) -> None:
    """As the foot of a 2 that is written on a rule printed pale."""
    rule, stroke = ink * line(140), blank()
    cv2.line(stroke, (180, 140), (235, 140), 1.0, 2)
    erased = erase_ruling(np.maximum(rule, stroke))
    assert (erased[stroke > 0] > 0.5).mean() > 0.95
    assert erased[(rule > 0) & (cv2.dilate(stroke, np.ones((5, 5))) == 0)].mean() < 0.05 * ink


@pytest.mark.parametrize("apart", [7, 8, 9])
@pytest.mark.parametrize("is_printed", [True, False], ids=["beside", "in-place-of-a-part"])
def test_a_stroke_from_line_to_line_stays_beside_an_upright_one(
    apart: int, is_printed: bool
) -> None:
    """A 1 as high as a square of the paper is as long and as thin as the square's side."""
    drawn, digits = blank((580, 580)), np.zeros((580, 580), np.uint8)
    for place in range(50, 531, 60):
        cv2.line(drawn, (50, place), (530, place), 1.0, 2)
        cv2.line(drawn, (place, 50), (place, 530), 1.0, 2)
    if not is_printed:
        drawn[232:288, 228:233] = 0
    for place, letter in enumerate("2745"):
        at = (295 + 60 * place, 398)
        cv2.putText(digits, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 1, 4)
    cv2.line(digits, (230 + apart, 231), (230 + apart, 289), 1, 3)
    erased = erase_ruling(np.maximum(drawn, digits.astype(np.float32)))
    assert (erased[235:286, 229 + apart : 232 + apart] > 0.5).mean() > 0.95
    beside = (drawn > 0) & (cv2.dilate(digits, np.ones((5, 5))) == 0)
    assert erased[beside].mean() < 0.001


@pytest.mark.parametrize("fall", [-30, 0, 40])
def test_a_stroke_across_a_line_stays_whole(fall: int) -> None:
    stroke = blank()
    cv2.line(stroke, (200, 95), (188, 185), 1.0, 5)
    rule = line(140, fall)
    erased = erase_ruling(np.maximum(stroke, rule))
    assert (erased[stroke > 0] > 0).mean() > 0.95
    assert erased[(rule > 0) & (stroke == 0)].mean() < 0.05


@pytest.mark.parametrize(
    "digits",
    [
        written(),
        written("1111", step=40),
        written("470", step=42),
        written("77777", step=38),
        written("5555", step=40),
        written("-7-"),
    ],
    ids=["274", "1111", "470", "77777", "5555", "-7-"],
)
def test_digits_alone_are_left_as_they_are(digits: np.ndarray) -> None:
    np.testing.assert_array_equal(erase_ruling(digits), digits)


def test_the_ink_itself_is_left_alone() -> None:
    ink = np.maximum(boxes(), written())
    before = ink.copy()
    erase_ruling(ink)
    np.testing.assert_array_equal(ink, before)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (3, 3)])
def test_the_smallest_pages(shape: tuple[int, int]) -> None:
    for ink in (np.zeros(shape, np.float32), np.ones(shape, np.float32)):
        assert erase_ruling(ink).shape == shape


def test_thick_sides_of_boxes_go_on_a_strip() -> None:
    drawn = np.zeros((106, 700), np.uint8)
    for column in range(8):
        cv2.putText(drawn, "6", (87 * column + 20, 88), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 255, 6)
    digits = drawn > 127
    for column in range(0, 700, 87):
        cv2.line(drawn, (column, 0), (column, 105), 255, 8)
    found = erase_ruling(drawn.astype(np.float32) / 255)
    assert found[:, 87 * 3 - 3 : 87 * 3 + 3].max() == 0
    assert (found[digits] > 0.5).mean() >= 0.98


def test_the_side_of_a_thin_zero_stays_on_a_small_picture() -> None:
    page = np.zeros((70, 70), np.float32)
    corners = [(18, 20), (40, 20), (48, 35), (40, 55), (26, 55), (18, 42)]
    cv2.polylines(page, [np.array(corners, np.int32)], True, 1.0, 4, cv2.LINE_AA)
    np.testing.assert_array_equal(erase_ruling(page), page)
