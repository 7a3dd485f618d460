"""A page as the marks on it that may be digits, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.glyph import frame_ink, small_enough
from tenfold.preprocess.ground import lift_ink
from tenfold.preprocess.lines import into_groups, into_lines
from tenfold.preprocess.pieces import Piece, borders, find_pieces
from tenfold.preprocess.rules import erase_rules
from tenfold.preprocess.tables import erase_tables
from tenfold.preprocess.touching import find_cuts, parts_between
from tenfold.values import Box

__all__ = ["Mark", "Part", "segment"]

_WORK_SIDE = 1600  # pixels a side of a page that is worked on
_LEAST_HEIGHT = 7  # pixels, of a digit
_SPECK = 0.35  # of the height of what is near it: what is no digit beside that
_NEARBY = 1.0  # of their height: how far from them that holds
_PART = 0.3  # of the higher part's height: how far above or below it another may lie
_OVER = 0.5  # of the narrower part's width: what two parts of a digit have in common
_TALL = 1.6  # times the higher part: no digit is higher, however it is put together
_SMALL_PART = 0.04  # of a mark's pixels: what is a speck, and no part of it
_MOST_CUT = 300  # marks of a page; of more none is parted, for that takes long
_LEAST_PART = 0.45  # of a mark's height: the least of a digit that touches another
_WIDEST_PART = 1.5  # of its height: no digit is wider
_INKED = 0.3  # of full ink: what a part's extent is told by
_MOST = 3000  # marks of a page, the largest: more than a page of digits has


class Part(NamedTuple):
    """What lies between two cuts of a mark: their numbers, its box on the page, and its glyph.

    Cut 0 is the mark's left end. The glyph is of shape (28, 28), uint8.
    """

    left: int
    right: int
    box: Box
    glyph: NDArray[np.uint8]


class Mark(NamedTuple):
    """What may be a digit, or several that touch: its box on the page, and its parts.

    The first part is the whole; there are no others where it can be but one digit.
    """

    box: Box
    parts: tuple[Part, ...]


def segment(page: NDArray[np.uint8]) -> list[list[list[Mark]]]:
    """Return the marks on a page: lines from top to bottom, groups and marks from left to right.

    The ground, rules, tables and specks are left out; the parts of a broken digit are one mark.
    Letters are marks too: it takes a model to tell them from digits.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        The marks of each group of each line; empty where the page is blank.
    """
    scale = min(1.0, _WORK_SIDE / max(page.shape))
    ink = lift_ink(small_enough(page, _WORK_SIDE))
    if ink is None:
        return []
    ink = erase_rules(ink)
    _, pieces = find_pieces(ink)
    ink = erase_tables(ink, _digit_height(pieces))
    labels, pieces = find_pieces(ink)
    found = _put_together(pieces, labels.shape)
    marks = [
        _mark(*_own_ink(ink, labels, parts), scale, page.shape, cut=len(found) <= _MOST_CUT)
        for parts in found
    ]
    return [into_groups(line) for line in into_lines(marks)]


def _digit_height(pieces: Sequence[Piece]) -> float:
    """Return the height that digits on the page seem to have, in pixels.

    The median over the ink, of which specks have little; what fills its box as thinly as a table
    counts for as little.
    """
    if not pieces:
        return float(_LEAST_HEIGHT)
    ordered = sorted(pieces, key=lambda piece: piece.height)
    boxes = np.array([piece.height * piece.width for piece in ordered], float)
    weights = np.array([piece.area for piece in ordered], float) ** 2 / boxes
    middle = int(np.searchsorted(weights.cumsum(), weights.sum() / 2))
    return float(ordered[min(middle, len(ordered) - 1)].height)


def _put_together(pieces: Sequence[Piece], shape: tuple[int, ...]) -> list[list[Piece]]:
    """Return the pieces of each mark."""
    large = _may_be_digits(pieces, shape)
    ordered = sorted(large, key=lambda piece: -piece.area)[:_MOST]
    marks: list[list[Piece]] = []
    boxes = np.zeros((len(ordered), 4), int)  # of the marks so far
    for piece in ordered:
        place = _mark_of(piece, boxes[: len(marks)])
        if place is None:
            place = len(marks)
            marks.append([])
        marks[place].append(piece)
        boxes[place] = Box.around(part.box for part in marks[place])
    labels = {piece.label for piece in large}
    for piece in pieces:
        if piece.label in labels:
            continue
        place = _mark_of(piece, boxes[: len(marks)])
        if place is not None and piece.area >= _SMALL_PART * marks[place][0].area:
            marks[place].append(piece)
    return marks


def _may_be_digits(pieces: Sequence[Piece], shape: tuple[int, ...]) -> list[Piece]:
    """Return what is as high as a digit: no specks, no dashes, and nothing in a page's corner."""
    found = [
        piece for piece in pieces if piece.height >= _LEAST_HEIGHT and borders(piece, shape) <= 1
    ]
    boxes = np.array([piece.box for piece in found], int).reshape(-1, 4)
    heights = boxes[:, 2] - boxes[:, 0]
    return [
        piece
        for piece, box in zip(found, boxes, strict=True)
        if not _is_beside_higher(box, boxes[heights > piece.height / _SPECK])
    ]


def _is_beside_higher(box: NDArray[np.int_], higher: NDArray[np.int_]) -> bool:
    """Tell whether a box (4,) is near one of others (N, 4), measured by their heights."""
    beyond = np.maximum(higher[:, :2] - box[2:], box[:2] - higher[:, 2:]).max(1, initial=-1)
    return bool((beyond < _NEARBY * (higher[:, 2] - higher[:, 0])).any())


def _mark_of(piece: Piece, boxes: NDArray[np.int_]) -> int | None:
    """Return which mark, of boxes (N, 4), a piece lies over or under, as the bar of a 5 does."""
    if not len(boxes):
        return None
    top, left, bottom, right = boxes.T
    common = np.minimum(right, piece.right) - np.maximum(left, piece.left)
    narrower = np.minimum(right - left, piece.width)
    apart = np.maximum(piece.top - bottom, top - piece.bottom)
    together = np.maximum(bottom, piece.bottom) - np.minimum(top, piece.top)
    higher = np.maximum(bottom - top, piece.height)
    fits = (common >= _OVER * narrower) & (apart <= _PART * higher) & (together <= _TALL * higher)
    return int(fits.argmax()) if fits.any() else None


def _enlarged(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """Return a box in pixels of a page of some shape (H, W)."""
    top, left = (int(side / scale) for side in box[:2])
    bottom, right = (
        min(int(np.ceil(side / scale)), end) for side, end in zip(box[2:], shape, strict=True)
    )
    return Box(top, left, bottom, right)


def _own_ink(
    ink: NDArray[np.float32], labels: NDArray[np.int32], parts: Sequence[Piece]
) -> tuple[Box, NDArray[np.float32]]:
    """Return a mark's box, and its ink alone within that."""
    box = Box.around(part.box for part in parts)
    place = (slice(box.top, box.bottom), slice(box.left, box.right))
    own = np.isin(labels[place], [part.label for part in parts])
    return box, np.where(own, ink[place], np.float32(0))


def _mark(
    box: Box, ink: NDArray[np.float32], scale: float, shape: tuple[int, ...], *, cut: bool
) -> Mark:
    whole = _enlarged(box, scale, shape)
    cuts = find_cuts(ink) if cut else []
    parts = [Part(0, len(cuts) + 1, whole, frame_ink(ink))]
    for left, right, between in parts_between(ink, cuts) if cuts else ():
        extent = _extent(between)
        if right - left <= len(cuts) and extent is not None and _may_be_part(extent, len(ink)):
            own = Box(*np.add(extent, (box.top, box.left, box.top, box.left)).tolist())
            parts.append(Part(left, right, _enlarged(own, scale, shape), frame_ink(between)))
    return Mark(whole, tuple(parts))


def _extent(ink: NDArray[np.float32]) -> Box | None:
    """Return the box of what is inked of (h, w); None where nothing is."""
    rows, columns = (np.flatnonzero((ink > _INKED).any(axis)) for axis in (1, 0))
    if not len(rows):
        return None
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _may_be_part(extent: Box, height: int) -> bool:
    return extent.height >= _LEAST_PART * height and extent.width <= _WIDEST_PART * height
