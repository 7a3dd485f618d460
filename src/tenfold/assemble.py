"""From digits to numbers, and from numbers to a reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tenfold.values import Box, Digit, Number, Reading

__all__ = ["PartRead", "group_digits", "mark_digits", "to_number", "to_reading"]

_LIKELY = 0.5  # of a way through a mark's cuts: from here on it is taken
_FAIR = 0.1  # from here on there are several digits, whichever they are
_SURE = 0.9  # as likely has to be what looks like a letter by itself
_WIDE = 1.3  # of its height: what is narrower, and no digit, is likelier a letter than two digits
_STRANGE = 0.5  # share of a group's places that are no digits, from which it is a word


class PartRead(NamedTuple):
    """What lies between two cuts of a mark, by their numbers, and what it was read as."""

    left: int
    right: int
    digit: Digit


def mark_digits(parts: Sequence[PartRead]) -> list[Digit]:
    """Return the digits that a mark shows: the likeliest way through its cuts.

    How likely a way is, is the product of its digits' confidences: what halves a digit makes pieces
    that are none, and what holds two is none either.

    Args:
        parts: The first is the whole mark.

    Returns:
        From left to right; the whole, where no way is as likely as not. It is refused as touching
        where it is no digit, and some way is a fair guess.
    """
    whole = parts[0].digit
    likely, digits = _likeliest_way(parts)
    if likely >= _LIKELY:
        return digits
    if whole.rejected == "not_a_digit" and likely >= _FAIR:
        return [replace(whole, rejected="touching")]
    return [whole]


def group_digits(marks: Sequence[Sequence[PartRead]]) -> list[Digit]:
    """Return the digits of marks that stand together.

    Letters can be cut into strokes that look like digits: where half of the marks look like
    letters, none is parted, and one by itself has to be sure and more than strokes.
    """
    letters = sum(_is_like_a_letter(parts[0].digit) for parts in marks)
    if letters < _STRANGE * len(marks):
        return [digit for parts in marks for digit in mark_digits(parts)]
    if len(marks) == 1:
        likely, digits = _likeliest_way(marks[0])
        if likely >= _SURE and any(digit.value not in (None, 1) for digit in digits):
            return digits
    return [parts[0].digit for parts in marks]


def _likeliest_way(parts: Sequence[PartRead]) -> tuple[float, list[Digit]]:
    """Return the way from a mark's left end to its right one, and its probability."""
    whole = parts[0]
    ways: dict[int, tuple[float, list[Digit]]] = {whole.left: (1.0, [])}
    for left, right, digit in sorted(parts, key=lambda part: (part.left, part.right)):
        if left not in ways:
            continue
        likely, before = ways[left]
        likely *= digit.confidence
        if likely > ways.get(right, (0.0, []))[0]:
            ways[right] = likely, [*before, digit]
    return ways.get(whole.right, (0.0, [whole.digit]))


def _is_like_a_letter(digit: Digit) -> bool:
    """Tell what is no digit, and too narrow for two."""
    if digit.box is None or digit.rejected != "not_a_digit":
        return False
    return digit.box.width < _WIDE * digit.box.height


def to_number(digits: Sequence[Digit]) -> Number | None:
    """Return digits that stand together as a number; None where they are a word, or drawings.

    Args:
        digits: At least one, from left to right, each with its box.
    """
    strange = sum(digit.rejected in ("not_a_digit", "blank") for digit in digits)
    if strange >= _STRANGE * len(digits):
        return None
    return Number(
        text="".join("?" if digit.value is None else str(digit.value) for digit in digits),
        digits=tuple(digits),
        box=Box.around(digit.box for digit in digits if digit.box is not None),
        confidence=math.prod(digit.confidence for digit in digits),
    )


def to_reading(lines: Iterable[Iterable[Sequence[Sequence[PartRead]]]]) -> Reading:
    """Return the marks of each group of each line as a reading; lines without a number go.

    Args:
        lines: Of each line its groups, of each group its marks, of each mark its parts, the whole
            first; every digit with its box.
    """
    numbers = (
        tuple(number for group in line if (number := to_number(group_digits(group))) is not None)
        for line in lines
    )
    return Reading(tuple(line for line in numbers if line))
