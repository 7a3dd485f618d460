"""Draws docs/images/answers.png: pictures of digits and of other things, each with base's answer.

    python docs/draw_answers.py

Digits are MNIST test images on papers drawn here; what is no digit is drawn as for `not-digits`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import tenfold
from tenfold.train.negatives import draw_negative

TARGET = Path(__file__).parent / "images" / "answers.png"
SIDE, GAP, CAPTION = 96, 12, 40
COLUMNS = 9
GREEN, GREY = (20, 120, 60), (110, 110, 110)
Page = NDArray[np.uint8]


def paper(image: NDArray[np.uint8], ground: int = 246, ink: int = 35, side: int = 72) -> Page:
    """A digit written on plain paper, with a margin."""
    shade = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float64) / 255
    page = np.full((SIDE, SIDE), float(ground))
    start = (SIDE - side) // 2
    page[start : start + side, start : start + side] += (ink - ground) * shade
    return page.clip(0, 255).astype(np.uint8)


def on_ruled_paper(page: Page) -> Page:
    """Draw rules across a page."""
    for row in range(14, SIDE, 22):
        page[row] = np.minimum(page[row], 170)
    return page


def in_shadow(page: Page) -> Page:
    """Darken a page towards its lower right."""
    light = np.linspace(1.0, 0.45, SIDE)[None] * np.linspace(1.0, 0.8, SIDE)[:, None]
    return (page * light).astype(np.uint8)


def grained(page: Page, random: np.random.Generator) -> Page:
    """Give a page the grain of a dark photograph."""
    return (page + random.normal(0, 22, page.shape)).clip(0, 255).astype(np.uint8)


def coarse(page: Page) -> Page:
    """Draw a page from 12 x 12 pixels."""
    small = cv2.resize(page, (12, 12), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)


def digits(mnist: tenfold.MNIST) -> Iterator[Page]:
    """Give a written digit of each value but one, each on another ground."""
    random = np.random.default_rng(2)
    some = [int(np.flatnonzero(mnist.test.labels == digit)[7]) for digit in range(10)]
    image = [mnist.test.images[place] for place in some]
    yield paper(image[0])
    yield on_ruled_paper(paper(image[1]))
    yield in_shadow(paper(image[2]))
    yield 255 - paper(image[3], 225, 20)
    yield coarse(paper(image[4]))
    yield grained(paper(image[5], 200, 70), random)
    yield np.where(paper(image[6]) > 140, 255, 0).astype(np.uint8)
    yield paper(image[7], 150, 105)
    yield cv2.GaussianBlur(paper(image[8]), (0, 0), 4)


def others(mnist: tenfold.MNIST) -> Iterator[Page]:
    """Give what is no digit."""
    random = np.random.default_rng(20)
    kinds = ("by_hand", "letter", "pair", "scribble", "turned", "sign", "by_hand", "garment")
    for kind in kinds:
        yield paper(draw_negative(kind, mnist.test, random))
    yield paper(np.zeros((28, 28), np.uint8))


def main() -> int:
    """Draw the pictures with their answers."""
    mnist = tenfold.load_mnist()
    pages = [*digits(mnist), *others(mnist)]
    answers = tenfold.classify(pages)
    rows = -(-len(pages) // COLUMNS)
    width = COLUMNS * (SIDE + GAP) + GAP
    canvas = Image.new("RGB", (width, rows * (SIDE + CAPTION + GAP) + GAP), "white")
    pen = ImageDraw.Draw(canvas)
    for place, (page, digit) in enumerate(zip(pages, answers, strict=True)):
        left = GAP + place % COLUMNS * (SIDE + GAP)
        top = GAP + place // COLUMNS * (SIDE + CAPTION + GAP)
        canvas.paste(Image.fromarray(page), (left, top))
        pen.rectangle((left, top, left + SIDE, top + SIDE), outline=(200, 200, 200))
        answered = digit.value is not None
        word = str(digit.value) if answered else (digit.rejected or "").replace("_", " ")
        below = f"{100 * digit.confidence:.1f} %" if answered else "no answer"
        middle = left + SIDE // 2
        colour = GREEN if answered else GREY
        font = ImageFont.load_default(20 if answered else 14)
        pen.text((middle, top + SIDE + 11), word, fill=colour, font=font, anchor="mm")
        small = ImageFont.load_default(12)
        pen.text((middle, top + SIDE + 29), below, fill=GREY, font=small, anchor="mm")
    TARGET.parent.mkdir(exist_ok=True)
    canvas.save(TARGET, optimize=True)
    print(f"wrote {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
