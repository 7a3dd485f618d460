"""Strokes that make no digit: scribbles, signs as of other scripts, straight lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess import frame_ink
from tenfold.synthesis.pen import CANVAS, Strokes, draw_line, draw_strokes, is_narrow, smooth_line

__all__ = ["draw_dashes", "draw_scribble", "draw_sign"]

_Canvas = NDArray[np.uint8]


def draw_scribble(random: np.random.Generator) -> NDArray[np.uint8]:
    """One smooth line that wanders about with five turns or more."""
    steps = random.normal(0, 1, (int(random.integers(9, 20)), 2)) * random.uniform(6, 18)
    steps += random.normal(0, 4, 2)  # a drift, as of a hand that moves on
    line = smooth_line(np.cumsum(steps, 0))
    return draw_scribble(random) if is_narrow(line) else draw_strokes([line], random)


def draw_sign(random: np.random.Generator) -> NDArray[np.uint8]:
    """Strokes, straight, bowed or round, most of them joined: as in other scripts."""
    strokes = _free_strokes(random) if random.random() < 0.4 else _strokes_on_a_grid(random)
    return draw_sign(random) if is_narrow(*strokes) else draw_strokes(strokes, random, (2, 7))


def _free_strokes(random: np.random.Generator) -> Strokes:
    """Two to five strokes of any heading."""
    strokes: Strokes = []
    count = int(random.choice([2, 3, 3, 4, 4, 5]))
    while len(strokes) < count:
        start = random.uniform(10, 54, 2)
        if strokes and random.random() < 0.75:
            start = _point_of(strokes, random)
        strokes.append(_stroke(start, random))
    return strokes


def _stroke(start: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Return a straight line, an arc or a hook (N, 2) from a point on."""
    length = random.uniform(14, 44)
    heading = float(random.choice(np.arange(8))) * np.pi / 4 + random.normal(0, 0.12)
    turn = 0.0 if random.random() < 0.45 else random.uniform(0.6, 4.5) * random.choice([-1, 1])
    headings = heading + np.linspace(0, turn, 16)
    if random.random() < 0.2:
        headings[random.integers(5, 12) :] += random.choice([-1, 1]) * random.uniform(1.2, 2.4)
    steps = np.stack([np.cos(headings), np.sin(headings)], 1) * (length / 16)
    return np.asarray(start + np.cumsum(steps, 0))


def _strokes_on_a_grid(random: np.random.Generator) -> Strokes:
    """Three to six strokes between nine places, some of them hung from a bar or set on a stem."""
    x, y = np.meshgrid([0.0, 20.0, 40.0], [0.0, 22.0, 44.0])
    nodes = np.stack([x.ravel(), y.ravel()], 1) + random.normal(0, 3, (9, 2))
    strokes: Strokes = []
    if random.random() < 0.35:
        strokes.append(nodes[[0, 2]] + [[random.uniform(-8, 4), 0], [random.uniform(-4, 8), 0]])
    if random.random() < 0.35:
        column = int(random.choice([0, 1, 2, 2]))
        strokes.append(nodes[[column, column + 6]])
    count = int(random.integers(3, 7))
    while len(strokes) < count:
        start = nodes[int(random.integers(9))]
        if strokes and random.random() < 0.7:
            start = _point_of(strokes, random)
        strokes.append(_between(start, nodes[int(random.integers(9))], random))
    return strokes


def _between(
    start: NDArray[np.float64], end: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return a straight or bowed line (17, 2) from one place to another, or a loop at the first."""
    t = np.linspace(0, 1, 17)[:, None]
    if random.random() < 0.15 or np.hypot(*(end - start)) < 8:
        radii = random.uniform(4, 12, 2)
        turns = 2 * np.pi * t * random.uniform(0.6, 1) + random.uniform(0, 2 * np.pi)
        circle = np.hstack([np.cos(turns), np.sin(turns)]) * radii
        return np.asarray(start + circle - circle[0])
    across = np.array([start[1] - end[1], end[0] - start[0]])
    bow = 0.0 if random.random() < 0.5 else random.normal(0, 0.8)
    return np.asarray(start + t * (end - start) + bow * 2 * t * (1 - t) * across)


def _point_of(strokes: Strokes, random: np.random.Generator) -> NDArray[np.float64]:
    """Return a point (2,) on one of some strokes, an end as often as not."""
    stroke = strokes[int(random.integers(len(strokes)))]
    if random.random() < 0.5:
        return np.asarray(stroke[int(random.choice([0, -1]))])
    at, share = int(random.integers(len(stroke) - 1)), random.random()
    return np.asarray(stroke[at] * (1 - share) + stroke[at + 1] * share)


def draw_dashes(random: np.random.Generator) -> NDArray[np.uint8]:
    """A dash, a cross, a box, a tick, rules or two stems: straight lines that make no digit."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    thickness = int(random.integers(2, 8))
    places = [int(place) for place in random.integers(8, 56, 4)]
    form = _DASHES[int(random.integers(len(_DASHES)))]
    form(canvas, thickness, places, random)
    return frame_ink(canvas)


def _dash(canvas: _Canvas, pen: int, places: list[int], _: np.random.Generator) -> None:
    row, tilt = places[0], (places[1] - 32) // 4
    draw_line(canvas, (6, row), (58, row + tilt), pen)


def _cross(canvas: _Canvas, pen: int, places: list[int], _: np.random.Generator) -> None:
    left, right, top, bottom = places
    draw_line(canvas, (8, left), (56, right), pen)
    draw_line(canvas, (top, 8), (bottom, 56), pen)


def _box(canvas: _Canvas, pen: int, places: list[int], _: np.random.Generator) -> None:
    top, bottom = 8 + places[0] // 6, 56 - places[1] // 6
    cv2.rectangle(canvas, (8, top), (56, bottom), 255, pen, cv2.LINE_AA)


def _tick(canvas: _Canvas, pen: int, places: list[int], _: np.random.Generator) -> None:
    draw_line(canvas, (8, 30 + places[0] // 4), (22, 56), pen)
    draw_line(canvas, (22, 56), (56, 8 + places[1] // 4), pen)


def _rules(canvas: _Canvas, pen: int, places: list[int], random: np.random.Generator) -> None:
    tilt = (places[0] - 32) // 6
    for row in range(8, 60, int(random.integers(9, 20))):
        draw_line(canvas, (4, row), (60, row + tilt), pen // 2 + 1)


def _stems(canvas: _Canvas, pen: int, places: list[int], _: np.random.Generator) -> None:
    draw_line(canvas, (10, 10 + places[0] // 8), (10, 54), pen)
    draw_line(canvas, (54, 10), (54, 54 - places[1] // 8), pen)


_DASHES = (_dash, _cross, _box, _tick, _rules, _stems)
