"""From digits to numbers, and from numbers to a reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from tenfold.values import Box, Digit, Number, Reading

__all__ = ["to_number", "to_reading"]

_STRANGE = 0.5  # share of a group's places that are no digits, from which it is a word


def to_number(digits: Sequence[Digit]) -> Number | None:
    """Return digits that stand together as a number; None where they are a word, or drawings.

    Args:
        digits: At least one, from left to right, each with its box.
    """
    strange = sum(digit.rejected in ("not_a_digit", "blank") for digit in digits)
    if strange >= _STRANGE * len(digits):
        return None
    boxes = [digit.box for digit in digits if digit.box is not None]
    return Number(
        text="".join("?" if digit.value is None else str(digit.value) for digit in digits),
        digits=tuple(digits),
        box=Box(
            min(box.top for box in boxes),
            min(box.left for box in boxes),
            max(box.bottom for box in boxes),
            max(box.right for box in boxes),
        ),
        confidence=math.prod(digit.confidence for digit in digits),
    )


def to_reading(lines: Iterable[Iterable[Sequence[Digit]]]) -> Reading:
    """Return the digits of each group of each line as a reading; lines without a number go."""
    numbers = (
        tuple(number for group in line if (number := to_number(group)) is not None)
        for line in lines
    )
    return Reading(tuple(line for line in numbers if line))
