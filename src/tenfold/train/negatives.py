"""Pictures of what is no digit: letters, scribbles, pieces and pairs of digits, blots, textures.

All of them are drawn here, from training images and typefaces (see `tenfold.train.typefaces`), and
all but textures are framed as a reader frames digits, so that nothing but their form tells them
from digits.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.polarity import ground_is_bright
from tenfold.preprocess import frame_ink, to_glyph
from tenfold.train.pen import CANVAS, Strokes, draw_strokes, smooth_line
from tenfold.train.typefaces import LETTERS, draw_by_hand, draw_character
from tenfold.values import Split

__all__ = ["NEGATIVE_KINDS", "draw_negative", "draw_negatives"]

_Corners = list[tuple[int, int]]
_NARROW = 0.35  # of the length: the breadth of what may be taken for a 1
_TRIES = 500  # at finding a digit of some labels, of which each is a tenth of the digits


def draw_negatives(digits: Split, count: int, seed: int) -> NDArray[np.uint8]:
    """Return pictures of what is no digit, the kinds by turns.

    Args:
        digits: Training images, of which pieces and pairs are made; blank ones are passed over.
        count: How many.
        seed: Two calls with one seed and the same digits return the same pictures.

    Returns:
        Shape (count, 28, 28), uint8, ink bright.
    """
    random = np.random.default_rng(np.random.SeedSequence([seed, 0x6E6F]))
    inked = digits.images.any((1, 2))
    digits = Split(digits.images[inked], digits.labels[inked])
    kinds = [kind for kind in NEGATIVE_KINDS if kind in _DRAWN or len(digits)]
    turns = [kinds[number % len(kinds)] for number in range(count)]
    pictures = [draw_negative(kind, digits, random) for kind in turns]
    return np.stack(pictures) if pictures else np.zeros((0, 28, 28), np.uint8)


def draw_negative(kind: str, digits: Split, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return one picture (28, 28) uint8 of a kind of `NEGATIVE_KINDS`; no digit may be blank."""
    if kind in _OF_DIGITS:
        return _OF_DIGITS[kind](random, digits)
    return _DRAWN[kind](random)


def _letter(random: np.random.Generator) -> NDArray[np.uint8]:
    """A letter or sign in print, upright or slanted."""
    return draw_character(LETTERS[int(random.integers(len(LETTERS)))], random)


def _scribble(random: np.random.Generator) -> NDArray[np.uint8]:
    """One smooth line that wanders about with five turns or more."""
    steps = random.normal(0, 1, (int(random.integers(9, 20)), 2)) * random.uniform(6, 18)
    steps += random.normal(0, 4, 2)  # a drift, as of a hand that moves on
    line = smooth_line(np.cumsum(steps, 0))
    return _scribble(random) if _is_narrow(line) else draw_strokes([line], random)


def _sign(random: np.random.Generator) -> NDArray[np.uint8]:
    """Strokes, straight, bowed or round, most of them joined: as in other scripts."""
    strokes = _free_strokes(random) if random.random() < 0.4 else _strokes_on_a_grid(random)
    return _sign(random) if _is_narrow(*strokes) else draw_strokes(strokes, random, (2, 7))


def _is_narrow(*strokes: NDArray[np.float64]) -> bool:
    """Tell whether strokes, each of points (N, 2), are so slender together that they may be a 1."""
    points = np.vstack(strokes)
    axes = np.linalg.eigh(np.cov(points.T)).eigenvectors  # along the strokes, however they lean
    across, along = np.ptp(points @ axes, axis=0)
    return bool(across < _NARROW * along)


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


def _piece(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A third to a half of a digit.

    Only cuts that leave no other digit: halves of 1, 6, 7, 8 and 9 are ones and zeros too often,
    the left ones of 2 and 5 are a narrow 2 and 5, the upper ones of 2 and 3 are sevens.
    """
    image, label = _one_of(digits, random, (0, 2, 3, 4, 5))
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
    return _sign(random) if not len(places) or _is_narrow(places) else frame_ink(_enlarged(cut))


def _turned(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A digit mirrored or turned by a right angle, where that makes no other digit."""
    if random.random() < 0.5:
        image, _ = _one_of(digits, random, (3, 4, 7, 9))  # a 2 becomes a 5, and a 5 a 2
        return frame_ink(image[:, ::-1])
    image, _ = _one_of(digits, random, (2, 3, 4, 5, 7, 8))
    return frame_ink(np.rot90(image, int(random.choice([1, 3]))))


def _struck_out(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """A digit under two or three strokes of its own pen: struck out, or some other sign.

    Not a 1, 4 or 7, of which strokes make a 4 or a crossed 7.
    """
    image, _ = _one_of(digits, random, (0, 2, 3, 5, 6, 8, 9))
    canvas = np.pad(_enlarged(image), 6)
    thickness = int(random.integers(4, 7))
    rows, columns = np.nonzero(canvas > 128)
    for _ in range(int(random.integers(2, 4))):
        place = int(random.integers(len(rows)))
        angle, half = random.uniform(0, np.pi), random.uniform(14, 24)
        across, down = int(half * np.cos(angle)), int(half * np.sin(angle))
        row, column = int(rows[place]), int(columns[place])
        _line(canvas, (column - across, row - down), (column + across, row + down), thickness)
    return frame_ink(canvas)


def _pair(random: np.random.Generator, digits: Split) -> NDArray[np.uint8]:
    """Two digits, or three, side by side, touching or nearly."""
    parts = []
    for _ in range(2 if random.random() < 0.8 else 3):
        image, _ = _one_of(digits, random, range(10))
        columns = np.flatnonzero(image.any(0))
        parts.append(image[:, columns[0] : columns[-1] + 1])
        parts.append(np.zeros((28, int(random.integers(0, 4))), np.uint8))
    row = np.concatenate(parts[:-1], 1)
    return frame_ink(_enlarged(np.pad(row, 2)))


def _lines(random: np.random.Generator) -> NDArray[np.uint8]:
    """A dash, a cross, a grid's corner, a tick, a box: straight lines that make no digit."""
    canvas = _empty()
    thickness = int(random.integers(2, 8))
    a, b, c, d = (int(value) for value in random.integers(8, 56, 4))
    kind = int(random.integers(6))
    if kind == 0:
        _line(canvas, (6, a), (58, a + (b - 32) // 4), thickness)
    elif kind == 1:
        _line(canvas, (8, a), (56, b), thickness)
        _line(canvas, (c, 8), (d, 56), thickness)
    elif kind == 2:
        cv2.rectangle(canvas, (8, 8 + a // 6), (56, 56 - b // 6), 255, thickness, cv2.LINE_AA)
    elif kind == 3:
        _line(canvas, (8, 30 + a // 4), (22, 56), thickness)
        _line(canvas, (22, 56), (56, 8 + b // 4), thickness)
    elif kind == 4:
        for place in range(8, 60, int(random.integers(9, 20))):
            _line(canvas, (4, place), (60, place + (a - 32) // 6), thickness // 2 + 1)
    else:
        _line(canvas, (10, 10 + a // 8), (10, 54), thickness)
        _line(canvas, (54, 10), (54, 54 - b // 8), thickness)
    return frame_ink(canvas)


def _blot(random: np.random.Generator) -> NDArray[np.uint8]:
    """A filled shape, smooth or jagged, plain or shaded, with or without holes."""
    count = int(random.integers(3, 11))
    angles = np.sort(random.uniform(0, 2 * np.pi, count))
    radii = random.uniform(12, 29, count)
    points = 32 + np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None]
    outline = smooth_line(np.vstack([points, points[:1]])) if random.random() < 0.5 else points
    if _is_narrow(outline):
        return _blot(random)
    canvas = _empty()
    cv2.fillPoly(canvas, [outline.round().astype(np.int32)], 255, cv2.LINE_AA)
    if random.random() < 0.6:
        canvas = _shaded(canvas, _smooth_noise(random, int(random.integers(3, 17)), 0.35))
    return _seen(canvas, random)


def _garment(random: np.random.Generator) -> NDArray[np.uint8]:
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
    return _seen(canvas, random) if canvas.any() else _garment(random)


def _shoe(random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a shoe from the side (64, 64), low or high, on a heel or flat, closed or of straps."""
    top, ankle = int(random.integers(6, 44)), int(random.integers(28, 46))
    toe, sole = int(random.integers(3, 14)), int(random.integers(46, 56))
    corners = [(4, sole), (4, sole - toe), (ankle - 8, sole - toe - 6), (ankle, top), (60, top)]
    canvas = _empty()
    cv2.fillPoly(canvas, [np.array([*corners, (60, sole)], np.int32)], 255, cv2.LINE_AA)
    for _ in range(int(random.integers(0, 6))):  # between straps, laces or patches
        start, end = random.integers(4, 60, 2), random.integers(top, sole, 2)
        gap = int(random.integers(1, 6))
        cv2.line(canvas, (int(start[0]), int(end[0])), (int(start[1]), int(end[1])), 0, gap)
    cv2.line(canvas, (4, sole), (60, sole), 255, int(random.integers(1, 6)))
    heel = int(random.integers(0, 14))
    cv2.rectangle(canvas, (60 - max(heel, 4), sole), (60, sole + heel // 2), 255, -1)
    return canvas if random.random() < 0.5 else np.ascontiguousarray(canvas[:, ::-1])


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
        left = to_glyph(255 - page if ground_is_bright(page) else page)
        places = np.argwhere(left > 100).astype(np.float64)  # but for the faintest edges
        if len(places) and not _is_narrow(places):
            return left
    return frame_ink(canvas)


def _shaded(canvas: NDArray[np.uint8], shade: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray((canvas * shade).astype(np.uint8))


def _broad_parts(random: np.random.Generator) -> Iterator[_Corners]:
    """Give the corners (column, row) of one to three parts, right of the middle."""
    for _ in range(int(random.integers(1, 4))):
        top, bottom = np.sort(random.integers(4, CANVAS - 4, 2))
        outer = random.integers(8, CANVAS // 2 - 4, 2)
        inner = outer - random.integers(5, 22, 2)
        yield [(inner[0], top), (outer[0], top), (outer[1], bottom + 6), (inner[1], bottom + 6)]


def _legs(random: np.random.Generator) -> Iterator[_Corners]:
    """Give the corners of one leg, so slender that both may be taken for a thick 1."""
    outer, gap = random.integers(8, 15, 2), int(random.integers(0, 5))
    fork = int(random.integers(8, 60))
    yield [(0, 4), (outer[0], 4), (outer[1], 60), (gap, 60), (0, fork)]


def _texture(random: np.random.Generator) -> NDArray[np.uint8]:
    """Grain, clouds, stripes or blank paper that fill the whole picture."""
    kind = int(random.integers(4))
    values: NDArray[Any]
    if kind == 0:
        values = random.normal(0, 1, (28, 28))
    elif kind == 1:
        return np.full((28, 28), int(random.integers(0, 160)), np.uint8)
    elif kind == 2:
        values = _smooth_noise(random, int(random.integers(2, 15)), 0.0)[::2, ::2][:28, :28] - 0.5
    else:
        x, y = np.meshgrid(np.arange(28), np.arange(28))
        angle, period = random.uniform(0, np.pi), random.uniform(2.5, 12)
        values = np.sin((x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period))
    level, strength = random.uniform(0, 160), random.uniform(10, 110)
    return np.clip(level + strength * values, 0, 255).astype(np.uint8)


_DRAWN: dict[str, Callable[[np.random.Generator], NDArray[np.uint8]]] = {
    "letter": _letter,
    "by_hand": draw_by_hand,
    "scribble": _scribble,
    "sign": _sign,
    "lines": _lines,
    "blot": _blot,
    "garment": _garment,
    "texture": _texture,
}
_OF_DIGITS: dict[str, Callable[[np.random.Generator, Split], NDArray[np.uint8]]] = {
    "piece": _piece,
    "turned": _turned,
    "struck_out": _struck_out,
    "pair": _pair,
}
# By turns; letters and signs come more often, being the nearest to digits.
NEGATIVE_KINDS = (
    "by_hand", "sign", "turned", "letter", "piece", "by_hand", "sign", "pair", "struck_out",
    "by_hand", "sign", "scribble", "lines", "by_hand", "sign", "blot", "garment", "texture",
)  # fmt: skip


def _empty() -> NDArray[np.uint8]:
    return np.zeros((CANVAS, CANVAS), np.uint8)


def _line(
    canvas: NDArray[np.uint8], start: tuple[int, int], end: tuple[int, int], thickness: int
) -> None:
    cv2.line(canvas, start, end, 255, thickness, cv2.LINE_AA)


def _one_of(
    digits: Split, random: np.random.Generator, labels: Container[int]
) -> tuple[NDArray[np.uint8], int]:
    """Return a digit (28, 28) that is one of some, and its label; any, where they are so rare."""
    place = 0
    for _ in range(_TRIES):
        place = int(random.integers(len(digits)))
        if int(digits.labels[place]) in labels:
            break
    return digits.images[place], int(digits.labels[place])


def _enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape
    return np.asarray(cv2.resize(image, (width * 2, height * 2)), np.uint8)


def _smooth_noise(random: np.random.Generator, nodes: int, lowest: float) -> NDArray[np.float32]:
    """Return smooth values (64, 64) from ``lowest`` to 1."""
    values = random.uniform(lowest, 1, (nodes, nodes)).astype(np.float32)
    size = (CANVAS, CANVAS)
    enlarged = cv2.resize(values, size, interpolation=cv2.INTER_CUBIC)
    return np.clip(np.asarray(enlarged, np.float32), lowest, 1)
