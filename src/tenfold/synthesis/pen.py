"""Strokes of a pen: polylines, smoothed, shaken as by a hand, drawn and framed like a digit."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess import frame_ink
from tenfold.regions import principal_sides

__all__ = ["CANVAS", "Strokes", "draw_line", "draw_strokes", "is_narrow", "shake", "smooth_line"]

CANVAS = 64  # pixels a side on which strokes are drawn, before they are framed
_MARGIN = 8  # pixels left on each side of the canvas
_NARROW = 0.35  # of the length: the breadth of what may be taken for a 1
_STEP = 0.03  # of a character's larger side: the distance of points once it is shaken

Strokes = list[NDArray[np.float64]]
"""Lines of one character, each of shape (N, 2): x to the right and y down, in any unit."""


def draw_strokes(
    strokes: Strokes, random: np.random.Generator, thickness: tuple[int, int] = (2, 8)
) -> NDArray[np.uint8]:
    """Return strokes drawn with one pen and framed, shape (28, 28), uint8, ink bright.

    Args:
        strokes: One or more, of two points or more.
        random: Chooses the pen.
        thickness: From and below, in pixels of a canvas of 64; the frame makes 20 of 48.
    """
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    pen = int(random.integers(*thickness))
    points = np.vstack(strokes)
    middle = (points.min(0) + points.max(0)) / 2
    scale = (CANVAS - 2 * _MARGIN) / max(float(np.ptp(points, axis=0).max()), 1e-6)
    for stroke in strokes:
        places = ((stroke - middle) * scale + CANVAS / 2).round().astype(np.int32)
        cv2.polylines(canvas, [places], False, 255, pen, cv2.LINE_AA)
    return frame_ink(canvas)


def shake(strokes: Strokes, random: np.random.Generator) -> Strokes:
    """Return strokes as a hand would write them: slanted, each a little off, and all of it bent.

    Args:
        strokes: A character's, in any unit.
        random: Chooses how.

    Returns:
        As many strokes, in units of the larger side, with points at small steps.
    """
    points = np.vstack(strokes)
    low, size = points.min(0), max(float(np.ptp(points, axis=0).max()), 1e-6)
    slant, width = random.uniform(-0.3, 0.4), random.uniform(0.75, 1.25)
    shape = np.array([[width, -slant], [0, 1]])
    waves = random.uniform(2, 6, (3, 2)), random.uniform(0, 2 * np.pi, (3, 2))
    bends = random.normal(0, 0.025, (3, 2))
    written = []
    for stroke in strokes:
        line = _close_points((stroke - low) / size)
        line = _nudged(line, random) @ shape.T
        phases = line @ waves[0].T
        for wave in range(3):
            line = line + bends[wave] * np.sin(phases[:, wave, None] + waves[1][wave])
        written.append(line)
    return written


def _nudged(line: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Return a stroke turned, stretched and moved a little about its middle."""
    middle = line.mean(0)
    angle, stretch = random.normal(0, 0.07), 1 + random.normal(0, 0.06)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * stretch
    return np.asarray((line - middle) @ turn.T + middle + random.normal(0, 0.02, 2))


def _close_points(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points along a polyline at steps of no more than `_STEP`."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0, along[-1], max(2, int(along[-1] / _STEP) + 1))
    return np.stack([np.interp(places, along, line[:, axis]) for axis in range(2)], 1)


def smooth_line(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a smooth line through points (N, 2): Catmull and Rom's spline (1974), 8 steps each."""
    padded = np.vstack([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    parts = []
    for before, start, end, after in zip(
        padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True
    ):
        parts.append(
            start
            + 0.5 * t * (end - before)
            + t**2 * (before - 2.5 * start + 2 * end - 0.5 * after)
            + t**3 * (1.5 * (start - end) + 0.5 * (after - before))
        )
    return np.vstack([*parts, points[-1:]])


def is_narrow(*strokes: NDArray[np.float64]) -> bool:
    """Tell whether strokes, each of points (N, 2), are so slender together that they may be a 1."""
    across, along = principal_sides(np.vstack(strokes))
    return across < _NARROW * along


def draw_line(
    canvas: NDArray[np.uint8], start: tuple[int, int], end: tuple[int, int], thickness: int
) -> None:
    """Draw a straight line from one (column, row) to another, in place."""
    cv2.line(canvas, start, end, 255, thickness, cv2.LINE_AA)
