"""Ink that is no digit by its form and place: frames, underlines, edges of the paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess.pieces import Piece, borders

__all__ = [
    "is_beside_digit",
    "is_beyond_paper",
    "is_edge_line",
    "is_fragment",
    "is_frame",
    "is_underline",
]

_FRAMED = 0.6  # share of the page's border that a frame covers
_HOLLOW = 0.25  # share of its box below which ink is a line round something, or no more than a line
_FILLED = 0.5  # share of its box that a strip of the table fills, cut at a slant or not
_OUTER = 0.22  # of a page's side: the strip along the border where neighbours and rules end
_LONG, _THIN = 0.6, 0.2  # of a page's sides: a line along the border is longer, and thinner
_TALL, _TALLER = 0.5, 0.85  # of a page's side: a digit beside a 1 on a page cut out to both
_CORNER = 0.3  # of a page's sides: what touches the border and is smaller is a neighbour's piece
_SLENDER = 0.3  # of its length: the breadth of what is a stroke and no more
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
    box = piece.height * piece.width
    if borders(piece, labels.shape) != 3 or piece.area <= _FILLED * box:
        return False
    return _fills_a_side(piece, labels)


def _fills_a_side(piece: Piece, labels: NDArray[np.int32]) -> bool:
    """Tell a piece that covers one side of the page's border from end to end."""
    sides = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    return any(bool((side == piece.label).all()) for side in sides)


def is_underline(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Tell a level line that stands clear below something much higher than itself."""
    height, width = piece.height, piece.width
    if width < _LEVEL * height:
        return False
    return any(_underlines(piece, above) for above in pieces)


def _underlines(line: Piece, above: Piece) -> bool:
    height, width = above.height, above.width
    if height < _LEVEL * line.height:
        return False
    if min(above.right, line.right) <= max(above.left, line.left):
        return False
    goes_beyond = line.left < above.left and line.right > above.right and width >= _SLENDER * height
    return line.top - above.bottom >= (_UNDER if goes_beyond else _APART) * height


def is_edge_line(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tell a rule or the paper's edge along the border of a page of some shape (H, W)."""
    height, width = shape
    return _is_upright_edge(piece, height, width) or _is_upright_edge(
        _on_its_side(piece), width, height
    )


def is_beside_digit(piece: Piece, pieces: Sequence[Piece], labels: NDArray[np.int32]) -> bool:
    """Tell whether a long piece along a border has another nearly as long at the opposite one.

    Then the page is likely to be cut out to its ink, and a line to be the 1 of a 17: two signs
    rather than one. Where it fills the border from end to end it is rather a rule or the table, and
    the other has to be longer still.
    """
    height, width = labels.shape
    least = _TALLER if _fills_a_side(piece, labels) else _TALL
    if piece.height < piece.width:
        piece, height, width = _on_its_side(piece), width, height
        pieces = [_on_its_side(other) for other in pieces]
    return any(
        other.height >= least * height
        and (other.left == 0 if piece.right == width else other.right == width)
        and not _is_upright_edge(other, height, width)
        for other in pieces
        if other.label != piece.label
    )


def _is_upright_edge(piece: Piece, height: int, width: int) -> bool:
    """Tell a long thin piece along the left or right border of a page."""
    tall, wide = piece.height, piece.width
    is_outer = piece.right <= _OUTER * width or piece.left >= (1 - _OUTER) * width
    is_long = tall > _LONG * height and wide < _THIN * width
    return is_long and is_outer and borders(piece, (height, width)) > 0


def _on_its_side(piece: Piece) -> Piece:
    """Return a piece as it lies on the transposed page."""
    return piece._replace(top=piece.left, left=piece.top, bottom=piece.right, right=piece.bottom)


def is_fragment(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tell a neighbour's piece, or part of a frame, that the border of the page cuts off."""
    height, width = shape
    touched = borders(piece, shape)
    tall, wide = piece.height, piece.width
    corner = tall < _CORNER * height and wide < _CORNER * width
    return (touched >= 3 and _is_hollow(piece)) or (touched > 0 and corner)


def _is_hollow(piece: Piece) -> bool:
    return piece.area < _HOLLOW * piece.height * piece.width
