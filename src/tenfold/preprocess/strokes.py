"""Which of a page's ink is the digit: grain, rules, frames and pieces of neighbours are not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["keep_digit"]

_CORE = 0.5  # ink that makes a stroke; fainter ink belongs to one that it touches
_SPECK = 0.05  # share of the largest piece's pixels, below which another is a speck
_NEAR = 0.5  # of the main stroke's longer side, within which other pieces belong to it
_EQUAL = 0.6, 0.3  # of the main stroke's longer side and pixels: another from there on is its equal
_FRAMED = 0.6  # share of the page's border that a frame covers


class _Piece(NamedTuple):
    """A connected piece of ink: label, box (bottom and right exclusive), number of pixels."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    area: int


def keep_digit(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ink of the one digit that a page shows, all else set to 0.

    A piece counts if it reaches half of full ink somewhere. The largest that does not run along
    or over the border is taken for the digit, with the pieces near it that are no specks. Pieces
    of its size are kept wherever they stand: a page with two digits shows none.

    Args:
        ink: Shape (H, W), float32, 0 to 1, as `lift_ink` returns it.

    Returns:
        Shape (H, W), float32, a new array; all 0 where no piece counts, or nothing but a frame.
    """
    labels, pieces = _pieces(ink)
    pieces = [piece for piece in pieces if not _is_frame(piece, labels)]
    if not pieces:
        return np.zeros_like(ink)
    largest = max(piece.area for piece in pieces)
    inner = [
        piece
        for piece in pieces
        if piece.area >= _SPECK * largest and not _is_clutter(piece, ink.shape)
    ]
    candidates = inner or pieces  # cut out closely, a thin digit is as hollow as a frame
    main = max(candidates, key=lambda piece: _weight(piece, ink.shape))
    kept = [
        piece
        for piece in candidates
        if _belongs(piece, main, ink.shape) or _is_equal(piece, main, ink.shape)
    ]
    chosen = np.zeros(int(labels.max()) + 1, bool)
    chosen[[piece.label for piece in kept]] = True
    return np.where(chosen[labels], ink, 0).astype(np.float32)


def _pieces(ink: NDArray[np.float32]) -> tuple[NDArray[np.int32], list[_Piece]]:
    """Return labels (H, W) of connected ink, and the pieces that have a core."""
    import cv2

    weak = (ink > 0).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    has_core = np.zeros(count, bool)
    has_core[np.unique(labels[ink > _CORE])] = True
    pieces = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in statistics[label])
        if has_core[label]:
            pieces.append(_Piece(label, top, left, top + height, left + width, area))
    return np.asarray(labels, np.int32), pieces


def _borders(piece: _Piece, shape: tuple[int, ...]) -> int:
    """Return how many sides of the page a piece touches."""
    height, width = shape
    return sum((piece.top == 0, piece.left == 0, piece.bottom == height, piece.right == width))


def _is_frame(piece: _Piece, labels: NDArray[np.int32]) -> bool:
    """Tell a frame that runs along the border, which a thin digit touches here and there."""
    if _borders(piece, labels.shape) < 3 or not _is_hollow(piece):
        return False
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return bool((border == piece.label).mean() >= _FRAMED)


def _is_hollow(piece: _Piece) -> bool:
    return piece.area < 0.25 * (piece.bottom - piece.top) * (piece.right - piece.left)


def _is_clutter(piece: _Piece, shape: tuple[int, ...]) -> bool:
    """Tell a frame, a rule along the border or a neighbour's piece from a digit."""
    height, width = shape
    tall, wide = piece.bottom - piece.top, piece.right - piece.left
    touched = _borders(piece, shape)
    if touched == 0:
        return False
    hollow = touched >= 3 and _is_hollow(piece)  # as a frame is
    upright = tall > 0.6 * height and wide < 0.2 * width and _beside(piece.left, piece.right, width)
    level = wide > 0.6 * width and tall < 0.2 * height and _beside(piece.top, piece.bottom, height)
    corner = tall < 0.3 * height and wide < 0.3 * width
    return hollow or upright or level or corner


def _beside(low: int, high: int, side: int) -> bool:
    """Tell whether a stretch lies in the outer fifth of a side."""
    return high <= 0.22 * side or low >= 0.78 * side


def _weight(piece: _Piece, shape: tuple[int, ...]) -> float:
    """Return how likely a piece is the digit's: large, and nearer the middle than the border."""
    height, width = shape
    down = abs((piece.top + piece.bottom) / height - 1)
    across = abs((piece.left + piece.right) / width - 1)
    return piece.area * (1.5 - max(down, across)) / (1 + _borders(piece, shape))


def _is_equal(piece: _Piece, main: _Piece, shape: tuple[int, ...]) -> bool:
    """Tell whether a piece may be a digit just as well as the main one."""
    longer, area = _EQUAL
    inside = not _borders(piece, shape) or _borders(main, shape) > 0
    return inside and _longer(piece) >= longer * _longer(main) and piece.area >= area * main.area


def _longer(piece: _Piece) -> int:
    return max(piece.bottom - piece.top, piece.right - piece.left)


def _belongs(piece: _Piece, main: _Piece, shape: tuple[int, ...]) -> bool:
    if piece.label == main.label:
        return True
    if piece.area < _SPECK * main.area:
        return False
    if _borders(piece, shape) and not _borders(main, shape):
        return False
    reach = _NEAR * _longer(main)
    down = max(main.top - piece.bottom, piece.top - main.bottom, 0)
    across = max(main.left - piece.right, piece.left - main.right, 0)
    return max(down, across) <= reach
