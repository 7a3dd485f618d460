"""Connected pieces of ink, and how they lie on the page and to each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.regions import principal_sides
from tenfold.values import Box

__all__ = ["Piece", "borders", "find_pieces", "is_sliver", "is_stroke", "is_within", "longer_side"]

_SLENDER = 0.3  # of its length: the breadth of what is a stroke and no more
_SLIVER, _LEAST_SLIVER = 0.01, 2.0  # of the page's shorter side, and pixels: how thick one is
_CORE = 0.5  # ink that makes a stroke; fainter ink belongs to one that it touches


class Piece(NamedTuple):
    """A connected piece of ink: label, box (bottom and right exclusive), number of pixels."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    area: int

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def box(self) -> Box:
        """What holds it."""
        return Box(self.top, self.left, self.bottom, self.right)


def find_pieces(ink: NDArray[np.float32]) -> tuple[NDArray[np.int32], list[Piece]]:
    """Return the pieces of a page's ink that reach half of full ink somewhere.

    Args:
        ink: Shape (H, W), float32, 0 to 1.

    Returns:
        Labels (H, W), 0 where there is no ink, and the pieces, by their labels.
    """
    import cv2

    weak = (ink > 0).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    has_core = np.zeros(count, bool)
    has_core[np.unique(labels[ink > _CORE])] = True
    has_core[0] = False
    found = np.flatnonzero(has_core)
    of_box = [cv2.CC_STAT_TOP, cv2.CC_STAT_LEFT, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH]
    boxes = np.asarray(statistics)[found][:, [*of_box, cv2.CC_STAT_AREA]].tolist()
    pieces = [
        Piece(label, top, left, top + height, left + width, area)
        for label, (top, left, height, width, area) in zip(found.tolist(), boxes, strict=True)
    ]
    return np.asarray(labels, np.int32), pieces


def borders(piece: Piece, shape: tuple[int, ...]) -> int:
    """Return how many sides of a page of some shape (H, W) a piece touches."""
    height, width = shape
    return sum((piece.top == 0, piece.left == 0, piece.bottom == height, piece.right == width))


def is_sliver(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tell a piece that is all along a side of a page (H, W): a desk in sight beside the paper."""
    height, width = shape
    thickest = max(_SLIVER * min(shape), _LEAST_SLIVER)
    at_side = (piece.left == 0 or piece.right == width) and piece.width <= thickest
    at_end = (piece.top == 0 or piece.bottom == height) and piece.height <= thickest
    return at_side or at_end


def longer_side(piece: Piece) -> int:
    """Return the longer side of a piece's box, in pixels."""
    return max(piece.height, piece.width)


def is_within(piece: Piece, other: Piece) -> bool:
    """Tell whether a piece's box lies within another's and touches none of its sides."""
    return (
        other.top < piece.top
        and other.left < piece.left
        and piece.bottom < other.bottom
        and piece.right < other.right
    )


def is_stroke(piece: Piece, labels: NDArray[np.int32]) -> bool:
    """Tell a piece that is no more than a stroke, at any slant: a 1, a slash, a bar.

    Args:
        piece: The one in question.
        labels: Shape (H, W), int32: the labels of all pieces.
    """
    own = labels[piece.top : piece.bottom, piece.left : piece.right] == piece.label
    if piece.area < 2:
        return False
    across, along = principal_sides(np.argwhere(own))
    return across + 1 < _SLENDER * (along + 1)
