"""The ink of digits that stand together, parted between them.

Cuts are seams: paths from top to bottom through the least ink, as in seam carving (Avidan and
Shamir 2007, https://doi.org/10.1145/1276377.1276390).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.values import Box

__all__ = ["Parted", "part_ink"]

_WORK_HEIGHT = 48  # pixels, at which seams are looked for
_STEP_COST = 0.1  # of full ink, for each pixel that a seam goes sideways
_AWAY_COST = 0.35  # of full ink, for each pixel that a seam lies off the middle, at each row
_SLANTS = np.linspace(-0.4, 0.8, 13)  # columns a row, that digits may lean to the right
_UPRIGHT = 1.15  # times: by how much a greater slant has to be better
_INKED = 0.3  # of full ink: what a part's extent is told by
_CRUMB = 0.05  # of a part's largest piece: what is smaller, and cut off, belongs to a neighbour
_SPECK = 0.03  # of a part's largest piece: what is smaller is none of it


class Parted(NamedTuple):
    """What lies between two cuts: its ink on the whole's rows and columns, cut to its box.

    Attributes:
        box: In pixels of the whole; None where nothing is inked.
        ink: Shape (h, w), float32, cut to the box; (0, 0) where nothing is inked.
        is_cut: Whether a cut went through ink.
    """

    box: Box | None
    ink: NDArray[np.float32]
    is_cut: bool


def part_ink(ink: NDArray[np.float32], middles: Sequence[float]) -> list[Parted]:
    """Return the ink that belongs to each of some places in a row.

    Args:
        ink: Shape (h, w), float32, 0 to 1.
        middles: About where the middle of each is, in columns; they rise.

    Returns:
        As many parts.
    """
    import cv2

    height, width = ink.shape
    if len(middles) < 2:
        return [_parted(ink, is_cut=False)]
    scale = min(1.0, _WORK_HEIGHT / height)
    size = (max(round(width * scale), 2), max(round(height * scale), 2))
    small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    seams, through = _seams(small, np.asarray(middles) * (size[0] / width))
    rows = (np.arange(height) * size[1] // height).clip(max=size[1] - 1)
    cuts = np.round(seams[:, rows] * (width / size[0])).astype(int)
    ends = [np.zeros(height, int), *cuts, np.full(height, width)]
    marks = [False, *(through > _INKED), False]
    columns = np.arange(width)
    parts = []
    for place in range(len(middles)):
        left, right = ends[place], ends[place + 1]
        first, last = int(left.min()), max(int(right.max()), int(left.min()) + 1)
        own = columns[first:last]
        inside = (own >= left[:, None]) & (own < right[:, None])
        part = _parted(
            np.where(inside, ink[:, first:last], np.float32(0)),
            is_cut=bool(marks[place] or marks[place + 1]),
        )
        if part.box is not None:
            box = Box(*np.add(part.box, (0, first, 0, first)).tolist())
            part = part._replace(box=box)
        parts.append(part)
    return parts


def _parted(ink: NDArray[np.float32], *, is_cut: bool) -> Parted:
    """Return ink cut to its extent, without specks and crumbs of the neighbours."""
    import cv2

    dark = (ink > _INKED).astype(np.uint8)
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    if len(areas) > 1:
        kept = np.r_[False, areas >= (_CRUMB if is_cut else _SPECK) * areas.max()]
        dark = kept[labels].astype(np.uint8)
        near = cv2.dilate(dark, np.ones((3, 3), np.uint8)) > 0
        ink = np.where(near, ink, np.float32(0))
    rows, columns = (np.flatnonzero(dark.any(axis)) for axis in (1, 0))
    if not len(rows):
        return Parted(None, np.zeros((0, 0), np.float32), is_cut)
    box = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return Parted(box, ink[box.top : box.bottom, box.left : box.right], is_cut)


def _seams(
    ink: NDArray[np.float32], middles: NDArray[np.float64]
) -> tuple[NDArray[np.int_], NDArray[np.float64]]:
    """Return the path of least ink between each two neighbours, all of them row by row at once.

    Returns:
        The column (N, h) from which on the right part begins; and the most ink (N,) on each path.
    """
    height, width = ink.shape
    left, right = middles[:-1], middles[1:]
    starts = np.floor(left).astype(int).clip(0, width - 1)
    reach = int(np.ceil((right - left).max())) + 1
    columns = starts[:, None] + np.arange(reach)
    outside = (columns >= np.ceil(right)[:, None]) | (columns >= width)
    outside[:, 0] = False  # somewhere a cut has to be
    cost = ink[:, columns.clip(max=width - 1)].transpose(1, 0, 2).astype(np.float64)
    rise = _slant(ink) * (height / 2 - np.arange(height))
    centre = ((left + right) / 2)[:, None] + rise
    cost += _AWAY_COST * np.abs(columns[:, None] + 0.5 - centre[:, :, None])
    cost[np.broadcast_to(outside[:, None], cost.shape)] = 1e6
    total = cost[:, 0].copy()
    steps = np.zeros(cost.shape, np.int8)
    for row in range(1, height):
        before = np.full((3, *total.shape), np.inf)
        before[0, :, 1:] = total[:, :-1] + _STEP_COST
        before[1] = total
        before[2, :, :-1] = total[:, 1:] + _STEP_COST
        steps[:, row] = before.argmin(0) - 1
        total = before.min(0) + cost[:, row]
    count = np.arange(len(starts))
    path = np.empty((len(starts), height), int)
    path[:, -1] = total.argmin(1)
    for row in range(height - 1, 0, -1):
        path[:, row - 1] = path[:, row] + steps[count, row, path[:, row]]
    seams = np.take_along_axis(columns, path, 1)
    crossed = ink[np.arange(height), seams.clip(max=width - 1)]
    return seams, crossed.max(1)


def _slant(ink: NDArray[np.float32]) -> float:
    """Return how far the strokes of (h, w) lean, in columns a row: where columns differ most.

    Of columns along the slant some are full and some empty, of others all have a little
    (Vinciarelli and Luettin 2001, https://doi.org/10.1016/S0167-8655(01)00042-3).
    """
    height, width = ink.shape
    rows, columns = np.nonzero(ink > _INKED)
    if not len(rows):
        return 0.0
    best, found = -1.0, 0.0
    for slant in sorted(_SLANTS.tolist(), key=abs):
        place = np.rint(columns - slant * (height / 2 - rows)).astype(int) + height
        filled = np.bincount(place, minlength=width + 2 * height).astype(float)
        if float((filled**2).sum()) > best * _UPRIGHT:
            best, found = float((filled**2).sum()), slant
    return found
