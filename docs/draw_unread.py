"""Draws docs/images/unread.png: numbers of synthesised pages that `base` reads wrong.

    python docs/draw_unread.py

Pages are those of `tenfold synthesize --seed 2028` with MNIST's test digits: the first numbers of
each kind that are read as something else, or not at all, with what they are and what was read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import tenfold
from tenfold.synthesis.pages import draw_pages
from tenfold.values import Box, Reading

TARGET = Path(__file__).parent / "images" / "unread.png"
KINDS = ("amount", "lines", "boxes", "mixed")
EACH, PAGES, SEED = 3, 400, 2028
WIDTH, HEIGHT, GAP, CAPTION = 300, 84, 12, 40
RED, GREY = (180, 40, 30), (110, 110, 110)


class Misread(NamedTuple):
    """A number cut out of its page, what it is, and what was read there."""

    picture: NDArray[np.uint8]
    text: str
    read: str


def misread(mnist: tenfold.MNIST, kind: str) -> Iterator[Misread]:
    """Give the numbers of one kind of page that are read wrong."""
    reader = tenfold.Reader()
    for page in draw_pages(mnist.test, PAGES, SEED, [kind]):
        reading = reader.read(page.image)
        for number in page.numbers:
            read = read_within(reading, number.box)
            if read != number.text:
                yield Misread(cut_out(page.image, number.box), number.text, read)
                break


def read_within(reading: Reading, box: Box) -> str:
    """Return what was read in a box."""
    found = [
        number.text
        for number in reading.numbers
        if min(number.box.bottom, box.bottom) > max(number.box.top, box.top)
        and min(number.box.right, box.right) > max(number.box.left, box.left)
    ]
    return " ".join(found)


def cut_out(page: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return a box's surroundings."""
    margin = box.height // 3
    return page[
        max(box.top - margin, 0) : box.bottom + margin,
        max(box.left - margin, 0) : box.right + margin,
    ]


def main() -> int:
    """Draw what is read wrong."""
    mnist = tenfold.load_mnist()
    font = ImageFont.load_default(15)
    size = (EACH * (WIDTH + GAP) + GAP, len(KINDS) * (HEIGHT + CAPTION + GAP) + GAP)
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for row, kind in enumerate(KINDS):
        for column, one in zip(range(EACH), misread(mnist, kind), strict=False):
            left, top = GAP + column * (WIDTH + GAP), GAP + row * (HEIGHT + CAPTION + GAP)
            picture = Image.fromarray(one.picture)
            scale = min(WIDTH / picture.width, HEIGHT / picture.height)
            fitted = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
            sheet.paste(picture.resize(fitted, Image.Resampling.LANCZOS), (left, top))
            draw.text((left, top + HEIGHT + 2), one.text, GREY, font)
            draw.text((left, top + HEIGHT + 19), f"read: {one.read or 'nothing'}", RED, font)
    sheet.save(TARGET, optimize=True)
    print(TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
