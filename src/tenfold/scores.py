"""How right a reading is: numbers that match, and the edits between what is read and the label."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tenfold.values import Digit, Number, Reading, Table

__all__ = [
    "PictureScore",
    "TotalScore",
    "aligned",
    "parse_label",
    "score_reading",
    "score_table",
    "share_interval",
    "total_score",
    "without_signs",
]

_T = TypeVar("_T", bound=Hashable)
_EMPTY = "_"  # an empty cell
_REFUSED = "?"
_LEAST_PICTURES = 2  # with numbers: one tells nothing of how much they differ
_NO_SPREAD = 1e-12  # below, a standard error is what rounding leaves of none
_Z_95 = 1.959963984540054  # standard errors
_PLACES = f"0123456789{_REFUSED}"  # characters with a digit behind them


@dataclass(frozen=True)
class PictureScore:
    """What a reading of one picture is worth.

    Attributes:
        exact: Whether its text is the label's.
        numbers: How many the label has.
        numbers_right: How many of them were read as they are, in order.
        numbers_read: How many were read.
        digits_read: How many places were read, those refused left out.
        characters: The label's, spaces between numbers and ends of lines too.
        edits: The least number of characters to change, add or take away.
        refused_rightly: Places read as ``?`` whose best guess is not what stands there.
        refused_wrongly: Places read as ``?`` whose best guess is.
        answered: Of each number read without a ``?`` the confidence, and whether it is right.
    """

    exact: bool
    numbers: int
    numbers_right: int
    numbers_read: int
    digits_read: int
    characters: int
    edits: int
    refused_rightly: int
    refused_wrongly: int
    answered: tuple[tuple[float, bool], ...]


def parse_label(label: str) -> tuple[tuple[str, ...], ...]:
    """Return the numbers of each line of a label: ``|`` between lines, space between numbers."""
    lines = (tuple(line.split()) for line in label.split("|"))
    return tuple(line for line in lines if line)


def without_signs(label: str, *, of_table: bool = False) -> str:
    """Return a label as its numbers are read where signs are not asked for.

    Points and commas go. A minus parts two numbers, as `tenfold.assemble.group_numbers` says; in a
    cell, which has one number, it goes.

    Args:
        label: As `score_reading` takes it, or `score_table`.
        of_table: Whether it is a table's.
    """
    return label.translate({ord("."): None, ord(","): None, ord("-"): None if of_table else " "})


def score_reading(label: str, reading: Reading) -> PictureScore:
    """Return what a reading is worth.

    Args:
        label: ``|`` between lines, space between numbers; empty where there is no number.
        reading: Of the picture.
    """
    return _score(label, reading.lines)


def score_table(label: str, table: Table) -> PictureScore:
    """Return what a table that was read is worth.

    Args:
        label: ``|`` between rows, space between cells, ``_`` for an empty cell.
        table: Of the picture.
    """
    return _score(label, table.cells)


def _score(label: str, lines: Sequence[Sequence[Number | None]]) -> PictureScore:
    wanted = parse_label(label)
    read = tuple(tuple(_EMPTY if word is None else word.text for word in line) for line in lines)
    one = [text for line in wanted for text in line]
    other = [text for line in read for text in line]
    truth, text = ("\n".join(" ".join(line) for line in both) for both in (wanted, read))
    pairs = aligned(truth, text)
    stands = [pair[0] for pair in pairs if pair[1] is not None]
    refused = [
        str(digit.guess) == standing
        for standing, digit in zip(stands, _digits(lines), strict=True)
        if digit is not None and digit.value is None
    ]
    words = aligned(one, other)
    right = [a for a, b in words if a is not None and a == b]
    there = [a for a, b in words if b is not None]
    found = [word for line in lines for word in line]
    answered = tuple(
        (word.confidence, word.text == standing)
        for word, standing in zip(found, there, strict=True)
        if word is not None and _REFUSED not in word.text
    )
    return PictureScore(
        exact=wanted == read,
        numbers=_count(one),
        numbers_right=_count(right),
        numbers_read=_count(other),
        digits_read=sum(letter.isdigit() for letter in text),
        characters=len(truth),
        edits=sum(a != b for a, b in pairs),
        refused_rightly=len(refused) - sum(refused),
        refused_wrongly=sum(refused),
        answered=answered,
    )


def _count(words: Sequence[str]) -> int:
    return sum(word != _EMPTY for word in words)


def _digits(lines: Sequence[Sequence[Number | None]]) -> list[Digit | None]:
    """Return the digit behind each character of a text; None for what is between, and for signs."""
    digits: list[Digit | None] = []
    for place, line in enumerate(lines):
        digits += [None] * (place > 0)
        for order, word in enumerate(line):
            digits += [None] * (order > 0)
            left = iter(() if word is None else word.digits)
            text = _EMPTY if word is None else word.text
            digits += [next(left, None) if letter in _PLACES else None for letter in text]
    return digits


def aligned(one: Sequence[_T], other: Sequence[_T]) -> list[tuple[_T | None, _T | None]]:
    """Return two sequences side by side with the fewest differences, None where one has nothing.

    Of several such ways the one in which most stands beside its like: where 12 34 is read as 34 56,
    34 was read, and not both wrong. Wagner and Fischer 1974, https://doi.org/10.1145/321796.321811.
    """
    costs = _costs(one, other)
    step = _step(one, other)
    pairs: list[tuple[_T | None, _T | None]] = []
    row, column = len(one), len(other)
    while row or column:
        here = costs[row][column]
        beside = _beside(one[row - 1], other[column - 1], step) if row and column else 0
        if row and column and here == costs[row - 1][column - 1] + beside:
            row, column = row - 1, column - 1
            pairs.append((one[row], other[column]))
        elif row and here == costs[row - 1][column] + step:
            row -= 1
            pairs.append((one[row], None))
        else:
            column -= 1
            pairs.append((None, other[column]))
    return pairs[::-1]


def _costs(one: Sequence[_T], other: Sequence[_T]) -> list[list[int]]:
    """Return what each beginning of one beside each of the other costs at least."""
    step = _step(one, other)
    costs = [
        [step * max(row, column) for column in range(len(other) + 1)] for row in range(len(one) + 1)
    ]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            costs[row][column] = min(
                costs[row - 1][column - 1] + _beside(one[row - 1], other[column - 1], step),
                costs[row - 1][column] + step,
                costs[row][column - 1] + step,
            )
    return costs


def _step(one: Sequence[_T], other: Sequence[_T]) -> int:
    """Return what a difference costs: more than all that may be alike gives back."""
    return len(one) + len(other) + 1


def _beside(one: _T, other: _T, step: int) -> int:
    return -1 if one == other else step


def share_interval(right: Sequence[int], counts: Sequence[int]) -> tuple[float, float] | None:
    """Return the 95 % interval of a share of numbers, by how it differs from picture to picture.

    Numbers of one picture are read well or badly together, so that they tell less than as many of
    pictures of their own would. Pictures are drawn, not numbers: the share is a ratio of two sums
    over them (Cochran 1977, Sampling Techniques, chapter 9, clusters of unequal sizes).

    Args:
        right: How many numbers of each picture are right.
        counts: How many each has; pictures without any count for nothing.

    Returns:
        Its ends, within 0 and 1; None where fewer than two pictures have numbers, or all have the
        same share of right ones: then nothing tells how much pictures differ.
    """
    pairs = [(ok, count) for ok, count in zip(right, counts, strict=True) if count]
    pictures, total = len(pairs), sum(count for _, count in pairs)
    if pictures < _LEAST_PICTURES:
        return None
    share = sum(ok for ok, _ in pairs) / total
    squares = sum((ok - share * count) ** 2 for ok, count in pairs)
    error = math.sqrt(pictures / (pictures - 1) * squares) / total
    if error < _NO_SPREAD:
        return None
    return max(share - _Z_95 * error, 0.0), min(share + _Z_95 * error, 1.0)


@dataclass(frozen=True)
class TotalScore:
    """What readings of several pictures are worth together.

    Attributes:
        pictures: How many.
        exact: How many of them were read as their labels say, word for word.
        numbers: How many numbers the labels have.
        numbers_right: How many of them were read as they are.
        numbers_read: How many were read.
        character_error_rate: Edits over the labels' characters; None where labels are empty.
        refused_rightly: Places read as ``?`` whose best guess is not what stands there.
        refused_wrongly: Places read as ``?`` whose best guess is.
        false_digits: Digits read on pictures whose label is empty.
        answered: Of each number read without a ``?`` the confidence, and whether it is right.
    """

    pictures: int
    exact: int
    numbers: int
    numbers_right: int
    numbers_read: int
    character_error_rate: float | None
    refused_rightly: int
    refused_wrongly: int
    false_digits: int
    answered: tuple[tuple[float, bool], ...]


def total_score(scores: Sequence[PictureScore]) -> TotalScore:
    """Return the sum of some pictures' scores."""
    characters = sum(score.characters for score in scores)
    return TotalScore(
        pictures=len(scores),
        exact=sum(score.exact for score in scores),
        numbers=sum(score.numbers for score in scores),
        numbers_right=sum(score.numbers_right for score in scores),
        numbers_read=sum(score.numbers_read for score in scores),
        character_error_rate=(
            sum(score.edits for score in scores) / characters if characters else None
        ),
        refused_rightly=sum(score.refused_rightly for score in scores),
        refused_wrongly=sum(score.refused_wrongly for score in scores),
        false_digits=sum(score.digits_read for score in scores if not score.numbers),
        answered=tuple(pair for score in scores for pair in score.answered),
    )
