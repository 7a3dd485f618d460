"""Which of a page's ink is the digit: grain, rules, frames and pieces of neighbours are not."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.clutter import (
    is_beside_digit,
    is_beyond_paper,
    is_edge_line,
    is_fragment,
    is_frame,
    is_underline,
)
from tenfold.preprocess.enclosures import is_enclosure
from tenfold.preprocess.pieces import Piece, borders, find_pieces, longer_side

__all__ = ["keep_digit"]

_SPECK = 0.05  # share of the largest piece's pixels, below which another is a speck
_NEAR = 0.5  # of the main stroke's longer side, within which other pieces belong to it
_EQUAL = 0.6, 0.15  # of the main stroke's longer side and pixels: from there on, its equal
_MARKED = (
    32  # pieces, the longest, that may be enclosures or underlined: of dots there are thousands
)
_MOST_OF_FRAME = 0.3  # of a page's side: both sides of a frame together
_IN_FRAME = 0.25  # of a page's shorter side: the least of a digit that touches its frame
_THICK = 0.75  # of the places along a side: where a frame that lies askew is less thick
_SLIVER = 0.15  # of a page's side: what is left of a frame reaches no further from the border
_CENTRAL = 1.5  # less the distance from the middle, 0 to 1: the weight of a piece's pixels


def keep_digit(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ink of the one digit that a page shows, all else set to 0.

    A piece counts if it reaches half of full ink somewhere. What is drawn round a digit or under it
    is left out. The largest that does not run along or over the border is taken for the digit,
    with the pieces near it that are no specks. Pieces of its size are kept wherever they stand: a
    page with two digits shows none.

    Args:
        ink: Shape (H, W), float32, 0 to 1, as `lift_ink` returns it.

    Returns:
        Shape (H, W), float32, a new array; all 0 where no piece counts, or nothing but
        frames, rules and what lies beyond the paper.
    """
    kept = _kept(ink)
    inside = _inside_frame(ink) if kept is None else None
    if inside is not None:
        kept = np.zeros_like(ink)
        if (found := _kept(ink[inside])) is not None and _is_no_rest(found):
            kept[inside] = found
    return np.zeros_like(ink) if kept is None else kept


def _kept(ink: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return the ink (H, W) of the digit alone; None where no piece may be of one."""
    labels, pieces = find_pieces(ink)
    candidates = _candidates(pieces, labels)
    if not candidates:
        return None
    main = max(candidates, key=lambda piece: _weight(piece, ink.shape))
    kept = [
        piece
        for piece in candidates
        if _belongs(piece, main, ink.shape) or _is_equal(piece, main, ink.shape)
    ]
    chosen = np.zeros(int(labels.max()) + 1, bool)
    chosen[[piece.label for piece in kept]] = True
    return np.where(chosen[labels], ink, 0).astype(np.float32)


def _inside_frame(ink: NDArray[np.float32]) -> tuple[slice, slice] | None:
    """Return the part of a page (H, W) within the frame along its border; None where none is.

    For a digit that touches the frame of its cell is one piece with it.
    """
    labels, pieces = find_pieces(ink)
    frame = next((piece for piece in pieces if is_frame(piece, labels)), None)
    if frame is None:
        return None
    own = labels == frame.label
    top, left, bottom, right = (_thickness(np.rot90(own, -turns)) for turns in range(4))
    height, width = ink.shape
    if top + bottom > _MOST_OF_FRAME * height or left + right > _MOST_OF_FRAME * width:
        return None
    return slice(top, height - bottom), slice(left, width - right)


def _thickness(frame: NDArray[np.bool_]) -> int:
    """Return how many rows to cut off at the top (H, W): a frame's, and half as many for its edge.

    None where the frame covers less than half of the border there.
    """
    along = frame[:, frame[0]]
    if along.shape[1] < frame.shape[1] / 2:
        return 0
    reaches = np.where(along.all(0), len(along), along.argmin(0))
    return 1 + math.ceil(1.5 * float(np.quantile(reaches, _THICK)))


def _is_no_rest(ink: NDArray[np.float32]) -> bool:
    """Tell ink (H, W) inside a frame from what is left of the frame, at its corners or along it."""
    if not ink.any():
        return False
    longest = 0
    for axis, side in enumerate(ink.shape):
        inked = np.flatnonzero(ink.any(1 - axis))
        extent = int(np.ptp(inked)) + 1
        touches = inked[0] == 0 or inked[-1] == side - 1
        if touches and extent < _SLIVER * side:
            return False
        longest = max(longest, extent)
    return bool(longest >= _IN_FRAME * min(ink.shape))


def _candidates(pieces: Sequence[Piece], labels: NDArray[np.int32]) -> list[Piece]:
    """Return the pieces that may be of the digit."""
    pieces = [piece for piece in pieces if not is_frame(piece, labels)]
    pieces = [piece for piece in pieces if not _is_at_the_edge(piece, pieces, labels)]
    largest = max((piece.area for piece in pieces), default=0)
    pieces = [piece for piece in pieces if piece.area >= _SPECK * largest]
    longest = sorted(pieces, key=longer_side)[-_MARKED:]
    enclosures = [piece for piece in longest if is_enclosure(piece, pieces, labels)]
    drawn = [
        piece for piece in pieces if piece not in enclosures and not is_underline(piece, longest)
    ]
    whole = [piece for piece in drawn if not is_fragment(piece, labels.shape)]
    return whole or drawn  # cut out closely, a thin digit is as hollow as a frame


def _is_at_the_edge(piece: Piece, pieces: Sequence[Piece], labels: NDArray[np.int32]) -> bool:
    is_edge = is_beyond_paper(piece, labels) or is_edge_line(piece, labels.shape)
    return is_edge and not is_beside_digit(piece, pieces, labels)


def _weight(piece: Piece, shape: tuple[int, ...]) -> float:
    """Return how likely a piece is the digit's: large, and nearer the middle than the border."""
    height, width = shape
    down = abs((piece.top + piece.bottom) / height - 1)
    across = abs((piece.left + piece.right) / width - 1)
    return piece.area * (_CENTRAL - max(down, across)) / (1 + borders(piece, shape))


def _is_equal(piece: Piece, main: Piece, shape: tuple[int, ...]) -> bool:
    """Tell whether a piece may be a digit just as well as the main one."""
    longer, area = _EQUAL
    inside = not borders(piece, shape) or borders(main, shape) > 0
    tall = longer_side(piece) >= longer * longer_side(main)
    return inside and tall and piece.area >= area * main.area


def _belongs(piece: Piece, main: Piece, shape: tuple[int, ...]) -> bool:
    if piece.label == main.label:
        return True
    if piece.area < _SPECK * main.area:
        return False
    if borders(piece, shape) and not borders(main, shape):
        return False
    reach = _NEAR * longer_side(main)
    down = max(main.top - piece.bottom, piece.top - main.bottom, 0)
    across = max(main.left - piece.right, piece.left - main.right, 0)
    return max(down, across) <= reach
