"""Sheets: what is written where, and what is printed round it, before there is paper or light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.hands import Hand
from tenfold.synthesis.strips import Strip, draw_strip
from tenfold.synthesis.texts import any_amount, any_number, any_word
from tenfold.values import Box

__all__ = ["SHEET_KINDS", "Sheet", "Written", "draw_sheet"]

_EMPTY = 0.12  # share of a table's cells
_MOST_PIXELS = 4_000_000  # of a sheet; one that would have more is written smaller


class Written(NamedTuple):
    """A number on a sheet.

    Attributes:
        line: From 0 on; of a table its row.
        text: Its digits.
        written: All that is written, points and signs too.
        box: Where.
        column: Of a table, from 0 on.
    """

    line: int
    text: str
    written: str
    box: Box
    column: int = 0


@dataclass(frozen=True)
class Sheet:
    """A page as a drawing.

    Attributes:
        ink: Shape (H, W), float32, 0 to 1: what is written by hand.
        printed: The same of lines, boxes and tables.
        numbers: In reading order; of a table, each line is a row and each place in it a cell.
        grid: The rows and columns of a table; None of all else.
    """

    ink: NDArray[np.float32]
    printed: NDArray[np.float32]
    numbers: tuple[Written, ...]
    grid: tuple[int, int] | None = None


def draw_sheet(kind: str, hand: Hand, digits: DigitSource, random: np.random.Generator) -> Sheet:
    """Return a sheet of a kind of `SHEET_KINDS`."""
    sheet = _KINDS[kind](hand, digits, random)
    while sheet.ink.size > _MOST_PIXELS:
        hand = hand.at_height(hand.height * 0.7)
        sheet = _KINDS[kind](hand, digits, random)
    return sheet


class _Placed(NamedTuple):
    """A strip, the row and column of its corner, its line, and its column of a table."""

    strip: Strip
    top: int
    left: int
    line: int
    column: int = 0


def _amount(hand: Hand, digits: DigitSource, random: np.random.Generator) -> Sheet:
    """One number and little else, as cut out of a form or a cheque."""
    text = any_amount(random) if random.random() < 0.5 else any_number(random, 2, 9)
    strip = draw_strip(text, hand, digits, random)
    edge = _margins(hand, random, 0.3, 1.2)
    sheet = _composed([_Placed(strip, edge[0], edge[1], 0)], edge)
    if random.random() < 0.3:
        row = edge[0] + strip.baseline + random.uniform(0.1, 0.3) * hand.height
        _level(sheet.printed, row, 0, sheet.ink.shape[1], hand, random)
    return sheet


def _lines(hand: Hand, digits: DigitSource, random: np.random.Generator) -> Sheet:
    """Lines of numbers, on plain, ruled or squared paper."""
    return _ruled(_written_lines(_numbers, hand, digits, random), hand, random)


def _letters(hand: Hand, digits: DigitSource, random: np.random.Generator) -> Sheet:
    """Lines of words, without a digit."""
    return _ruled(_written_lines(_words, hand, digits, random), hand, random)


def _mixed(hand: Hand, digits: DigitSource, random: np.random.Generator) -> Sheet:
    """Lines of words and numbers."""
    return _ruled(_written_lines(_words_and_numbers, hand, digits, random), hand, random)


def _boxes(hand: Hand, digits: DigitSource, random: np.random.Generator) -> Sheet:
    """Rows of boxes with a digit in each, as forms have them."""
    rows = int(random.integers(1, 4))
    side = hand.height * random.uniform(1.25, 1.7)
    width = side * random.uniform(0.8, 1.0)
    placed: list[_Placed] = []
    frames: list[tuple[float, float, float, float]] = []
    top = round(hand.height)
    for line in range(rows):
        text = any_number(random, 3, 10)
        left = round(hand.height)
        for place, digit in enumerate(text):
            strip = draw_strip(digit, hand, digits, random)
            frame = (top, left + place * width, top + side, left + (place + 1) * width)
            frames.append(frame)
            height, across = strip.ink.shape
            room = np.maximum([side - height, width - across], 0)
            row, column = np.array(frame[:2]) + room * random.uniform(0.3, 0.7, 2)
            placed.append(_Placed(strip, round(row), round(column), line))
        top += round(side + hand.height * random.uniform(0.6, 1.2))
    sheet = _composed(placed, _margins(hand, random, 0.6, 1.5), together=True)
    shift = _shift(placed, sheet)
    pen = max(round(hand.height * random.uniform(0.015, 0.05)), 1)
    for one in frames:
        corners = np.round(np.array(one) + np.tile(shift, 2)).astype(int).tolist()
        cv2.rectangle(sheet.printed, corners[1::-1], corners[:1:-1], 1.0, pen)
    return sheet


def _table(hand: Hand, digits: DigitSource, random: np.random.Generator) -> Sheet:
    """A table with a number in each of most cells."""
    rows, columns = int(random.integers(2, 7)), int(random.integers(2, 6))
    longest = int(random.integers(1, 5))
    height = hand.height * random.uniform(1.5, 2.2)
    width = hand.height * (longest * 0.9 + random.uniform(0.8, 1.6))
    placed: list[_Placed] = []
    for row in range(rows):
        for column in range(columns):
            if random.random() < _EMPTY and len(placed) > 0:
                continue
            strip = draw_strip(any_number(random, 1, longest), hand, digits, random)
            room = np.array([height, width]) - strip.ink.shape
            corner = np.array([row * height, column * width]) + room * random.uniform(0.3, 0.7, 2)
            placed.append(_Placed(strip, round(corner[0]), round(corner[1]), row, column))
    sheet = _composed(placed, _margins(hand, random, 1.0, 2.0))
    top, left = _shift(placed, sheet)
    bottom, right = top + rows * height, left + columns * width
    pen = max(round(hand.height * random.uniform(0.015, 0.05)), 1)
    for row in np.linspace(top, bottom, rows + 1):
        _line(sheet.printed, (row, left), (row, right), pen)
    for column in np.linspace(left, right, columns + 1):
        _line(sheet.printed, (top, column), (bottom, column), pen)
    return replace(sheet, grid=(rows, columns))


def _numbers(random: np.random.Generator) -> str:
    return " ".join(any_number(random, 1, 8) for _ in range(int(random.integers(1, 4))))


def _words(random: np.random.Generator) -> str:
    return " ".join(any_word(random) for _ in range(int(random.integers(1, 4))))


def _words_and_numbers(random: np.random.Generator) -> str:
    parts = [any_word(random) for _ in range(int(random.integers(1, 3)))]
    parts.insert(int(random.integers(len(parts) + 1)), any_number(random, 1, 6))
    return " ".join(parts)


def _written_lines(
    text: Callable[[np.random.Generator], str],
    hand: Hand,
    digits: DigitSource,
    random: np.random.Generator,
) -> Sheet:
    """Return lines of writing, one below the other."""
    pitch = hand.height * random.uniform(1.7, 2.6)
    narrowest = max(1.3, 3.2 * hand.gap)
    placed = []
    for line in range(int(random.integers(1, 6))):
        strip = draw_strip(text(random), hand, digits, random, space=(narrowest, narrowest * 1.8))
        left = random.uniform(0, 1.0) * hand.height
        placed.append(_Placed(strip, round(line * pitch - strip.baseline), round(left), line))
    return _composed(placed, _margins(hand, random, 0.5, 2.5))


def _margins(
    hand: Hand, random: np.random.Generator, least: float, most: float
) -> tuple[int, int, int, int]:
    sides = (random.uniform(least, most, 4) * hand.height).round().astype(int)
    top, left, bottom, right = sides.tolist()
    return top, left, bottom, right


def _shift(placed: Sequence[_Placed], sheet: Sheet) -> NDArray[np.float64]:
    """Return how far strips were moved, in rows and columns, when the sheet was composed."""
    first = placed[0]
    return np.array(sheet.numbers[0].box[:2]) - [
        first.top + first.strip.boxes[0].top, first.left + first.strip.boxes[0].left
    ]  # fmt: skip


def _composed(
    placed: Sequence[_Placed], edge: tuple[int, int, int, int], *, together: bool = False
) -> Sheet:
    """Return strips on a sheet with margins; ``together`` makes a line's strips one number."""
    top = min(one.top for one in placed) - edge[0]
    left = min(one.left for one in placed) - edge[1]
    bottom = max(one.top + one.strip.ink.shape[0] for one in placed) + edge[2]
    right = max(one.left + one.strip.ink.shape[1] for one in placed) + edge[3]
    ink = np.zeros((bottom - top, right - left), np.float32)
    numbers: list[Written] = []
    for one in placed:
        row, column = one.top - top, one.left - left
        height, width = one.strip.ink.shape
        own = ink[row : row + height, column : column + width]
        np.maximum(own, one.strip.ink, out=own)
        for written, box in _groups(one.strip):
            text = "".join(letter for letter in written if letter.isdigit())
            if text:
                moved = Box(*np.add(box, (row, column, row, column)).tolist())
                numbers.append(Written(one.line, text, written, moved, one.column))
    if together:
        numbers = _joined(numbers)
    return Sheet(ink, np.zeros_like(ink), tuple(numbers))


def _groups(strip: Strip) -> list[tuple[str, Box]]:
    """Return the words of a strip's text, and the box of each."""
    found, start = [], 0
    for word in strip.text.split():
        found.append((word, Box.around(strip.boxes[start : start + len(word)])))
        start += len(word)
    return found


def _joined(numbers: Sequence[Written]) -> list[Written]:
    """Return the numbers of each line as one."""
    joined = []
    for line in sorted({number.line for number in numbers}):
        own = [number for number in numbers if number.line == line]
        text = "".join(number.text for number in own)
        joined.append(Written(line, text, text, Box.around(number.box for number in own)))
    return joined


def _ruled(sheet: Sheet, hand: Hand, random: np.random.Generator) -> Sheet:
    """Return a sheet, and draw rules or squares on it or none."""
    kind = random.random()
    if kind < 0.5:
        return sheet
    rows, columns = sheet.ink.shape
    pitch = hand.height * random.uniform(1.2, 2.2)
    for row in np.arange(random.uniform(0, pitch), rows, pitch):
        _level(sheet.printed, row, 0, columns, hand, random, bend=0.0)
    if kind > 0.75:
        for column in np.arange(random.uniform(0, pitch), columns, pitch):
            _line(sheet.printed, (0, column), (rows, column), 1)
    return sheet


def _level(
    canvas: NDArray[np.float32],
    row: float,
    start: float,
    end: float,
    hand: Hand,
    random: np.random.Generator,
    bend: float = 0.004,
) -> None:
    pen = max(round(hand.height * random.uniform(0.01, 0.03)), 1)
    tilt = random.normal(0, bend) * (end - start) if bend else 0.0
    _line(canvas, (row, start), (row + tilt, end), pen)


def _line(
    canvas: NDArray[np.float32], start: tuple[float, float], end: tuple[float, float], pen: int
) -> None:
    """Draw from one (row, column) to another, in place."""
    places = [(round(float(column) * 16), round(float(row) * 16)) for row, column in (start, end)]
    cv2.line(canvas, places[0], places[1], 1.0, pen, cv2.LINE_AA, 4)


_KINDS: dict[str, Callable[[Hand, DigitSource, np.random.Generator], Sheet]] = {
    "amount": _amount,
    "lines": _lines,
    "boxes": _boxes,
    "table": _table,
    "mixed": _mixed,
    "letters": _letters,
}

SHEET_KINDS = tuple(_KINDS)
"""Sheets of one number, lines of numbers, boxes, tables, words and numbers, words alone."""
