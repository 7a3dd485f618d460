"""What callers hand over as numbers: parts of pictures, corners, the size of a table."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from tenfold.errors import InputError, shown

__all__ = ["MOST_CELLS", "four_corners", "four_sides", "table_size"]

MOST_CELLS = 200  # rows, or columns, of a table
_FARTHEST = 10**6  # pixels; no picture is as wide


def four_sides(sides: Any, where: str) -> tuple[int, int, int, int]:
    """Return top, left, bottom and right.

    Args:
        sides: Four whole numbers.
        where: What messages call them.

    Raises:
        InputError: They are none.
    """
    series = sides.tolist() if isinstance(sides, np.ndarray) else sides
    if not isinstance(series, Sequence) or isinstance(series, (str, bytes)):
        series = ()
    found = [side for side in map(_whole, series) if side is not None]
    if len(found) != 4 or len(series) != 4:
        raise InputError(
            f"{where}: must be four whole numbers, top, left, bottom and right, "
            f"but is {shown(sides)}"
        )
    top, left, bottom, right = found
    return top, left, bottom, right


def four_corners(corners: Any) -> tuple[tuple[float, float], ...]:
    """Return four corners as (x, y).

    Raises:
        InputError: They are not four pairs of numbers, or lie farther off than any picture reaches.
    """
    try:
        points = np.array(corners, np.float64)
    except (TypeError, ValueError, OverflowError):
        points = np.empty(0)
    if points.shape != (4, 2) or not (np.abs(points) <= _FARTHEST).all():
        raise InputError(
            f"corners: must be four pairs x,y of numbers up to {_FARTHEST:,}, "
            f"but are {shown(corners)}"
        )
    return tuple((float(x), float(y)) for x, y in points)


def table_size(rows: Any, columns: Any) -> tuple[int, int]:
    """Return how many rows and columns a table has.

    Raises:
        InputError: One of them is no whole number from 1 to `MOST_CELLS`.
    """
    found = []
    for name, value in (("rows", rows), ("columns", columns)):
        count = _whole(value)
        if count is None or not 1 <= count <= MOST_CELLS:
            raise InputError(
                f"{name}: must be a whole number from 1 to {MOST_CELLS}, but is {shown(value)}"
            )
        found.append(count)
    return found[0], found[1]


def _whole(value: Any) -> int | None:
    """Return a number that has no fraction; None for anything else, and for what is far too large.

    10.0 is whole: sides are often computed.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return None
    if isinstance(value, Integral):
        whole = int(value)
    elif float(value).is_integer():
        whole = int(float(value))
    else:
        return None
    return whole if abs(whole) <= _FARTHEST else None
