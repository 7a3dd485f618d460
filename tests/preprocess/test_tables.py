"""Lines of boxes and tables go, and what is written in them stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess.tables import erase_tables

HEIGHT = 40  # of the digits drawn


def blank() -> np.ndarray:
    return np.zeros((260, 420), np.float32)


def written(text: str = "274", top: int = 100, left: int = 62, step: int = 60) -> np.ndarray:
    page = np.zeros(blank().shape, np.uint8)
    for place, letter in enumerate(text):
        at = (left + step * place, top + HEIGHT)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 1.85, 1, 4)
    return page.astype(np.float32)


def boxes(left: int = 50, top: int = 90, pen: int = 2) -> np.ndarray:
    ink = blank()
    for place in range(5):
        corner = (left + 60 * place, top)
        cv2.rectangle(ink, corner, (corner[0] + 60, corner[1] + 60), 1.0, pen)
    return ink


def grid() -> np.ndarray:
    ink = blank()
    for place in range(4):
        cv2.line(ink, (40, 30 + 60 * place), (340, 30 + 60 * place), 1.0, 2)
    for place in range(6):
        cv2.line(ink, (40 + 60 * place, 30), (40 + 60 * place, 210), 1.0, 2)
    return ink


def line(row: int) -> np.ndarray:
    ink = blank()
    cv2.line(ink, (10, row), (400, row), 1.0, 2)
    return ink


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(boxes(), id="boxes"),
        pytest.param(boxes(pen=4), id="bold-boxes"),
        pytest.param(grid(), id="grid"),
        pytest.param(line(160), id="a-line-below"),
    ],
)
def test_lines_go_and_digits_stay(drawn: np.ndarray) -> None:
    digits = written()
    erased = erase_tables(np.maximum(drawn, digits), HEIGHT)
    assert erased[(drawn > 0) & (digits == 0)].mean() < 0.05
    assert erased[digits > 0].min() == 1.0


def test_a_stroke_across_a_level_line_stays_whole() -> None:
    stroke = blank()
    cv2.line(stroke, (200, 100), (190, 180), 1.0, 5)
    erased = erase_tables(np.maximum(stroke, line(140)), HEIGHT)
    assert (erased[stroke > 0] > 0).mean() > 0.95
    assert erased[line(140) > 0].sum() < 40


@pytest.mark.parametrize(
    "digits", [written(), written("111"), written("470", step=42)], ids=["274", "111", "470"]
)
def test_digits_alone_are_left_as_they_are(digits: np.ndarray) -> None:
    np.testing.assert_array_equal(erase_tables(digits, HEIGHT), digits)


def test_the_ink_itself_is_left_alone() -> None:
    ink = np.maximum(boxes(), written())
    before = ink.copy()
    erase_tables(ink, HEIGHT)
    np.testing.assert_array_equal(ink, before)
