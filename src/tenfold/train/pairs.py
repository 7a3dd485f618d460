"""Digits that do not stand alone, as in a number: each of them is one, together they are none."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess import frame_ink
from tenfold.synthesis.pen import draw_line
from tenfold.train.spoiled import enlarged, one_of
from tenfold.values import Split

__all__ = ["draw_beside_one", "draw_pair", "draw_with_index"]

_Ink = NDArray[np.uint8]


def draw_pair(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """Two digits, or three, side by side, touching or nearly."""
    parts = []
    for _ in range(2 if random.random() < 0.8 else 3):
        parts.append(_some_digit(random, digits, rows=False))
        parts.append(np.zeros((parts[0].shape[0], int(random.integers(0, 7))), np.uint8))
    return frame_ink(np.pad(np.concatenate(parts[:-1], 1), 4))


def draw_with_index(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A digit and a smaller one at its head or foot: an exponent, an index, part of a sum."""
    large, small = (_some_digit(random, digits) for _ in range(2))
    scale = float(random.uniform(0.35, 0.75))
    small = np.asarray(
        cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    below = round(float(random.uniform(-0.5, 1)) * (len(large) - len(small) / 2))
    return _side_by_side(large, small, below, random)


def draw_beside_one(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A digit and a 1 that is a plain stroke, upright or slanted, of about its height."""
    digit = _some_digit(random, digits)
    height, pen = round(len(digit) * float(random.uniform(0.75, 1.15))), int(random.integers(3, 8))
    lean = round(float(random.uniform(-0.1, 0.4)) * height)
    one = np.zeros((height, abs(lean) + pen + 2), np.uint8)
    left, right = pen // 2 + 1, abs(lean) + pen // 2 + 1
    foot, head = (left, right) if lean > 0 else (right, left)
    draw_line(one, (foot, height - 1 - pen // 2), (head, pen // 2), pen)
    below = round(float(random.normal(0, 0.06)) * height) + (len(digit) - height) // 2
    return _side_by_side(digit, one, below, random)


def _side_by_side(
    one: _Ink, other: _Ink, below: int, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Frame two pieces, the other's top some rows below the first's, on either side of it."""
    top = max(0, -below)
    height = max(top + len(one), top + below + len(other))
    gap = int(random.integers(3, 15))  # below, both touch once they are framed: a 4, a 7
    parts = []
    for ink, start in ((one, top), (other, top + below)):
        parts.append(np.pad(ink, ((start, height - start - len(ink)), (0, 0))))
    if random.random() < 0.5:
        parts.reverse()
    row = np.concatenate([parts[0], np.zeros((height, gap), np.uint8), parts[1]], 1)
    return frame_ink(np.pad(row, 4))


def _some_digit(random: np.random.Generator, digits: Split, rows: bool = True) -> _Ink:
    """Return a digit of about 40 rows cut to its columns, and to its rows."""
    image, _ = one_of(digits, random, range(10))
    ink = enlarged(image)
    inked = np.flatnonzero(ink.any(1))
    columns = np.flatnonzero(ink.any(0))
    ink = ink[:, columns[0] : columns[-1] + 1]
    return ink[inked[0] : inked[-1] + 1] if rows else ink
