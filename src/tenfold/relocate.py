"""Parts of a page, and where what was read on them lies on the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tenfold.arguments import four_sides
from tenfold.errors import InputError
from tenfold.values import Box, Number, Reading

__all__ = ["moved_number", "moved_reading", "page_part", "shifted"]


def page_part(
    page: NDArray[np.uint8], region: Sequence[int] | None
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return the part of a page to read, and the row and column of its corner.

    Args:
        page: Shape (H, W), uint8.
        region: Top, left, bottom and right in pixels; the whole page when None.

    Raises:
        InputError: The region is none, lies outside the page, or is empty.
    """
    if region is None:
        return page, (0, 0)
    height, width = page.shape
    top, left, bottom, right = four_sides(region, "region")
    if not (0 <= top < bottom <= height and 0 <= left < right <= width):
        raise InputError(
            f"region: must lie within the picture, which is {height} high and {width} wide, "
            f"but is {top},{left},{bottom},{right}"
        )
    return page[top:bottom, left:right], (top, left)


def shifted(box: Box, corner: tuple[int, int]) -> Box:
    """Return a box of a page's part where it is on the page, by the part's row and column."""
    down, right = corner
    return Box(box.top + down, box.left + right, box.bottom + down, box.right + right)


def moved_reading(reading: Reading, where: Callable[[Box], Box]) -> Reading:
    """Return a reading with each box where a function says."""
    return Reading(tuple(tuple(moved_number(one, where) for one in line) for line in reading.lines))


def moved_number(number: Number, where: Callable[[Box], Box]) -> Number:
    """Return a number with each box where a function says."""
    digits = tuple(
        digit if digit.box is None else replace(digit, box=where(digit.box))
        for digit in number.digits
    )
    return replace(number, digits=digits, box=where(number.box))
