"""From what each place of a group says to its numbers, and from numbers to a reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.values import Box, Digit, Number, Reading

__all__ = [
    "FUSION",
    "Calibration",
    "Fusion",
    "PlaceRead",
    "as_one_number",
    "cell_number",
    "expected_digits",
    "fuse",
    "group_numbers",
    "is_doubtful",
    "is_plausible",
    "to_reading",
]

_LETTERS = 0.5  # share of a group's width that letters and signs take, from which it is a word
_STRANGE = 0.5  # share of a number's places that are no digits, from which it is none
_LIKELY = 0.5  # of the digits of a number together: it may well be right
_READ = 0.75  # of the marks of an only group, or by themselves: fewer digits leave it in doubt
_SURE = 0.9  # of the digits of a number together: it tells how a page lies
_IN_LINES = 0.75  # of a page's marks: more beside others tell that it lies upright
_HALF = 0.5  # of a page's groups: less sure numbers than that may mean that it is turned round
_LONG = 3  # digits of such a number on a page turned round
_MOST, _MOST_MARKS = 0.6, 0.7  # of a page turned round: the share of groups, of marks, of such
_MOST_ODDS = 50.0  # of the logarithm: beyond, all is certain
_LEAST_ODDS = 1e-9  # from 0 and 1: so that there are log odds
_EPSILON = 1e-4  # the least that either model gives to anything


class PlaceRead(NamedTuple):
    """A place of a group, and what was read there.

    Attributes:
        symbol: A character of `tenfold.model.STRIP_SYMBOLS`; the star is any letter or sign.
        width: Share of the group that it takes, 0 to 1.
        digit: Of a digit what was read; None of all else.
        glyph: Shape (28, 28), uint8: what the model of digits saw; None where it was not asked.
    """

    symbol: str
    width: float
    digit: Digit | None
    glyph: NDArray[np.uint8] | None = None


class Fusion(NamedTuple):
    """How much the strip's word counts, and the glyph's, at a place of each sort.

    Attributes:
        alone: Of a digit that stands by itself.
        beside: Of one among others.
        cut: Of one that was cut off from a neighbour: then its form is spoiled, and that it looks
            like no digit says little.
    """

    alone: tuple[float, float]
    beside: tuple[float, float]
    cut: tuple[float, float]


FUSION = Fusion((0.3, 1.0), (1.0, 0.5), (1.0, 0.3))
"""Chosen on pages of held-out training digits: ``python benchmarks/choose_fusion.py``."""


class Calibration(NamedTuple):
    """How sure a number is, by how sure its digits are together (Platt 1999).

    The product of the digits' confidences takes them for independent, and knows nothing of digits
    that were left out or added. Its log odds are stretched and moved.
    """

    slope: float = 1.0
    offset: float = 0.0

    def confidence(self, product: float) -> float:
        """Return the probability that a number is right."""
        product = min(max(product, _LEAST_ODDS), 1 - _LEAST_ODDS)
        odds = self.slope * math.log(product / (1 - product)) + self.offset
        return 1 / (1 + math.exp(-min(max(odds, -_MOST_ODDS), _MOST_ODDS)))


_AS_IT_IS = Calibration()


def fuse(
    strip: NDArray[np.float64], glyph: NDArray[np.float64], weights: tuple[float, float]
) -> NDArray[np.float64]:
    """Return what two models together say of a place.

    Both see the same ink, the one in its strip, the other by itself: their logarithms are added
    with weights.

    Args:
        strip: Shape (14,): what the model of strips says, by `tenfold.model.STRIP_SYMBOLS`.
        glyph: Shape (11,): what the model of digits says; the last is "no digit".
        weights: Of the strip's word and of the glyph's; see `Fusion`.

    Returns:
        Shape (11,), float64; sums to 1.
    """
    other = np.r_[strip[:10], strip[10:].sum()]
    mixed = np.log(other + _EPSILON) * weights[0] + np.log(glyph + _EPSILON) * weights[1]
    powers = np.exp(mixed - mixed.max())
    return np.asarray(powers / powers.sum(), np.float64)


def group_numbers(
    places: Sequence[PlaceRead], *, decimal: bool = False, calibration: Calibration = _AS_IT_IS
) -> list[Number]:
    """Return the numbers of a group: none of a word.

    Points and commas lie within a number, all other signs between two.

    Args:
        places: From left to right.
        decimal: Whether points and commas between digits, and a minus before them, are kept.
        calibration: Of numbers' confidence.
    """
    letters = sum(place.width for place in places if place.symbol == "*")
    if letters >= _LETTERS:
        return []
    runs: list[list[PlaceRead]] = [[]]
    for before, place in zip([None, *places], places, strict=False):
        if place.symbol in "-*" and place.digit is None:
            is_minus = place.symbol == "-" and (before is None or before.digit is None)
            runs.append([place] if is_minus else [])  # between two digits it is a hyphen
        else:
            runs[-1].append(place)
    numbers = (_number(run, calibration, decimal=decimal) for run in runs)
    return [number for number in numbers if number is not None]


def cell_number(
    places: Sequence[PlaceRead],
    box: Box,
    *,
    decimal: bool = False,
    calibration: Calibration = _AS_IT_IS,
) -> Number:
    """Return what stands in a cell as one number; ``?`` where that is no digit.

    Args:
        places: From left to right.
        box: Of what is written there.
        decimal: As in `group_numbers`.
        calibration: As in `group_numbers`.
    """
    own = [place for place in places if place.symbol != "*"]
    number = _number(own, calibration, decimal=decimal)
    return Number("?", (), box, 0.0) if number is None else number


def _number(
    places: Sequence[PlaceRead], calibration: Calibration, *, decimal: bool
) -> Number | None:
    """Return places that stand together; None without a digit, or where half of them are none."""
    digits = [place.digit for place in places if place.digit is not None]
    strange = sum(digit.rejected in ("not_a_digit", "blank") for digit in digits)
    if not digits or strange >= _STRANGE * len(digits):
        return None
    return Number(
        text=_text(places, decimal=decimal),
        digits=tuple(digits),
        box=Box.around(digit.box for digit in digits if digit.box is not None),
        confidence=calibration.confidence(math.prod(digit.confidence for digit in digits)),
    )


def _text(places: Sequence[PlaceRead], *, decimal: bool) -> str:
    """Return a number's text; of signs those that can be part of it, if they are asked for."""
    text = ""
    for place in places:
        if place.digit is not None:
            text += "?" if place.digit.value is None else str(place.digit.value)
        elif decimal and place.symbol in ".,":
            text += place.symbol
        elif decimal and place.symbol == "-" and not text:
            text = "-"
    return text.strip(".,")


def to_reading(
    lines: Iterable[Iterable[Sequence[PlaceRead]]],
    *,
    decimal: bool = False,
    calibration: Calibration = _AS_IT_IS,
) -> Reading:
    """Return the places of each group of each line as a reading; lines without a number go."""
    numbers = (
        tuple(
            number
            for group in line
            for number in group_numbers(group, decimal=decimal, calibration=calibration)
        )
        for line in lines
    )
    return Reading(tuple(line for line in numbers if line))


def as_one_number(groups: Sequence[Sequence[PlaceRead]]) -> list[list[PlaceRead]]:
    """Return the numbers among the groups of a line of a form's field as one group; none of words.

    A field has one value, however far apart the boxes for its digits stand.
    """
    numbers = [group for group in groups if group_numbers(group)]
    joined = [
        place._replace(width=place.width / len(numbers)) for group in numbers for place in group
    ]
    return [joined] if joined else []


def is_doubtful(reading: Reading, sizes: Sequence[int]) -> bool:
    """Tell a reading of which less than half is likely, although there is something to read.

    So is one of a single group, or of marks by themselves, of which only some are digits: upside
    down, a 2 is a 2, and a 0 on its side is a 0.

    On a page that lies on its side neighbours stand above each other, and most marks by themselves;
    one of words and a number does not.

    Args:
        reading: Of a page.
        sizes: How many marks each group on the page has.
    """
    found = [number for number in reading.numbers if _product(number) >= _LIKELY]
    is_simple = len(sizes) == 1 or max(sizes, default=0) == 1
    if is_simple and sum(len(one.digits) for one in found) < _READ * sum(sizes):
        return True
    likely = len(found)
    together = sum(size for size in sizes if size > 1)
    in_lines = likely > 0 and together >= _IN_LINES * sum(sizes)
    return likely < _HALF * len(sizes) and not in_lines


def is_plausible(reading: Reading, sizes: Sequence[int], upright: Reading) -> bool:
    """Tell a reading of a page turned round that is surely better than the one of it as it lies.

    Most groups have to be numbers, and most marks their digits, all of them sure: letters lying on
    their side are ones and zeros at times, and three digits of a number upside down are a number.

    Args:
        reading: Of the page turned round.
        sizes: How many marks each group on it has.
        upright: What was read on the page as it lies.
    """
    sure = [number for number in reading.numbers if _product(number) >= _SURE]
    long = [number for number in sure if len(number.digits) >= _LONG]
    return (
        len(long) > 0
        and len(long) >= _MOST * len(sizes)
        and sum(len(number.digits) for number in sure) >= _MOST_MARKS * sum(sizes)
        and expected_digits(reading) > expected_digits(upright)
    )


def expected_digits(reading: Reading) -> float:
    """Return how many digits are right, by what they say of themselves."""
    return sum(_product(number) * len(number.digits) for number in reading.numbers)


def _product(number: Number) -> float:
    return math.prod(digit.confidence for digit in number.digits)
