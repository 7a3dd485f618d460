"""A page as the marks on it that may be digits, line by line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.glyph import small_enough
from tenfold.preprocess.groups import POINT, Group, Mark, owners_of, to_group
from tenfold.preprocess.lines import into_groups, into_lines
from tenfold.preprocess.paper import lift_page
from tenfold.preprocess.pieces import Piece, borders, find_pieces, is_sliver
from tenfold.preprocess.ruling import Ruling, erase_ruling
from tenfold.values import Box

__all__ = ["bare_ink", "page_ink", "segment", "segment_ink", "without_ruling"]

_WORK_SIDE = 1600  # pixels a side of a page that is worked on
_FAINT = 0.18  # of full ink: what is fainter is no stroke
_SMALL_SIDE = 700  # pixels a side of a page; smaller ones are enlarged to that, but no more than
_MOST_ENLARGED = 2.5  # times
_LEAST_HEIGHT = 7  # pixels, of a digit
_SPECK = 0.42  # of the height of what is near it: what is no digit beside that
_BAR = 0.2  # of its height: the width of what does not make specks of others
_NEARBY = 1.0  # of their height: how far from them that holds
_HIGHEST = 1.8  # times the median height of ink: what is higher, as words run together, counts so
_PART = 0.3  # of the higher part's height: how far above or below it another may lie
_OVER = 0.5  # of the narrower part's width: what two parts of a digit have in common
_TALL = 1.6  # times the higher part: no digit is higher, however it is put together
_SMALL_PART = 0.04  # of a mark's pixels: what is a speck, and no part of it
_FIELD = 3.0  # heights of a digit: the page is no higher where one number was cut out of another
_MOST = 6000  # marks of a page, the largest: more than a page of digits has
_MOST_PIECES = 20_000  # pieces of a page, the largest, that may be digits: all others are texture
_MOST_PARTS = 10_000  # small pieces of a page, the largest, that may be parts of marks
# A page with so many specks, and so many more than anything else, is grained: there a digit is
# some times as high as all specks but the highest of a hundred, which are several run together.
_GRAIN, _GRAINED, _ABOVE_GRAIN = 2000, 10, 3.0


def segment(page: NDArray[np.uint8], *, is_field: bool = False) -> list[list[Group]]:
    """Return what stands together on a page: lines from top to bottom, groups from left to right.

    The ground, rules, tables and specks are left out. Words are groups too: it takes a model to
    tell them from numbers.

    Args:
        page: Shape (H, W), uint8, ink bright.
        is_field: Whether it was cut out round one number; told by its height when not.

    Returns:
        The groups of each line; empty where the page is blank.
    """
    return segment_ink(bare_ink(page), page.shape, is_field=is_field)


def bare_ink(page: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return a page's ink without printed lines, as it is worked on; None where it is blank.

    Args:
        page: Shape (H, W), uint8, ink bright.
    """
    ink = page_ink(page)
    return None if ink is None else without_ruling(ink)


def segment_ink(
    ink: NDArray[np.float32] | None, shape: tuple[int, ...], *, is_field: bool = False
) -> list[list[Group]]:
    """Return what stands together on a page of which the ink is known: `segment`'s second half.

    Args:
        ink: As `bare_ink` returns it.
        shape: The page's (H, W).
        is_field: As in `segment`.
    """
    if ink is None:
        return []
    scale = ink.shape[1] / shape[1]
    labels, found_pieces = find_pieces(ink)
    pieces = [piece for piece in found_pieces if not is_sliver(piece, labels.shape)]
    marks = [
        Mark(Box.around(piece.box for piece in found), tuple(found))
        for found in _put_together(pieces, labels.shape)
    ]
    owners = owners_of(marks, pieces, int(labels.max()))
    lines = into_lines(marks)
    points = _points(pieces, owners, marks)
    is_field = is_field or (len(lines) == 1 and _is_cut_out(lines[0], len(ink)))
    return [
        [
            to_group(group, ink, labels, owners, scale, shape)
            for group in into_groups(line, points, is_field=is_field)
        ]
        for line in lines
    ]


def _points(pieces: Sequence[Piece], owners: NDArray[np.int_], marks: Sequence[Mark]) -> list[Box]:
    """Return what belongs to no mark, and is large enough for a point beside them."""
    if not marks:
        return []
    height = float(np.median([mark.box.height for mark in marks]))
    least = POINT * height**2
    return [piece.box for piece in pieces if owners[piece.label] == 0 and piece.area >= least]


def _is_cut_out(line: Sequence[Mark], height: int) -> bool:
    """Tell a line that fills most of a page's height."""
    return height <= _FIELD * float(np.median([mark.box.height for mark in line]))


def page_ink(page: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return a page's ink as it is worked on: no larger than 1600 pixels, nor very small.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        Shape (h, w), float32, 0 to 1; None where the page is blank.
    """
    ink = lift_page(small_enough(page, _WORK_SIDE))
    return None if ink is None else _large_enough(ink)


def without_ruling(ink: NDArray[np.float32], ruling: Ruling | None = None) -> NDArray[np.float32]:
    """Return ink (h, w) without printed lines; pale stains go, once pale lines have been found."""
    ink = erase_ruling(ink, ruling)
    return np.where(ink < _FAINT, np.float32(0), ink)


def _large_enough(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ink of a small picture enlarged: lines and gaps of a pixel are hard to tell."""
    import cv2

    factor = min(_SMALL_SIDE / max(ink.shape), _MOST_ENLARGED)
    if factor <= 1:
        return ink
    size = (round(ink.shape[1] * factor), round(ink.shape[0] * factor))
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR), np.float32)


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
    small = [piece for piece in pieces if piece.label not in labels]
    for piece in sorted(small, key=lambda piece: -piece.area)[:_MOST_PARTS]:
        place = _mark_of(piece, boxes[: len(marks)])
        if place is not None and piece.area >= _SMALL_PART * marks[place][0].area:
            marks[place].append(piece)
    return marks


def _may_be_digits(pieces: Sequence[Piece], shape: tuple[int, ...]) -> list[Piece]:
    """Return what is as high as a digit: no specks, no dashes, and nothing in a page's corner."""
    least = _least_height(pieces)
    found = [piece for piece in pieces if piece.height >= least and borders(piece, shape) <= 1]
    if not found:
        return []
    found = sorted(found, key=lambda piece: -piece.area)[:_MOST_PIECES]
    boxes = np.array([piece.box for piece in found], int)
    heights = boxes[:, 2] - boxes[:, 0]
    usual = np.minimum(heights, _HIGHEST * _usual_height(heights, found))
    whole = boxes[:, 3] - boxes[:, 1] > _BAR * heights  # what is no bar, left of a line
    boxes_whole, usual_whole = boxes[whole], usual[whole]
    kept = []
    for piece, box, height in zip(found, boxes, heights.tolist(), strict=True):
        higher = usual_whole > height / _SPECK
        if not _is_beside_higher(box, boxes_whole[higher], usual_whole[higher]):
            kept.append(piece)
    return kept


def _usual_height(heights: NDArray[np.int_], pieces: Sequence[Piece]) -> float:
    """Return the median height over the ink of pieces: specks have little of it."""
    order = np.argsort(heights, kind="stable")
    ink = np.array([piece.area for piece in pieces])[order].cumsum()
    return float(heights[order[int(np.searchsorted(ink, ink[-1] / 2))]])


def _least_height(pieces: Sequence[Piece]) -> float:
    """Return the height that a digit has at the least: more where the page is grained."""
    heights = np.array([piece.height for piece in pieces])
    specks = int((heights < _LEAST_HEIGHT).sum())
    if specks < _GRAIN or specks < _GRAINED * (len(pieces) - specks):
        return _LEAST_HEIGHT
    return max(_ABOVE_GRAIN * float(np.percentile(heights, 99)), _LEAST_HEIGHT)


def _is_beside_higher(
    box: NDArray[np.int_], higher: NDArray[np.int_], heights: NDArray[np.float64]
) -> bool:
    """Tell whether a box (4,) is near one of others (N, 4), measured by their heights (N,)."""
    beyond = np.maximum(higher[:, :2] - box[2:], box[:2] - higher[:, 2:]).max(1, initial=-1)
    return bool((beyond < _NEARBY * heights).any())


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
