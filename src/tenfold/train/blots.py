"""Filled shapes and surfaces: blots, clothes and shoes, textures and blank paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.preprocess import frame_ink, picture_to_glyph
from tenfold.synthesis.pen import CANVAS, is_narrow, smooth_line

__all__ = ["draw_blot", "draw_garment", "draw_texture"]

_Corners = list[tuple[int, int]]


def draw_blot(random: np.random.Generator) -> NDArray[np.uint8]:
    """A filled shape, smooth or jagged, plain or shaded, with or without holes."""
    count = int(random.integers(3, 11))
    angles = np.sort(random.uniform(0, 2 * np.pi, count))
    radii = random.uniform(12, 29, count)
    points = 32 + np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None]
    outline = smooth_line(np.vstack([points, points[:1]])) if random.random() < 0.5 else points
    if is_narrow(outline):
        return draw_blot(random)
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.fillPoly(canvas, [outline.round().astype(np.int32)], 255, cv2.LINE_AA)
    if random.random() < 0.6:
        canvas = _shaded(canvas, _smooth_noise(random, int(random.integers(3, 17)), 0.35))
    return _seen(canvas, random)


def draw_garment(random: np.random.Generator) -> NDArray[np.uint8]:
    """A filled shape that is its own mirror image, of broad parts or with two legs; or a shoe."""
    if random.random() < 0.3:
        canvas = _shoe(random)
    else:
        half = np.zeros((CANVAS, CANVAS // 2), np.uint8)
        for corners in _legs(random) if random.random() < 0.4 else _broad_parts(random):
            cv2.fillPoly(half, [np.array(corners, np.int32)], 255, cv2.LINE_AA)
        canvas = np.hstack([half[:, ::-1], half])
    shade = _smooth_noise(random, int(random.integers(2, 24)), float(random.uniform(0.2, 0.9)))
    canvas = _shaded(canvas, shade)
    return _seen(canvas, random) if canvas.any() else draw_garment(random)


def _broad_parts(random: np.random.Generator) -> Iterator[_Corners]:
    """Give the corners (column, row) of one to three parts, right of the middle."""
    for _ in range(int(random.integers(1, 4))):
        top, bottom = np.sort(random.integers(4, CANVAS - 4, 2))
        outer = random.integers(8, CANVAS // 2 - 4, 2)
        inner = outer - random.integers(5, 22, 2)
        yield [(inner[0], top), (outer[0], top), (outer[1], bottom + 6), (inner[1], bottom + 6)]


def _legs(random: np.random.Generator) -> Iterator[_Corners]:
    """Give the corners of one leg; both are as slender as a thick 1, but for the gap between."""
    outer, gap = random.integers(8, 15, 2), int(random.integers(2, 7))
    fork = int(random.integers(8, 40))
    yield [(0, 4), (outer[0], 4), (outer[1], 60), (gap, 60), (0, fork)]


def _shoe(random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a shoe from the side (64, 64), low or high, on a heel or flat, closed or of straps."""
    top, ankle = int(random.integers(6, 44)), int(random.integers(28, 46))
    toe, sole = int(random.integers(3, 14)), int(random.integers(46, 56))
    corners = [(4, sole), (4, sole - toe), (ankle - 8, sole - toe - 6), (ankle, top), (60, top)]
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.fillPoly(canvas, [np.array([*corners, (60, sole)], np.int32)], 255, cv2.LINE_AA)
    for _ in range(int(random.integers(0, 6))):  # between straps, laces or patches
        columns, rows = random.integers(4, 60, 2), random.integers(top, sole, 2)
        start, end = zip(columns.tolist(), rows.tolist(), strict=True)
        cv2.line(canvas, start, end, 0, int(random.integers(1, 6)))
    cv2.line(canvas, (4, sole), (60, sole), 255, int(random.integers(1, 6)))
    heel = int(random.integers(0, 14))
    cv2.rectangle(canvas, (60 - max(heel, 4), sole), (60, sole + heel // 2), 255, -1)
    return canvas if random.random() < 0.5 else np.ascontiguousarray(canvas[:, ::-1])


def draw_texture(random: np.random.Generator) -> NDArray[np.uint8]:
    """Grain, blank paper, clouds or stripes that fill the whole picture."""
    values = _TEXTURES[int(random.integers(len(_TEXTURES)))](random)
    if values is None:
        return np.full((28, 28), int(random.integers(0, 160)), np.uint8)
    level, strength = random.uniform(0, 160), random.uniform(10, 110)
    return np.asarray(np.clip(level + strength * values, 0, 255).astype(np.uint8))


def _grain(random: np.random.Generator) -> NDArray[np.float64]:
    return random.normal(0, 1, (28, 28))


def _blank(_: np.random.Generator) -> None:
    return None


def _clouds(random: np.random.Generator) -> NDArray[np.float32]:
    return _smooth_noise(random, int(random.integers(2, 15)), 0.0)[::2, ::2][:28, :28] - 0.5


def _stripes(random: np.random.Generator) -> NDArray[np.float64]:
    x, y = np.meshgrid(np.arange(28), np.arange(28))
    angle, period = random.uniform(0, np.pi), random.uniform(2.5, 12)
    phases = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period)
    return np.asarray(np.sin(phases))


_TEXTURES: tuple[Callable[[np.random.Generator], NDArray[Any] | None], ...] = (
    _grain, _blank, _clouds, _stripes,
)  # fmt: skip


def _seen(canvas: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a filled shape as drawn, or what a reader leaves of it on a page that it fills.

    That is its holes and edges where most of the page's border is its own: it is the ground there.
    """
    if random.random() < 0.5:
        rows, columns = np.flatnonzero(canvas.any(1)), np.flatnonzero(canvas.any(0))
        cut = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        scale = float(random.uniform(20, CANVAS)) / max(cut.shape)
        seen = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        above, below, before, after = random.integers(1, 5, 4) * (random.random(4) < 0.4)
        page = np.pad(np.asarray(seen, np.uint8), ((above, below), (before, after)))
        left = picture_to_glyph(page)
        places = np.argwhere(left > 100).astype(np.float64)  # but for the faintest edges
        if len(places) and not is_narrow(places):
            return left
    return frame_ink(canvas)


def _shaded(canvas: NDArray[np.uint8], shade: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray((canvas * shade).astype(np.uint8))


def _smooth_noise(random: np.random.Generator, nodes: int, lowest: float) -> NDArray[np.float32]:
    """Return smooth values (64, 64) from ``lowest`` to 1."""
    values = random.uniform(lowest, 1, (nodes, nodes)).astype(np.float32)
    size = (CANVAS, CANVAS)
    enlarged = cv2.resize(values, size, interpolation=cv2.INTER_CUBIC)
    return np.clip(np.asarray(enlarged, np.float32), lowest, 1)
