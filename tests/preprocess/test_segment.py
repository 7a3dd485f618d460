"""Pages with several digits: what is a mark, where it stands, and what it stands with."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.preprocess import segment
from tenfold.values import Box


def page(height: int = 300, width: int = 500) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def write(
    page: np.ndarray, text: str, left: int, foot: int, size: float = 2.0, step: int = 60
) -> np.ndarray:
    """Write digits 22 pixels high a size, each on its own; a space leaves a place empty."""
    for place, letter in enumerate(text):
        at = (left + step * place, foot)
        pen = max(round(2.5 * size), 1)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, pen, cv2.LINE_AA)
    return page


def layout(page: np.ndarray) -> list[list[int]]:
    """How many marks each group of each line has."""
    return [[len(group) for group in line] for line in segment(page)]


def boxes(page: np.ndarray) -> list[Box]:
    return [mark.box for line in segment(page) for group in line for mark in group]


def noisy(page: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(2)
    light = np.linspace(0, 60, page.shape[1])
    return (page * 0.6 + 20 + light + random.normal(0, 5, page.shape)).clip(0, 255).astype(np.uint8)


def framed() -> np.ndarray:
    found = write(page(), "274", 62, 140, 1.8)
    for place in range(5):
        cv2.rectangle(found, (50 + 60 * place, 90), (110 + 60 * place, 150), 255, 2)
    return found


def broken() -> np.ndarray:
    """A 5 whose bar touches nothing, between two whole digits."""
    found = write(page(), "4 7", 60, 140)
    cv2.line(found, (125, 92), (158, 90), 255, 5)
    cv2.ellipse(found, (140, 125), (16, 16), 0, -140, 150, 255, 5)
    return found


def specked() -> np.ndarray:
    found = write(page(), "47", 60, 140)
    for place in ((180, 100), (110, 118), (100, 180)):
        cv2.circle(found, place, 3, 255, -1)
    return found


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(page(), [], id="blank"),
        pytest.param(write(page(), "7", 200, 160), [[1]], id="one-digit"),
        pytest.param(write(page(), "1234", 50, 160), [[4]], id="a-number"),
        pytest.param(
            write(write(page(), "123", 20, 100), "45", 20, 220), [[3], [2]], id="two-lines"
        ),
        pytest.param(write(page(width=700), "12   34", 20, 100), [[2, 2]], id="two-numbers"),
        pytest.param(noisy(write(page(), "1234", 50, 160)), [[4]], id="grain-and-a-lamp"),
        pytest.param(framed(), [[3]], id="in-boxes"),
        pytest.param(broken(), [[3]], id="a-broken-five"),
        pytest.param(specked(), [[2]], id="specks"),
        pytest.param(write(page(90, 200), "472", 10, 60, 0.6, 22), [[3]], id="13-pixels-high"),
        pytest.param(write(page(900, 1500), "472", 80, 700, 22, 480), [[3]], id="480-pixels-high"),
        pytest.param(
            write(write(page(500, 800), "47", 40, 350, 10, 240), "2", 720, 80, 1.5),
            [[1], [2]],
            id="small-beside-large",
        ),
    ],
)
def test_marks_of_a_page(page: np.ndarray, expected: list[list[int]]) -> None:
    assert layout(page) == expected


@pytest.mark.parametrize("scale", [1, 2, 8])
def test_boxes_are_in_pixels_of_the_page(scale: int) -> None:
    """Of large pages too, which are worked on at a smaller size."""
    small = write(page(), "38", 50, 160)
    large = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    found = boxes(large)
    for box, columns in zip(found, ((50, 110), (110, 170)), strict=True):
        rows, places = np.nonzero(small[:, slice(*columns)] > 60)
        places = places + columns[0]
        top, left = rows.min() * scale, places.min() * scale
        bottom, right = (rows.max() + 1) * scale, (places.max() + 1) * scale
        assert np.abs(np.subtract(box, (top, left, bottom, right))).max() <= 2 * scale + 4


def test_a_mark_has_its_own_ink_alone() -> None:
    alone = segment(write(page(), "7", 110, 160))[0][0][0]
    beside = segment(write(page(), "27", 50, 160))[0][0][1]
    assert np.abs(alone.parts[0].glyph.astype(int) - beside.parts[0].glyph).max() <= 12
    assert alone.box == beside.box


def test_a_wide_mark_comes_with_its_parts() -> None:
    """The whole first; a cut about where the two digits touch, each side in its box."""
    ((mark,),) = segment(write(page(), "00", 60, 160, step=32))[0]
    whole, *parts = mark.parts
    assert (whole.box, whole.left) == (mark.box, 0)
    assert {part.right for part in parts} <= set(range(1, whole.right + 1))
    pairs = [
        (one.box, other.box)
        for one in parts
        for other in parts
        if one.left == 0 and other.right == whole.right and one.right == other.left
    ]
    assert any(abs(one.right - 95) <= 8 and abs(other.left - 95) <= 8 for one, other in pairs)


def test_of_very_many_marks_none_is_parted() -> None:
    crowd = page(1200, 1500)
    for row in range(20):
        write(crowd, "0" * 24, 20, 60 + 55 * row, 1.2, 60)
    parts = {len(mark.parts) for line in segment(crowd) for group in line for mark in group}
    assert parts == {1}
