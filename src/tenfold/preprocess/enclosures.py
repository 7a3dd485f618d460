"""Circles and boxes drawn round a digit, told from digits that are rings themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.pieces import Piece, is_stroke, is_within, longer_side

__all__ = ["is_enclosure"]

_ENCLOSED = 0.1  # of an enclosure's longer side: the least of what it is drawn round, no speck
# Of a 0's longer side: a smaller mark is a dot that some set in it, a shorter stroke dirt.
_DOT, _FIBRE = 0.3, 0.28
_CIRCLE, _ROOM = 0.78, 0.7  # of its height: a circle's least width, and the most of a 1 in it
_ROUND = 0.85  # share of directions in which an enclosure is seen from inside; pens leave gaps
_DIRECTIONS = 36
_HULL = 0.08  # of an enclosure's longer side: how far its line runs from its convex hull
# Of an 8's longer side: how far its outline is from its loops, for at least this share of it.
_OUTLINE, _FOLLOWED = 0.2, 0.6


def is_enclosure(piece: Piece, pieces: Sequence[Piece], labels: NDArray[np.int32]) -> bool:
    """Tell a circle or a box drawn round something, closed or nearly, from a 0 with a mark in it.

    Args:
        piece: The one in question.
        pieces: All on the page.
        labels: Shape (H, W), int32: the labels of the pieces.
    """
    least = _ENCLOSED * longer_side(piece)
    inner = [other for other in pieces if is_within(other, piece) and longer_side(other) >= least]
    if all(_marks_a_zero(other, piece, labels) for other in inner):
        return False
    largest = max(inner, key=longer_side)
    own = labels[piece.top : piece.bottom, piece.left : piece.right] == piece.label
    row = (largest.top + largest.bottom - 1) / 2 - piece.top
    column = (largest.left + largest.right - 1) / 2 - piece.left
    return (
        _surrounds(own, row, column) and _is_convex(own) and not _is_hollow_8(piece, inner, labels)
    )


def _is_hollow_8(outer: Piece, inner: Sequence[Piece], labels: NDArray[np.int32]) -> bool:
    """Tell an 8 in outline: two loops, which its outer line follows all the way."""
    import cv2

    if len(inner) != 2:
        return False
    beyond = ~np.isin(labels, [piece.label for piece in inner])
    distances = cv2.distanceTransform(beyond.astype(np.uint8), cv2.DIST_L2, 3)
    apart = distances[labels == outer.label]
    return float((apart <= _OUTLINE * longer_side(outer)).mean()) >= _FOLLOWED


def _marks_a_zero(inner: Piece, outer: Piece, labels: NDArray[np.int32]) -> bool:
    """Tell the slash, the bar or the dot that sets a 0 apart from an O, or a bit of dirt in it."""
    tall, wide = outer.height, outer.width
    is_circle = wide >= _CIRCLE * tall
    if is_stroke(inner, labels):
        has_room = is_circle and longer_side(inner) <= _ROOM * tall
        return not has_room or longer_side(inner) < _FIBRE * longer_side(outer)
    return longer_side(inner) < _DOT * longer_side(outer) and not is_circle


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
