"""The steps from a page to what was read on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.assemble import Calibration, PlaceRead, group_numbers
from tenfold.preprocess import Group, frame_strip, page_ink, without_ruling
from tenfold.values import Number, Reading

__all__ = ["ExplainedGroup", "Explanation", "PageRead", "explanation_of"]


class PageRead(NamedTuple):
    """A page that was read as it lay, or turned.

    Attributes:
        page: Shape (H, W), uint8, ink bright: as it was read.
        groups: Of each line, with the places of each.
        reading: Boxes are in pixels of this page.
        quarters: Right angles by which it had been turned, counterclockwise.
    """

    page: NDArray[np.uint8]
    groups: list[list[tuple[Group, list[PlaceRead]]]]
    reading: Reading
    quarters: int = 0

    def sizes(self) -> list[int]:
        """Return how many marks each group has."""
        return [len(group.marks) for line in self.groups for group, _ in line]


class ExplainedGroup(NamedTuple):
    """A group's strip (32, W) uint8, its places, and the numbers that they make."""

    strip: NDArray[np.uint8]
    places: tuple[PlaceRead, ...]
    numbers: tuple[Number, ...]


class Explanation(NamedTuple):
    """How a page was read.

    Attributes:
        page: Shape (H, W), uint8, ink bright: turned, if it lay on its side.
        ink: Shape (h, w), float32: without paper; None where the page is blank.
        without_lines: The same without printed lines.
        groups: In reading order.
        reading: What came of it, with boxes in pixels of the picture.
    """

    page: NDArray[np.uint8]
    ink: NDArray[np.float32] | None
    without_lines: NDArray[np.float32] | None
    groups: tuple[ExplainedGroup, ...]
    reading: Reading


def explanation_of(
    read: PageRead, reading: Reading, *, decimal: bool, calibration: Calibration
) -> Explanation:
    """Return the steps of a page that was read.

    Args:
        read: The page.
        reading: Its reading, with boxes in pixels of the picture.
        decimal: Whether points and commas between digits were kept.
        calibration: Of numbers' confidence, as they were read.
    """
    ink = page_ink(read.page)
    return Explanation(
        page=read.page,
        ink=ink,
        without_lines=None if ink is None else without_ruling(ink),
        groups=tuple(
            ExplainedGroup(
                frame_strip(group.ink),
                tuple(places),
                tuple(group_numbers(places, decimal=decimal, calibration=calibration)),
            )
            for line in read.groups
            for group, places in line
        ),
        reading=reading,
    )
