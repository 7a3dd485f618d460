"""Digits become numbers, and words do not."""

from __future__ import annotations

import numpy as np
import pytest

from tenfold.assemble import to_number, to_reading
from tenfold.values import Box, Digit, Rejection

PROBABILITIES = np.full(10, 0.1, np.float32)


def digits(text: str, confidence: float = 0.9) -> list[Digit]:
    """A digit a letter, one beside the other: "?" is unsure, "x" no digit."""
    made = []
    for place, letter in enumerate(text):
        rejected: Rejection | None = {"?": "unsure", "x": "not_a_digit", "_": "blank"}.get(letter)  # type: ignore[assignment]
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


def test_a_reading_has_lines_and_numbers_in_order() -> None:
    reading = to_reading([[digits("12"), digits("x"), digits("3")], [digits("xx")], [digits("4?")]])
    assert reading.text == "12 3\n4?"
    assert [number.text for number in reading.numbers] == ["12", "3", "4?"]
    found = reading.to_dict()
    assert found["text"] == reading.text
    assert [(row["line"], row["text"]) for row in found["numbers"]] == [
        (1, "12"),
        (1, "3"),
        (2, "4?"),
    ]
    assert found["numbers"][2]["digits"][1]["rejected"] == "unsure"
    assert repr(reading) == "Reading('12 3\\n4?')"


def test_nothing_is_an_empty_reading() -> None:
    assert to_reading([]).text == ""
    assert to_reading([]).to_dict() == {"text": "", "numbers": []}
