"""Lines of writing: what is written, where it stands, and what touches what."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenfold.errors import DataError
from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.hands import Hand
from tenfold.synthesis.strips import draw_strip
from tenfold.synthesis.texts import any_amount, any_number, any_text, any_word
from tenfold.values import Split


def pieces(ink: np.ndarray) -> int:
    return cv2.connectedComponents((ink > 0.35).astype(np.uint8), connectivity=8)[0] - 1


@pytest.mark.parametrize("height", [12, 30, 90])
def test_digits_that_are_apart_are_in_pieces_of_their_own(
    source: DigitSource, random: np.random.Generator, height: int
) -> None:
    for _ in range(10):
        strip = draw_strip("80808", Hand(height, gap=0.1, slant=0.2), source, random)
        assert pieces(strip.ink) >= 5
        middles = [(box.left + box.right) / 2 for box in strip.boxes]
        assert middles == sorted(middles)


def test_digits_that_touch_are_in_one_piece(
    source: DigitSource, random: np.random.Generator
) -> None:
    found = [
        pieces(draw_strip("8686", Hand(40, touching=1.0), source, random).ink) for _ in range(20)
    ]
    assert np.mean(np.array(found) == 1) >= 0.9


@pytest.mark.parametrize("height", [10, 28, 60, 400])
def test_digits_are_as_high_as_the_hand_writes_them(
    source: DigitSource, random: np.random.Generator, height: int
) -> None:
    strip = draw_strip("0468", Hand(height, size_spread=0.0), source, random)
    assert np.abs(np.array([box.height for box in strip.boxes]) / height - 1).max() < 0.3


def test_a_thick_pen_writes_with_more_ink(source: DigitSource, random: np.random.Generator) -> None:
    inks = [
        draw_strip("4725", Hand(50, stroke=stroke), source, random).ink.mean()
        for stroke in (-1.0, 0.0, 1.0)
    ]
    assert inks == sorted(inks)


@pytest.mark.parametrize(
    ("text", "boxes"),
    [("7", 1), ("12 345", 5), ("1.250,50", 8), ("$-3", 3), ("Abc 12", 5), ("#=/*%", 5)],
)
def test_every_character_has_its_box(
    source: DigitSource, random: np.random.Generator, text: str, boxes: int
) -> None:
    strip = draw_strip(text, Hand(30), source, random)
    assert strip.text == text
    assert len(strip.boxes) == boxes
    for box in strip.boxes:
        assert strip.ink[box.top : box.bottom, box.left : box.right].max() > 0.5
    assert not strip.ink[[0, -1]].any()
    assert not strip.ink[:, [0, -1]].any()


def test_points_and_commas_stand_at_the_foot_and_a_minus_in_the_middle(
    source: DigitSource, random: np.random.Generator
) -> None:
    strip = draw_strip("8.8,8-8", Hand(60, wander=0.0, slope=0.0), source, random)
    digit, point, _, comma, _, minus, _ = strip.boxes
    assert digit.bottom - 12 <= point.bottom <= digit.bottom + 6
    assert comma.bottom > digit.bottom
    assert digit.top + 10 < minus.top < minus.bottom < digit.bottom - 10


def test_a_missing_digit_is_told(digits: Split) -> None:
    some = digits.labels != 4
    with pytest.raises(DataError, match="no 4"):
        DigitSource(Split(digits.images[some], digits.labels[some]))


def test_texts_are_of_their_kinds(random: np.random.Generator) -> None:
    for _ in range(200):
        assert any_number(random, 2, 5).isdigit()
        assert any_word(random).isalpha()
        assert any(letter.isdigit() for letter in any_amount(random))
        assert any_text(random).strip()
