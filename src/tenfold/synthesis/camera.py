"""A sheet as a photograph or a scan: paper, ink, light, lens and file."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tenfold.synthesis.sheets import Sheet, Written
from tenfold.values import Box

__all__ = ["Photograph", "photograph"]

_INKS = ((25, 25, 30), (20, 30, 90), (40, 50, 140), (10, 10, 10), (110, 110, 115), (150, 30, 40))
_INK_SHARES = (0.35, 0.2, 0.15, 0.15, 0.1, 0.05)
_PRINTS = ((60, 60, 60), (140, 160, 200), (170, 190, 180), (200, 160, 160), (20, 20, 20))
_Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Photograph:
    """What a camera made of a sheet.

    Attributes:
        image: Shape (H, W, 3), uint8, RGB.
        numbers: Where the sheet's numbers lie on it.
    """

    image: NDArray[np.uint8]
    numbers: tuple[Written, ...]


def photograph(sheet: Sheet, height: float, random: np.random.Generator) -> Photograph:
    """Return a sheet on some paper, under some light, through some lens.

    Args:
        sheet: What is drawn.
        height: Of its digits, in pixels.
        random: Chooses all the rest.
    """
    picture = _on_paper(sheet, height, random)
    picture, numbers = _seen_askew(picture, sheet.numbers, random)
    picture = _lit(picture, random)
    sigma = 0.3 + random.uniform(0, 0.035) * height
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    picture += random.normal(0, random.uniform(0, 7), picture.shape).astype(np.float32)
    image = np.asarray(picture.clip(0, 255).round(), np.uint8)
    return Photograph(_compressed(image, random), numbers)


def _on_paper(sheet: Sheet, height: float, random: np.random.Generator) -> _Picture:
    """Return a sheet in colour (H, W, 3), 0 to 255."""
    shape = sheet.ink.shape
    base = random.uniform(165, 250)
    paper = np.clip(base + random.normal(0, 7, 3), 0, 255).astype(np.float32)
    grain = sum(
        _noise(shape, max(height * size, 1.0), random) * random.uniform(0, strength)
        for size, strength in ((0.05, 5), (0.3, 4), (2.0, 6))
    )
    picture = paper[None, None] + np.asarray(grain, np.float32)[..., None]
    if random.random() < 0.15:
        through = cv2.GaussianBlur(sheet.ink[:, ::-1], (0, 0), max(height * 0.05, 0.5))
        picture -= (random.uniform(8, 30) * through)[..., None]
    printed = np.array(_PRINTS[int(random.integers(len(_PRINTS)))], np.float32)
    picture = _inked(picture, sheet.printed * random.uniform(0.4, 1), printed)
    colour = np.array(_INKS[int(random.choice(len(_INKS), p=_INK_SHARES))], np.float32)
    strength = random.uniform(0.65, 1)
    flow = np.clip(0.9 + 0.25 * _noise(shape, max(height * 0.15, 1.0), random), 0.5, 1)
    return _inked(picture, sheet.ink * strength * flow, colour)


def _inked(picture: _Picture, ink: _Picture, colour: NDArray[np.float32]) -> _Picture:
    share = ink[..., None]
    return np.asarray(picture * (1 - share) + colour * share, np.float32)


def _noise(shape: tuple[int, ...], step: float, random: np.random.Generator) -> _Picture:
    """Return smooth noise (H, W) of about unit standard deviation and some pixels' size."""
    rows, columns = shape[:2]
    nodes = random.normal(0, 1.4, (int(rows / step) + 2, int(columns / step) + 2))
    return np.asarray(
        cv2.resize(nodes.astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC)
    )


def _seen_askew(
    picture: _Picture, numbers: tuple[Written, ...], random: np.random.Generator
) -> tuple[_Picture, tuple[Written, ...]]:
    """Return a picture turned by some degrees and foreshortened, and its numbers' new boxes."""
    height, width = picture.shape[:2]
    angle = random.normal(0, 1.2) if random.random() < 0.6 else 0.0
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    moved = corners @ turn[:, :2].T + turn[:, 2]
    if random.random() < 0.5:
        moved += random.normal(0, 0.012, (4, 2)) * [width, height]
    change = np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)
    warped = cv2.warpPerspective(picture, change, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32), tuple(
        number._replace(box=_moved(number.box, change, picture.shape)) for number in numbers
    )


def _moved(box: Box, change: NDArray[np.float64], shape: tuple[int, ...]) -> Box:
    top, left, bottom, right = box
    corners = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float32)
    places = cv2.perspectiveTransform(corners, change)[0]
    low, high = np.floor(places.min(0)), np.ceil(places.max(0))
    return Box(
        int(max(low[1], 0)),
        int(max(low[0], 0)),
        int(min(high[1], shape[0])),
        int(min(high[0], shape[1])),
    )


def _lit(picture: _Picture, random: np.random.Generator) -> _Picture:
    """Return a picture under light that falls off, at times with the edge of a shadow on it."""
    rows, columns = picture.shape[:2]
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    angle = random.uniform(0, 2 * np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)
    light = 1 + random.uniform(0, 0.18) * along - random.uniform(0, 0.12) * (x * x + y * y)
    if random.random() < 0.2:
        edge = random.uniform(-0.6, 0.6)
        softness = random.uniform(0.02, 0.3)
        light *= 1 - random.uniform(0.15, 0.45) / (1 + np.exp(-(along - edge) / softness))
    return np.asarray(picture * light[..., None], np.float32)


def _compressed(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Return an image as a JPEG file of some quality leaves it, or as it is."""
    if random.random() < 0.4:
        return image
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(45, 96))]
    _, encoded = cv2.imencode(".jpg", image, quality)
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
