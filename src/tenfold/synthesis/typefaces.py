"""Characters: typed ones, as forms and sheets have them, and letters of several scripts by hand.

From typefaces that come with libraries: Aileron (CC0), which Pillow carries, and Hershey's strokes
(US National Bureau of Standards, 1967, public domain) in the package Hershey-Fonts. The versions
stand in a run's ``environment.json``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from HersheyFonts import HersheyFonts
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tenfold.preprocess import frame_ink
from tenfold.synthesis.hangul import draw_hangul
from tenfold.synthesis.pen import Strokes, draw_strokes, shake
from tenfold.values import Split

__all__ = ["LETTERS", "draw_by_hand", "draw_character", "draw_typed", "face_strokes"]

LETTERS = "ACEFHJKLMNPRTUVWXYacdefhijkmnprtuvwx&@#%?$+=<*"
"""Letters and signs that nobody takes for a digit: without B D G I O Q S Z b g l o q s y z."""

_CANVAS = 96  # pixels a side on which Aileron is drawn, before it is framed
_SMOOTH = 0.6  # share of typed characters in Aileron, the only one that looks as print does
_DISPLAYED = 0.12  # share of typed digits as meters and scales show them
_FLAGGED = 0.5  # share of ones drawn as the grotesque faces of most forms have them
_PLOTTED = ("futural", "futuram", "rowmans", "rowmand", "rowmant", "timesr", "timesi", "timesrb")
_CURSIVE = "ACEFHKLMNPRTUVWXacdefhijkmnprtuvwx"
# By their places in Hershey-Fonts: kanji and hiragana without those like 1 3 5 6 7.
_KANJI_AND_HIRAGANA = (
    (35, 49), (51, 58), (65, 66), (68, 75), (77, 78), (80, 80), (83, 92), (94, 104),
    (108, 108), (110, 111), (113, 115), (120, 144),
)  # fmt: skip
# Katakana without those like a digit: no, he and re like a 1, fu and wa like a 7, yo a 3, ro a 0.
_KATAKANA = ((145, 168), (170, 171), (174, 183), (185, 187), (191, 195), (200, 223))


def _characters(ranges: Sequence[tuple[int, int]]) -> str:
    return "".join(chr(place) for first, last in ranges for place in range(first, last + 1))


# Face and characters of each script by hand: of its letters those that nobody takes for a digit.
_SCRIPTS = (
    ("futural", LETTERS),
    ("rowmans", LETTERS),
    ("cursive", _CURSIVE),
    ("scripts", _CURSIVE),
    ("greek", "ACDEFGHKLMNPRSTUWXYacefghklmnprtuwxyz"),
    ("cyrilc_1", "ADFGIJKLMNPQRSUVWYZ"),
    ("mathupp", "abcdefghijklnowxy"),
    ("japanese", _characters(_KANJI_AND_HIRAGANA)),
    ("japanese", _characters(_KATAKANA)),
)


# The seven bars of a display: (column, row) of both ends, from the top clockwise, the middle last.
_BARS = np.array(
    [
        [[0, 0], [1, 0]], [[1, 0], [1, 1]], [[1, 1], [1, 2]], [[1, 2], [0, 2]],
        [[0, 2], [0, 1]], [[0, 1], [0, 0]], [[0, 1], [1, 1]],
    ],
    np.float64,
)  # fmt: skip
# Lit bars of each digit; where displays differ, one form behind the other.
_LIT = {
    "0": ("012345",), "1": ("12",), "2": ("01643",), "3": ("01236",), "4": ("5612",),
    "5": ("05623",), "6": ("056432", "56432"), "7": ("012", "5012"), "8": ("0123456",),
    "9": ("650123", "65012"),
}  # fmt: skip


def draw_typed(count: int, seed: int) -> Split:
    """Return typed digits, the ten by turns, each in a typeface, weight and slant of its own.

    Args:
        count: How many.
        seed: Two calls with one seed return the same pictures.
    """
    random = np.random.default_rng(np.random.SeedSequence([seed, 0x7479]))
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = [draw_character(str(label), random) for label in labels]
    return Split(np.stack(images) if images else np.zeros((0, 28, 28), np.uint8), labels)


def draw_character(character: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a typed character (28, 28) uint8, framed, in any typeface, weight, width and slant."""
    slant, width = random.uniform(-0.05, 0.25), random.uniform(0.75, 1.15)
    if character in _LIT and random.random() < _DISPLAYED:
        strokes = _displayed(character, random)
    elif character == "1" and random.random() < _FLAGGED:
        strokes = _flagged_one(random)
    elif random.random() < _SMOOTH:
        return frame_ink(_slanted(_smooth(character, random), slant, width))
    else:
        strokes = face_strokes(_PLOTTED[int(random.integers(len(_PLOTTED)))])[character]
    shape = np.array([[width, -slant], [0, 1]])
    return draw_strokes([stroke @ shape.T for stroke in strokes], random, (2, 10))


def _displayed(character: str, random: np.random.Generator) -> Strokes:
    """A digit as the lit bars of a display of seven, which touch or leave gaps."""
    forms = _LIT[character]
    bars = _BARS[[int(bar) for bar in forms[int(random.integers(len(forms)))]]]
    middles = bars.mean(1, keepdims=True)
    shrunk = middles + (bars - middles) * random.uniform(0.55, 1)
    return list(shrunk * [random.uniform(0.8, 1.25), 1])


def _flagged_one(random: np.random.Generator) -> Strokes:
    """A stem with a short flag at its top, level or falling, as in Helvetica and its kin."""
    length, angle = random.uniform(0.16, 0.32), random.uniform(0, 0.8)
    end = [-length * np.cos(angle), length * np.sin(angle)]
    level = [end[0] * random.uniform(0.3, 0.7), 0.0 if random.random() < 0.5 else end[1] / 2]
    return [np.array([[0, 1], [0, 0], level, end])]


def draw_by_hand(random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a letter, kana or sign that is no digit, as written by a hand, (28, 28) uint8."""
    script = int(random.integers(len(_SCRIPTS) + 1))
    if script == len(_SCRIPTS):
        strokes = draw_hangul(random)
    else:
        face, characters = _SCRIPTS[script]
        strokes = face_strokes(face)[characters[int(random.integers(len(characters)))]]
    return draw_strokes(shake(strokes, random), random, (2, 7))


@cache
def face_strokes(name: str) -> dict[str, Strokes]:
    """Return the characters of one of Hershey's faces as strokes, without single points."""
    fonts = HersheyFonts()
    fonts.load_default_font(name)
    return {
        character: [np.array(stroke, np.float64) for stroke in glyph.strokes if len(stroke) > 1]
        for character, glyph in fonts.all_glyphs.items()
    }


def _smooth(character: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """A character (96, 96) in Aileron, up to bold."""
    picture = Image.new("L", (_CANVAS, _CANVAS))
    bold = int(random.integers(0, 4))
    font = ImageFont.load_default(64)
    ImageDraw.Draw(picture).text((22, 10), character, fill=255, font=font, stroke_width=bold)
    return np.asarray(picture, np.uint8)


def _slanted(canvas: NDArray[np.uint8], slant: float, width: float) -> NDArray[np.uint8]:
    middle = _CANVAS / 2
    shape = np.array([[width, -slant, middle * (1 - width + slant)], [0, 1, 0]], np.float64)
    return np.asarray(cv2.warpAffine(canvas, shape, (_CANVAS, _CANVAS)), np.uint8)
