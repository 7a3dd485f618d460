"""Digits made into none: cut, turned, struck out, crossed out."""

from __future__ import annotations

from collections.abc import Container

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess import frame_ink
from tenfold.synthesis.pen import draw_line, is_narrow
from tenfold.train.signs import draw_sign
from tenfold.values import Split

__all__ = [
    "draw_crossed_out",
    "draw_piece",
    "draw_struck_out",
    "draw_turned",
    "enlarged",
    "one_of",
]

_SEEN, _THICKEST = 0.25, 9  # ink beside a digit's own, as a share of that: a cross that is seen
_TRIES = 500  # at finding a digit of some labels, of which each is a tenth of the digits


def draw_piece(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A third to a half of a digit.

    Only cuts that leave no other digit: halves of 1, 6, 7, 8 and 9 are ones and zeros too often,
    the left ones of 2 and 5 are a narrow 2 and 5, the upper ones of 2 and 3 are sevens.
    """
    image, label = one_of(digits, random, (0, 2, 3, 4, 5))
    rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
    share = float(random.uniform(0.3, 0.5))
    cut = image.copy()
    if label == 3:
        cut[:, columns[0] + max(3, round(len(columns) * share)) :] = 0
    elif label == 2 or (label == 5 and random.random() < 0.5):
        cut[: rows[-1] + 1 - max(3, round(len(rows) * share))] = 0
    else:
        cut[rows[0] + max(3, round(len(rows) * share)) :] = 0
    places = np.argwhere(cut > 0).astype(np.float64)
    return draw_sign(random) if not len(places) or is_narrow(places) else frame_ink(enlarged(cut))


def draw_turned(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A digit mirrored or turned by a right angle, where that makes no other digit."""
    if random.random() < 0.5:
        image, _ = one_of(digits, random, (3, 4, 7, 9))  # a 2 becomes a 5, and a 5 a 2
        return frame_ink(image[:, ::-1])
    image, _ = one_of(digits, random, (2, 3, 4, 5, 7, 8))
    return frame_ink(np.rot90(image, int(random.choice([1, 3]))))


def draw_struck_out(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A digit under two or three strokes of its own pen: struck out, or some other sign.

    Not a 1, 4 or 7, of which strokes make a 4 or a crossed 7.
    """
    image, _ = one_of(digits, random, (0, 2, 3, 5, 6, 8, 9))
    canvas = np.pad(enlarged(image), 6)
    thickness = int(random.integers(4, 7))
    rows, columns = np.nonzero(canvas > 128)
    for _ in range(int(random.integers(2, 4))):
        place = int(random.integers(len(rows)))
        angle, half = random.uniform(0, np.pi), random.uniform(14, 24)
        across, down = int(half * np.cos(angle)), int(half * np.sin(angle))
        row, column = int(rows[place]), int(columns[place])
        draw_line(canvas, (column - across, row - down), (column + across, row + down), thickness)
    return frame_ink(canvas)


def draw_crossed_out(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A digit under a cross that covers most of it, of any pen in which it can be seen."""
    image, _ = one_of(digits, random, range(10))
    digit = np.pad(enlarged(image), 8)
    ends = _cross(digit, random)
    for thickness in range(int(random.choice([1, 1, 2, 2, 3, 4, 5, 6, 7])), _THICKEST):
        canvas = digit.copy()
        for start, end in ends:
            draw_line(canvas, start, end, thickness)
        if ((canvas > 128) & (digit < 64)).sum() >= _SEEN * (digit > 128).sum():
            break
    return frame_ink(canvas)


def _cross(
    digit: NDArray[np.uint8], random: np.random.Generator
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the ends (column, row) of two lines that cross over most of a digit (H, W)."""
    rows, columns = np.flatnonzero(digit.any(1)), np.flatnonzero(digit.any(0))
    tall, wide = np.ptp(rows), np.ptp(columns)
    down = random.uniform(0.35, 0.65) * tall
    across = random.uniform(0.35, 0.65) * max(wide, 0.6 * tall)
    middle = np.array([columns[0] + wide / 2, rows[0] + tall / 2])
    lines = []
    for slope in (-1, 1):
        reach = np.array([across, slope * down])
        ends = (middle + way * reach + random.normal(0, 3, 2) for way in (-1, 1))
        start, end = ((round(float(x)), round(float(y))) for x, y in ends)
        lines.append((start, end))
    return lines


def one_of(
    digits: Split, random: np.random.Generator, labels: Container[int]
) -> tuple[NDArray[np.uint8], int]:
    """Return a digit (28, 28) that is one of some, and its label; any, where they are so rare.

    Args:
        digits: Of which it is one; none is blank.
        random: Chooses it.
        labels: Which it may have.
    """
    place = 0
    for _ in range(_TRIES):
        place = int(random.integers(len(digits)))
        if int(digits.labels[place]) in labels:
            break
    return digits.images[place], int(digits.labels[place])


def enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image (H, W) twice as large, so that strokes drawn on it are smooth."""
    height, width = image.shape
    return np.asarray(cv2.resize(image, (width * 2, height * 2)), np.uint8)
