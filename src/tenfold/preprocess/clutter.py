"""Ink that is no digit by its form and place: frames, circles, underlines, edges of the paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.pieces import Piece, borders, is_within, longer_side
from tenfold.regions import principal_sides

__all__ = [
    "is_beyond_paper",
    "is_edge_line",
    "is_enclosure",
    "is_fragment",
    "is_frame",
    "is_underline",
]

_FRAMED = 0.6  # share of the page's border that a frame covers
_HOLLOW = 0.25  # share of its box below which ink is a line round something, or no more than a line
_FILLED = 0.5  # share of its box that a strip of the table fills, cut at a slant or not
_OUTER = 0.22  # of a page's side: the strip along the border where neighbours and rules end
_LONG, _THIN = 0.6, 0.2  # of a page's sides: a line along the border is longer, and thinner
_CORNER = 0.3  # of a page's sides: what touches the border and is smaller is a neighbour's piece
_ENCLOSED = 0.3  # of an enclosure's longer side: the least of a digit in it, more than a dot
_CENTRED = 0.15  # of an enclosure's longer side: how far from its middle the digit's may be
_SLENDER = 0.3  # of its length: the breadth of what is a stroke and no more
_CIRCLE, _ROOM = 0.78, 0.7  # of an enclosure's height: its least width round a 1, the 1's most
_ROUND = 0.85  # share of directions in which an enclosure is seen from inside; pens leave gaps
_DIRECTIONS = 36
_HULL = 0.08  # of an enclosure's longer side: how far its line runs from its convex hull
_LEVEL = 4.0  # times as long as high: an underline
# Of the height of what is underlined: the gap of a line that goes beyond it on both sides, and of
# any other; the torn foot of a digit lies nearer, or goes no further than the digit.
_UNDER, _APART = 0.05, 0.15


def is_frame(piece: Piece, labels: NDArray[np.int32]) -> bool:
    """Tell a frame that runs along the border, which a thin digit touches here and there."""
    if borders(piece, labels.shape) < 3 or not _is_hollow(piece):
        return False
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return bool((border == piece.label).mean() >= _FRAMED)


def is_beyond_paper(piece: Piece, labels: NDArray[np.int32]) -> bool:
    """Tell what fills a strip from one whole side of the page inwards: the table under the paper.

    A digit cut out closely covers a side now and then, as a 7 does, but does not fill its box.
    """
    box = (piece.bottom - piece.top) * (piece.right - piece.left)
    if borders(piece, labels.shape) != 3 or piece.area <= _FILLED * box:
        return False
    sides = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    return any(bool((side == piece.label).all()) for side in sides)


def is_enclosure(piece: Piece, pieces: Sequence[Piece], labels: NDArray[np.int32]) -> bool:
    """Tell a circle or a box drawn round a digit, closed or nearly.

    Args:
        piece: The one in question.
        pieces: All on the page.
        labels: Shape (H, W), int32: the labels of the pieces.
    """
    inner = [other for other in pieces if is_within(other, piece)]
    if not inner:
        return False
    largest = max(inner, key=longer_side)
    if longer_side(largest) < _ENCLOSED * longer_side(piece) or _offset(largest, piece) > _CENTRED:
        return False
    if _is_stroke(largest, labels) and not _leaves_room(piece, largest):
        return False
    own = labels[piece.top : piece.bottom, piece.left : piece.right] == piece.label
    row = (largest.top + largest.bottom - 1) / 2 - piece.top
    column = (largest.left + largest.right - 1) / 2 - piece.left
    return _surrounds(own, row, column) and _is_convex(own)


def _is_stroke(piece: Piece, labels: NDArray[np.int32]) -> bool:
    """Tell a piece that is no more than a stroke, at any slant: a 1, a slash, a bar."""
    own = labels[piece.top : piece.bottom, piece.left : piece.right] == piece.label
    if piece.area < 2:
        return False
    across, along = principal_sides(np.argwhere(own))
    return across + 1 < _SLENDER * (along + 1)


def _leaves_room(outer: Piece, inner: Piece) -> bool:
    """Tell a circle round a 1 from a 0 with a slash or a bar in it."""
    tall, wide = outer.bottom - outer.top, outer.right - outer.left
    return wide >= _CIRCLE * tall and longer_side(inner) <= _ROOM * tall


def _offset(inner: Piece, outer: Piece) -> float:
    """Return how far the middles of two boxes are apart, of the outer one's longer side."""
    down = inner.top + inner.bottom - outer.top - outer.bottom
    across = inner.left + inner.right - outer.left - outer.right
    return max(abs(down), abs(across)) / (2 * longer_side(outer))


def _surrounds(line: NDArray[np.bool_], row: float, column: float) -> bool:
    """Tell whether a line (H, W) is seen in nearly all directions from a place inside it."""
    rows, columns = np.nonzero(line)
    turns = np.arctan2(rows - row, columns - column) / (2 * np.pi) + 0.5
    seen = np.unique((turns * _DIRECTIONS).astype(int) % _DIRECTIONS)
    return len(seen) >= _ROUND * _DIRECTIONS


def _is_convex(line: NDArray[np.bool_]) -> bool:
    """Tell whether a line (H, W) runs along its convex hull, as circles and boxes do.

    The outline of a 6 or 8 in hollow strokes does not.
    """
    import cv2

    places = np.argwhere(line)[:, ::-1].astype(np.int32)  # column, row
    hull = cv2.convexHull(places.reshape(-1, 1, 2))
    apart = np.ones(line.shape, np.uint8)
    cv2.polylines(apart, [hull], True, 0)
    distances = cv2.distanceTransform(apart, cv2.DIST_L2, 3)[line]
    return float((distances <= _HULL * max(line.shape)).mean()) >= _ROUND


def is_underline(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Tell a level line that stands clear below something much higher than itself."""
    height, width = piece.bottom - piece.top, piece.right - piece.left
    if width < _LEVEL * height:
        return False
    return any(_underlines(piece, above) for above in pieces)


def _underlines(line: Piece, above: Piece) -> bool:
    height, width = above.bottom - above.top, above.right - above.left
    if height < _LEVEL * (line.bottom - line.top):
        return False
    if min(above.right, line.right) <= max(above.left, line.left):
        return False
    goes_beyond = line.left < above.left and line.right > above.right and width >= _SLENDER * height
    return line.top - above.bottom >= (_UNDER if goes_beyond else _APART) * height


def is_edge_line(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tell a rule or the paper's edge along the border of a page of some shape (H, W)."""
    height, width = shape
    if not borders(piece, shape):
        return False
    tall, wide = piece.bottom - piece.top, piece.right - piece.left
    upright = tall > _LONG * height and wide < _THIN * width
    level = wide > _LONG * width and tall < _THIN * height
    return (upright and _is_outer(piece.left, piece.right, width)) or (
        level and _is_outer(piece.top, piece.bottom, height)
    )


def is_fragment(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tell a neighbour's piece, or part of a frame, that the border of the page cuts off."""
    height, width = shape
    touched = borders(piece, shape)
    tall, wide = piece.bottom - piece.top, piece.right - piece.left
    corner = tall < _CORNER * height and wide < _CORNER * width
    return (touched >= 3 and _is_hollow(piece)) or (touched > 0 and corner)


def _is_hollow(piece: Piece) -> bool:
    return piece.area < _HOLLOW * (piece.bottom - piece.top) * (piece.right - piece.left)


def _is_outer(low: int, high: int, side: int) -> bool:
    """Tell whether a stretch lies in the outer strip of a side."""
    return high <= _OUTER * side or low >= (1 - _OUTER) * side
