"""From what places say to numbers: what joins, what parts, what is a word, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenfold.assemble import (
    FUSION,
    Calibration,
    PlaceRead,
    as_one_number,
    cell_number,
    fuse,
    group_numbers,
    is_doubtful,
    is_plausible,
    to_reading,
)
from tenfold.values import Box, Digit, Reading, Rejection

ROOM = Box(0, 0, 10, 10)


def digit(
    value: int, left: int = 0, confidence: float = 0.9, why: Rejection | None = None
) -> Digit:
    return Digit(
        value=None if why else value,
        guess=value,
        confidence=confidence,
        probabilities=np.zeros(10, np.float32),
        box=Box(0, left, 10, left + 6),
        rejected=why,
    )


def places(text: str) -> list[PlaceRead]:
    """A place for each character: ``?`` an unsure digit, ``!`` what is none."""
    why: dict[str, Rejection] = {"?": "unsure", "!": "not_a_digit"}
    read = []
    for place, letter in enumerate(text):
        seen = None
        if letter.isdigit() or letter in why:
            value = int(letter) if letter.isdigit() else 5
            seen = digit(value, 10 * place, why=why.get(letter))
        symbol = letter if seen is None else "5"
        read.append(PlaceRead(symbol, 1 / len(text), seen))
    return read


@pytest.mark.parametrize(
    ("text", "plain", "decimal"),
    [
        pytest.param("12", ["12"], ["12"], id="a-number"),
        pytest.param("007", ["007"], ["007"], id="leading-zeros"),
        pytest.param("1?3", ["1?3"], ["1?3"], id="an-unsure-digit"),
        pytest.param("1.250,50", ["125050"], ["1.250,50"], id="points-and-commas"),
        pytest.param("-12", ["12"], ["-12"], id="a-minus"),
        pytest.param("12.-", ["12"], ["12"], id="a-dash-at-the-end"),
        pytest.param("12-3-04", ["12", "3", "04"], ["12", "3", "04"], id="hyphens"),
        pytest.param("12*-3", ["12", "3"], ["12", "-3"], id="a-minus-after-a-sign"),
        pytest.param("12*3", ["12", "3"], ["12", "3"], id="a-sign-between"),
        pytest.param("*1200", ["1200"], ["1200"], id="a-sign-before"),
        pytest.param("**2", [], [], id="a-word"),
        pytest.param("***", [], [], id="letters"),
        pytest.param(".,", [], [], id="points-alone"),
        pytest.param("!!", [], [], id="no-digits"),
        pytest.param("1!2", ["1?2"], ["1?2"], id="a-place-that-is-none"),
        pytest.param("", [], [], id="nothing"),
    ],
)
def test_numbers_of_a_group(text: str, plain: list[str], decimal: list[str]) -> None:
    assert [number.text for number in group_numbers(places(text))] == plain
    found = group_numbers(places(text), decimal=True)
    assert [number.text for number in found] == decimal


@pytest.mark.parametrize(
    ("letters", "expected"),
    [pytest.param(0.6, [], id="a-word"), pytest.param(0.4, ["12", "34"], id="a-sign")],
)
def test_a_word_is_told_by_the_width_of_its_letters(letters: float, expected: list[str]) -> None:
    """However few places there are for them: one stands for all letters in a row."""
    read = [
        place._replace(width=letters if place.symbol == "*" else (1 - letters) / 4)
        for place in places("12*34")
    ]
    assert [number.text for number in group_numbers(read)] == expected


def test_a_number_holds_its_digits_their_box_and_their_confidence() -> None:
    (number,) = group_numbers(places("1.2"))
    assert [one.guess for one in number.digits] == [1, 2]
    assert number.box == (0, 0, 10, 26)
    assert number.confidence == pytest.approx(0.81)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", "12"), ("1*2", "12"), ("**7", "7"), ("*", "?"), ("!", "?"), ("?", "?"), ("-", "?")],
)
def test_a_cell_is_one_number(text: str, expected: str) -> None:
    assert cell_number(places(text), ROOM).text == expected


def test_a_cell_that_is_no_number_has_its_box() -> None:
    number = cell_number(places("*"), ROOM)
    assert (number.box, number.digits, number.confidence) == (ROOM, (), 0.0)


def test_lines_without_numbers_go() -> None:
    reading = to_reading([[places("12"), places("**")], [places("**")], [places("3"), places("4")]])
    assert reading.text == "12\n3 4"


@pytest.mark.parametrize(
    ("groups", "numbers"),
    [
        pytest.param(["4", "5", "41"], ["4541"], id="digits-in-boxes"),
        pytest.param(["12", "**", "3"], ["123"], id="a-word-between"),
        pytest.param(["12-3", "4"], ["12", "34"], id="a-sign-still-parts"),
        pytest.param(["**"], [], id="a-word"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_a_field_has_one_value(groups: list[str], numbers: list[str]) -> None:
    found = as_one_number([places(text) for text in groups])
    assert [number.text for group in found for number in group_numbers(group)] == numbers


def seen(size: int, place: int, share: float = 0.9) -> np.ndarray:
    found = np.full(size, (1 - share) / (size - 1))
    found[place] = share
    return found


@pytest.mark.parametrize(
    ("strip", "glyph", "expected"),
    [
        pytest.param(seen(14, 3), seen(11, 3), 3, id="both-say-so"),
        pytest.param(seen(14, 3, 0.99), seen(11, 8, 0.2), 3, id="the-strip-is-surer"),
        pytest.param(seen(14, 3, 0.4), seen(11, 8, 0.99), 8, id="the-glyph-is-surer"),
        pytest.param(seen(14, 13), seen(11, 10), 10, id="neither-sees-a-digit"),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_two_models_together(
    strip: np.ndarray, glyph: np.ndarray, expected: int, alone: bool
) -> None:
    fused = fuse(strip, glyph, FUSION.alone if alone else FUSION.beside)
    assert fused.shape == (11,)
    assert fused.sum() == pytest.approx(1)
    assert fused.argmax() == expected


def test_agreement_makes_surer() -> None:
    both = fuse(seen(14, 3, 0.8), seen(11, 3, 0.8), FUSION.beside)
    one = fuse(seen(14, 3, 0.8), np.full(11, 1 / 11), FUSION.beside)
    assert both[3] > one[3]


def test_what_was_cut_may_look_like_none() -> None:
    whole = fuse(seen(14, 3), seen(11, 10, 0.97), FUSION.beside)
    cut = fuse(seen(14, 3), seen(11, 10, 0.97), FUSION.cut)
    assert cut[3] > whole[3]


def a_reading(*texts: str, sure: float = 0.99) -> Reading:
    line = []
    for text in texts:
        (number,) = group_numbers(places(text))
        digits = tuple(replace(one, confidence=sure) for one in number.digits)
        line.append(replace(number, digits=digits))
    return Reading((tuple(line),)) if line else Reading()


@pytest.mark.parametrize(
    ("reading", "sizes", "expected"),
    [
        pytest.param(a_reading("123", "45"), [3, 2], False, id="all-sure"),
        pytest.param(a_reading("123"), [3, 6, 5, 4], False, id="words-in-lines-and-a-number"),
        pytest.param(a_reading("1"), [1, 1, 1, 2, 1], True, id="marks-by-themselves"),
        pytest.param(a_reading("600", "0"), [3, 4, 1, 1, 1], True, id="columns-and-marks"),
        pytest.param(a_reading("92", "0"), [6], True, id="half-of-the-only-group"),
        pytest.param(a_reading("92", "045"), [6], False, id="most-of-the-only-group"),
        pytest.param(a_reading("123", sure=0.4), [3], True, id="unsure"),
        pytest.param(a_reading(), [5, 6], True, id="no-number"),
        pytest.param(a_reading(), [], False, id="blank"),
    ],
)
def test_a_page_may_lie_on_its_side(reading: Reading, sizes: list[int], expected: bool) -> None:
    assert is_doubtful(reading, sizes) is expected


@pytest.mark.parametrize(
    ("reading", "sizes", "upright", "expected"),
    [
        pytest.param(a_reading("1234"), [4], a_reading("17", sure=0.5), True, id="better"),
        pytest.param(a_reading("1234"), [4, 5, 5], a_reading(), False, id="among-words"),
        pytest.param(a_reading("12", "34"), [2, 2], a_reading(), False, id="short"),
        pytest.param(a_reading("296", "20", "0"), [9], a_reading(), False, id="parts-of-a-number"),
        pytest.param(a_reading("296", "2004"), [9], a_reading(), True, id="two-numbers-of-a-group"),
        pytest.param(a_reading("1234", sure=0.8), [4], a_reading(), False, id="unsure"),
        pytest.param(a_reading("6511"), [4], a_reading("314159", sure=0.97), False, id="worse"),
    ],
)
def test_a_turned_page_has_to_be_better(
    reading: Reading, sizes: list[int], upright: Reading, expected: bool
) -> None:
    assert is_plausible(reading, sizes, upright) is expected


@pytest.mark.parametrize("product", [0.0, 1e-12, 0.2, 0.5, 0.999, 1.0])
def test_calibration_keeps_order_and_range(product: float) -> None:
    found = Calibration(0.3, -0.2).confidence(product)
    assert 0 < found < 1
    assert found <= Calibration(0.3, -0.2).confidence(min(product + 0.01, 1.0))
    assert Calibration().confidence(0.25) == pytest.approx(0.25)
