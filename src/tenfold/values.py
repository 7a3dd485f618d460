"""The values that tenfold's stages hand on: frozen, plain, and ignorant of every stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Digit", "Number", "Reading", "Rejection", "Split", "Table"]

Rejection = Literal["blank", "not_a_digit", "unsure", "touching"]


class Box(NamedTuple):
    """A rectangle in pixels of the picture as a person sees it; bottom and right are exclusive."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """Return the smallest box that holds all of some, of which there is at least one."""
        tops, lefts, bottoms, rights = zip(*boxes, strict=True)
        return cls(min(tops), min(lefts), max(bottoms), max(rights))


@dataclass(frozen=True, slots=True)
class Digit:
    """What one place on a picture was read as.

    Attributes:
        value: The digit, 0 to 9; None when refused.
        guess: The likeliest digit, 0 to 9; given when refused too.
        confidence: Probability that ``guess`` is right, 0 to 1; low for what is no digit.
        probabilities: Shape (10,), float32, one for each digit; what they lack to 1 is the
            probability that it is not a digit.
        box: Where it stands on the picture; None where the whole picture was taken.
        rejected: Why ``value`` is None; None where it is not.
    """

    value: int | None
    guess: int
    confidence: float
    probabilities: NDArray[np.float32]
    box: Box | None = None
    rejected: Rejection | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the digit as JSON-ready values."""
        return {
            "value": self.value,
            "guess": self.guess,
            "confidence": round(float(self.confidence), 6),
            "probabilities": [round(float(p), 6) for p in self.probabilities],
            "box": None if self.box is None else list(self.box),
            "rejected": self.rejected,
        }

    def __eq__(self, other: object) -> bool:
        """Compare by value; the array is compared element by element."""
        if not isinstance(other, Digit):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """Hash what `__eq__` compares, so that equal digits fall together in sets."""
        return hash((self.value, self.guess, round(float(self.confidence), 6), self.box))

    def __repr__(self) -> str:
        """Show the answer first and leave the array out."""
        shown = "?" if self.value is None else str(self.value)
        why = f", rejected={self.rejected!r}, guess={self.guess}" if self.rejected else ""
        return f"Digit({shown}, confidence={self.confidence:.4f}{why})"


@dataclass(frozen=True, slots=True)
class Number:
    """Digits that stand together.

    Attributes:
        text: A character a place: the digit, or "?" where it was refused; leading zeros stay. Where
            they are asked for, also points, commas and a minus.
        digits: Those places, from left to right.
        box: What holds them all.
        confidence: Probability that every place is what was guessed there, 0 to 1: the product of
            the digits' confidences, calibrated on synthesised pages; see
            `tenfold.assemble.Calibration`.
    """

    text: str
    digits: tuple[Digit, ...]
    box: Box
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Return the number as JSON-ready values."""
        return {
            "text": self.text,
            "confidence": round(float(self.confidence), 6),
            "box": list(self.box),
            "digits": [digit.to_dict() for digit in self.digits],
        }

    def __repr__(self) -> str:
        return f"Number({self.text!r}, confidence={self.confidence:.4f})"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a whole picture was read as.

    Attributes:
        lines: The numbers of each line, from left to right; the lines from top to bottom.
    """

    lines: tuple[tuple[Number, ...], ...] = ()

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers in reading order."""
        return tuple(number for line in self.lines for number in line)

    @property
    def text(self) -> str:
        """One line for each line on the picture, with spaces between numbers."""
        return "\n".join(" ".join(number.text for number in line) for line in self.lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as JSON-ready values, each number with its line, from 1 on."""
        return {
            "text": self.text,
            "numbers": [
                {"line": place, **number.to_dict()}
                for place, line in enumerate(self.lines, start=1)
                for number in line
            ],
        }

    def __repr__(self) -> str:
        return f"Reading({self.text!r})"


@dataclass(frozen=True, slots=True)
class Table:
    """What the cells of a table were read as.

    Attributes:
        cells: Of each row its cells: a number, with ``?`` for a place that was refused; or None
            where a cell is empty.
    """

    cells: tuple[tuple[Number | None, ...], ...] = ()

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers, row by row."""
        return tuple(cell for row in self.cells for cell in row if cell is not None)

    @property
    def rows(self) -> list[list[str]]:
        """The text of each cell of each row, empty where the cell is."""
        return [["" if cell is None else cell.text for cell in row] for row in self.cells]

    @property
    def text(self) -> str:
        """One line for each row, with spaces between cells and ``_`` for empty ones."""
        return "\n".join(" ".join(cell or "_" for cell in row) for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as JSON-ready values, each number with its row and column, from 1 on."""
        return {
            "text": self.text,
            "rows": self.rows,
            "numbers": [
                {"row": row, "column": column, **cell.to_dict()}
                for row, cells in enumerate(self.cells, start=1)
                for column, cell in enumerate(cells, start=1)
                if cell is not None
            ],
        }

    def __repr__(self) -> str:
        columns = len(self.cells[0]) if self.cells else 0
        return f"Table({len(self.cells)} x {columns}, {len(self.numbers)} numbers)"


@dataclass(frozen=True, slots=True)
class Split:
    """Labelled images.

    Attributes:
        images: Shape (N, 28, 28), uint8, 0 background to 255 full ink.
        labels: Shape (N,), uint8, 0 to 9.
        names: What each image is called, such as its file; none where they have no names.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Split({len(self)} images, {self.images.shape[1]} x {self.images.shape[2]}, uint8)"
