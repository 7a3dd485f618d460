"""Labelled pages of every kind, from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenfold.synthesis.camera import photograph
from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.hands import any_hand
from tenfold.synthesis.sheets import SHEET_KINDS, Written, draw_sheet
from tenfold.values import Split

__all__ = ["LabelledPage", "draw_page", "draw_pages"]

_HEIGHTS = (14.0, 110.0)  # pixels of a digit, from and to; as many small as large ones
_TYPED = 0.06  # share of the pages with printed digits
_APART = ("boxes",)  # kinds of which each digit has a place of its own
_LOOSE = 0.1  # share of the hands without touching digits whose digits stand far apart


@dataclass(frozen=True)
class LabelledPage:
    """A page, and what it shows.

    Attributes:
        image: Shape (H, W, 3), uint8, RGB.
        numbers: In reading order.
        kind: One of `tenfold.synthesis.sheets.SHEET_KINDS`.
        touching: Whether the hand lets digits touch, and they do not stand in boxes.
        grid: The rows and columns of a table; None of all else.
    """

    image: NDArray[np.uint8]
    numbers: tuple[Written, ...]
    kind: str
    touching: bool
    grid: tuple[int, int] | None = None

    def text(self, *, written: bool = False) -> str:
        """Return its lines with ``|`` between them, and a space between numbers.

        Of a table lines are rows, and ``_`` stands for an empty cell.

        Args:
            written: With points, commas and other signs.
        """
        lines: dict[int, list[str]] = {}
        if self.grid is not None:
            lines = {row: ["_"] * self.grid[1] for row in range(self.grid[0])}
        for number in self.numbers:
            word = number.written if written else number.text
            if self.grid is None:
                lines.setdefault(number.line, []).append(word)
            else:
                lines[number.line][number.column] = word
        return "|".join(" ".join(lines[line]) for line in sorted(lines))


def draw_page(
    digits: DigitSource, seed: int, number: int, kind: str, *, touching: bool
) -> LabelledPage:
    """Return one page, always the same for one seed, number and kind."""
    random = np.random.default_rng(np.random.SeedSequence([seed, 0x7067, number]))
    height = float(np.exp(random.uniform(*np.log(_HEIGHTS))))
    hand = any_hand(
        random,
        height,
        touching=touching,
        typed=bool(random.random() < _TYPED),
        loose=not touching and bool(random.random() < _LOOSE),
    )
    sheet = draw_sheet(kind, hand, digits, random)
    photo = photograph(sheet, hand.height, random)
    may_touch = touching and kind not in _APART
    return LabelledPage(photo.image, photo.numbers, kind, may_touch, sheet.grid)


def draw_pages(
    digits: Split,
    count: int,
    seed: int,
    kinds: Sequence[str] = SHEET_KINDS,
    touching: bool | None = None,
) -> Iterator[LabelledPage]:
    """Give pages one by one, the kinds by turns.

    Args:
        digits: Labelled images that digits are drawn of.
        count: How many pages.
        seed: Two calls with one seed give the same pages.
        kinds: Of them.
        touching: Whether digits touch; on every other page when None.

    Raises:
        DataError: A digit is missing among the images.
    """
    source = DigitSource(digits)
    for number in range(count):
        turn = number // len(kinds)
        yield draw_page(
            source,
            seed,
            number,
            kinds[number % len(kinds)],
            touching=turn % 2 == 1 if touching is None else touching,
        )
