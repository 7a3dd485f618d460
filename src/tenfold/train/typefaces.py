"""Typed digits, as forms and sheets have them beside the written ones.

From typefaces that come with the libraries: Aileron (CC0), which Pillow carries, and OpenCV's own:
Hershey's (public domain) up to version 4, Rubik (SIL Open Font License) from 5 on. The versions
stand in a run's ``environment.json``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tenfold.preprocess import frame_ink
from tenfold.values import Split

__all__ = ["draw_character", "draw_typed"]

_CANVAS = 96  # pixels a side on which they are drawn, before they are framed
_SMOOTH = 0.6  # share of characters in Aileron, the only one that looks as print does
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)


def draw_typed(count: int, seed: int) -> Split:
    """Return typed digits, the ten by turns, each in a typeface, weight and slant of its own.

    Args:
        count: How many.
        seed: Two calls with one seed return the same pictures.
    """
    random = np.random.default_rng(np.random.SeedSequence([seed, 0x7479]))
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = [frame_ink(draw_character(str(label), random)) for label in labels]
    return Split(np.stack(images) if images else np.zeros((0, 28, 28), np.uint8), labels)


def draw_character(character: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a character (96, 96) uint8, ink bright, in any typeface, weight, width and slant."""
    draw = _smooth if random.random() < _SMOOTH else _plotted
    canvas = draw(character, random)
    slant, width = random.uniform(-0.05, 0.25), random.uniform(0.75, 1.15)
    middle = _CANVAS / 2
    shape = np.array([[width, slant, middle * (1 - width - slant)], [0, 1, 0]], np.float64)
    return np.asarray(cv2.warpAffine(canvas, shape, (_CANVAS, _CANVAS)), np.uint8)


def _smooth(character: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """A character in Aileron, up to bold."""
    picture = Image.new("L", (_CANVAS, _CANVAS))
    bold = int(random.integers(0, 4))
    font = ImageFont.load_default(64)
    ImageDraw.Draw(picture).text((22, 10), character, fill=255, font=font, stroke_width=bold)
    return np.asarray(picture, np.uint8)


def _plotted(character: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """A character in a typeface of OpenCV's, thin or thick."""
    canvas = np.zeros((_CANVAS, _CANVAS), np.uint8)
    font = _FONTS[int(random.integers(len(_FONTS)))]
    size = 5.0 if font == cv2.FONT_HERSHEY_PLAIN else 2.6
    thickness = int(random.integers(2, 9))
    cv2.putText(canvas, character, (20, 76), font, size, 255, thickness, cv2.LINE_AA)
    return canvas
