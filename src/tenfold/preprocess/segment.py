"""A page as the marks on it that may be digits, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.glyph import frame_ink
from tenfold.preprocess.ground import lift_ink
from tenfold.preprocess.lines import into_groups, into_lines
from tenfold.preprocess.pieces import Piece, borders, find_pieces
from tenfold.preprocess.rules import erase_rules
from tenfold.preprocess.tables import erase_tables
from tenfold.values import Box

__all__ = ["Mark", "segment"]

_WORK_SIDE = 1600  # pixels a side of a page that is worked on
_LEAST_HEIGHT = 7  # pixels, of a digit
_SPECK = 0.35  # of the height of what is near it: what is no digit beside that
_NEARBY = 1.0  # of their height: how far from them that holds
_PART = 0.3  # of the higher part's height: how far above or below it another may lie
_OVER = 0.5  # of the narrower part's width: what two parts of a digit have in common
_TALL = 1.6  # times the higher part: no digit is higher, however it is put together
_SMALL_PART = 0.04  # of a mark's pixels: what is a speck, and no part of it


class Mark(NamedTuple):
    """What may be a digit: its box, in pixels of the page, and its glyph (28, 28) uint8."""

    box: Box
    glyph: NDArray[np.uint8]


def segment(page: NDArray[np.uint8]) -> list[list[list[Mark]]]:
    """Return the marks on a page: lines from top to bottom, groups and marks from left to right.

    The ground, rules, tables and specks are left out; the parts of a broken digit are one mark.
    Letters are marks too: it takes a model to tell them from digits.

    Args:
        page: Shape (H, W), uint8, ink bright.

    Returns:
        The marks of each group of each line; empty where the page is blank.
    """
    small, scale = _small_enough(page)
    ink = lift_ink(small)
    if ink is None:
        return []
    ink = erase_rules(ink)
    _, pieces = find_pieces(ink)
    ink = erase_tables(ink, _digit_height(pieces))
    labels, pieces = find_pieces(ink)
    marks = [
        Mark(_enlarged(_box_of(parts), scale, page.shape), _glyph(ink, labels, parts))
        for parts in _put_together(pieces, labels.shape)
    ]
    return [into_groups(line) for line in into_lines(marks)]


def _small_enough(page: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return a page that can be worked on, and how many of its pixels one of the page's is."""
    import cv2

    scale = min(1.0, _WORK_SIDE / max(page.shape))
    if scale == 1:
        return page, scale
    height, width = (max(1, round(side * scale)) for side in page.shape)
    return np.asarray(cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)), scale


def _digit_height(pieces: Sequence[Piece]) -> float:
    """Return the height that digits on the page seem to have, in pixels.

    The median over the ink, of which specks have little; what fills its box as thinly as a table
    counts for as little.
    """
    if not pieces:
        return float(_LEAST_HEIGHT)
    ordered = sorted(pieces, key=_height)
    boxes = np.array([_height(piece) * (piece.right - piece.left) for piece in ordered], float)
    weights = np.array([piece.area for piece in ordered], float) ** 2 / boxes
    middle = int(np.searchsorted(weights.cumsum(), weights.sum() / 2))
    return float(_height(ordered[min(middle, len(ordered) - 1)]))


def _put_together(pieces: Sequence[Piece], shape: tuple[int, ...]) -> list[list[Piece]]:
    """Return the pieces of each mark."""
    large = [piece for piece in pieces if _may_be_digit(piece, pieces, shape)]
    marks: list[list[Piece]] = []
    for piece in sorted(large, key=lambda piece: -piece.area):
        whole = next((parts for parts in marks if _are_parts(_box_of(parts), piece)), None)
        if whole is None:
            marks.append([piece])
        else:
            whole.append(piece)
    rest = [piece for piece in pieces if piece not in large]
    for parts in marks:
        box, area = _box_of(parts), sum(part.area for part in parts)
        parts += [
            piece for piece in rest if piece.area >= _SMALL_PART * area and _are_parts(box, piece)
        ]
    return marks


def _may_be_digit(piece: Piece, pieces: Sequence[Piece], shape: tuple[int, ...]) -> bool:
    """Tell what is as high as a digit from specks and dashes, and from what the page's end cuts."""
    height = _height(piece)
    if height < _LEAST_HEIGHT or borders(piece, shape) > 1:
        return False
    return not any(
        height < _SPECK * _height(other) and _distance(piece, other) < _NEARBY * _height(other)
        for other in pieces
    )


def _are_parts(box: Box, piece: Piece) -> bool:
    """Tell whether a piece lies over or under a mark, as the bar of a 5 that does not touch it."""
    common = min(box.right, piece.right) - max(box.left, piece.left)
    narrower = min(box.right - box.left, piece.right - piece.left)
    apart = max(piece.top - box.bottom, box.top - piece.bottom)
    together = max(box.bottom, piece.bottom) - min(box.top, piece.top)
    higher = max(box.bottom - box.top, _height(piece))
    return common >= _OVER * narrower and apart <= _PART * higher and together <= _TALL * higher


def _height(piece: Piece) -> int:
    return piece.bottom - piece.top


def _distance(one: Piece, other: Piece) -> int:
    """Return how far two pieces' boxes are apart, along the axis on which they are farther."""
    across = max(one.left - other.right, other.left - one.right, 0)
    down = max(one.top - other.bottom, other.top - one.bottom, 0)
    return max(across, down)


def _box_of(parts: Sequence[Piece]) -> Box:
    return Box(
        min(part.top for part in parts),
        min(part.left for part in parts),
        max(part.bottom for part in parts),
        max(part.right for part in parts),
    )


def _enlarged(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """Return a box in pixels of a page of some shape (H, W)."""
    top, left = (int(side / scale) for side in box[:2])
    bottom, right = (
        min(int(np.ceil(side / scale)), end) for side, end in zip(box[2:], shape, strict=True)
    )
    return Box(top, left, bottom, right)


def _glyph(
    ink: NDArray[np.float32], labels: NDArray[np.int32], parts: Sequence[Piece]
) -> NDArray[np.uint8]:
    box = _box_of(parts)
    place = (slice(box.top, box.bottom), slice(box.left, box.right))
    own = np.isin(labels[place], [part.label for part in parts])
    return frame_ink(np.where(own, ink[place], np.float32(0)))
