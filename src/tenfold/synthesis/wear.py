"""What becomes of ink before it is read: thin spots, lines taken out, specks, low resolution."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["worn"]

_Ink = NDArray[np.float32]


def worn(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """Return a strip's ink as it may look once its ground has been taken off.

    Args:
        ink: Shape (h, w), float32, 0 to 1.
        height: Of a digit, in pixels.
        random: Chooses what happens to it.

    Returns:
        Shape (h, w), float32, 0 to 1; a new array.
    """
    changed = ink.copy()
    if random.random() < 0.5:
        changed = _bent(changed, height, random)
    for share, change in (
        (0.15, _dry),
        (0.15, _line_taken_out),
        (0.12, _line_left),
        (0.07, _uprights_left),
        (0.2, _coarse),
        (0.4, _blurred),
        (0.15, _specks),
        (0.1, _texture),
    ):
        if random.random() < share:
            changed = change(changed, height, random)
    if random.random() < 0.25:
        changed = _cut_off(changed, random)
    return np.asarray(changed.clip(0, 1), np.float32)


def _bent(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """Waves of some pixels, as of a hand and of paper that is not flat."""
    rows, columns = ink.shape
    step = max(height, 4.0)
    nodes = (int(rows / step) + 3, int(columns / step) + 3)
    field = random.normal(0, 0.04 * height, (2, *nodes)).astype(np.float32)
    shifts = [cv2.resize(part, (columns, rows), interpolation=cv2.INTER_CUBIC) for part in field]
    grid_x, grid_y = np.meshgrid(
        np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32)
    )
    return np.asarray(
        cv2.remap(ink, grid_x + shifts[0], grid_y + shifts[1], cv2.INTER_LINEAR), np.float32
    )


def _dry(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """A pen that gives little ink here and there."""
    rows, columns = ink.shape
    step = max(height * random.uniform(0.06, 0.25), 2.0)
    nodes = random.random((int(rows / step) + 2, int(columns / step) + 2)).astype(np.float32)
    field = cv2.resize(nodes, (columns, rows), interpolation=cv2.INTER_LINEAR)
    level = random.uniform(0.05, 0.35)
    return np.asarray(ink * np.clip((field - level) * 6 + 0.5, random.uniform(0, 0.4), 1))


def _row(ink: _Ink, random: np.random.Generator) -> tuple[NDArray[np.float32], float]:
    """Return the rows (h, w) below a slightly slanting line, and its thickness in pixels."""
    rows, columns = ink.shape
    start, tilt = random.uniform(0.1, 1.0) * rows, random.normal(0, 0.01)
    distance = np.arange(rows)[:, None] - start - tilt * np.arange(columns)[None]
    return distance.astype(np.float32), float(random.uniform(0.5, 1.0))


def _line_taken_out(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """A rule or a box's line gone, and the strokes under it with it."""
    distance, half = _row(ink, random)
    gone = np.abs(distance) < max(half * 0.05 * height, 0.6)
    return np.where(gone, ink * random.uniform(0, 0.5), ink).astype(np.float32)


def _line_left(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """A rule, or parts of it that were not taken out."""
    distance, half = _row(ink, random)
    columns = ink.shape[1]
    kept = np.interp(
        np.arange(columns),
        np.linspace(0, columns, 8),
        (random.random(8) < random.uniform(0.2, 1)).astype(float),
    )
    line = np.abs(distance) < max(half * 0.04 * height, 0.5)
    drawn = line * (kept > 0.5) * random.uniform(0.3, 1)
    return np.asarray(np.maximum(ink, drawn), np.float32)


def _uprights_left(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """Parts of the sides of boxes that were not taken out."""
    changed = ink.copy()
    rows, columns = ink.shape
    pen = max(round(random.uniform(0.01, 0.05) * height), 1)
    for _ in range(int(random.integers(1, 4))):
        column, lean = int(random.integers(columns)), random.normal(0, 0.03) * rows
        start, end = sorted(random.uniform(-0.2, 1.2, 2) * rows)
        cv2.line(
            changed,
            (column, round(start)),
            (round(column + lean), round(end)),
            random.uniform(0.3, 1),
            pen,
        )
    return changed


def _coarse(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """A camera that had few pixels for it."""
    rows, columns = ink.shape
    factor = random.uniform(8, 18) / height
    if factor >= 1:
        return ink
    size = (max(round(columns * factor), 1), max(round(rows * factor), 1))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    if random.random() < 0.4:
        small = np.clip((small - random.uniform(0.2, 0.5)) * 4, 0, 1)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR))


def _blurred(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), random.uniform(0.2, 1.6) * height / 28))


def _specks(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    changed = ink.copy()
    rows, columns = ink.shape
    for _ in range(int(random.integers(1, 6))):
        place = int(random.integers(columns)), int(random.integers(rows))
        radius = max(int(random.uniform(0.01, 0.05) * height), 0)
        cv2.circle(changed, place, radius, random.uniform(0.3, 1), -1)
    return changed


def _texture(ink: _Ink, height: float, random: np.random.Generator) -> _Ink:
    """A printed or grained ground that was not wholly taken off."""
    rows, columns = ink.shape
    step = max(height * random.uniform(0.04, 0.15), 1.5)
    nodes = random.random((int(rows / step) + 2, int(columns / step) + 2)).astype(np.float32)
    field = cv2.resize(nodes, (columns, rows), interpolation=cv2.INTER_LINEAR)
    spots = np.clip((field - random.uniform(0.7, 0.9)) * 8, 0, 1) * random.uniform(0.2, 0.7)
    return np.asarray(np.maximum(ink, spots), np.float32)


def _cut_off(ink: _Ink, random: np.random.Generator) -> _Ink:
    """Grain: what is faint is gone, and the rest is uneven."""
    noise = random.normal(0, random.uniform(0.02, 0.15), ink.shape).astype(np.float32)
    noisy = ink + noise * (ink > 0.1)
    lowest = random.uniform(0.1, 0.4)
    return np.where(noisy < lowest, 0, noisy).astype(np.float32)
