"""A line of writing: characters side by side, apart or touching."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.synthesis.characters import Character, DigitSource, draw_sign, pen_of
from tenfold.synthesis.hands import Hand
from tenfold.values import Box

__all__ = ["Strip", "draw_strip"]

_INKED = 0.35  # of full ink: where a character's edge lies
_OVERLAP = 0.09  # heights: how far a digit that touches its neighbour reaches into it, at most, and
_NESTED = 0.5  # of the neighbour's width: how much of it stays in front
_LEAST_GAP = 0.05  # heights: the least distance of digits that do not touch, and
_LEAST_PIXELS = 2.5  # the same in pixels
_STEP = 0.3  # heights: the least distance of two characters' left ends
_FREE = -1e6  # the place of the last ink in a row that has none


class Strip(NamedTuple):
    """A line of writing as ink alone.

    Attributes:
        ink: Shape (h, w), float32, 0 to 1; nothing touches its border.
        text: What is written.
        boxes: Of each character but spaces, in the strip's pixels.
        baseline: The row that the first character stands on.
    """

    ink: NDArray[np.float32]
    text: str
    boxes: tuple[Box, ...]
    baseline: float


def draw_strip(
    text: str,
    hand: Hand,
    digits: DigitSource,
    random: np.random.Generator,
    *,
    space: tuple[float, float] = (1.0, 2.2),
) -> Strip:
    """Return a text written in one line.

    Args:
        text: Digits, letters, ``. , -`` and other signs of ASCII, and spaces; at least one that is
            no space.
        hand: Of the writer.
        digits: What its digits are drawn of.
        random: Chooses all the rest.
        space: How wide a space is, from and to, in heights of a digit.
    """
    rows = round(hand.height * 3) + 8
    line = rows * 0.62  # the baseline: room above for capitals and below for commas
    ends = np.full(rows, _FREE)
    placed: list[tuple[int, int, Character]] = []
    extra, after_sign, before, width = 0.0, True, 0, 0
    for letter in text:
        if letter == " ":
            extra = random.uniform(*space) * hand.height
            continue
        is_digit = letter.isdigit()
        character = _drawn(letter, hand, digits, random)
        gap = _gap(hand, random, may_touch=is_digit and not after_sign and not extra)
        top = line + character.drop - len(character.ink)
        top += random.normal(0, hand.wander) * hand.height - hand.slope * before
        top_row = int(np.clip(round(top), 0, max(rows - len(character.ink), 0)))
        step = _STEP * hand.height if gap > 0 else _NESTED * width
        left = _left_end(ends, character, top_row, gap, before + step) if placed else 0.0
        column = round(left + extra)
        _move_ends(ends, character, top_row, column)
        placed.append((top_row, column, character))
        before, width = column, character.ink.shape[1]
        extra, after_sign = 0.0, not is_digit
    return _composed(text, placed, line)


def _drawn(letter: str, hand: Hand, digits: DigitSource, random: np.random.Generator) -> Character:
    if letter.isdigit():
        return digits.draw(int(letter), hand, random)
    return draw_sign(letter, hand, random)


def _gap(hand: Hand, random: np.random.Generator, *, may_touch: bool) -> float:
    """Return how far a character's ink lies from the one before, in pixels; below 0 they touch."""
    if may_touch and random.random() < hand.touching:
        deepest = min(pen_of(hand), _OVERLAP)  # strokes lie on strokes, but do not cross
        return -random.uniform(0, deepest) * hand.height - 1
    least = max(_LEAST_GAP * hand.height, _LEAST_PIXELS)
    return max(random.normal(hand.gap, hand.gap_spread) * hand.height, least)


def _left_end(
    ends: NDArray[np.float64], character: Character, top: int, gap: float, least: float
) -> float:
    """Return the column where a character begins that is some pixels of a row from those before.

    Args:
        ends: Last column with ink of each row.
        character: What begins there.
        top: Its highest row.
        gap: In pixels; below 0 they touch.
        least: The column it may begin at.
    """
    reach = max(round(gap), 0)  # apart means apart on the slant too
    inked = character.ink > _INKED
    starts = np.where(inked.any(1), inked.argmax(1), np.inf)
    window = ends[max(top - reach, 0) : top + len(starts) + reach]
    nearest = np.pad(
        window,
        (max(reach - top, 0), max(top + len(starts) + reach - len(ends), 0)),
        constant_values=_FREE,
    )
    if reach:
        views = np.lib.stride_tricks.sliding_window_view(nearest, 2 * reach + 1)
        nearest = views.max(1)
    side_by_side = float((nearest[: len(starts)] - starts + gap).max()) + 1
    return max(side_by_side, least)


def _move_ends(ends: NDArray[np.float64], character: Character, top: int, column: int) -> None:
    """Set the last column with ink of each row that a character covers, in place."""
    inked = character.ink > _INKED
    width = inked.shape[1]
    last = column + width - 1 - inked[:, ::-1].argmax(1)
    rows = slice(top, top + len(inked))
    ends[rows] = np.where(inked.any(1), np.maximum(ends[rows], last), ends[rows])


def _composed(text: str, placed: list[tuple[int, int, Character]], line: float) -> Strip:
    """Return characters at their rows and columns as one strip with a free border of a pixel."""
    top = min(row for row, _, _ in placed) - 1
    left = min(column for _, column, _ in placed) - 1
    bottom = max(row + len(character.ink) for row, _, character in placed) + 1
    right = max(column + character.ink.shape[1] for _, column, character in placed) + 1
    ink = np.zeros((bottom - top, right - left), np.float32)
    boxes = []
    for row, column, character in placed:
        height, width = character.ink.shape
        box = Box(row - top, column - left, row - top + height, column - left + width)
        own = ink[box.top : box.bottom, box.left : box.right]
        np.maximum(own, character.ink, out=own)
        boxes.append(box)
    return Strip(ink, text, tuple(boxes), line - top)
