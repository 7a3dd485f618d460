"""Pages with one digit become glyphs as MNIST's authors made theirs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess import is_blank, to_glyph


def page(
    height: int = 200, width: int = 150, ground: int = 0, ink: int = 255, text: str = "5"
) -> np.ndarray:
    """A digit drawn off the middle of a page, ink bright."""
    array = np.full((height, width), ground, np.uint8)
    size = min(height, width) / 45
    corner = (width // 4, int(height * 0.8))
    thick = max(1, round(size * 2))
    cv2.putText(array, text, corner, cv2.FONT_HERSHEY_SIMPLEX, size, ink, thick, cv2.LINE_AA)
    return array


def bar(height: int, width: int, canvas: int = 300) -> np.ndarray:
    array = np.zeros((canvas, canvas), np.uint8)
    array[10 : 10 + height, 20 : 20 + width] = 255
    return array


def centre(glyph: np.ndarray) -> tuple[float, float]:
    total, places = glyph.sum(dtype=float), np.arange(28)
    return float(glyph.sum(1) @ places / total), float(glyph.sum(0) @ places / total)


def extent(glyph: np.ndarray) -> tuple[int, int]:
    rows, columns = np.flatnonzero(glyph.any(1)), np.flatnonzero(glyph.any(0))
    return int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)


def test_a_page_of_28_is_a_glyph_already() -> None:
    array = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    glyph = to_glyph(array)
    np.testing.assert_array_equal(glyph, array)
    np.testing.assert_array_equal(to_glyph(glyph), glyph)
    glyph[:] = 0
    assert array.any()


PAGES = {
    "tall": page(300, 120),
    "wide": page(90, 400),
    "small": page(24, 20),
    "large": page(1500, 1200),
    "grey-on-grey": page(ground=60, ink=160),
    "faint": page(ground=100, ink=140),
    "one": page(text="1"),
    "dash": bar(6, 200),
    "dot": bar(1, 1),
    "edge": bar(290, 100),
}


@pytest.mark.parametrize("array", PAGES.values(), ids=PAGES)
def test_ink_fits_20_and_is_centred(array: np.ndarray) -> None:
    before = array.copy()
    glyph = to_glyph(array)
    np.testing.assert_array_equal(array, before)
    assert (glyph.shape, glyph.dtype) == ((28, 28), np.uint8)
    assert max(extent(glyph)) in (19, 20)
    assert glyph.max() > 200
    for place in centre(glyph):
        assert abs(place - 13.5) <= 0.5


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (200, 100, (20, 10)),
        (100, 200, (10, 20)),
        (200, 200, (20, 20)),
        (200, 20, (20, 2)),
        (4, 8, (10, 20)),
        (200, 1, (20, 1)),
    ],
)
def test_the_aspect_is_kept(height: int, width: int, expected: tuple[int, int]) -> None:
    assert extent(to_glyph(bar(height, width))) == expected


@pytest.mark.parametrize("value", [0, 7, 128, 255])
@pytest.mark.parametrize("shape", [(60, 40), (1, 1), (28, 30)])
def test_one_grey_is_blank(value: int, shape: tuple[int, int]) -> None:
    array = np.full(shape, value, np.uint8)
    assert is_blank(array)
    assert not to_glyph(array).any()


def test_grain_is_blank_and_faint_ink_is_not() -> None:
    random = np.random.default_rng(0)
    grain = (random.integers(-8, 9, (80, 60)) + 40).astype(np.uint8)
    assert is_blank(grain)
    assert not to_glyph(grain).any()
    assert not is_blank(page(ground=100, ink=124))
    assert is_blank(page(ground=100, ink=123))


@pytest.mark.parametrize("ground", [0, 20, 100])
def test_the_ground_s_level_makes_no_difference(ground: int) -> None:
    difference = np.abs(to_glyph(page(ground=ground)).astype(int) - to_glyph(page()).astype(int))
    assert difference.max() <= 40
    assert difference.mean() < 1


def test_where_the_digit_stands_makes_no_difference() -> None:
    array = page(120, 100)
    moved = np.zeros((400, 300), np.uint8)
    moved[200:320, 150:250] = array
    np.testing.assert_array_equal(to_glyph(moved), to_glyph(array))


def test_a_glyph_on_a_larger_page_keeps_its_form() -> None:
    """MNIST's own convention: a page cut from a glyph gives that glyph again, nearly."""
    glyph = to_glyph(page())
    again = to_glyph(np.pad(glyph, 20))
    assert np.abs(again.astype(int) - glyph.astype(int)).mean() < 8
