"""What is drawn into a picture: in which colour, and never out of it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tenfold.annotate import annotated_png
from tenfold.values import Box, Digit, Number

GREEN, RED = (22, 128, 60), (200, 40, 40)
PAGE = np.zeros((100, 200), np.uint8)


def number(text: str, box: Box, *, with_boxes: bool = True) -> Number:
    width = box.width // len(text)
    digits = tuple(
        Digit(
            value=None if letter == "?" else int(letter),
            guess=3,
            confidence=0.9,
            probabilities=np.zeros(10, np.float32),
            box=box._replace(left=box.left + width * place, right=box.left + width * (place + 1))
            if with_boxes
            else None,
            rejected="unsure" if letter == "?" else None,
        )
        for place, letter in enumerate(text)
        if letter not in ".,-"
    )
    return Number(text, digits, box, 0.9)


def drawn(numbers: list[Number], page: np.ndarray = PAGE) -> np.ndarray:
    with Image.open(io.BytesIO(annotated_png(page, numbers))) as image:
        assert image.size == page.shape[::-1]
        return np.asarray(image.convert("RGB"))


def colours(picture: np.ndarray) -> set[str]:
    found = {"green": (picture == GREEN).all(2).any(), "red": (picture == RED).all(2).any()}
    return {name for name, there in found.items() if there}


BOX = Box(40, 40, 70, 80)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(number("12", BOX), {"green"}, id="read"),
        pytest.param(number("?", BOX), {"red"}, id="refused"),
        pytest.param(number("1?", BOX), {"green", "red"}, id="one-refused"),
        pytest.param(Number("?", (), BOX, 0.0), {"red"}, id="a-cell-without-a-digit"),
        pytest.param(number("1.5", BOX), {"green"}, id="with-a-point"),
        pytest.param(number("12", BOX, with_boxes=False), {"green"}, id="without-boxes-of-digits"),
    ],
)
def test_what_was_refused_is_red(shown: Number, expected: set[str]) -> None:
    assert colours(drawn([shown])) == expected


def test_a_cell_without_a_digit_has_a_box() -> None:
    picture = drawn([Number("?", (), BOX, 0.0)])
    for row, column in ((BOX.top + 10, BOX.left - 1), (BOX.bottom, BOX.left + 10)):
        assert tuple(picture[row, column]) == RED


@pytest.mark.parametrize(
    ("shape", "box"),
    [
        pytest.param((100, 200), Box(40, 40, 70, 80), id="room-above"),
        pytest.param((100, 200), Box(2, 40, 50, 80), id="room-below"),
        pytest.param((100, 200), Box(2, 40, 98, 80), id="room-nowhere"),
        pytest.param((100, 200), Box(0, 0, 100, 200), id="the-whole-picture"),
        pytest.param((100, 200), Box(40, 190, 70, 200), id="at-the-right"),
        pytest.param((16, 40), Box(0, 0, 16, 10), id="a-small-picture"),
        pytest.param((5, 5), Box(0, 0, 5, 5), id="a-tiny-picture"),
    ],
)
def test_words_are_written_within_the_picture(
    shape: tuple[int, int], box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    draw = ImageDraw.ImageDraw.text

    def text(self: ImageDraw.ImageDraw, at: tuple[int, int], words: str, *rest: object) -> None:
        font = rest[1]
        seen.append(self.textbbox(at, words, font=font))  # type: ignore[arg-type]
        draw(self, at, words, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    drawn([number("12", box)], np.zeros(shape, np.uint8))
    ((left, top, right, bottom),) = seen
    assert left >= 0
    assert top >= 0
    if shape == (100, 200):  # in the others it has no room at all
        assert right <= shape[1]
        assert bottom <= shape[0]
