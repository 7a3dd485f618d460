"""The cell of a form in which a digit stands: all that is outside of it goes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.pieces import Piece, borders, find_pieces
from tenfold.preprocess.rules import erase_rules, has_box

__all__ = ["cut_out_cell"]

_LEAST = 0.3  # of a page's shorter side: the shorter side of a cell that is read
_HOLLOW = 0.4  # share of its box below which ink is a line round something, and a digit in it
_CUT = 2  # of the page's sides reached by squared paper and by frames that the page cuts
_MARGIN = 2  # pixels; a box still reaches from border to border, as rules must
_LEVEL = 0.7  # degrees up to which a cell is not turned, for that costs sharpness
_MOST = 15.0  # degrees that a cell is turned by


def cut_out_cell(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the largest box on a page, turned upright, whose sides then are rules to be erased.

    A digit that touches the box is one piece with it. Where there is no box of four straight sides,
    or nothing in it that may be a digit, the page stays as it is: a 0 may be written like one.

    Args:
        ink: Shape (H, W), float32, 0 to 1, as `lift_ink` returns it.

    Returns:
        Shape (h, w), float32; the same array where there is no such box.
    """
    labels, pieces = find_pieces(ink)
    least = _LEAST * min(ink.shape)
    hollow = [
        piece for piece in pieces if _is_hollow(piece, least) and borders(piece, ink.shape) < _CUT
    ]
    if not hollow:
        return ink
    largest = max(hollow, key=lambda piece: piece.height * piece.width)
    cell = _upright(ink, largest, labels)
    if cell is None:
        return ink
    cell = np.pad(cell, _MARGIN)  # what crosses the box ends before the border
    return ink if not has_box(cell) or erase_rules(cell) is cell else cell


def _is_hollow(piece: Piece, least: float) -> bool:
    sides = piece.height, piece.width
    return min(sides) >= least and piece.area < _HOLLOW * sides[0] * sides[1]


def _upright(
    ink: NDArray[np.float32], piece: Piece, labels: NDArray[np.int32]
) -> NDArray[np.float32] | None:
    """Return the page within the narrowest box round a piece; None where that is turned too far."""
    import cv2

    own = labels[piece.top : piece.bottom, piece.left : piece.right] == piece.label
    places = np.argwhere(own)[:, ::-1].astype(np.float32)
    middle, sides, degrees = cv2.minAreaRect(places)
    turned = (degrees + 45) % 90 - 45  # a box is the same turned by a right angle
    if abs(turned) > _MOST:
        return None
    window = ink[piece.top : piece.bottom, piece.left : piece.right]
    if abs(turned) <= _LEVEL:
        return window
    return _turned(window, middle, _size(sides, degrees), turned)


def _size(sides: Any, degrees: float) -> tuple[int, int]:
    """Return the width and height of a box as OpenCV gives it, once it is turned upright."""
    width, height = (round(side) + 1 for side in sides)
    return (height, width) if degrees > 45 else (width, height)


def _turned(
    ink: NDArray[np.float32], middle: Any, size: tuple[int, int], degrees: float
) -> NDArray[np.float32]:
    """Return the part of the ink of some width and height round a place, turned upright."""
    import cv2

    width, height = size
    turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    turn[:, 2] += (width - 1) / 2 - middle[0], (height - 1) / 2 - middle[1]
    return np.asarray(cv2.warpAffine(ink, turn, size), np.float32)
