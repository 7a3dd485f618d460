"""Single characters as ink at any size: digits of MNIST, typed ones, letters, points and signs."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tenfold.errors import DataError, MissingExtraError
from tenfold.synthesis.hands import Hand
from tenfold.synthesis.pen import shake
from tenfold.synthesis.typefaces import draw_character, face_strokes
from tenfold.values import Split

__all__ = ["Character", "DigitSource", "draw_sign", "pen_of"]

_BOX = 20  # pixels a side of the box that MNIST's digits are fitted into
_LEAST = 28  # pixels: smaller digits are drawn of this height, and shrunk
_MARGIN = 3  # pixels of the training image round its ink that are kept
_LEVELS = (0.6, 0.3)  # of full ink: where the thinnest stroke's edge lies, and the thickest's
_RANK_SPREAD = 0.12  # of all images by thickness: how far those of one hand lie apart
_INKED = 0.35  # of full ink: what a character's extent is told by
_CAPITAL, _BASELINE = 21.0, 9.0  # Hershey's units: a capital's height, the line it stands on
_CAPITALS = 0.71  # of Aileron's size: a capital's height
_SMOOTH = 0.65  # share of the typed letters that are in Aileron
_TYPEFACES = ("timesr", "timesrb", "rowmant", "rowmand", "futuram")
_FACES = ("futural", "rowmans", "cursive", "scripts")


class Character(NamedTuple):
    """A character's ink, and how far its lowest row lies below the line it is written on.

    The ink is of shape (h, w), float32, 0 to 1, cut to what is inked; the drop is in pixels.
    """

    ink: NDArray[np.float32]
    drop: float


class DigitSource:
    """Images to draw digits of, each class by itself, in order of their strokes' thickness.

    Args:
        digits: Labelled images, at least one of each digit; blank ones are passed over.

    Raises:
        DataError: A digit is missing.
    """

    def __init__(self, digits: Split) -> None:
        inked = digits.images.max((1, 2), initial=0) > 127
        images, labels = digits.images[inked], digits.labels[inked]
        if missing := set(range(10)) - set(labels.tolist()):
            raise DataError(f"digits to draw of: must hold all ten, but have no {min(missing)}")
        thin_first = np.argsort(_thickness(images), kind="stable")
        self._images = images
        self._leans = _leans(images, labels)
        self._places = [thin_first[labels[thin_first] == digit] for digit in range(10)]

    def draw(self, digit: int, hand: Hand, random: np.random.Generator) -> Character:
        """Return a digit in a hand: typed, or of an image with strokes as thick as the hand's."""
        if hand.typed:
            return Character(_written(draw_character(str(digit), random), hand, 0.0, random), 0.0)
        places = self._places[digit]
        rank = (hand.stroke + 1) / 2 + random.normal(0, _RANK_SPREAD)
        place = places[int(np.clip(rank, 0, 0.999) * len(places))]
        lean = -hand.evenness * float(self._leans[place])
        return Character(_written(self._images[place], hand, lean, random), 0.0)


def _thickness(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how thick the strokes of images (N, 28, 28) are: ink over half its outline, (N,)."""
    ink = images > 127
    outline = (ink[:, 1:] != ink[:, :-1]).sum((1, 2)) + (ink[:, :, 1:] != ink[:, :, :-1]).sum(
        (1, 2)
    )
    return np.asarray(2 * ink.sum((1, 2)) / outline.clip(1), np.float64)


def _leans(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how far each image (N, 28, 28) leans to the right of the mean of its class, (N,).

    The slant is that of the second moments, as for deskewing digits (LeCun et al. 1998,
    https://doi.org/10.1109/5.726791).
    """
    rows, columns = np.arange(images.shape[1]), np.arange(images.shape[2])
    down = images.sum(2, dtype=np.float64)
    ink = down.sum(1)
    middle = (down @ rows) / ink
    aside = (images.sum(1, dtype=np.float64) @ columns) / ink
    spread = down @ rows**2 / ink - middle**2
    both = np.einsum("nij,i,j->n", images, rows, columns, optimize=True) / ink - middle * aside
    slants = -both / spread.clip(1e-9)
    for digit in range(10):
        own = labels == digit
        slants[own] -= slants[own].mean()
    return np.asarray(slants, np.float64)


def draw_sign(sign: str, hand: Hand, random: np.random.Generator) -> Character:
    """Return a point, comma, minus, letter or sign of ASCII in a hand."""
    pen = max(pen_of(hand) * hand.height, 1.0)
    if sign == ".":
        radius = pen * random.uniform(0.5, 0.9)
        line = np.array([[0.0, 0.0], [random.uniform(0, 0.5), random.uniform(-0.2, 0.2)]]) * radius
        return _drawn([line], 2 * radius, foot=0.0)
    if sign == ",":
        length = hand.height * random.uniform(0.15, 0.3)
        line = np.array([[0.0, -length * 0.3], [-length * random.uniform(0.2, 0.6), length]])
        return _drawn([line], pen, foot=0.0)
    if sign == "-":
        length, tilt = hand.height * random.uniform(0.25, 0.6), random.normal(0, 0.08)
        line = np.array([[0.0, 0.0], [length, tilt * length]])
        return _drawn([line], pen, foot=-hand.height * random.uniform(0.35, 0.55))
    if hand.typed and random.random() < _SMOOTH:
        return _printed(sign, hand)
    return _lettered(sign, hand, pen, random)


def _printed(sign: str, hand: Hand) -> Character:
    """Return a letter or sign in Aileron, which Pillow carries, up to bold."""
    shrink = max(1.0, _LEAST / hand.height)
    size = hand.height * shrink / _CAPITALS
    font = _font(round(size))
    bold = round(max(hand.stroke, 0.0) * 0.04 * size)
    left, top, right, bottom = font.getbbox(sign, anchor="ls", stroke_width=bold)
    canvas = Image.new("L", (math.ceil(right - left) + 2, math.ceil(bottom - top) + 2))
    ImageDraw.Draw(canvas).text(
        (1 - left, 1 - top), sign, fill=255, font=font, anchor="ls", stroke_width=bold
    )
    ink = np.asarray(canvas, np.float32) / np.float32(255)
    if shrink > 1:
        width, height = (max(round(side / shrink), 1) for side in canvas.size)
        ink = np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    return Character(_cut(ink), float(bottom) / shrink)


@lru_cache(maxsize=256)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise MissingExtraError("synthesis", "drawing printed letters")
    return font


def _lettered(sign: str, hand: Hand, pen: float, random: np.random.Generator) -> Character:
    """Return a letter or sign in strokes, as by hand or as set in type."""
    faces = _TYPEFACES if hand.typed else _FACES
    strokes = face_strokes(faces[int(random.integers(len(faces)))]).get(sign, [])
    if not strokes:
        strokes = face_strokes(_FACES[0])[sign]
    size = max(float(np.ptp(np.vstack(strokes), axis=0).max()), 1.0)
    bottom = float(np.vstack(strokes)[:, 1].max()) - _BASELINE
    scale = hand.height / _CAPITAL
    lines = (
        [(stroke - np.vstack(strokes).min(0)) / size for stroke in strokes]
        if hand.typed
        else shake(strokes, random)
    )
    written = [
        np.stack([line[:, 0] - hand.slant * line[:, 1], line[:, 1]], 1) * (size * scale)
        for line in lines
    ]
    lowest = max(float(line[:, 1].max()) for line in written)
    return _drawn(written, pen, foot=bottom * scale - lowest)


def pen_of(hand: Hand) -> float:
    """Return the thickness of a hand's strokes in heights of a digit."""
    return float(0.09 * 1.7**hand.stroke)


def _drawn(strokes: list[NDArray[np.float64]], pen: float, *, foot: float) -> Character:
    """Return strokes (N, 2) in pixels; ``foot`` is where their row 0 lies, below the line."""
    scale = max(1.0, 2.0 / pen)  # thinner lines than two pixels are drawn larger, and shrunk
    points = np.vstack(strokes)
    edge = pen + 2
    low = points.min(0) - edge
    width, height = np.ceil((np.ptp(points, axis=0) + 2 * edge) * scale).astype(int)
    canvas = np.zeros((height, width), np.uint8)
    for line in strokes:
        places = np.round((line - low) * scale * 16).astype(np.int32)
        cv2.polylines(canvas, [places], False, 255, max(round(pen * scale), 1), cv2.LINE_AA, 4)
    ink = canvas.astype(np.float32) / np.float32(255)
    if scale > 1:
        size = (max(round(width / scale), 1), max(round(height / scale), 1))
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    rows = np.flatnonzero((ink > _INKED).any(1))
    if not len(rows):
        return Character(np.ones((1, 1), np.float32), foot)
    return Character(_cut(ink), float(low[1] + rows[-1] + 1 + foot))


def _written(
    image: NDArray[np.uint8], hand: Hand, lean: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return an image (28, 28) as ink in a hand, leaning a little more than that."""
    tall = hand.height * (1 + random.normal(0, hand.size_spread))
    shrink = max(1.0, _LEAST / tall)
    scale = tall * shrink / _BOX
    rows, columns = (np.flatnonzero(image.max(axis) > 60) for axis in (1, 0))
    top, left = rows[0] - _MARGIN, columns[0] - _MARGIN
    height = (rows[-1] - rows[0] + 1 + 2 * _MARGIN) * scale
    across = scale * hand.width
    lean += hand.slant + random.normal(0, 0.03)
    width = (columns[-1] - columns[0] + 1 + 2 * _MARGIN) * across + abs(lean) * height
    offset = -left * across + (max(lean, 0) * height)
    shape = np.array(
        [[across, -lean * scale, offset + lean * scale * top], [0, scale, -top * scale]], np.float64
    )
    ink = cv2.warpAffine(
        image.astype(np.float32) / 255,
        shape,
        (math.ceil(width), math.ceil(height)),
        flags=cv2.INTER_CUBIC,
    )
    thin, thick = _LEVELS
    level = thin + (thick - thin) * (hand.stroke + 1) / 2
    ink = np.clip((ink - level) * max(scale, 0.5 / level) + 0.5, 0, 1)
    if shrink > 1:
        size = (max(round(width / shrink), 1), max(round(height / shrink), 1))
        ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    return _cut(np.asarray(ink, np.float32))


def _cut(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ink cut to what is inked; as it is, where that is nothing."""
    rows, columns = (np.flatnonzero((ink > _INKED).any(axis)) for axis in (1, 0))
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
