"""A digit in the box of a form is read as if there were no box, wherever the box stands."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess import to_glyph

INSIDE = 104, 124  # width and height of a box


def digit(text: str, shape: tuple[int, int], down: int = 0) -> np.ndarray:
    """A digit 64 pixels high in the middle of a page (H, W), ink bright, or so much lower."""
    page = np.zeros(shape, np.uint8)
    height, width = shape
    place = (width // 2 - 29, height // 2 + 32 + down)
    cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, 3.0, 255, 7, cv2.LINE_AA)
    return page


def boxed(page: np.ndarray, pen: int) -> np.ndarray:
    """The page with a box in its middle."""
    (height, width), (across, down) = page.shape, INSIDE
    left, top = (width - across) // 2, (height - down) // 2
    drawn = page.copy()
    cv2.rectangle(drawn, (left, top), (left + across - 1, top + down - 1), 255, pen)
    return drawn


def turned(page: np.ndarray, degrees: float) -> np.ndarray:
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC), np.uint8)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """The mean over all pixels; a line of a box makes all else smaller, and is worth 25."""
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("pen", [1, 2, 4])
@pytest.mark.parametrize("margin", [0, 2, 4, 6, 7, 8, 9, 10, 12, 16, 24, 40])
def test_a_box_goes_at_any_distance_from_the_border(margin: int, pen: int) -> None:
    for text in "158":
        page = digit(text, (INSIDE[1] + 2 * margin, INSIDE[0] + 2 * margin))
        assert difference(to_glyph(boxed(page, pen)), to_glyph(page)) <= 1


@pytest.mark.parametrize("degrees", [-7, -2, 1, 4, 12])
@pytest.mark.parametrize("margin", [14, 20, 40])
def test_so_does_a_tilted_one(margin: int, degrees: float) -> None:
    """The digit is turned back with it, or left as it is; either is the same digit."""
    for text in "258":
        page = digit(text, (INSIDE[1] + 2 * margin, INSIDE[0] + 2 * margin))
        found = to_glyph(turned(boxed(page, 3), degrees))
        expected = to_glyph(page), to_glyph(turned(page, degrees))
        assert min(difference(found, glyph) for glyph in expected) <= 10


@pytest.mark.parametrize("margin", [4, 10, 16, 40])
@pytest.mark.parametrize("text", ["2", "4", "6", "8"])
def test_a_digit_that_stands_on_its_box_is_cut_from_it(text: str, margin: int) -> None:
    page = digit(text, (INSIDE[1] + 2 * margin, INSIDE[0] + 2 * margin), down=28)
    assert difference(to_glyph(boxed(page, 2)), to_glyph(page)) <= 10


def test_a_zero_written_like_a_box_stays() -> None:
    page = np.zeros((160, 140), np.uint8)
    cv2.rectangle(page, (40, 30), (100, 130), 255, 6)
    glyph = to_glyph(page)
    inked = glyph > 100
    assert inked.any(1).sum() in (20, 21)
    assert inked[:, 14].sum() <= 6  # what is left of it is a ring and no stroke
    assert inked[14].sum() <= 6


@pytest.mark.parametrize("text", ["1", "3", "7", "9"])
@pytest.mark.parametrize("gap", [0, 6])
def test_the_ticks_of_a_field_go_with_its_line(text: str, gap: int) -> None:
    page = digit(text, (110, 110))
    field = page.copy()
    cv2.line(field, (4, 93 + gap), (105, 93 + gap), 255, 2)
    for column in (4, 105):
        cv2.line(field, (column, 71 + gap), (column, 93 + gap), 255, 2)
    assert difference(to_glyph(field), to_glyph(page)) <= 1
