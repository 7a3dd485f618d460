"""Digits become numbers, and words do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenfold.assemble import PartRead, group_digits, mark_digits, to_number, to_reading
from tenfold.values import Box, Digit, Rejection

PROBABILITIES = np.full(10, 0.1, np.float32)

REJECTIONS: dict[str, Rejection] = {"?": "unsure", "x": "not_a_digit", "_": "blank"}


def digits(text: str, confidence: float = 0.9) -> list[Digit]:
    """A digit a letter, one beside the other: "?" is unsure, "x" no digit."""
    made = []
    for place, letter in enumerate(text):
        rejected = REJECTIONS.get(letter)
        value = None if rejected else int(letter)
        box = Box(10 - place, 20 * place, 40 + place, 20 * place + 15)
        made.append(Digit(value, value or 0, confidence, PROBABILITIES, box, rejected))
    return made


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("007", "007"),
        ("4?2", "4?2"),
        ("?", "?"),
        ("??", "??"),
        ("12x", "12?"),
        ("1x", None),
        ("x", None),
        ("xx5xx", None),
        ("_", None),
    ],
)
def test_the_text_of_a_number(written: str, text: str | None) -> None:
    number = to_number(digits(written))
    assert (number and number.text) == text


def test_a_number_holds_its_digits() -> None:
    number = to_number(digits("123", 0.9))
    assert number is not None
    assert number.box == Box(8, 0, 42, 55)
    assert number.confidence == pytest.approx(0.9**3)
    assert [digit.value for digit in number.digits] == [1, 2, 3]
    assert repr(number) == "Number('123', confidence=0.7290)"


def wholes(text: str) -> list[list[PartRead]]:
    """Marks that can be but one digit each."""
    return [[PartRead(0, 1, digit)] for digit in digits(text)]


def parts(width: int, *found: tuple[int, int, str, float]) -> list[PartRead]:
    """A mark 30 pixels high: cuts on the left and right, what is between, and its confidence."""
    made = []
    for left, right, letter, confidence in found:
        (digit,) = digits(letter, confidence)
        made.append(PartRead(left, right, replace(digit, box=Box(0, 0, 30, width))))
    return made


def shown(found: list[Digit]) -> list[int | str | None]:
    return [digit.value if digit.rejected is None else digit.rejected for digit in found]


TWO = (0, 2, "x", 0.01), (0, 1, "4", 0.9), (1, 2, "7", 0.9)
FAIR = (0, 2, "x", 0.01), (0, 1, "4", 0.4), (1, 2, "7", 0.4)
SLIGHT = (0, 2, "x", 0.01), (0, 1, "4", 0.1), (1, 2, "7", 0.2)
SURE = (0, 2, "x", 0.01), (0, 1, "4", 0.99), (1, 2, "7", 0.98)
STROKES = (0, 2, "x", 0.01), (0, 1, "1", 0.99), (1, 2, "1", 0.99)
UNSURE = (0, 2, "?", 0.6), (0, 1, "4", 0.5), (1, 2, "7", 0.9)
THREE = (
    *((0, 3, "x", 0.0), (0, 1, "4", 0.9), (1, 3, "x", 0.2)),
    *((0, 2, "x", 0.1), (1, 2, "7", 0.9), (2, 3, "1", 0.9)),
)
ONE = (0, 2, "0", 0.95), (0, 1, "1", 0.5), (1, 2, "1", 0.5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([(0, 1, "5", 0.9)], [5], id="whole"),
        pytest.param(ONE, [0], id="a-digit-with-cuts"),
        pytest.param(TWO, [4, 7], id="two"),
        pytest.param(FAIR, ["touching"], id="two-of-which-none-is-sure"),
        pytest.param(SLIGHT, ["not_a_digit"], id="a-drawing"),
        pytest.param(UNSURE, ["unsure"], id="unsure"),
        pytest.param(THREE, [4, 7, 1], id="three"),
        pytest.param([(0, 2, "x", 0.0), (0, 1, "4", 0.9)], ["not_a_digit"], id="a-way-to-nowhere"),
    ],
)
def test_the_likeliest_way_through_a_mark(found: list, expected: list) -> None:
    assert shown(mark_digits(parts(50, *found))) == expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        pytest.param([(50, TWO), (20, [(0, 1, "3", 0.9)])], [4, 7, 3], id="beside-a-digit"),
        pytest.param([(50, TWO)], [4, 7], id="wide-and-alone"),
        pytest.param([(50, TWO), (52, SURE)], [4, 7, 4, 7], id="wide-ones"),
        pytest.param([(30, TWO)], ["not_a_digit"], id="narrow-and-alone"),
        pytest.param([(30, SURE)], [4, 7], id="narrow-alone-and-sure"),
        pytest.param([(30, STROKES)], ["not_a_digit"], id="a-letter-of-two-strokes"),
        pytest.param(
            [(30, SURE), (31, STROKES), (20, [(0, 1, "3", 0.9)])],
            ["not_a_digit", "not_a_digit", 3],
            id="a-word",
        ),
    ],
)
def test_words_are_not_parted(marks: list, expected: list) -> None:
    assert shown(group_digits([parts(width, *found) for width, found in marks])) == expected


def test_a_reading_has_lines_and_numbers_in_order() -> None:
    lines = [[wholes("12"), wholes("x"), wholes("3")], [wholes("xx")], [wholes("4?")]]
    reading = to_reading(lines)
    assert reading.text == "12 3\n4?"
    assert [number.text for number in reading.numbers] == ["12", "3", "4?"]
    found = reading.to_dict()
    assert found["text"] == reading.text
    rows = [(row["line"], row["text"]) for row in found["numbers"]]
    assert rows == [(1, "12"), (1, "3"), (2, "4?")]
    assert found["numbers"][2]["digits"][1]["rejected"] == "unsure"
    assert repr(reading) == "Reading('12 3\\n4?')"


def test_nothing_is_an_empty_reading() -> None:
    assert to_reading([]).text == ""
    assert to_reading([]).to_dict() == {"text": "", "numbers": []}
